//! What the papers of a dataset say. In: a workspace, what was asked for, what is left out. Out: [`Papers`]. Left to
//! others: the files themselves (training).

use std::path::Path;

use anyhow::Result;

use super::{DatasetOptions, Written};
use crate::pipeline::report;
use crate::pipeline::workspace::Workspace;
use crate::training::export::Papers;
use crate::views::lang::Lang;
use crate::views::languages::LanguageSupport;

/// What the papers say: as stated in the settings, and as the report counts it.
pub fn of(workspace: &Workspace, options: &DatasetOptions, written: &Written) -> Result<Papers> {
    let (report, _) = report::report(workspace)?;
    // The papers of a dataset are in English.
    let sentences = |one: &LanguageSupport| one.sentences(Lang::ENGLISH);
    let languages = report.languages.iter().flat_map(sentences).collect();
    Ok(Papers {
        settings: workspace.config.dataset.clone(),
        folder: folder_name(workspace),
        version: env!("CARGO_PKG_VERSION").to_string(),
        model: workspace.config.model.clone(),
        languages,
        report: serde_json::to_value(&report)?,
        day: jiff::Timestamp::now().to_string().chars().take(DAY).collect(),
        previous_day: None,
        pseudonyms: !options.names,
        with_auto: options.with_auto,
        left_out: written.left_out.clone(),
    })
}

/// Characters of a day, as in 2026-01-31.
const DAY: usize = 10;

/// The day of a dataset that was written here before.
pub fn day_of(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("provenance.json")).ok()?;
    let before: serde_json::Value = serde_json::from_str(&text).ok()?;
    before.pointer("/provenance/date")?.as_str().map(String::from)
}

/// The name of the workspace's folder: what a dataset is called where no title is set.
pub fn folder_name(workspace: &Workspace) -> String {
    let folder = workspace.dir.canonicalize().unwrap_or(workspace.dir.clone());
    folder.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned())
}
