//! `dataset`: settled texts, and accepted drafts where asked for, become training data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use whisper::models::file_sha256;

use super::forget;
use super::outputs::Notes;
use super::run::unchanged;
use super::workspace::Workspace;
use crate::audio::decode::Source;
use crate::audio::{cut, wav};
use crate::domain::{ClipId, Decision, OutputKind, Recording, RecordingId, Span};
use crate::files::leftovers::PartFolder;
use crate::files::replaced;
use crate::store::{Draft, Holds, NewOutput};
use crate::text::normalise;
use crate::training::export::{self, About, Export, Item, LabelSource};
use crate::training::split::{self, Shares, Split, SplitItem};
use crate::views::progress::{Console, Unit};

/// How a dataset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Hugging Face audiofolder.
    Hf,
    /// NVIDIA NeMo manifests.
    Nemo,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 2] = [Format::Hf, Format::Nemo];

    /// The name on the command line, and of the sub-folder.
    pub fn code(self) -> &'static str {
        match self {
            Format::Hf => "hf",
            Format::Nemo => "nemo",
        }
    }

    /// What it is, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Format::Hf => "Hugging Face audiofolder",
            Format::Nemo => "NVIDIA NeMo manifests",
        }
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|f| f.code() == s);
        found.ok_or_else(|| format!("'{s}' is not a dataset format"))
    }
}

/// What may be asked.
#[derive(Debug)]
pub struct DatasetOptions {
    /// One: the dataset is `out` itself; several: a sub-folder each.
    pub formats: Vec<Format>,
    /// Add accepted drafts.
    pub with_auto: bool,
    /// Where to.
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Default, Serialize)]
pub struct Written {
    /// Clips.
    pub clips: usize,
    /// Seconds in them.
    pub seconds: f64,
    /// Clips to learn from.
    pub train: usize,
    /// Clips to choose by.
    pub dev: usize,
    /// Clips to measure with.
    pub test: usize,
    /// Folders.
    pub folders: Vec<PathBuf>,
    /// The version of each, where that could be noted in the workspace: one more than the last one of that folder.
    pub versions: Vec<u32>,
    /// Settled clips that are not in it, by reason: `gold`, a verdict that withholds, `language_unknown`.
    pub left_out: BTreeMap<&'static str, usize>,
    /// Recordings and clips that could not be written, with the reason.
    pub failed: Vec<String>,
}

/// Writes the dataset in every format asked for.
pub fn write(workspace: &Workspace, options: &DatasetOptions, console: Console) -> Result<Written> {
    let mut notes = Notes::of(workspace, console)?;
    let mut written = Written::default();
    let recordings = workspace.store.recordings_by_id()?;
    let mut items = items(workspace, &recordings, options.with_auto, &mut written.left_out)?;
    if items.is_empty() {
        bail!(
            "no clip is settled with a text yet: import answers first (`second-ear answers`), or \
             add accepted drafts with --with-auto"
        );
    }
    let about = assign_splits(workspace, &mut items, &recordings)?;
    let folders = folders(options)?;
    let beside = replaced::parent_of(&options.out)?;
    let staging = PartFolder::inside(&beside)
        .with_context(|| format!("make a folder in {}", beside.display()))?;
    stage(staging.path(), &mut items, &recordings, &mut written, console)?;
    if items.is_empty() {
        written.failed.iter().for_each(|line| console.problem(format!("failed: {line}")));
        bail!("no recording could be read, so no dataset was written; an older one stays as it is");
    }
    let clips = sums(staging.path(), &items)?;
    for (format, folder) in options.formats.iter().zip(&folders) {
        let noted = notes.note(&[NewOutput {
            kind: OutputKind::Dataset,
            place: folder.clone(),
            batch: None,
            holds: Holds::Clips(&clips),
        }]);
        let left = forget::left_of(workspace, folder)?;
        let about =
            About { dataset_version: noted.first().and_then(|o| o.version), ..about.clone() };
        let mut wav = |item: &Item, path: &Path| {
            std::fs::copy(staged(staging.path(), item), path)?;
            Ok(())
        };
        let done: Result<Export> = match format {
            Format::Hf => export::hf::write(folder, &items, &about, &left, &mut wav),
            Format::Nemo => export::nemo::write(folder, &items, &left, &mut wav),
        };
        if done.is_err() {
            notes.failed(&noted);
        }
        let done = done?;
        written.versions.extend(about.dataset_version);
        for (clip, error) in done.failed {
            written.failed.push(format!("{clip}: {error:#}"));
        }
        let count = |split| done.written.get(&split).copied().unwrap_or(0);
        (written.train, written.dev, written.test) =
            (count(Split::Train), count(Split::Dev), count(Split::Test));
    }
    notes.nobody_left(&options.out)?;
    written.clips = written.train + written.dev + written.test;
    written.seconds = items.iter().map(|i| (i.end - i.start).seconds()).sum();
    written.folders = folders;
    Ok(written)
}

