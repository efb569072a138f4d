//! `tasks`: clips that wait for a person become task files, and the store learns what went out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use super::files::{write_text, write_whole};
use super::workspace::Workspace;
use super::{route, run};
use crate::audio::{cut, flac, wav};
use crate::domain::{
    BatchId, Clip, ClipId, Decision, Hypothesis, Language, Reason, Recording, RecordingId, Span,
    State, TagKind, TaskRow, draft_digest,
};
use crate::routing::lexicon::{Kind, Lexicon};
use crate::store::{Draft, HandedOut};
use crate::tasks::bundle::{self, Format};
use crate::tasks::page::{self, Batch, PageItem, Suggestion};
use crate::views::progress::{Progress, Talk, Unit};

/// What may be asked.
#[derive(Debug)]
pub struct Options {
    /// Folder to write to.
    pub out: PathBuf,
    /// One or several.
    pub formats: Vec<Format>,
    /// Clips in one file.
    pub clips_per_file: usize,
    /// Answers wanted for each clip.
    pub validators: u32,
    /// Leave out clips that are in a task file already.
    pub only_new: bool,
}

/// What was written.
#[derive(Debug, Default, Serialize)]
pub struct Written {
    /// Batches, by id.
    pub batches: Vec<String>,
    /// Task files.
    pub files: Vec<PathBuf>,
    /// Clips in them.
    pub clips: usize,
    /// Seconds of audio in them.
    pub seconds: f64,
    /// Recordings that could not be read, with the reason; their clips go on waiting.
    pub failed: Vec<String>,
}

/// A clip that waits for a person.
struct Waiting {
    clip: Clip,
    hypothesis: Option<Hypothesis>,
    reasons: Vec<Reason>,
    priority: f64,
    row: TaskRow,
    /// In order of ingestion and time.
    position: usize,
}

/// Bars of a clip's waveform.
const PEAKS: usize = 200;

/// Writes task files, highest priorities first, in order of time within a file.
pub fn write(workspace: &mut Workspace, options: &Options, talk: Talk) -> Result<Written> {
    let recordings = workspace.store.recordings_by_id()?;
    let mut written = Written::default();
    let mut waiting = waiting(workspace, &recordings, options.only_new)?;
    leave_out_unreadable(&mut waiting, &recordings, &mut written);
    waiting.sort_by(|a, b| b.priority.total_cmp(&a.priority));
    let lexicon = route::lexicon(workspace)?;
    let progress = talk.progress("tasks", Unit::Things("clips"), waiting.len() as u64);
    while !waiting.is_empty() {
        let rest = waiting.split_off(waiting.len().min(options.clips_per_file));
        let mut chunk = std::mem::replace(&mut waiting, rest);
        chunk.sort_by_key(|w| w.position);
        write_batch(workspace, options, chunk, (&recordings, &lexicon), &mut written, &progress)?;
    }
    Ok(written)
}

