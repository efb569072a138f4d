//! `subject`: everything that is held about a person, in plain files. In: a workspace, who asks. Out: a folder that they can
//! be given. Other people's names are not in it. Left to others: whether they are who they say.

mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use super::forget::Plan;
use super::outputs::Notes;
use super::run::unchanged;
use super::workspace::Workspace;
use crate::audio::decode::Source;
use crate::audio::{cut, wav};
use crate::domain::{Clip, OutputKind, Recording, RecordingId, Span, Target};
use crate::files::replaced::Replacement;
use crate::store::{Holds, NewOutput};
use crate::views::progress::Console;

/// What was written.
#[derive(Debug, Default, Serialize)]
pub struct Handed {
    /// The folder.
    pub folder: PathBuf,
    /// Rows of each file.
    pub rows: BTreeMap<&'static str, usize>,
    /// WAV files.
    pub audio: usize,
    /// Recordings whose audio could not be read, with the reason.
    pub failed: Vec<String>,
}

/// Writes everything about a person into a new folder.
///
/// # Errors
/// There is nobody of that name; the folder is there.
pub fn write(workspace: &Workspace, who: &Target, out: &Path, console: Console) -> Result<Handed> {
    ensure!(
        std::fs::symlink_metadata(out).is_err(),
        "{} is there already: name a new folder",
        out.display()
    );
    let mut notes = Notes::of(workspace, console)?;
    let erasure = Plan::of(workspace, who)?.erasure;
    let recordings = workspace.store.recordings_by_id()?;
    let mut clips = Vec::new();
    for id in &erasure.recordings {
        clips.extend(workspace.store.clips_of(id)?);
    }
    workspace.store.each_of(&erasure.clips, |row| {
        clips.push(row.clip);
        Ok(())
    })?;
    let held = rows::Held { workspace, erasure: &erasure, recordings: &recordings, clips: &clips };
    let files = match who {
        Target::Validator(_) => held.of_validator()?,
        _ => held.of_speaker()?,
    };
    let ids: Vec<RecordingId> = held.recordings_held();
    let place = out.to_path_buf();
    let holds = Holds::Recordings(ids);
    let noted = notes.note(&[NewOutput { kind: OutputKind::Subject, place, batch: None, holds }]);
    let done = folder(out, who, &files, &clips, &recordings);
    if done.is_err() {
        notes.failed(&noted);
    }
    done
}

/// The folder, whole or not at all, that only its owner may read.
fn folder(
    out: &Path,
    who: &Target,
    files: &[(&'static str, Vec<Value>)],
    clips: &[Clip],
    recordings: &BTreeMap<RecordingId, Recording>,
) -> Result<Handed> {
    let mut handed = Handed { folder: out.to_path_buf(), ..Handed::default() };
    let draft = Replacement::start(out)?;
    owner_only(draft.path())?;
    for (name, rows) in files {
        let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
        draft.write(name, &text)?;
        handed.rows.insert(name, rows.len());
    }
    draft.write("README.txt", &rows::readme(who, files))?;
    if matches!(who, Target::Speaker(_)) {
        let audio = draft.path().join("audio");
        std::fs::create_dir(&audio)?;
        for of_one in clips.chunk_by(|a, b| a.recording == b.recording) {
            let Some(recording) = recordings.get(&of_one[0].recording) else { continue };
            let spans: Vec<Span> = of_one.iter().map(|clip| clip.span).collect();
            let cut = unchanged(recording).and_then(|()| {
                cut::cut(&Source::recording(recording), &spans, &mut |n, samples| {
                    handed.audio += 1;
                    wav::write(&audio.join(format!("{}.wav", of_one[n].id)), &samples)
                })
            });
            if let Err(error) = cut {
                handed.failed.push(format!("{}: {error:#}", recording.path));
            }
        }
    }
    owner_only(draft.path())?;
    draft.publish()?;
    Ok(handed)
}

/// Lets only the owner at a folder and all that is in it.
pub(super) fn owner_only(folder: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        private(entry.path(), if entry.file_type().is_dir() { 0o700 } else { 0o600 })?;
    }
    Ok(())
}

/// Lets only the owner at a file or folder.
fn private(path: &Path, mode: u32) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
            .with_context(|| format!("set who may read {}", path.display()))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}
