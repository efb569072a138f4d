//! `people DIR statement`: a person's work, batch by batch, with what it pays. In: answers, payments, a name. Out: the statement.
//! Left to others: showing it (`views::statement`).

use std::collections::BTreeMap;

use anyhow::Result;

use crate::domain::{Answer, Verdict};
use crate::pipeline::pay::Pay;
use crate::pipeline::tasks::title;
use crate::pipeline::workspace::Workspace;
use crate::text::names::Names;
use crate::views::statement::{Statement, StatementBatch, digest};

/// The work on a batch, and what its digest is of.
#[derive(Default)]
struct Counted {
    batch: StatementBatch,
    clips: Vec<(String, Option<f64>)>,
}

/// A person's statement.
///
/// # Errors
/// Nobody of that name has answered anything.
pub fn statement(workspace: &Workspace, person: &str, now: &str) -> Result<Statement> {
    let store = &workspace.store;
    let pay = Pay::of(workspace)?;
    let name = super::known_person(store, person)?;
    let mut batches: BTreeMap<String, Counted> = BTreeMap::new();
    store.each_worked_answer(|answer: Answer| {
        if answer.validator == name {
            let id = answer.batch.as_ref().map_or(String::new(), ToString::to_string);
            batches.entry(id).or_default().add(&answer, pay.paid(&answer));
        }
    })?;
    let workspace_id = store.workspace()?;
    let finished = batches.into_iter().map(|(id, counted)| StatementBatch {
        digest: digest(&workspace_id, &id, &name, &counted.clips),
        batch: id,
        ..counted.batch
    });
    let mut batches: Vec<StatementBatch> = finished.collect();
    batches.sort_by(|a, b| a.first.cmp(&b.first).then(a.batch.cmp(&b.batch)));
    let (answers, active_seconds, earned) = batches.iter().fold((0, 0.0, 0.0), |sum, batch| {
        (sum.0 + batch.answers, sum.1 + batch.active_seconds, sum.2 + batch.earned)
    });
    let paid = store.payments()?.into_iter().filter(|p| Names::same(&p.validator, &name));
    let paid: f64 = paid.map(|payment| payment.amount).sum();
    let work = super::work(workspace)?;
    let checked = work.validators.get(&name);
    Ok(Statement {
        format: "second-ear work statement",
        version: 1,
        workspace: workspace_id,
        title: title(workspace),
        currency: workspace.config.tasks.currency.clone(),
        answers,
        active_seconds,
        earned,
        paid,
        due: earned - paid,
        hourly: checked.and_then(|v| v.hourly),
        known_texts: checked.map(|v| v.gold).unwrap_or_default(),
        planted_errors: checked.and_then(|v| v.seeded_caught),
        made_at: now.to_string(),
        person: name,
        batches,
        digest: String::new(),
    }
    .signed())
}

impl Counted {
    fn add(&mut self, answer: &Answer, paid: f64) {
        let Self { batch, clips } = self;
        batch.answers += 1;
        batch.skips += u64::from(answer.verdict == Verdict::Skip);
        batch.active_seconds += answer.active_seconds.unwrap_or(0.0);
        batch.earned += paid;
        clips.push((answer.clip.to_string(), answer.active_seconds));
        let at = Some(answer.answered_at.clone()).filter(|at| !at.is_empty());
        if let Some(at) = at {
            let earlier = batch.first.as_ref().is_none_or(|first| at < *first);
            let later = batch.last.as_ref().is_none_or(|last| at > *last);
            if earlier {
                batch.first = Some(at.clone());
            }
            if later {
                batch.last = Some(at);
            }
        }
    }
}
