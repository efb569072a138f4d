//! People's work, counted for the report: validators, batches, agreement, checks. In: a workspace. Out: what the
//! report says. Left to others: counting (`tally`), which is pure.

pub mod appeals;
mod known;
mod ledger;
pub mod pay;
pub mod statement;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use super::pay::Pay;
use super::settle;
use super::workspace::Workspace;
use crate::domain::{
    Appeal, BatchId, ClipId, Contested, LanguageChoice, Reliability, WithdrawnWork,
};
use crate::store::{BatchRow, Store};
use crate::text::names::Names;
use crate::text::tidy;
use crate::views::people::{AppealLine, Batch, Validator, Work};
use known::{AnsweredClips, ClipFacts, HandedOutDrafts};
pub use ledger::ledger;
use tally::Tally;

/// The name under which a person's answers are kept.
///
/// # Errors
/// Nobody of that name has answered anything.
fn known_person(store: &Store, person: &str) -> Result<String> {
    let (_, names) = store.earlier_answers()?;
    let mut known = Names::default();
    names.iter().for_each(|name| known.meet(name));
    let name = known.one(&tidy(person));
    ensure!(
        names.contains(&name),
        "nobody called {person} has answered anything: `second-ear people DIR` lists everybody"
    );
    Ok(name)
}

/// Counts everything.
pub fn work(workspace: &Workspace) -> Result<Work> {
    let settings = &workspace.config.tasks;
    let (settled, _) = settle::compute_consensus(workspace)?;
    let batches = workspace.store.batches()?;
    let known = known(workspace)?;
    let mut tally = Tally::default();
    workspace.store.each_current_answer(|answer| tally.add(&answer, &known))?;
    let floor = Some(settings.floor_per_hour).filter(|f| *f > 0.0);
    let withdrawn = workspace.store.withdrawn_work()?;
    Ok(Work {
        contested: settled.contested.len() as u64,
        currency: settings.currency.clone(),
        floor_per_hour: floor,
        agreement: tally.agreement(),
        agreement_by_region: tally.agreement_by_region(&known),
        drafts: tally.drafts(),
        batches: tally.batches(handed_out(&batches, &known), floor),
        validators: with_appeals(
            with_withdrawn(tally.validators(&settled.reliability), withdrawn),
            &workspace.store.appeals()?,
        ),
    })
}

/// Everybody with what they did for clips that were withdrawn since.
fn with_withdrawn(
    mut validators: BTreeMap<String, Validator>,
    withdrawn: BTreeMap<String, WithdrawnWork>,
) -> BTreeMap<String, Validator> {
    for (name, work) in withdrawn {
        // Nothing else is known of somebody all of whose answers went.
        let nobody =
            || Validator { weight: Reliability::default().weight(), ..Validator::default() };
        validators.entry(name).or_insert_with(nobody).withdrawn = Some(work);
    }
    validators
}

/// Everybody without the flags that somebody lifted, and with an ordinary weight where that was decided.
fn with_appeals(
    mut validators: BTreeMap<String, Validator>,
    appeals: &[Appeal],
) -> BTreeMap<String, Validator> {
    for appeal in appeals {
        let Some(validator) = validators.get_mut(&appeal.validator) else { continue };
        match appeal.about {
            _ if !appeal.is_lifted() => {}
            Contested::Flag(lifted) => validator.flags.retain(|flag| *flag != lifted),
            Contested::Weight => validator.weight = Reliability::default().weight(),
        }
        let outcome = appeal.decision.as_ref().map(|decision| decision.outcome);
        validator.appeals.push(AppealLine { about: appeal.about, outcome });
    }
    validators
}

/// What answers are counted against.
fn known(workspace: &Workspace) -> Result<AnsweredClips> {
    let mut drafts = HandedOutDrafts::default();
    workspace.store.each_handed_out(|out| drafts.add(out))?;
    Ok(AnsweredClips {
        pay: Pay::of(workspace)?,
        clips: answered(workspace)?,
        gold: workspace.store.gold()?,
        drafts,
    })
}

/// What is known of every clip that was answered.
fn answered(workspace: &Workspace) -> Result<BTreeMap<ClipId, ClipFacts>> {
    let recordings = workspace.store.recordings_by_id()?;
    let fallback = match &workspace.config.language {
        LanguageChoice::Fixed(language) => Some(language.clone()),
        LanguageChoice::Auto => None,
    };
    let mut answered = BTreeSet::new();
    workspace.store.each_current_answer(|answer| {
        answered.insert(answer.clip);
    })?;
    let mut clips = BTreeMap::new();
    workspace.store.each_of(answered, |row| {
        let declared = recordings.get(&row.clip.recording).and_then(|r| r.facts.language.clone());
        let decoded = row.hypothesis.map(|h| h.language);
        let region = row.routed.and_then(|r| r.region).map(|r| r.to_string());
        let facts = ClipFacts {
            seconds: row.clip.span.len().seconds(),
            region: region.unwrap_or("unknown".into()),
            language: declared.or(fallback.clone()).or(decoded),
        };
        clips.insert(row.clip.id, facts);
        Ok(())
    })?;
    Ok(clips)
}

/// Batches as they were handed out, without their answers.
fn handed_out(batches: &[BatchRow], known: &AnsweredClips) -> BTreeMap<BatchId, Batch> {
    let batch = |row: &BatchRow| {
        let hours = row.estimate.filter(|s| *s > 0.0).map(|s| s / 3600.0);
        Batch {
            created: row.created.clone(),
            handed_to: row.people.clone(),
            clips: known.drafts.clips_of(&row.id),
            expected_seconds: row.estimate,
            expected_hourly: row.pay.zip(hours).map(|(pay, hours)| pay / hours),
            ..Batch::default()
        }
    };
    batches.iter().map(|row| (row.id.clone(), batch(row))).collect()
}