fn waiting(
    workspace: &Workspace,
    recordings: &BTreeMap<RecordingId, Recording>,
    only_new: bool,
) -> Result<Vec<Waiting>> {
    let id = workspace.store.workspace()?;
    let mut found: Vec<Waiting> = Vec::new();
    let mut before: Option<(RecordingId, String)> = None;
    // The clip before, when it still wants to know what comes after it.
    let mut open: Option<usize> = None;
    workspace.store.each_clip(Draft::Decided, |row| {
        let text = match &row.consensus {
            Some(c) if c.verdict.gives_text() => c.text.clone(),
            _ => row.draft().to_string(),
        };
        let recording = row.clip.recording.clone();
        let same = before.take().filter(|(r, _)| *r == recording).map(|(_, text)| text);
        if let Some(earlier) = open.take()
            && same.is_some()
        {
            found[earlier].row.context_after = text.clone();
        }
        before = Some((recording, text));
        if row.state() != State::Waiting || (only_new && row.frozen) {
            return Ok(());
        }
        let Some(routed) = row.routed else { return Ok(()) };
        let Decision::Human { reasons, priority } = routed.decision else { return Ok(()) };
        let draft = row.hypothesis.as_ref().map_or(String::new(), |h| h.text.clone());
        let path = recordings.get(&row.clip.recording).map(|r| r.path.clone());
        let Span { start, end } = row.clip.span;
        let codes: BTreeSet<_> = reasons.iter().map(|r| r.code().to_string()).collect();
        open = Some(found.len());
        found.push(Waiting {
            position: found.len(),
            row: TaskRow {
                workspace: id.clone(),
                clip: row.clip.id.to_string(),
                path: path.unwrap_or_default(),
                start: start.seconds(),
                end: end.seconds(),
                draft_digest: draft_digest(&row.clip.id, &draft),
                draft,
                reasons: codes.into_iter().collect(),
                region: routed.region.map_or(String::new(), |r| r.to_string()),
                context_before: same.unwrap_or_default(),
                ..TaskRow::default()
            },
            clip: row.clip,
            hypothesis: row.hypothesis,
            reasons,
            priority,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Recordings whose file is gone or changed are named once; the rest goes on.
fn leave_out_unreadable(
    waiting: &mut Vec<Waiting>,
    recordings: &BTreeMap<RecordingId, Recording>,
    written: &mut Written,
) {
    let ids: BTreeSet<_> = waiting.iter().map(|w| w.clip.recording.clone()).collect();
    let mut bad = BTreeSet::new();
    for id in ids {
        let Some(recording) = recordings.get(&id) else { continue };
        if let Err(error) = run::unchanged(recording) {
            written.failed.push(format!("{}: {error:#}", recording.path));
            bad.insert(id);
        }
    }
    waiting.retain(|w| !bad.contains(&w.clip.recording));
}

fn write_batch(
    workspace: &mut Workspace,
    options: &Options,
    chunk: Vec<Waiting>,
    (recordings, lexicon): (&BTreeMap<RecordingId, Recording>, &Lexicon),
    written: &mut Written,
    progress: &Progress,
) -> Result<()> {
    let sounds = sounds(&chunk, recordings)?;
    let digests = chunk.iter().map(|w| (w.clip.id.clone(), w.row.draft_digest.clone()));
    let id = workspace.store.workspace()?;
    let batch = BatchId::derive(&id, digests);
    let mut rows: Vec<TaskRow> = chunk.iter().map(|w| w.row.clone()).collect();
    rows.iter_mut().for_each(|row| row.batch = batch.to_string());
    for format in &options.formats {
        let path = options.out.join(format.file_name(&batch));
        match format {
            Format::Html => {
                let page = Batch {
                    workspace: id.clone(),
                    batch: batch.clone(),
                    title: title(&workspace.dir),
                    interface: workspace.config.tasks.interface.clone(),
                    speech: speech(&chunk),
                    lexicon: suggestions(&chunk, lexicon),
                };
                let items = chunk.iter().zip(&rows).map(|(waiting, row)| {
                    page_item(waiting, row.clone(), sounds.get(&waiting.clip.id))
                });
                write_whole(&path, |out| page::render_to(out, &page, items).map(drop))?;
            }
            _ => {
                let audio = options.out.join(bundle::AUDIO);
                std::fs::create_dir_all(&audio)
                    .with_context(|| format!("make {}", audio.display()))?;
                for (row, waiting) in rows.iter_mut().zip(&chunk) {
                    row.audio = bundle::audio_name(&waiting.clip.id);
                    let samples = sounds.get(&waiting.clip.id).map_or(&[][..], Vec::as_slice);
                    wav::write(&options.out.join(&row.audio), samples)?;
                }
                write_whole(&path, |out| bundle::write(*format, out, &rows))?;
                if let Some((name, text)) = format.beside() {
                    let path = options.out.join(name);
                    if !path.exists() {
                        write_text(&path, text)?;
                    }
                }
                rows.iter_mut().for_each(|row| row.audio.clear());
            }
        }
        written.files.push(path);
    }
    drop(sounds);
    // After the files: were the order the other way round, dying here would leave clips that count
    // as handed out but are in no file. Written again, a batch is the same batch.
    let handed_out: Vec<HandedOut> = chunk
        .iter()
        .map(|w| HandedOut {
            clip: w.clip.id.clone(),
            draft: w.row.draft.clone(),
            draft_digest: w.row.draft_digest.clone(),
            blind: false,
        })
        .collect();
    let now = jiff::Timestamp::now().to_string();
    workspace.store.keep_batch(&batch, &now, options.validators, &handed_out)?;
    written.clips += chunk.len();
    written.seconds += chunk.iter().map(|w| w.clip.span.len().seconds()).sum::<f64>();
    written.batches.push(batch.to_string());
    progress.advance(chunk.len() as u64);
    Ok(())
}

/// The samples of every clip of a chunk, each recording decoded once.
fn sounds(
    chunk: &[Waiting],
    recordings: &BTreeMap<RecordingId, Recording>,
) -> Result<BTreeMap<ClipId, Vec<f32>>> {
    let mut sounds = BTreeMap::new();
    for clips in chunk.chunk_by(|a, b| a.clip.recording == b.clip.recording) {
        let found = clips.first().and_then(|w| recordings.get(&w.clip.recording));
        let Some(Recording { path, file, channel, .. }) = found else { continue };
        let spans: Vec<Span> = clips.iter().map(|w| w.clip.span).collect();
        cut::cut(file, *channel, &spans, &mut |n, samples| {
            sounds.insert(clips[n].clip.id.clone(), samples);
            Ok(())
        })
        .with_context(|| format!("read {path}"))?;
    }
    Ok(sounds)
}

fn page_item(waiting: &Waiting, row: TaskRow, samples: Option<&Vec<f32>>) -> Result<PageItem> {
    let samples = samples.map_or(&[][..], Vec::as_slice);
    Ok(PageItem {
        row,
        audio: flac::encode(samples)?,
        words: waiting.hypothesis.as_ref().map_or(Vec::new(), |h| page::words(&h.tokens)),
        peaks: page::peaks(samples, PEAKS),
        reasons: waiting.reasons.clone(),
    })
}

/// The language spoken, where it is one for the whole chunk.
fn speech(chunk: &[Waiting]) -> Option<Language> {
    let mut languages = chunk.iter().filter_map(|w| w.hypothesis.as_ref()).map(|h| &h.language);
    let first = languages.next()?;
    languages.all(|other| other == first).then(|| first.clone())
}

fn tag_kind(kind: Kind) -> TagKind {
    match kind {
        Kind::Word => TagKind::RegionalWord,
        Kind::Idiom => TagKind::Idiom,
    }
}

/// The lexicon's entries that stand in a chunk's drafts, for validators to confirm.
fn suggestions(chunk: &[Waiting], lexicon: &Lexicon) -> Vec<Suggestion> {
    let mut found = BTreeMap::new();
    for hit in chunk.iter().flat_map(|w| lexicon.hits(&w.row.draft)) {
        let entry = hit.entry;
        found.entry(entry.term.clone()).or_insert_with(|| Suggestion {
            term: entry.term.clone(),
            kind: tag_kind(entry.kind),
            region: entry.regions.first().map_or(String::new(), |r| r.to_string()),
            meaning: entry.meaning.clone(),
        });
    }
    found.into_values().collect()
}

fn title(dir: &Path) -> String {
    let dir = dir.canonicalize().unwrap_or(dir.to_path_buf());
    dir.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned())
}
