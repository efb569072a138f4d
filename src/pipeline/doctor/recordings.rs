//! Whether the recordings are where they were, as they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use whisper::models::file_sha256;

use crate::domain::Recording;
use crate::pipeline::ingest::modified;
use crate::store::RecordingRow;
use crate::views::progress::{Console, Unit};

/// How a file is found.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Same,
    Gone,
    Unreadable(String),
    /// Another size or content.
    Other,
    /// The same size at another time; its content was not looked at.
    Touched,
}

/// A finding for each file that is not as it was ingested; `deep`: every content is looked at.
pub fn findings(all: &[RecordingRow], deep: bool, console: Console) -> Vec<(String, String)> {
    // The channels of a file are several recordings.
    let files: BTreeMap<&Path, &Recording> =
        all.iter().map(|row| (&*row.recording.file, &row.recording)).collect();
    let progress = console.progress("doctor", Unit::Things("files"), files.len() as u64);
    let look = |recording: &&Recording| {
        progress.advance(1);
        told(recording, &look(recording, deep))
    };
    files.values().filter_map(look).collect()
}

fn look(recording: &Recording, deep: bool) -> Found {
    let found = match fs::metadata(&recording.file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Found::Gone,
        Err(error) => return Found::Unreadable(error.to_string()),
        Ok(found) if found.len() != recording.bytes => return Found::Other,
        Ok(found) => found,
    };
    if !deep {
        return match modified(&found) == recording.modified {
            true => Found::Same,
            false => Found::Touched,
        };
    }
    match file_sha256(&recording.file) {
        Ok(sha256) if sha256 == recording.sha256 => Found::Same,
        Ok(_) => Found::Other,
        Err(error) => Found::Unreadable(format!("{error:#}")),
    }
}

fn told(recording: &Recording, found: &Found) -> Option<(String, String)> {
    let file = recording.file.display();
    let (problem, advice) = match found {
        Found::Same => return None,
        Found::Gone => (
            format!("{file} is gone"),
            "put it back, or ingest it from where it is now; what was transcribed stays".into(),
        ),
        Found::Unreadable(why) => {
            (format!("{file} cannot be read: {why}"), "look at its permissions and its disk".into())
        }
        Found::Other => (
            format!("{file} has changed since it was ingested"),
            "put the old file back, or ingest the new one, which becomes a recording of its own"
                .into(),
        ),
        Found::Touched => (
            format!("{file} has another time than when it was ingested"),
            "`doctor --deep` compares its content; if that is the same, nothing has to be done"
                .into(),
        ),
    };
    Some((problem, advice))
}
