//! The lexicon of a workspace: the built-in lists, the team's own file, and what validators confirmed.

mod edit;
mod listing;
mod suggest;
mod test;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::workspace::Workspace;
use crate::domain::{ClipId, Region, TagKind};
use crate::hypotheses::variants::Swap;
use crate::routing::lexicon::confirmed::{Confirmed, Mention, confirmed};
use crate::routing::lexicon::{Ambiguity, Kind, Lexicon};

pub use edit::{Changed, add, import};
pub use listing::{Filter, list, regions};
pub use suggest::{accept, settled, suggest};
pub use test::{explain, prove};

/// The lexicon that the next run, and the next task files, use.
pub fn lexicon(workspace: &Workspace) -> Result<Lexicon> {
    let own = own_text(workspace)?;
    let own = own.as_ref().map(|(name, text)| (&**name, &**text));
    Lexicon::with_workspace(own)?.with_confirmed(&mentioned(workspace)?)
}

/// Everything that a lexicon finds words by, one entry per line.
pub fn text(lexicon: &Lexicon) -> String {
    let mut text = String::new();
    for e in lexicon.entries() {
        let regions: Vec<&str> = e.regions.iter().map(|r| r.as_str()).collect();
        let near = e.near.join("|");
        let (regions, pattern) = (regions.join("|"), &e.pattern);
        let line =
            format!("{}\t{:?}\t{regions}\t{:?}\t{pattern}\t{near}\n", e.term, e.kind, e.ambiguity);
        text.push_str(&line);
    }
    text
}

/// Name and text of the team's own file, where the settings name one.
pub fn own_text(workspace: &Workspace) -> Result<Option<(String, String)>> {
    let Some(path) = own_file(workspace) else { return Ok(None) };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("read the lexicon {}", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Some((name, text)))
}

/// The team's own file, where the settings name one.
fn own_file(workspace: &Workspace) -> Option<PathBuf> {
    let named = workspace.config.lexicon.trim();
    (!named.is_empty()).then(|| workspace.dir.join(Path::new(named)))
}

/// Forms to try instead of standard ones: of entries that are regional wherever they occur.
pub fn swaps(lexicon: &Lexicon) -> Vec<Swap> {
    let plain = lexicon.entries().iter().filter(|entry| entry.ambiguity == Ambiguity::None);
    let pairs = plain.flat_map(|entry| entry.swaps.iter().map(move |pair| (entry, pair)));
    let swap = pairs.filter_map(|(entry, (standard, regional))| {
        let language = entry.regions.first()?.language().parse().ok()?;
        let (term, standard, regional) = (entry.term.clone(), standard.clone(), regional.clone());
        Some(Swap { term, language, standard, regional })
    });
    swap.collect()
}

/// How many entries that validators confirmed are in use.
pub fn confirmed_in_use(workspace: &Workspace) -> Result<usize> {
    Ok(mentioned(workspace)?.iter().filter(|c| c.in_use).count())
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

/// Accents that validators marked, by clip: who, and which.
pub fn accents_marked(workspace: &Workspace) -> Result<BTreeMap<ClipId, Vec<(String, Region)>>> {
    let mut marked: BTreeMap<ClipId, Vec<(String, Region)>> = BTreeMap::new();
    workspace.store.each_current_answer(|answer| {
        let accents = answer.tags.iter().filter(|tag| tag.kind == TagKind::Accent);
        for region in accents.filter_map(|tag| tag.region.parse().ok()) {
            marked.entry(answer.clip.clone()).or_default().push((answer.validator.clone(), region));
        }
    })?;
    Ok(marked)
}
