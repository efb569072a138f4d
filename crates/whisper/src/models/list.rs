//! The table of models. In: the models folder. Out: one row per model, with what is there and whether
//! it is right. Left to others: printing it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;

use super::check::{Origin, verify_wanted};
use super::progress::ProgressEvent;
use super::registry::{Languages, Registry};

/// A row of `model list`.
#[derive(Clone, Debug, Serialize)]
pub struct ListedModel {
    /// What to type.
    pub name: String,
    /// Of the file, as published.
    pub size: String,
    /// What it understands.
    pub languages: Languages,
    /// Number of weights, as published.
    pub parameters: String,
    /// Of the weights.
    pub licence: String,
    /// Where the file is or would be.
    pub path: PathBuf,
    /// Whether it is there.
    pub state: State,
}

/// Whether a model is there and can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum State {
    /// Not there; `pull` would fetch it.
    Missing,
    /// There, and right.
    Verified {
        /// Of the whole file.
        sha256: String,
        /// How it is known.
        origin: Origin,
    },
    /// There, but wrong or unreadable: it will not be loaded.
    Refused {
        /// Why, and what to do.
        why: String,
    },
}

/// Every registered model, and the quantised ones that are there.
pub fn list(folder: &Path, progress: &mut dyn FnMut(ProgressEvent)) -> Result<Vec<ListedModel>> {
    let registry = Registry::embedded()?;
    let mut rows = Vec::new();
    for model in &registry.models {
        let quantised = registry.get(&format!("{}-q8_0", model.name));
        for wanted in [registry.get(&model.name), quantised].into_iter().flatten() {
            let path = folder.join(wanted.file_name());
            let there = path.exists();
            if wanted.quantised.is_some() && !there {
                continue;
            }
            let state = if there {
                match verify_wanted(&wanted, folder, progress) {
                    Ok(file) => State::Verified { sha256: file.sha256, origin: file.origin },
                    Err(error) => State::Refused { why: format!("{error:#}") },
                }
            } else {
                State::Missing
            };
            rows.push(ListedModel {
                name: wanted.name(),
                size: match &state {
                    State::Missing => model.size.clone(),
                    _ => mebibytes(&path),
                },
                languages: model.languages,
                parameters: model.parameters.clone(),
                licence: model.licence.clone(),
                path,
                state,
            });
        }
    }
    Ok(rows)
}

fn mebibytes(path: &Path) -> String {
    fs::metadata(path).map_or("?".into(), |m| format!("{} MiB", m.len().div_ceil(1 << 20)))
}
