//! `backup`: a workspace as it is at this moment, as one tar file, also while a run is writing. In it: the database,
//! settings, lexicon, calibrations and the models that rounds made. Recordings are not, nor models that can be fetched.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::outputs::Notes;
use super::workspace::{DATABASE, Workspace};
use crate::config;
use crate::domain::OutputKind;
use crate::files::leftovers::PartFolder;
use crate::files::{Part, replaced};
use crate::views::progress::Console;

/// What was saved.
#[derive(Debug, Serialize)]
pub struct Saved {
    /// The backup.
    pub file: PathBuf,
    /// What is in it, from the workspace's folder.
    pub holds: Vec<String>,
    /// Files that the settings name outside of the workspace: they are not in it.
    pub elsewhere: Vec<String>,
    /// Recordings that the database knows; their audio is not in the backup.
    pub recordings: usize,
}

/// Saves the workspace `dir` to a new file.
pub fn backup(dir: &Path, file: &Path, console: Console) -> Result<Saved> {
    ensure!(
        fs::symlink_metadata(file).is_err(),
        "{} is there already: name a new file; a backup replaces nothing",
        file.display()
    );
    let workspace = Workspace::read(dir)?;
    let mut notes = Notes::of(&workspace, console)?;
    let parent = replaced::parent_of(file)?;
    let work = PartFolder::inside(&parent)
        .with_context(|| format!("make a folder in {}", parent.display()))?;
    // The database first: what it names is on disk before it does.
    let snapshot = work.path().join(DATABASE);
    workspace.store.snapshot(&snapshot)?;
    let mut files = vec![(DATABASE.to_string(), snapshot)];
    let (names, elsewhere) = beside(&workspace)?;
    files.extend(names.into_iter().map(|name| {
        let path = dir.join(&name);
        (name, path)
    }));
    let folder = dir.canonicalize()?.file_name().map_or("workspace".into(), PathBuf::from);
    let saved = || -> Result<()> {
        let part = Part::private(file)?;
        let mut tar = tar::Builder::new(BufWriter::new(part.file()));
        for (name, path) in &files {
            let mut content =
                File::open(path).with_context(|| format!("read {}", path.display()))?;
            tar.append_file(folder.join(name), &mut content)
                .with_context(|| format!("add {}", path.display()))?;
        }
        tar.into_inner()?.into_inner().map_err(|e| e.into_error())?;
        Ok(part.keep_new()?)
    };
    notes
        .everything(OutputKind::Backup, file, saved)
        .with_context(|| format!("write {}", file.display()))?;
    Ok(Saved {
        file: file.to_path_buf(),
        holds: files.into_iter().map(|(name, _)| name).collect(),
        elsewhere,
        recordings: workspace.store.recordings()?.len(),
    })
}

/// What belongs to a workspace beside its database, from its folder; and what its settings name outside of it.
fn beside(workspace: &Workspace) -> Result<(Vec<String>, Vec<String>)> {
    let dir = &workspace.dir;
    let (mut names, mut elsewhere) = (vec![config::FILE.to_string()], Vec::new());
    for named in [&workspace.config.lexicon, &workspace.config.calibration] {
        let parts = || Path::new(named.trim()).components().filter(|c| *c != Component::CurDir);
        let path: PathBuf = parts().collect();
        if dir.join(&path).is_file() {
            let within = parts().all(|c| matches!(c, Component::Normal(_)));
            let list = if within { &mut names } else { &mut elsewhere };
            list.push(path.to_string_lossy().into_owned());
        }
    }
    for (folder, begins, ends) in [("", "calibration", ".json"), ("models", "round-", ".bin")] {
        let Ok(entries) = fs::read_dir(dir.join(folder)) else { continue };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(begins) && name.ends_with(ends) && entry.path().is_file() {
                names.push(Path::new(folder).join(name).to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    names.dedup();
    Ok((names, elsewhere))
}
