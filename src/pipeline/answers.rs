//! `answers`: what came back is checked row by row, kept, and settled clip by clip.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

use super::settle;
use super::workspace::Workspace;
use crate::domain::Failures;
use crate::tables;
use crate::tasks::answers::{self, At, Cut, KnownAnswers, KnownBatch};
use crate::views::ledger::PersonImport;

/// What was imported.
#[derive(Debug, Default, Serialize)]
pub struct Imported {
    /// New answers, or newer ones that replace what the same validator said before.
    pub accepted: usize,
    /// By person: answers taken, and those among them that replaced earlier ones.
    pub people: BTreeMap<String, PersonImport>,
    /// Of the answers taken, those that replaced an earlier one of the same person.
    pub replaced: usize,
    /// Of them, those that are odd, by `domain::Mark`.
    pub marked: BTreeMap<&'static str, usize>,
    /// Of them, those that replaced others because they were imported later: none had a time.
    pub replaced_by_order: usize,
    /// Names that were taken for another one: they look alike.
    pub one_person: BTreeMap<String, String>,
    /// Clips among those answered that are settled now.
    pub settled: usize,
    /// Clips in the workspace on which people disagree: `tasks --adjudicate`.
    pub contested: usize,
    /// Task rows that nobody filled in.
    pub unanswered: usize,
    /// Rejected rows, by kind.
    pub rejected: BTreeMap<String, usize>,
    /// The first of them: file, line and reason; those of a file that have the same reason in one line.
    pub reasons: Vec<String>,
    /// Files that could not be read at all, and those whose end is missing.
    pub failed: Vec<String>,
}

impl Imported {
    /// Rows and files that somebody has to look at: an answer that is there already, or that its
    /// author has replaced, needs nobody.
    pub fn failures(&self) -> usize {
        let harmless = ["duplicate", "superseded"];
        let rows = self.rejected.iter().filter(|(code, _)| !harmless.contains(&code.as_str()));
        rows.map(|(_, n)| n).sum::<usize>() + self.failed.len()
    }
}

/// Imports answer files, in any order, any number of times; then everything is settled anew.
pub fn import(workspace: &mut Workspace, files: &[PathBuf]) -> Result<Imported> {
    let now = Timestamp::now();
    let mut known = known(workspace, now)?;
    let mut imported = Imported::default();
    let (mut answered, mut reasons) = (BTreeSet::new(), Failures::default());
    for file in files {
        let bytes = match tables::read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                imported.failed.push(format!("{error:#}"));
                continue;
            }
        };
        let wishes = answers::wishes(&bytes);
        let name = file.display().to_string();
        for Cut { line, said, found } in answers::cut_short(&bytes) {
            imported.failed.push(format!(
                "{name}: line {line} says that {said} answers follow, and {found} do: its end is missing. What is there was \
                 read; ask for the file again, and import it too"
            ));
        }
        let import = answers::import(answers::rows(&name, &bytes), &mut known);
        for (answer, replaced) in import.accepted.iter().zip(&import.replaced) {
            let person = imported.people.entry(answer.validator.clone()).or_default();
            person.accepted += 1;
            person.replaced += u64::from(*replaced);
            person.active_seconds += answer.active_seconds.unwrap_or(0.0).round() as u64;
            imported.replaced += usize::from(*replaced);
        }
        let accepted: Vec<_> =
            import.accepted.into_iter().map(|a| (answers::answer_id(&a), a)).collect();
        workspace.store.keep_answers(&accepted)?;
        // Everybody's rows of a file stand under one wish, or a few: each is stored once.
        let mut stored = None;
        for (place, validator) in &import.stands {
            let At::Line(line) = place.at else { continue };
            let wish = wishes.range(..line).next_back().map(|(_, wish)| wish);
            let Some(wish) = wish.filter(|wish| stored != Some((validator, *wish))) else {
                continue;
            };
            let wished = wish.at.filter(|at| *at <= now).map(|at| format!("{at:.6}"));
            workspace.store.keep_credit(validator, &wish.name, &wished.unwrap_or_default())?;
            stored = Some((validator, wish));
        }
        for mark in accepted.iter().flat_map(|(_, answer)| &answer.marks) {
            *imported.marked.entry(mark.code()).or_default() += 1;
        }
        imported.replaced_by_order += import.by_order;
        imported.one_person.extend(import.one_person);
        answered.extend(accepted.iter().map(|(_, a)| a.clip.clone()));
        imported.accepted += accepted.len();
        imported.unanswered += import.unanswered;
        reasons.extend(import.folded.lines());
        for (code, n) in import.rejected_by_code {
            *imported.rejected.entry(code.to_string()).or_default() += n;
        }
    }
    imported.reasons = reasons.first().to_vec();
    let settled = settle::settle(workspace)?;
    imported.settled = answered.intersection(&settled.clips).count();
    imported.contested = settled.contested.len();
    Ok(imported)
}

/// Everything handed out and answered so far.
fn known(workspace: &Workspace, now: Timestamp) -> Result<KnownAnswers> {
    let store = &workspace.store;
    let known = KnownAnswers::new(store.workspace()?);
    let mut known = known.with_rules(now, workspace.config.tasks.assigned_only);
    for batch in store.batches()? {
        let made = KnownBatch { created: batch.created.parse().ok(), people: batch.people };
        known.batch(batch.id, made);
    }
    store.each_handed_out(|out| known.hand_out(out))?;
    known.withdrawn(store.tombstones()?);
    let lengths = store.lengths(known.clips())?;
    known.lengths(lengths);
    let (ids, names) = store.earlier_answers()?;
    known.earlier(ids, &names);
    store.each_current_answer(|answer| {
        known.record(answer);
    })?;
    Ok(known)
}
