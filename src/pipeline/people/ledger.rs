//! `people`: who has what, since when, what came back, what is due. In: the workspace, the time. Out: a line for each person.
//! Left to others: showing it (`views::ledger`).

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;

use crate::domain::{Answer, BatchId, Purpose};
use crate::pipeline::pay::Pay;
use crate::pipeline::workspace::Workspace;
use crate::store::BatchRow;
use crate::text::names::Names;
use crate::views::ledger::{OutBatch, PeopleLedger, PersonLine};

/// A day, seconds.
const DAY: i64 = 24 * 3600;

/// The lines, under the names first met.
#[derive(Default)]
struct Lines {
    names: Names,
    people: BTreeMap<String, PersonLine>,
}

impl Lines {
    fn of(&mut self, name: &str) -> &mut PersonLine {
        self.names.meet(name);
        let name = self.names.one(name);
        let line = || PersonLine { name: name.clone(), ..PersonLine::default() };
        self.people.entry(name.clone()).or_insert_with(line)
    }

    /// A sign of life, or what it is waited for since.
    fn sign(&mut self, name: &str, when: &str) {
        let line = self.of(name);
        if !when.is_empty() && line.last_sign.as_deref().is_none_or(|last| last < when) {
            line.last_sign = Some(when.to_string());
        }
    }
}

/// Everybody.
pub fn ledger(workspace: &Workspace, now: Timestamp) -> Result<PeopleLedger> {
    let store = &workspace.store;
    let pay = Pay::of(workspace)?;
    let mut lines = Lines::default();
    store.each_worked_answer(|answer: Answer| {
        lines.sign(&answer.validator, &answer.answered_at);
        let line = lines.of(&answer.validator);
        line.answered += 1;
        line.minutes += answer.active_seconds.unwrap_or(0.0) / 60.0;
        line.due += pay.paid(&answer);
    })?;
    for (name, replaced) in store.replaced_answers()? {
        lines.of(&name).replaced += replaced;
    }
    for (name, work) in store.withdrawn_work()? {
        let line = lines.of(&name);
        line.answered += work.answers;
        line.minutes += work.active_seconds / 60.0;
        line.due += work.pay;
    }
    for payment in store.payments()? {
        lines.of(&payment.validator).due -= payment.amount;
    }
    let standings = store.standings()?;
    let sizes = sizes(workspace)?;
    let mut open = Vec::new();
    for BatchRow { id, people, handed, reclaimed, served, .. } in store.batches()? {
        if reclaimed.is_some() {
            people.iter().for_each(|name| lines.sign(name, &handed));
            continue;
        }
        let waiting = standings.get(&id).map_or(0, |standing| standing.unanswered);
        let out = OutBatch { batch: id.to_string(), since: handed, waiting };
        for name in &people {
            lines.sign(name, &out.since);
            let line = lines.of(name);
            line.handed_out += sizes.get(&id).copied().unwrap_or(0);
            line.waiting += waiting;
            line.out.extend((waiting > 0).then(|| out.clone()));
        }
        // What lies ready at the server is nobody's yet.
        if people.is_empty() && waiting > 0 && !served {
            open.push(out);
        }
    }
    let mut people: Vec<PersonLine> = lines.people.into_values().collect();
    for line in &mut people {
        let last = line.last_sign.as_ref().and_then(|last| last.parse::<Timestamp>().ok());
        line.silent_days = last.map(|last| (now.duration_since(last).as_secs() / DAY).max(0));
        line.out.sort_by(|a, b| a.since.cmp(&b.since));
    }
    Ok(PeopleLedger { people, open, currency: workspace.config.tasks.currency.clone() })
}

/// How many clips each batch has, checks aside.
fn sizes(workspace: &Workspace) -> Result<BTreeMap<BatchId, u64>> {
    let mut sizes: BTreeMap<BatchId, u64> = BTreeMap::new();
    workspace.store.each_handed_out(|out| {
        let counts = matches!(out.purpose, Purpose::Task | Purpose::Adjudication);
        if let Some(batch) = out.batch.filter(|_| counts) {
            *sizes.entry(batch).or_default() += 1;
        }
    })?;
    Ok(sizes)
}
