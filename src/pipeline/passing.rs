//! What a round of adaptation leaves in the folder of models until it ends: checkpoints and candidates. In: that folder.
//! Out: nothing of them is left. Left to others: what is in them (`adapt`).

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

/// Beginnings of what only an unfinished round needs; with a dot: a file in the middle of which a round was killed.
const PASSING: [&str; 7] =
    ["candidate-", "training", "fold-", ".candidate-", ".training", ".second-ear-", ".tmp"];

/// Removes what only an unfinished round needs.
pub fn clean(models: &Path) -> Result<()> {
    let entries = match std::fs::read_dir(models) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("read {}", models.display()))?,
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if PASSING.iter().any(|p| name.starts_with(p)) && entry.path().is_file() {
            let path = entry.path();
            std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        }
    }
    Ok(())
}
