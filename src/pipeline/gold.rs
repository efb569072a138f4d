//! `answers --gold`: clips whose text the team knows. They check people and never become training data.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::settle;
use super::workspace::Workspace;
use crate::domain::{ClipId, Failures};
use crate::tables;
use crate::tasks::answers;
use crate::text::tidy;

/// What was imported.
#[derive(Debug, Default, Serialize)]
pub struct GoldImport {
    /// Clips that are gold now.
    pub gold: usize,
    /// Rows and files that were rejected, with the reason.
    #[serde(flatten)]
    pub failed: Failures,
}

/// Stores the texts of rows (`clip` and `text` are enough) as known.
pub fn keep(workspace: &mut Workspace, files: &[PathBuf]) -> Result<GoldImport> {
    let id = workspace.store.workspace()?;
    let mut done = GoldImport::default();
    let mut gold: BTreeMap<ClipId, String> = BTreeMap::new();
    for file in files {
        let bytes = match tables::read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                done.failed.push(format!("{error:#}"));
                continue;
            }
        };
        let name = file.display().to_string();
        for answers::AnswerRow { place, row } in answers::rows(&name, &bytes) {
            let row = match row {
                Ok(row) => row,
                Err(why) => {
                    done.failed.push(format!("{place}: {why}"));
                    continue;
                }
            };
            let clip = ClipId::from_stored(row.clip.trim());
            let text = tidy(&row.text);
            if !row.workspace.is_empty() && row.workspace != id {
                done.failed.push(format!("{place}: of another workspace ({})", row.workspace));
            } else if workspace.store.lengths([&clip])?.is_empty() {
                done.failed.push(format!("{place}: no clip '{clip}' in this workspace"));
            } else if text.is_empty() {
                done.failed.push(format!("{place}: `text` is empty: write what is said"));
            } else {
                gold.insert(clip, text);
            }
        }
    }
    let gold: Vec<_> = gold.into_iter().collect();
    workspace.store.keep_gold(&gold)?;
    done.gold = gold.len();
    settle::settle(workspace)?;
    Ok(done)
}
