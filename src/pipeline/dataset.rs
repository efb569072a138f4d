//! `dataset`: settled texts, and accepted drafts where asked for, become training data.

mod choice;
mod items;
mod papers;
mod staging;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use super::consent::WithoutConsent;
use super::forget;
use super::outputs::Notes;
use super::workspace::Workspace;
use crate::domain::OutputKind;
use crate::files::leftovers::PartFolder;
use crate::files::replaced;
use crate::store::{Holds, NewOutput};
use crate::training::export::{self, About, Codec, Format, Item, Layout};
use crate::training::split::Split;
use crate::views::progress::{Console, Unit};
use choice::Choice;
use staging::Staging;

/// What may be asked.
#[derive(Debug)]
pub struct DatasetOptions {
    /// One: the dataset is `out` itself; several: a sub-folder each.
    pub formats: Vec<Format>,
    /// How audio is encoded; `None`: as each format has it.
    pub codec: Option<Codec>,
    /// Bytes of audio after which a new shard begins.
    pub shard_bytes: u64,
    /// Add accepted drafts.
    pub with_auto: bool,
    /// Call speakers by their names, not by pseudonyms.
    pub names: bool,
    /// Which of the clips that might go in.
    pub filters: Filters,
    /// Where to.
    pub out: PathBuf,
}

/// Which clips a team wants.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Only recordings of these licences (`none`: of no stated one); empty: all.
    pub licences: Vec<String>,
    /// Only clips in these languages; empty: all.
    pub languages: Vec<String>,
    /// Only texts that people agree on to this share of the words; what no person settled is not asked.
    pub min_agreement: f64,
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
    /// Settled clips that are not in it, by reason: `gold`, a verdict that withholds, `language_unknown`,
    /// `no_consent_to_publish`, `other_licence`, `licence_unknown`, `other_language`, `low_agreement`,
    /// `audio_removed`.
    pub left_out: BTreeMap<&'static str, usize>,
    /// Those of them that are left out because consent to publish is missing.
    pub without_consent: WithoutConsent,
    /// Recordings and clips that could not be written, with the reason.
    pub failed: Vec<String>,
}

/// Writes the dataset in every format asked for.
pub fn write(workspace: &Workspace, options: &DatasetOptions, console: Console) -> Result<Written> {
    let layouts = layouts(options)?;
    let mut notes = Notes::of(workspace, console)?;
    let mut written = Written::default();
    let recordings = workspace.store.recordings_by_id()?;
    let naming = workspace.naming(options.names)?;
    let mut choice = Choice::of(workspace, options.filters.clone())?;
    let mut items = items::of(
        workspace,
        &recordings,
        options.with_auto,
        &naming,
        &mut choice,
        &mut written.left_out,
    )?;
    written.without_consent = choice.without_consent;
    if items.is_empty() {
        let reasons = written.left_out.iter().map(|(why, n)| format!("{n} {why}"));
        ensure!(
            written.left_out.is_empty(),
            "every settled clip is left out: {}; an older dataset stays as it is",
            reasons.collect::<Vec<_>>().join(", ")
        );
        bail!(
            "no clip is settled with a text yet: import answers first (`second-ear answers`), or \
             add accepted drafts with --with-auto"
        );
    }
    let mut about = items::assign_splits(workspace, &mut items, &recordings)?;
    let folders = folders(options)?;
    let beside = replaced::parent_of(&options.out)?;
    let folder = PartFolder::inside(&beside)
        .with_context(|| format!("make a folder in {}", beside.display()))?;
    let staging = Staging::of(folder.path());
    staging.fill(&mut items, &recordings, &mut written.failed, console)?;
    if items.is_empty() {
        written.failed.iter().for_each(|line| console.problem(format!("failed: {line}")));
        bail!("no recording could be read, so no dataset was written; an older one stays as it is");
    }
    let count = |split: Split| items.iter().filter(|item| item.split == split).count();
    (written.train, written.dev, written.test) =
        (count(Split::Train), count(Split::Dev), count(Split::Test));
    written.clips = items.len();
    written.seconds = items.iter().map(Item::seconds).sum();
    about.papers = papers::of(workspace, options, &written)?;
    let clips = staging.sums(&items)?;
    for (layout, folder) in layouts.into_iter().zip(&folders) {
        let noted = notes.note(&[NewOutput {
            kind: OutputKind::Dataset,
            place: folder.clone(),
            batch: None,
            holds: Holds::Clips(&clips),
        }]);
        let left = forget::left_of(workspace, folder)?;
        let mut about =
            About { dataset_version: noted.first().and_then(|o| o.version), ..about.clone() };
        about.papers.previous_day = papers::day_of(folder);
        let clips = Unit::Things("clips");
        let progress = console.progress(layout.format.code(), clips, items.len() as u64);
        let mut audio = |item: &Item, codec: Codec| {
            progress.advance(1);
            staging.audio(item, codec)
        };
        let done = export::write(folder, layout, &items, &about, &left, &mut audio);
        if done.is_err() {
            notes.failed(&noted);
        }
        done?;
        written.versions.extend(about.dataset_version);
    }
    notes.nobody_left(&options.out)?;
    written.folders = folders;
    Ok(written)
}

/// How each format is written, or that its readers do not take what was asked for.
fn layouts(options: &DatasetOptions) -> Result<Vec<Layout>> {
    let layout = |format: &Format| {
        let codec = options.codec.unwrap_or_else(|| format.codec());
        ensure!(
            format.takes(codec),
            "readers of {} take WAV alone: leave --audio out, or write that format by itself",
            format.code()
        );
        Ok(Layout { format: *format, codec, shard_bytes: options.shard_bytes })
    };
    options.formats.iter().map(layout).collect()
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
