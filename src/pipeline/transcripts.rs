//! `transcripts`: every clip that was decided on, corrected text first where there is one. Recordings that failed or
//! wait are named, and have no file.

mod rows;
mod talks;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};

use super::forget::none_pending;
use super::outputs::Notes;
use super::workspace::Workspace;
use crate::domain::{Naming, OutputKind, RecordingId};
use crate::files::folder::OutFolder;
use crate::store::{ClipRow, Draft, Holds, NewOutput};
use crate::views::progress::Console;
use crate::views::transcripts::names::names;
use crate::views::transcripts::{TranscriptFormat, TranscriptRow, Whole};
use rows::Rows;
use talks::{Missing, Undecided};

/// The file of all recordings.
const ALL: &str = "transcripts.jsonl";

/// What may be asked.
pub struct TranscriptOptions {
    /// How they are written.
    pub formats: Vec<TranscriptFormat>,
    /// The model's drafts, whatever people wrote.
    pub drafts: bool,
    /// Only clips that people settled with a text.
    pub only_settled: bool,
    /// What people are called.
    pub naming: Naming,
}

impl TranscriptOptions {
    /// Whether a clip is asked for.
    fn takes(&self, clip: &ClipRow) -> bool {
        !self.only_settled || clip.consensus.as_ref().is_some_and(|c| c.verdict.gives_text())
    }
}

/// What was written.
#[derive(Debug, Default)]
pub struct Written {
    /// Files.
    pub files: usize,
    /// Recordings that failed or wait, clips that failed, files that could not be written, with the reason.
    pub failed: Vec<String>,
}

/// Prints JSONL or text, row by row; the other formats are one file per recording and need a folder. Gives the
/// recordings and clips that are missing, with the reason.
pub fn print(
    workspace: &Workspace,
    options: &TranscriptOptions,
    out: &mut impl Write,
) -> Result<Vec<String>> {
    let &[format @ (TranscriptFormat::Jsonl | TranscriptFormat::Txt)] = &*options.formats else {
        bail!("these formats are one file per recording: give a folder with --out");
    };
    none_pending(workspace)?;
    let rows = Rows::of(workspace, options)?;
    let withheld = workspace.store.withheld()?;
    let mut undecided = Undecided::default();
    workspace.store.each_clip(Draft::Decided, |clip| {
        undecided.look(&clip);
        if withheld.contains_key(&clip.clip.id) || !options.takes(&clip) {
            return Ok(());
        }
        if let Some(row) = rows.row(clip) {
            let text = format.render(&[row], &Whole::ROWS);
            out.write_all(text.as_bytes())?;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(Missing::of(&workspace.store, &undecided)?.said)
}

/// Writes one file per recording and format (JSONL: one file for all), and one for the channels of a file together.
pub fn write(
    workspace: &Workspace,
    options: &TranscriptOptions,
    out: &Path,
    console: Console,
) -> Result<Written> {
    let mut notes = Notes::of(workspace, console)?;
    let made = Rows::of(workspace, options)?;
    let mut rows: BTreeMap<RecordingId, Vec<TranscriptRow>> = BTreeMap::new();
    let mut all = Vec::new();
    let withheld = workspace.store.withheld()?;
    let mut undecided = Undecided::default();
    workspace.store.each_clip(Draft::Decided, |clip| {
        undecided.look(&clip);
        if withheld.contains_key(&clip.clip.id) || !options.takes(&clip) {
            return Ok(());
        }
        let id = clip.clip.recording.clone();
        if let Some(row) = made.row(clip) {
            all.push(row.clone());
            rows.entry(id).or_default().push(row);
        }
        Ok(())
    })?;
    let missing = Missing::of(&workspace.store, &undecided)?;
    let talks = talks::talks(&workspace.store.recordings()?, rows, &missing.left_out);
    let names = names(&talks.iter().map(talks::Talk::named).collect::<Vec<_>>());
    let mut written = Written { files: 0, failed: missing.said };
    let mut folder = OutFolder::open(out)?;
    notes.note(&noted(&options.formats, &talks, &names, &folder));
    let mut put = |name: &str, text: String| match folder.text(name, &text) {
        Ok(_) => written.files += 1,
        Err(error) => written.failed.push(format!("{error:#}")),
    };
    for &format in &options.formats {
        if format == TranscriptFormat::Jsonl {
            put(ALL, format.render(&all, &Whole::ROWS));
            continue;
        }
        for (talk, name) in talks.iter().zip(&names) {
            let whole = Whole { name, length: talk.length, voices: talk.voices };
            put(&format!("{name}.{}", format.extension()), format.render(&talk.rows, &whole));
        }
    }
    notes.nobody_left(out)?;
    Ok(written)
}

/// The files that are about to be written, each with the recordings in it.
fn noted(
    formats: &[TranscriptFormat],
    talks: &[talks::Talk],
    names: &[String],
    folder: &OutFolder,
) -> Vec<NewOutput<'static>> {
    let file = |name: &str, holds| NewOutput {
        kind: OutputKind::Transcripts,
        place: folder.at(name),
        batch: None,
        holds,
    };
    let mut files = Vec::new();
    for format in formats {
        if *format == TranscriptFormat::Jsonl {
            files.push(file(ALL, Holds::Everything));
            continue;
        }
        files.extend(talks.iter().zip(names).map(|(talk, name)| {
            let ids = talk.rows.iter().map(|row| RecordingId::from_stored(&row.recording));
            let ids = ids.collect::<BTreeSet<_>>().into_iter().collect();
            file(&format!("{name}.{}", format.extension()), Holds::Recordings(ids))
        }));
    }
    files
}
