//! `model rollback`: the model of an earlier round is in use again. Nothing is removed.

use anyhow::{Result, bail};
use serde::Serialize;

use super::workspace::Workspace;

/// What changed.
#[derive(Debug, Serialize)]
pub struct RolledBack {
    /// The round that was in use.
    pub from: u32,
    /// The round in use now; 0: the settings' model.
    pub to: u32,
    /// The model file in use now.
    pub model_file: Option<String>,
}

/// Puts round `to` in use, or without one the round that the present one was trained from. Its model, its
/// calibration and its promises come with it; clips that wait are transcribed again by the next run.
///
/// # Errors
/// No round in use, or none of that number was promoted, or its file is gone.
pub fn rollback(workspace: &mut Workspace, to: Option<u32>) -> Result<RolledBack> {
    let base = workspace.config.model.clone();
    let now = workspace.store.round_in_use(&base)?;
    let from = now.as_ref().map_or(0, |r| r.number);
    let to = match (to, &now) {
        (Some(to), _) => to,
        (None, Some(now)) => now.parent,
        (None, None) => bail!("the settings' model is in use: there is no round to go back from"),
    };
    workspace.store.use_round(to)?;
    if let Err(error) = workspace.model() {
        workspace.store.use_round(from)?;
        return Err(error);
    }
    let model_file = workspace.model_path().map(|p| p.display().to_string());
    Ok(RolledBack { from, to, model_file })
}
