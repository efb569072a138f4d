//! `transcripts`: every clip that was decided on, corrected text first where there is one. Recordings that failed or
//! wait are named, and have no file.

mod talks;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use anyhow::{Result, ensure};

use super::forget::none_pending;
use super::outputs::Notes;
use super::workspace::Workspace;
use crate::domain::{
    Decision, Hypothesis, OutputKind, Reason, Recording, RecordingId, Samples, Token,
    tokens_by_word,
};
use crate::files::folder::OutFolder;
use crate::store::{ClipRow, Draft, Holds, NewOutput};
use crate::views::progress::Console;
use crate::views::transcripts::names::names;
use crate::views::transcripts::{TextSource, TranscriptFormat, TranscriptRow, Voices};
use talks::{Missing, Undecided};

/// The file of all recordings.
const ALL: &str = "transcripts.jsonl";

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
    formats: &[TranscriptFormat],
    out: &mut impl Write,
) -> Result<Vec<String>> {
    ensure!(
        matches!(formats, [TranscriptFormat::Jsonl | TranscriptFormat::Txt]),
        "these formats are one file per recording: give a folder with --out"
    );
    none_pending(workspace)?;
    let recordings = workspace.store.recordings_by_id()?;
    let withheld = workspace.store.withheld()?;
    let mut undecided = Undecided::default();
    workspace.store.each_clip(Draft::Decided, |clip| {
        undecided.look(&clip);
        if withheld.contains_key(&clip.clip.id) {
            return Ok(());
        }
        if let Some(row) = row(clip, &recordings) {
            let text = formats[0].render(&[row], Samples(0), Voices::Unnamed);
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
    formats: &[TranscriptFormat],
    out: &Path,
    console: Console,
) -> Result<Written> {
    let mut notes = Notes::of(workspace, console)?;
    let recordings = workspace.store.recordings_by_id()?;
    let mut rows: BTreeMap<RecordingId, Vec<TranscriptRow>> = BTreeMap::new();
    let mut all = Vec::new();
    let withheld = workspace.store.withheld()?;
    let mut undecided = Undecided::default();
    workspace.store.each_clip(Draft::Decided, |clip| {
        undecided.look(&clip);
        if withheld.contains_key(&clip.clip.id) {
            return Ok(());
        }
        let id = clip.clip.recording.clone();
        if let Some(row) = row(clip, &recordings) {
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
    notes.note(&noted(formats, &talks, &names, &folder));
    let mut put = |name: &str, text: String| match folder.text(name, &text) {
        Ok(_) => written.files += 1,
        Err(error) => written.failed.push(format!("{error:#}")),
    };
    for &format in formats {
        if format == TranscriptFormat::Jsonl {
            put(ALL, format.render(&all, Samples(0), Voices::Unnamed));
            continue;
        }
        for (talk, name) in talks.iter().zip(&names) {
            let name = format!("{name}.{}", format.extension());
            put(&name, format.render(&talk.rows, talk.length, talk.voices));
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

/// The row of a clip; `None` until it was decided on.
fn row(row: ClipRow, recordings: &BTreeMap<RecordingId, Recording>) -> Option<TranscriptRow> {
    let recording = recordings.get(&row.clip.recording)?;
    let routed = row.routed.as_ref()?;
    let (decision, reasons): (_, &[Reason]) = match &routed.decision {
        Decision::Auto { over_budget } => ("auto", over_budget),
        Decision::Human { reasons, .. } => ("human", reasons),
        Decision::Dropped { .. } => ("dropped", &[]),
    };
    let mut codes: Vec<String> = Vec::new();
    for reason in reasons {
        if !codes.iter().any(|c| c == reason.code()) {
            codes.push(reason.code().to_string());
        }
    }
    let (text, source) = match &row.consensus {
        Some(consensus) => (consensus.text.clone(), TextSource::Human),
        None => (row.draft().to_string(), TextSource::Machine),
    };
    let start = row.clip.span.start.seconds();
    Some(TranscriptRow {
        recording: recording.id.to_string(),
        path: recording.path.clone(),
        clip: row.clip.id.to_string(),
        start,
        end: row.clip.span.end.seconds(),
        text,
        source,
        draft: row.draft().to_string(),
        score: routed.score.map(|s| s.get()),
        decision: decision.to_string(),
        reasons: codes,
        inclusion_probability: routed.inclusion.get(),
        region: routed.region.as_ref().map_or(String::new(), |r| r.to_string()),
        speaker: recording.speaker(row.clip.span).unwrap_or_default().to_string(),
        model: row.hypothesis.as_ref().map_or(String::new(), |h| h.model.clone()),
        evidence: routed.evidence.iter().map(|piece| piece.to_string()).collect(),
        word_starts: row.hypothesis.as_ref().map_or(Vec::new(), |h| word_starts(h, start)),
    })
}

/// When each word of a draft starts, for a clip that starts at `clip` seconds; empty where tokens and words differ.
fn word_starts(h: &Hypothesis, clip: f64) -> Vec<f64> {
    let words = tokens_by_word(&h.tokens);
    let text = |tokens: &[Token]| tokens.iter().map(|t| t.text.as_str()).collect::<String>();
    let same = words.iter().map(|tokens| text(tokens)).collect::<String>();
    if same.split_whitespace().ne(h.text.split_whitespace())
        || words.len() != h.text.split_whitespace().count()
    {
        return Vec::new();
    }
    words.iter().map(|tokens| clip + tokens[0].start.0 as f64 / 1000.0).collect()
}
