//! `answers`: what came back is checked row by row, kept, and settled clip by clip.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::workspace::Workspace;
use crate::store::{Draft, Store};
use crate::tasks::answers::{self, HandedOut, Known};
use crate::tasks::consensus;

/// What was imported.
#[derive(Debug, Default, Serialize)]
pub struct Imported {
    /// New answers, or newer ones that replace what the same validator said before.
    pub accepted: usize,
    /// Clips that these answers settle.
    pub settled: usize,
    /// Task rows that nobody filled in.
    pub unanswered: usize,
    /// Rows that were left aside, by kind.
    pub rejected: BTreeMap<String, usize>,
    /// Each of them: file, line and reason.
    pub reasons: Vec<String>,
    /// Files that could not be read at all.
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

/// Imports answer files, in any order, any number of times.
pub fn import(workspace: &mut Workspace, files: &[PathBuf]) -> Result<Imported> {
    let mut known = known(&workspace.store)?;
    let mut drafts = BTreeMap::new();
    workspace.store.each_clip(Draft::Decided, |row| {
        drafts.insert(row.clip.id.clone(), row.draft().to_string());
        Ok(())
    })?;
    let mut imported = Imported::default();
    let mut settled = BTreeSet::new();
    for file in files {
        let rows = match answers::read(file) {
            Ok(rows) => rows,
            Err(error) => {
                imported.failed.push(format!("{error:#}"));
                continue;
            }
        };
        let import = answers::import(rows, &mut known);
        for answer in &import.accepted {
            let store = &mut workspace.store;
            let wanted = store.answers_wanted(&answer.clip)?;
            let mut all = store.current_answers(&answer.clip)?;
            all.retain(|a| a.validator != answer.validator);
            all.push(answer.clone());
            let machine = drafts.get(&answer.clip).map(String::as_str);
            let consensus = consensus::settle(&all, wanted, machine);
            store.keep_answer(&answers::answer_id(answer), answer, consensus.as_ref())?;
            match consensus {
                Some(_) => settled.insert(answer.clip.clone()),
                None => settled.remove(&answer.clip),
            };
        }
        imported.accepted += import.accepted.len();
        imported.unanswered += import.unanswered;
        for (place, rejection) in import.rejected {
            *imported.rejected.entry(rejection.code().to_string()).or_default() += 1;
            imported.reasons.push(format!("{place}: {rejection}"));
        }
    }
    imported.settled = settled.len();
    Ok(imported)
}

/// Everything handed out and answered so far.
fn known(store: &Store) -> Result<Known> {
    let mut known = Known::new(store.workspace()?);
    store.each_handed_out(|batch, out| {
        let handed_out = HandedOut { batch: Some(batch), draft: out.draft, blind: out.blind };
        known.hand_out(out.clip, handed_out);
    })?;
    store.each_current_answer(|answer| known.record(answer))?;
    Ok(known)
}
