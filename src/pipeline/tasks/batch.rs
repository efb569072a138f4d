//! One batch: its files, then what the store keeps of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::item::{Item, Recordings};
use super::terms::{self, Pace};
use super::{TaskOptions, Written, team};
use crate::audio::decode::Source;
use crate::audio::{cut, flac, wav};
use crate::domain::{
    BatchId, ClipId, HandedOut, Language, OutputKind, Purpose, Recording, RecordingId, Span,
    TagKind, TaskRow,
};
use crate::files::folder::OutFolder;
use crate::pipeline::random;
use crate::pipeline::scores::Scorer;
use crate::pipeline::workspace::Workspace;
use crate::routing::lexicon::{Kind, Lexicon};
use crate::store::{BatchRow, Holds, NewOutput};
use crate::tasks::bundle::{self, Format};
use crate::tasks::notice::notice;
use crate::tasks::page::{self, Batch, PageItem, Passphrase, Seal, Suggestion, Team};

/// Bars of a clip's waveform.
const PEAKS: usize = 200;

/// What all batches share.
pub struct Kit {
    /// All recordings.
    pub recordings: Recordings,
    /// How long people take.
    pub pace: Pace,
    /// How good each draft is.
    pub scorer: Scorer,
    /// Clips that somebody called offensive, and their neighbours.
    pub reported: BTreeSet<ClipId>,
    /// What the team says on its pages.
    pub team: Team,
}

/// Writes a batch in every format, for a person or for whoever opens it, then keeps it.
pub fn write(
    workspace: &mut Workspace,
    options: &TaskOptions,
    to: Option<&str>,
    chunk: Vec<Item>,
    kit: &Kit,
    folder: &mut OutFolder,
    written: &mut Written,
) -> Result<()> {
    let sounds = sounds(&chunk, &kit.recordings.all)?;
    // Blind, or for another purpose, the same clip makes another batch.
    let how = |item: &Item| match (item.out.purpose, item.out.blind.is_blind()) {
        (Purpose::Task, false) => String::new(),
        (purpose, blind) => format!(" {} {blind}", purpose.code()),
    };
    let digests = chunk.iter().map(|i| (i.clip.id.clone(), i.row.draft_digest.clone() + &how(i)));
    let id = workspace.store.workspace()?;
    let batch = BatchId::derive(&id, options.served.as_deref().or(to), digests);
    let work = kit.pace.work(&chunk, &workspace.config.tasks);
    let mut rows: Vec<TaskRow> = chunk.iter().map(|item| item.row.clone()).collect();
    for row in &mut rows {
        row.batch = batch.to_string();
        row.validator = to.unwrap_or_default().to_string();
    }
    let number = team::number(workspace, &batch)?;
    note(workspace, options, &chunk, (number, &batch), folder)?;
    for format in &options.formats {
        let name = format.file_name(number, &batch);
        let path = match format {
            Format::Html => {
                let page = Batch {
                    workspace: id.clone(),
                    batch: batch.clone(),
                    title: team::title(workspace),
                    to: to.map(String::from),
                    number: Some(number),
                    interface: workspace.config.tasks.interface,
                    speech: speech(&chunk),
                    expected: team::expected(workspace),
                    team: kit.team.clone(),
                    notice: notice(&workspace.config.tasks, &workspace.config.retention),
                    lexicon: suggestions(&chunk, &kit.scorer.lexicon),
                    work: work.clone(),
                    regions: workspace.config.tasks.regions.clone(),
                    served: options.served.is_some(),
                };
                let voices = voices(&chunk, &kit.recordings.all);
                let items = chunk.iter().zip(&rows).zip(voices).map(|((item, row), voice)| {
                    let made = page_item(item, row.clone(), sounds.get(&item.clip.id), &kit.scorer);
                    made.map(|made| PageItem { speaker: Some(voice), ..made })
                });
                let seal = options.passphrase.as_ref().map(seal).transpose()?;
                folder.write(&name, |out| page::render_to(out, &page, seal, items).map(drop))?
            }
            _ => {
                for (row, item) in rows.iter_mut().zip(&chunk) {
                    row.audio = bundle::audio_name(&item.clip.id);
                    let samples = sounds.get(&item.clip.id).map_or(&[][..], Vec::as_slice);
                    let bytes = wav::bytes(samples)?;
                    folder.write(&row.audio, |out| Ok(out.write_all(&bytes)?))?;
                }
                let path = folder
                    .write(&name, |out| bundle::write(*format, out, &rows, options.spreadsheet))?;
                if let Some((name, text)) = format.beside(workspace.config.tasks.interface)
                    && !folder.at(name).exists()
                {
                    folder.text(name, &text)?;
                }
                rows.iter_mut().for_each(|row| row.audio.clear());
                path
            }
        };
        written.files.push(path);
    }
    drop(sounds);
    // After the files: were the order the other way round, dying here would leave clips that count
    // as handed out but are in no file. Written again, a batch is the same batch.
    let handed_out: Vec<HandedOut> = chunk.iter().map(|item| item.out.clone()).collect();
    let now = jiff::Timestamp::now().to_string();
    let kept = BatchRow {
        id: batch.clone(),
        created: now.clone(),
        handed: now,
        reclaimed: None,
        validators: if options.adjudicate { 1 } else { options.validators },
        estimate: work.estimate_seconds,
        pay: work.pay_per_clip.map(|pay| pay * chunk.len() as f64),
        people: to.iter().map(ToString::to_string).collect(),
        served: options.served.is_some(),
    };
    workspace.store.keep_batch(&kept, &handed_out)?;
    if let Some(hourly) = terms::hourly(&work, chunk.len())
        && work.floor_per_hour.is_some_and(|floor| hourly < floor)
    {
        written.under_floor.insert(batch.to_string(), hourly);
    }
    written.clips += chunk.len();
    written.checks += chunk.iter().filter(|i| i.out.purpose.is_control()).count();
    written.seconds += chunk.iter().map(|i| i.clip.span.len().seconds()).sum::<f64>();
    written.estimated_seconds += work.estimate_seconds.unwrap_or(0.0);
    written.batches.push(batch.to_string());
    Ok(())
}

