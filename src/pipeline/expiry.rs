//! `retention`: what was kept for its time goes. In: a workspace whose settings say how long. Out: what would go, or what
//! went, by kind. Left to others: how old things are (store), asking first (`commands`). The retention sets of `adapt` are
//! another thing.
//!
//! A killed command loses nothing and leaves nothing half: rows are changed in one transaction a kind, files are removed
//! after their rows say so, and what is left of both is removed by the same command again.

mod due;
mod told;

use std::fs;
use std::io::ErrorKind;

use anyhow::{Context, Result};
use serde::Serialize;

use super::consent::today;
use super::workspace::Workspace;
use crate::domain::{Day, Kept};
use crate::store::Removal;

pub use due::Due;

/// What a kind has that is older than the settings keep it.
#[derive(Clone, Debug, Serialize)]
pub struct ExpiredKind {
    /// What.
    pub kind: Kept,
    /// The setting, with its days.
    pub rule: String,
    /// What is dated before this day goes; null: the kind is kept for ever.
    pub kept_from: Option<Day>,
    /// Files, answers or people that go, or went.
    pub things: u64,
    /// Bytes of files.
    pub bytes: u64,
    /// Things of which no day is known: they stay.
    pub undated: u64,
    /// Things that are the team's own: they stay.
    pub not_ours: u64,
    /// What is to be known beside.
    pub remark: Option<String>,
}

/// What `retention` found or did.
#[derive(Debug, Serialize)]
pub struct Expired {
    /// The day that it is about.
    pub today: Day,
    /// Whether nothing was removed.
    pub dry_run: bool,
    /// Each kind.
    pub kinds: Vec<ExpiredKind>,
    /// Audio files that are old enough and lie outside of the workspace: they are the team's to remove.
    pub elsewhere: Vec<String>,
    /// What was removed so far, the oldest first.
    pub log: Vec<Removal>,
    /// Files that could not be removed, with the reason.
    pub failed: Vec<String>,
}

/// What would go today; nothing is changed.
pub fn plan(workspace: &Workspace) -> Result<(Due, Expired)> {
    let today = today();
    let due = Due::of(workspace, today)?;
    let expired = Expired {
        today,
        dry_run: true,
        kinds: due.kinds(&workspace.config.retention, today),
        elsewhere: due.elsewhere.clone(),
        log: workspace.store.removals()?,
        failed: Vec::new(),
    };
    Ok((due, expired))
}

/// Removes what is due today.
pub fn expire(workspace: &mut Workspace) -> Result<Expired> {
    let (due, mut expired) = plan(workspace)?;
    expired.dry_run = false;
    let removal = |kind: Kept| {
        let of = expired.kinds.iter().find(|k| k.kind == kind);
        of.filter(|k| k.things > 0).map(|k| Removal {
            removed: jiff::Timestamp::now().to_string(),
            kind: kind.code().to_string(),
            things: k.things,
            bytes: k.bytes,
            rule: k.rule.clone(),
        })
    };
    if let Some(removal) = removal(Kept::Answers) {
        workspace.store.empty_answers(&due.clips, expired.today, &removal)?;
    }
    if let Some(removal) = removal(Kept::People) {
        let naming = workspace.naming(false)?;
        let new = |name: &String| (name.clone(), naming.validator(name));
        let names: Vec<(String, String)> = due.people.iter().map(new).collect();
        workspace.store.rename_validators(&names, &removal)?;
    }
    if let Some(removal) = removal(Kept::Audio) {
        workspace.store.keep_audio_removed(&due.recordings, expired.today, &removal)?;
    }
    let mut failed = Vec::new();
    if let Some(removal) = removal(Kept::TaskFiles) {
        let number = workspace.store.keep_files_removed(&removal)?;
        let (things, bytes) = due::remove_task_files(workspace, &due.task_files, &mut failed)?;
        workspace.store.correct_removal(number, things, bytes)?;
        for kind in expired.kinds.iter_mut().filter(|k| k.kind == Kept::TaskFiles) {
            (kind.things, kind.bytes) = (things, bytes);
        }
    }
    for file in &due.files {
        match fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                failed.push(format!("{}: {error}", file.display()));
            }
            _ => {}
        }
    }
    if workspace.store.is_unscrubbed()? {
        workspace.store.scrub_removed().context(
            "what was removed is gone from the rows, and its bytes are not overwritten yet: run the same command again",
        )?;
    }
    expired.log = workspace.store.removals()?;
    expired.failed = failed;
    Ok(expired)
}
