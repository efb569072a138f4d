//! The lexicon of a workspace: the built-in list, the team's own file, and what validators confirmed.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::workspace::Workspace;
use crate::domain::TagKind;
use crate::routing::lexicon::confirmed::{Confirmed, Mention, confirmed};
use crate::routing::lexicon::{Kind, Lexicon};

/// The lexicon that the next run, and the next task files, use.
pub fn lexicon(workspace: &Workspace) -> Result<Lexicon> {
    let named = workspace.config.lexicon.trim();
    let own = match named.is_empty() {
        true => Lexicon::built_in()?,
        false => {
            let path = workspace.dir.join(Path::new(named));
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("read the lexicon {}", path.display()))?;
            Lexicon::with_workspace(Some((&path.to_string_lossy(), &text)))?
        }
    };
    own.with_confirmed(&mentioned(workspace)?)
}

/// What validators tagged so far, with who and how often.
pub fn mentioned(workspace: &Workspace) -> Result<Vec<Confirmed>> {
    let mut mentions = Vec::new();
    workspace.store.each_current_answer(|answer| {
        for tag in answer.tags {
            let kind = match tag.kind {
                TagKind::RegionalWord => Kind::Word,
                TagKind::Idiom => Kind::Idiom,
                TagKind::Accent => continue,
            };
            mentions.push(Mention {
                text: tag.text,
                kind,
                region: tag.region.parse().ok(),
                meaning: tag.meaning,
                validator: answer.validator.clone(),
                clip: answer.clip.clone(),
            });
        }
    })?;
    Ok(confirmed(&mentions, workspace.config.routing.confirm_lexicon))
}

/// What `lexicon` lists.
#[derive(Debug, Serialize)]
pub struct Listing {
    /// Entries in use: built in, of the team's file, confirmed by validators.
    pub entries: usize,
    /// What validators tagged, in use or not yet.
    pub from_people: Vec<Confirmed>,
}

/// The lexicon's size and what people added to it.
pub fn list(workspace: &Workspace) -> Result<Listing> {
    Ok(Listing { entries: lexicon(workspace)?.entries().len(), from_people: mentioned(workspace)? })
}

impl Listing {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        let mut t = format!("{} entries in use\n", self.entries);
        for c in &self.from_people {
            t.push_str(&format!(
                "  {:<24} {:<16} {} people, {} clips{}  {}\n",
                c.term,
                c.regions.join(" "),
                c.validators.len(),
                c.clips,
                if c.in_use { "" } else { " (not in use yet)" },
                c.meaning
            ));
        }
        t
    }
}
