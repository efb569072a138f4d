//! `lexicon add` and `lexicon import`: entries go into the team's own file, which is written whole.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::own_file;
use crate::config::{self, Config};
use crate::domain::Failures;
use crate::files::write_text;
use crate::pipeline::workspace::Workspace;
use crate::routing::lexicon::import::{Imported, import as read};
use crate::routing::lexicon::{Entry, Lexicon, edit};
use crate::tables;

/// The team's own file, where the settings name none.
const FILE: &str = "lexicon.tsv";

/// What happened to the team's file.
#[derive(Debug, Serialize)]
pub struct Changed {
    /// The file, as the settings name it.
    pub file: String,
    /// Terms that are new in it.
    pub added: Vec<String>,
    /// Terms whose row was replaced.
    pub replaced: Vec<String>,
    /// Terms that stood in it, or in the built-in list, just so.
    pub unchanged: Vec<String>,
    /// Terms whose row says something else; it stays without `--replace`.
    pub conflicting: Vec<String>,
    /// Terms among those added that now replace a built-in entry.
    pub over_built_in: Vec<String>,
    /// Terms of an inventory that the built-in list has, corrected: its entry stays.
    pub built_in_preferred: Vec<String>,
    /// Rows that could not be used: file, line, what to do.
    #[serde(flatten)]
    pub failed: Failures,
}

/// Adds one entry, given as the columns of a row.
pub fn add(workspace: &Workspace, columns: &[String; 9], replace: bool) -> Result<Changed> {
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let entry = Entry::of_columns(&columns)?;
    keep(workspace, Imported { entries: vec![entry], ..Imported::default() }, replace)
}

/// Adds the rows of a file.
pub fn import(workspace: &Workspace, file: &Path, replace: bool) -> Result<Changed> {
    keep(workspace, read(&file.to_string_lossy(), &tables::read(file)?)?, replace)
}

fn keep(workspace: &Workspace, imported: Imported, replace: bool) -> Result<Changed> {
    let built_in = Lexicon::built_in()?;
    let (mut entries, mut unchanged, mut over_built_in) = (Vec::new(), Vec::new(), Vec::new());
    let mut built_in_preferred = Vec::new();
    for mut entry in imported.entries {
        let same =
            |shipped: &&Entry| shipped.term == entry.term && shipped.shares_language_with(&entry);
        let shipped = built_in.entries().iter().find(same);
        if let Some(shipped) = shipped {
            entry.inherit(shipped);
            if entry.says_the_same_as(shipped) {
                unchanged.push(entry.term);
                continue;
            }
            if imported.inventory && !replace {
                built_in_preferred.push(entry.term);
                continue;
            }
            over_built_in.push(entry.term.clone());
        }
        entries.push(entry);
    }

    let named = own_file(workspace);
    let path = named.clone().unwrap_or_else(|| workspace.dir.join(FILE));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
    };
    let edited = edit::merge(&path.to_string_lossy(), &text, &entries, replace)?;
    if edited.text != text {
        write_text(&path, &edited.text)?;
    }
    // an earlier `add` may have died between the file and the setting
    if named.is_none() && !edited.text.is_empty() {
        let settings = workspace.dir.join(config::FILE);
        let text = std::fs::read_to_string(&settings)
            .with_context(|| format!("read {}", settings.display()))?;
        write_text(&settings, &config::with_lexicon(&text, FILE)?)?;
        Config::read(&workspace.dir)?;
    }
    over_built_in.retain(|term| edited.added.contains(term));
    unchanged.extend(edited.unchanged);
    Ok(Changed {
        file: if named.is_some() { workspace.config.lexicon.clone() } else { FILE.to_string() },
        added: edited.added,
        replaced: edited.replaced,
        unchanged,
        conflicting: edited.conflicting,
        over_built_in,
        built_in_preferred,
        failed: imported.failed,
    })
}