/// Notes the files that are about to be written, so that `forget` finds them: before they are there, whatever happens to
/// this process then.
fn note(
    workspace: &mut Workspace,
    options: &TaskOptions,
    chunk: &[Item],
    (number, batch): (usize, &BatchId),
    folder: &OutFolder,
) -> Result<()> {
    let all: Vec<_> = chunk.iter().map(|item| (item.clip.id.clone(), None)).collect();
    let file = |name: &str, clips| NewOutput {
        kind: OutputKind::Tasks,
        place: folder.at(name),
        batch: Some(batch.clone()),
        holds: Holds::Clips(clips),
    };
    let mut files: Vec<NewOutput> =
        options.formats.iter().map(|format| file(&format.file_name(number, batch), &all)).collect();
    if options.formats.iter().any(|format| *format != Format::Html) {
        let audio = all.chunks(1);
        files.extend(audio.map(|one| file(&bundle::audio_name(&one[0].0), one)));
    }
    workspace.store.note_outputs(&files)?;
    Ok(())
}

/// The samples of every clip of a chunk, each recording decoded once.
fn sounds(
    chunk: &[Item],
    recordings: &BTreeMap<RecordingId, Recording>,
) -> Result<BTreeMap<ClipId, Vec<f32>>> {
    let cut = |clips: &[Item]| {
        let mut sounds = Vec::with_capacity(clips.len());
        let found = clips.first().and_then(|item| recordings.get(&item.clip.recording));
        let Some(recording) = found else { return Ok(sounds) };
        let spans: Vec<Span> = clips.iter().map(|item| item.clip.span).collect();
        cut::cut(&Source::recording(recording), &spans, &mut |n, samples| {
            sounds.push((clips[n].clip.id.clone(), samples));
            Ok(())
        })
        .with_context(|| format!("read {}", recording.path))?;
        Ok(sounds)
    };
    let recordings: Vec<_> = chunk.chunk_by(|a, b| a.clip.recording == b.clip.recording).collect();
    let sounds: Vec<Result<Vec<_>>> = recordings.into_par_iter().map(cut).collect();
    let mut all = BTreeMap::new();
    for sounds in sounds {
        all.extend(sounds?);
    }
    Ok(all)
}

/// A seal for one page: no other has its salt and nonces.
fn seal(passphrase: &Passphrase) -> Result<Seal> {
    Ok(Seal::new(passphrase, random::bytes()?, random::bytes()?))
}

fn page_item(
    item: &Item,
    row: TaskRow,
    samples: Option<&Vec<f32>>,
    scorer: &Scorer,
) -> Result<PageItem> {
    let samples = samples.map_or(&[][..], Vec::as_slice);
    let marked = item.hypothesis.as_ref().filter(|_| item.out.marked);
    let mut doubtful = marked.map_or(Vec::new(), |h| scorer.doubtful_words(h));
    let tokens = item.hypothesis.as_ref().map_or(&[][..], |h| &h.tokens);
    let words = match item.out.purpose {
        Purpose::Seeded => {
            let (words, stands) = page::words_of(&item.out.draft, tokens);
            let is_doubtful = |place: &Option<usize>| place.is_some_and(|p| doubtful.contains(&p));
            doubtful = (0..stands.len()).filter(|&n| is_doubtful(&stands[n])).collect();
            words
        }
        Purpose::Task | Purpose::Gold | Purpose::Adjudication => page::words(tokens),
    };
    Ok(PageItem {
        row,
        audio: flac::encode(samples)?,
        words,
        peaks: page::peaks(samples, PEAKS),
        reasons: item.reasons.clone(),
        doubtful,
        warnings: item.warnings.clone(),
        versions: item.versions.clone(),
        language: item.hypothesis.as_ref().map(|h| h.language.clone()),
        speaker: None,
    })
}

/// Who speaks in each clip, numbered as they come; a recording without a speaker counts as one voice.
fn voices(chunk: &[Item], recordings: &BTreeMap<RecordingId, Recording>) -> Vec<usize> {
    let mut numbers = BTreeMap::new();
    let voice = |item: &Item| {
        let id = &item.clip.recording;
        let speaker = recordings.get(id).and_then(|recording| recording.facts.speaker.as_deref());
        speaker.map_or_else(|| format!("recording {id}"), |name| format!("speaker {name}"))
    };
    chunk
        .iter()
        .map(|item| {
            let next = numbers.len();
            *numbers.entry(voice(item)).or_insert(next)
        })
        .collect()
}

/// The language spoken, where it is one for the whole chunk.
fn speech(chunk: &[Item]) -> Option<Language> {
    let mut languages =
        chunk.iter().filter_map(|item| item.hypothesis.as_ref()).map(|h| &h.language);
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
fn suggestions(chunk: &[Item], lexicon: &Lexicon) -> Vec<Suggestion> {
    let mut found = BTreeMap::new();
    let hits = chunk.iter().flat_map(|item| {
        let language = item.hypothesis.as_ref().map(|h| &h.language);
        lexicon.hits(&item.row.draft, language)
    });
    for hit in hits {
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

#[cfg(test)]
mod page_size;
