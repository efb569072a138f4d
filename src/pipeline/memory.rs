//! The memory of corrections of a workspace: what people wrote where the model wrote something else, and the team's own terms. It
//! is worked out anew from what is settled whenever it is wanted, so that it never outlives what it rests on.

mod listing;
mod suggest;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::consent::Permits;
use super::workspace::Workspace;
use crate::domain::{ClipId, Confusion, DataUse};
use crate::routing::memory::{self, Memory, SettledText, Term, confusions, words};
use crate::tasks::consensus::plain;

pub use listing::{list, remove, restore};
pub use suggest::suggest;

/// The memory that the next run, and the next task files, use.
///
/// # Errors
/// The team's list of terms cannot be read, or the store.
pub fn memory(workspace: &Workspace) -> Result<Memory> {
    let confirm = workspace.config.memory.confirm as usize;
    let settled = if confirm > 0 { settled(workspace)? } else { Vec::new() };
    let removed = workspace.store.removed_pairs()?;
    let learnt = confusions(&settled, confirm);
    let memory = Memory::of(learnt, vocabulary(workspace)?, words(&settled, confirm));
    Ok(memory.without(removed))
}

/// Every pair that people made, in use or not yet; those that the team took out as well.
pub fn learnt(workspace: &Workspace) -> Result<Vec<Confusion>> {
    let confirm = workspace.config.memory.confirm;
    if confirm == 0 {
        return Ok(Vec::new());
    }
    Ok(confusions(&settled(workspace)?, confirm as usize))
}

/// After a withdrawal: what was tried of pairs that are no longer there goes.
pub fn forget(workspace: &mut Workspace) -> Result<()> {
    let memory = memory(workspace)?;
    workspace.store.forget_suggestions(|pair| memory.log_prior(pair).is_some())
}

/// The terms of the team's list, where the settings name one.
fn vocabulary(workspace: &Workspace) -> Result<Vec<Term>> {
    let named = workspace.config.vocabulary.file.trim();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let path = workspace.dir.join(named);
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!("read the terms that vocabulary.file names, {}", path.display())
    })?;
    memory::terms(&path.file_name().unwrap_or_default().to_string_lossy(), &text)
}

/// Clips that people settled with a text and that a model may learn from, with what it wrote. Clips of known text check people:
/// they teach nothing.
fn settled(workspace: &Workspace) -> Result<Vec<SettledText>> {
    let (store, permits) = (&workspace.store, Permits::of(workspace)?);
    let gold = store.gold()?;
    let mut written: BTreeMap<ClipId, Vec<(String, Vec<String>)>> = BTreeMap::new();
    store.each_current_answer(|answer| {
        if answer.verdict.gives_text() && !answer.purpose.is_control() {
            written.entry(answer.clip).or_default().push((answer.validator, plain(&answer.text)));
        }
    })?;
    let mut settled = Vec::new();
    store.each_of(&store.settled()?, |row| {
        let (Some(consensus), Some(h)) = (row.consensus, row.hypothesis) else { return Ok(()) };
        let teaches = consensus.verdict.gives_text() && consensus.support > 0;
        let learns = permits.allows(&row.clip.recording, DataUse::Train);
        if !teaches || !learns || gold.contains_key(&row.clip.id) {
            return Ok(());
        }
        let said = plain(&consensus.text);
        let answers = written.remove(&row.clip.id).unwrap_or_default();
        let agree = |all: bool| -> BTreeSet<String> {
            let some = answers.iter().filter(|(_, text)| all || *text == said);
            some.map(|(who, _)| who.clone()).collect()
        };
        // A text that is put together of several answers is nobody's alone.
        let people = Some(agree(false)).filter(|p| !p.is_empty()).unwrap_or_else(|| agree(true));
        settled.push(SettledText {
            clip: row.clip.id,
            language: h.language,
            draft: h.text,
            text: consensus.text,
            people,
        });
        Ok(())
    })?;
    Ok(settled)
}
