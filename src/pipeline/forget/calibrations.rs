//! The score without answers that went. In: the calibrations of a workspace. Out: those that rest on what goes; later, the
//! same without what answers made of them, and the one in use fitted anew on what is left, where that is enough.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::files::write_text;
use crate::hypotheses::calibrate::Calibration;
use crate::pipeline::recalibrate;
use crate::pipeline::scores;
use crate::pipeline::workspace::Workspace;

/// What became of a calibration.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum CalibrationChange {
    /// Its answers were taken out of it.
    Cleared {
        /// The file.
        file: PathBuf,
    },
    /// It was fitted anew, on the answers that are left.
    Refitted {
        /// The file.
        file: PathBuf,
        /// Settled clips that it was fitted on.
        clips: usize,
    },
    /// The answers that are left are not enough for a fit: the score is the one that there was before any.
    FellBack {
        /// Why.
        why: String,
    },
}

/// The calibration files of a round.
pub fn of_round(workspace: &Workspace, round: u32) -> Result<Vec<PathBuf>> {
    scores::round_paths(workspace, round)
}

/// The workspace's own calibrations that answers to these recordings made.
pub fn resting_on(workspace: &Workspace, recordings: &[String]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if recordings.is_empty() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(&workspace.dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // `calibration.json`, `calibration.ENGINE.json`, and those of rounds.
        let own = name.strip_suffix(".json").is_some_and(|stem| {
            let rest = stem.strip_prefix("calibration");
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('.') || rest.starts_with("-round-")
            })
        });
        let fitted = own && read(&path).is_some_and(|c| c.adjustment.is_some());
        if fitted && workspace.store.file_rests_on(&name, recordings)? {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Option<Calibration> {
    Calibration::parse(&std::fs::read_to_string(path).ok()?).ok()
}

/// Takes out of calibrations what answers made of them; fits the one in use anew.
pub fn renew(workspace: &mut Workspace, files: &[PathBuf]) -> Result<Vec<CalibrationChange>> {
    let mut changes = Vec::new();
    for path in files {
        let Some(fitted) = read(path).filter(|c| c.adjustment.is_some()) else { continue };
        let plain = Calibration { adjustment: None, ..fitted };
        // Where it is the one that ships, no file says so, as before any answer.
        let shipped = Calibration::shipped(&workspace.config.decode.id()).ok();
        if shipped.as_ref() == Some(&plain) {
            std::fs::remove_file(path).with_context(|| format!("remove {}", path.display()))?;
        } else {
            write_text(path, &plain.to_json()?)?;
        }
        changes.push(CalibrationChange::Cleared { file: path.clone() });
    }
    let named = workspace.config.calibration.trim().is_empty();
    for engine in workspace.config.decode.whose() {
        let own = scores::path_of(workspace, engine.as_ref())?;
        if !(named || engine.is_some()) || !files.contains(&own) {
            continue;
        }
        changes.push(match recalibrate::recalibrate(workspace, engine.as_ref())? {
            Ok(done) => {
                CalibrationChange::Refitted { file: done.path, clips: done.adjustment.clips }
            }
            Err(why) => CalibrationChange::FellBack { why: why.to_string() },
        });
    }
    Ok(changes)
}
