//! Who gets which of the clips that wait. In: what is out, what was answered, the people asked for. Out: a share for each, or
//! one that is open to all. Left to others: the deal itself (`tasks::ledger`), writing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;

use super::{TaskOptions, Written};
use crate::domain::{BatchId, ClipId, Purpose, Verdict};
use crate::pipeline::workspace::Workspace;
use crate::store::{BatchRow, Waiting};
use crate::tasks::ledger::{Ledger, deal};
use crate::text::names::Names;
use crate::text::tidy;

/// What one person gets.
#[derive(Debug, Default)]
pub struct Share {
    /// Who; `None`: whoever opens it.
    pub to: Option<String>,
    /// The most urgent first.
    pub clips: Vec<Waiting>,
    /// The clips that they answered before: they do not check them.
    pub answered: BTreeSet<ClipId>,
}

/// Shares out what waits, the most urgent first.
pub fn shares(
    workspace: &Workspace,
    options: &TaskOptions,
    mut waiting: Vec<Waiting>,
    written: &mut Written,
) -> Result<Vec<Share>> {
    let most = options.files.map_or(usize::MAX, |n| n.saturating_mul(options.clips_per_file));
    let mut people = people(&options.to);
    if options.served.is_some() && people.is_empty() {
        people.push(String::new()); // whoever comes: one person
    }
    if people.is_empty() {
        waiting.truncate(most);
        return Ok(vec![Share { clips: waiting, ..Share::default() }]);
    }
    let (ledger, answered) = ledger(workspace, options.adjudicate)?;
    let listed: Vec<_> = waiting.iter().map(|w| (&w.clip, Arc::clone(&w.recording))).collect();
    let wanted = if options.adjudicate { 1 } else { options.validators };
    let dealt = deal(&listed, &people, wanted, most, &ledger);
    written.with_others = dealt.taken;
    let mut names = Names::default();
    answered.keys().for_each(|name| names.meet(name));
    let share = |(to, places): (String, Vec<usize>)| Share {
        answered: answered.get(&names.one(&to)).cloned().unwrap_or_default(),
        clips: places.into_iter().map(|place| waiting[place].clone()).collect(),
        to: Some(to).filter(|name| !name.is_empty()),
    };
    Ok(people.into_iter().zip(dealt.shares).map(share).collect())
}

/// Names as they are kept, each person once.
fn people(typed: &[String]) -> Vec<String> {
    let (mut names, mut people) = (Names::default(), Vec::new());
    for name in typed.iter().map(|name| tidy(name)).filter(|name| !name.is_empty()) {
        names.meet(&name);
        if names.one(&name) == name && !people.contains(&name) {
            people.push(name);
        }
    }
    people
}

/// Who has what, and the clips that each person has answered. For an adjudicator only what is out to decide on counts.
fn ledger(
    workspace: &Workspace,
    adjudicate: bool,
) -> Result<(Ledger, BTreeMap<String, BTreeSet<ClipId>>)> {
    let mut ledger = Ledger::default();
    let batches: BTreeMap<BatchId, BatchRow> =
        workspace.store.batches()?.into_iter().map(|batch| (batch.id.clone(), batch)).collect();
    workspace.store.each_out(|out| {
        let Some(batch) = batches.get(&out.batch) else { return };
        let decides = out.purpose == Purpose::Adjudication;
        // What is open to all is decided by nobody in particular.
        if decides == adjudicate && !(decides && batch.people.is_empty()) {
            let places = if batch.served { 1 } else { batch.validators };
            ledger.is_out(out.clip, &batch.people, places);
        }
    })?;
    let mut answered: BTreeMap<String, BTreeSet<ClipId>> = BTreeMap::new();
    let mut names = Names::default();
    workspace.store.each_worked_answer(|answer| {
        names.meet(&answer.validator);
        if answer.purpose == Purpose::Task || adjudicate {
            // Who answered a clip does not decide on it.
            let declined = adjudicate || answer.verdict == Verdict::Skip;
            ledger.answered(answer.clip.clone(), &answer.validator, declined);
        }
        answered.entry(names.one(&answer.validator)).or_default().insert(answer.clip);
    })?;
    Ok((ledger, answered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_written_twice_is_one_person() {
        let typed = ["Ana", " ana ", "Ben", "", "ANA"].map(String::from);
        assert_eq!(people(&typed), ["Ana", "Ben"]);
    }
}
