//! Files that the workspace wrote for others and that hold what goes. In: which. Out: those that lie as they were written
//! are gone; of each, what became of it; and `withdrawn.jsonl`, which tells a dataset's readers what left it. Left to
//! others: files elsewhere, which are told.

use std::path::{Path, PathBuf};

use anyhow::Result;
use schemars::JsonSchema;
use serde::Serialize;
use whisper::models::file_sha256;

use crate::domain::{Fate, OutputKind};
use crate::files::folder::{OutFolder, Removal};
use crate::files::{replaced, write_text};
use crate::pipeline::workspace::Workspace;
use crate::store::{LeftClip, Output};
use crate::training::export::LEFT;

/// An output that held what goes, and what became of it.
#[derive(Clone, Debug)]
pub struct Removed {
    /// Its number in the store.
    pub id: i64,
    /// What became of it.
    pub fate: Fate,
}

/// Removes outputs that lie as they were written.
pub fn remove(workspace: &mut Workspace, ids: &[i64]) -> Result<Vec<Removed>> {
    let all = workspace.store.outputs()?;
    let mut done = Vec::new();
    for output in all.iter().filter(|output| ids.contains(&output.id)) {
        let fate = match replaced_since(output, &all) {
            true => Fate::Away,
            // What cannot be looked at stays, and is told.
            false => removed(output).unwrap_or(Fate::Changed),
        };
        workspace.store.keep_fate(output.id, fate)?;
        done.push(Removed { id: output.id, fate });
    }
    Ok(done)
}

/// Whether a later version of a dataset lies in its place.
pub fn replaced_since(output: &Output, all: &[Output]) -> bool {
    let later = |other: &Output| {
        (&other.folder, &other.name, other.kind) == (&output.folder, &output.name, output.kind)
            && other.version > output.version
    };
    output.kind == OutputKind::Dataset && all.iter().any(later)
}

fn removed(output: &Output) -> Result<Fate> {
    let path = output.path();
    let removal = match output.kind {
        _ if std::fs::symlink_metadata(&path).is_err() => Removal::Away,
        OutputKind::Tasks | OutputKind::Transcripts => {
            let folder = record_folder(output);
            let name = path.strip_prefix(&folder)?.to_string_lossy().into_owned();
            OutFolder::open(&folder)?.remove(&name)?
        }
        OutputKind::Dataset | OutputKind::Subject | OutputKind::Study => replaced::remove(&path)?,
        OutputKind::Report | OutputKind::Backup => {
            match output.sha256.as_ref() == Some(&file_sha256(&path)?) {
                false => Removal::Changed,
                true => {
                    std::fs::remove_file(&path)?;
                    Removal::Removed
                }
            }
        }
    };
    Ok(match removal {
        Removal::Removed => Fate::Removed,
        Removal::Away => Fate::Away,
        Removal::Changed => Fate::Changed,
    })
}

/// The folder whose record knows a file: audio of tasks lies in one below it.
fn record_folder(output: &Output) -> PathBuf {
    let above = output.folder.parent().filter(|_| output.folder.ends_with("audio"));
    match above {
        Some(above) if OutFolder::is_one(above) => above.to_path_buf(),
        _ => output.folder.clone(),
    }
}

/// A row of `withdrawn.jsonl`; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
struct LeftRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    dataset: Option<String>,
    version: u32,
    written: &'a str,
    clip: &'a str,
    sha256: Option<&'a str>,
    left: &'a str,
    why: &'a str,
}

fn lines(left: &[LeftClip], place: Option<&Path>) -> Result<String> {
    let here = |clip: &&LeftClip| place.is_none_or(|place| clip.dataset == place);
    let row = |clip: &LeftClip| {
        let row = LeftRow {
            dataset: place.is_none().then(|| clip.dataset.to_string_lossy().into_owned()),
            version: clip.version,
            written: &clip.written,
            clip: &clip.clip,
            sha256: clip.sha256.as_deref(),
            left: &clip.left,
            why: &clip.why,
        };
        anyhow::Ok(serde_json::to_string(&row)? + "\n")
    };
    left.iter().filter(here).map(row).collect()
}

/// What left earlier versions of the dataset at this place.
pub fn left_of(workspace: &Workspace, place: &Path) -> Result<String> {
    lines(&workspace.store.left_datasets()?, Some(&std::path::absolute(place)?))
}

/// Writes what left datasets into the workspace, and into those that lie where they were written.
pub fn write_left(workspace: &Workspace) -> Result<()> {
    let left = workspace.store.left_datasets()?;
    if left.is_empty() {
        return Ok(());
    }
    write_text(&workspace.dir.join(LEFT), &lines(&left, None)?)?;
    let mut places: Vec<&Path> = left.iter().map(|clip| &*clip.dataset).collect();
    places.dedup();
    for place in places {
        // One that somebody has changed is theirs; its readers are told by the file in the workspace.
        let _ = replaced::amend(place, LEFT, &lines(&left, Some(place))?);
    }
    Ok(())
}

/// An output that holds what was withdrawn.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Standing {
    /// What it is.
    pub kind: OutputKind,
    /// Where it was written.
    pub path: PathBuf,
    /// When, RFC 3339.
    pub written: String,
    /// The version of a dataset.
    pub version: Option<u32>,
    /// Clips or recordings in it that were withdrawn.
    pub withdrawn: u64,
    /// What became of it: `removed`, `away`, `changed`.
    pub fate: Option<Fate>,
}

/// Outputs that hold what was withdrawn, copies of removed ones too; a dataset until its next version is written.
pub fn standing(workspace: &Workspace) -> Result<Vec<Standing>> {
    let all = workspace.store.outputs()?;
    let holds = |output: &&Output| output.withdrawn > 0 && !replaced_since(output, &all);
    Ok(all
        .iter()
        .filter(holds)
        .map(|output| Standing {
            kind: output.kind,
            path: output.path(),
            written: output.created.clone(),
            version: output.version,
            withdrawn: output.withdrawn,
            fate: output.fate,
        })
        .collect())
}