/// A folder for each format; each may be written, or it is an error.
fn folders(options: &DatasetOptions) -> Result<Vec<PathBuf>> {
    let folders = match options.formats.as_slice() {
        [_] => vec![options.out.clone()],
        several => {
            ensure!(
                !replaced::is_dataset(&options.out),
                "{} is a dataset itself; several formats need a folder of their own",
                options.out.display()
            );
            several.iter().map(|f| options.out.join(f.code())).collect()
        }
    };
    folders.iter().try_for_each(|folder| replaced::may_replace(folder))?;
    Ok(folders)
}

fn items(
    workspace: &Workspace,
    recordings: &BTreeMap<RecordingId, Recording>,
    with_auto: bool,
    left_out: &mut BTreeMap<&'static str, usize>,
) -> Result<Vec<Item>> {
    let gold = workspace.store.gold()?;
    let withheld = workspace.store.withheld()?;
    let mut items = Vec::new();
    workspace.store.each_clip(Draft::Decided, |row| {
        let withheld = withheld.get(&row.clip.id).map(|verdict| verdict.code());
        if let Some(why) = withheld.or(gold.contains_key(&row.clip.id).then_some("gold")) {
            *left_out.entry(why).or_default() += 1;
            return Ok(());
        }
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        let accepted =
            row.routed.as_ref().is_some_and(|r| matches!(r.decision, Decision::Auto { .. }));
        let (text, source) = match &row.consensus {
            Some(c) if c.verdict.gives_text() => (c.text.clone(), LabelSource::Human),
            None if with_auto && accepted => (row.draft().to_string(), LabelSource::Auto),
            _ => return Ok(()),
        };
        let hypothesis = row.hypothesis.as_ref();
        let Some(language) = workspace.language_of(recording, hypothesis) else {
            *left_out.entry("language_unknown").or_default() += 1;
            return Ok(());
        };
        if text.trim().is_empty() {
            return Ok(());
        }
        items.push(Item {
            text,
            speaker: recording.speaker(row.clip.span).unwrap_or_default().to_string(),
            region: row.routed.and_then(|r| r.region),
            language,
            licence: recording.facts.licence.clone(),
            source,
            split: Split::Train,
            start: row.clip.span.start,
            end: row.clip.span.end,
            recording: row.clip.recording,
            clip: row.clip.id,
        });
        Ok(())
    })?;
    Ok(items)
}

fn assign_splits(
    workspace: &Workspace,
    items: &mut [Item],
    recordings: &BTreeMap<RecordingId, Recording>,
) -> Result<About> {
    let speaker = |item: &Item| {
        let span = Span::new(item.start, item.end);
        recordings.get(&item.recording).map_or(String::new(), |r| r.speaker_key(span))
    };
    let keys: Vec<(String, String)> = items
        .iter()
        .map(|item| (speaker(item), normalise::normalise(&item.text, &item.language)))
        .collect();
    let known: Vec<SplitItem> = items
        .iter()
        .zip(&keys)
        .map(|(item, (speaker, text))| SplitItem {
            clip: item.clip.as_str(),
            speaker,
            recording: item.recording.as_str(),
            text,
            length: item.end - item.start,
        })
        .collect();
    let splits = split::split(&known, Shares::default());
    for (item, split) in items.iter_mut().zip(splits.splits) {
        item.split = split;
    }
    let folder = workspace.dir.canonicalize().unwrap_or(workspace.dir.clone());
    Ok(About {
        name: folder.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned()),
        version: env!("CARGO_PKG_VERSION").to_string(),
        model: workspace.config.model.clone(),
        dataset_version: None,
        unit: splits.unit,
        shared_texts: splits.shared_texts,
        credits: workspace
            .store
            .credits()?
            .into_values()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    })
}

/// Writes each item's WAV to a working folder, every recording decoded once; items whose
/// recording cannot be read are left out and named.
fn stage(
    folder: &Path,
    items: &mut Vec<Item>,
    recordings: &BTreeMap<RecordingId, Recording>,
    written: &mut Written,
    console: Console,
) -> Result<()> {
    let progress = console.progress("dataset", Unit::Things("clips"), items.len() as u64);
    let mut good = Vec::new();
    for items in items.chunk_by(|a, b| a.recording == b.recording) {
        let Some(recording) = items.first().and_then(|i| recordings.get(&i.recording)) else {
            continue;
        };
        let spans: Vec<Span> = items.iter().map(|i| Span::new(i.start, i.end)).collect();
        let done = unchanged(recording).and_then(|()| {
            cut::cut(&Source::recording(recording), &spans, &mut |n, samples| {
                progress.advance(1);
                wav::write(&staged(folder, &items[n]), &samples)
            })
        });
        match done {
            Ok(()) => good.extend_from_slice(items),
            Err(error) => written.failed.push(format!("{}: {error:#}", recording.path)),
        }
    }
    *items = good;
    Ok(())
}

/// Each clip with the SHA-256 of its WAV, which is the same in every format.
fn sums(folder: &Path, items: &[Item]) -> Result<Vec<(ClipId, Option<String>)>> {
    let sum = |item: &Item| Ok((item.clip.clone(), Some(file_sha256(&staged(folder, item))?)));
    items.iter().map(sum).collect()
}

fn staged(folder: &Path, item: &Item) -> PathBuf {
    folder.join(format!("{}.wav", item.clip))
}
