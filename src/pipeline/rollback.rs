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
/// calibration and its guarantees come with it; clips that wait are transcribed again by the next run.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{LanguageChoice, example_round};
    use std::fs;

    #[test]
    fn a_promoted_model_is_in_use_until_it_is_taken_back_and_a_lost_one_is_no_way_back() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("ws");
        let mut ws = Workspace::init(&dir, LanguageChoice::Auto, "base").unwrap();
        assert!(rollback(&mut ws, None).unwrap_err().to_string().contains("no round"));
        let base = ws.model().unwrap();
        // The same weights serve as the round's: what counts is which file is opened.
        fs::create_dir(dir.join("models")).unwrap();
        let file = dir.join("models/round-1.bin");
        fs::copy(&base.path, &file).unwrap();
        let promoted = (base.id(), base.sha256.clone(), "models/round-1.bin".to_string());
        ws.store.keep_round(&example_round(1, 0, Some(promoted)), &[]).unwrap();
        assert_eq!((ws.round().unwrap(), ws.model().unwrap().path), (1, file.clone()));
        assert!(ws.model_path().unwrap().ends_with("models/round-1.bin"));
        assert_ne!(ws.routing().unwrap().seed, ws.config.routing.seed, "audits are drawn anew");

        let done = rollback(&mut ws, None).unwrap();
        assert_eq!((done.from, done.to), (1, 0));
        assert_eq!(ws.model().unwrap().path, base.path);
        assert_eq!(ws.routing().unwrap().seed, ws.config.routing.seed);
        assert_eq!(rollback(&mut ws, Some(1)).unwrap().to, 1);
        rollback(&mut ws, Some(0)).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&file, bytes).unwrap();
        assert!(format!("{:#}", rollback(&mut ws, Some(1)).unwrap_err()).contains("has changed"));
        fs::remove_file(&file).unwrap();
        assert!(rollback(&mut ws, Some(1)).is_err());
        assert_eq!(ws.round().unwrap(), 0, "a way that is closed is not taken");
        assert!(
            rollback(&mut ws, Some(7)).unwrap_err().to_string().contains("no promoted round 7")
        );
    }
}
