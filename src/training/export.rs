//! Training data on disk. In: clips with their settled or accepted text, split, and facts. Out: a
//! dataset folder that training programs load unchanged. Left to others: which clips (pipeline),
//! cutting and encoding their audio: a closure gives each clip's.
//!
//! A dataset is written beside its place under another name and moved there when it is whole, so
//! that a program never sees half of it. One list of items, one file here per format.

mod building;
mod card;
mod columns;
pub mod common_voice;
mod common_voice_tables;
mod format;
mod hf;
mod item;
mod kaldi;
mod lhotse;
mod mfa;
mod names;
mod nemo;
pub mod papers;
mod parquet_files;
mod shards;
mod webdataset;

use std::path::Path;

use anyhow::{Result, ensure};
use serde::Serialize;

use super::split::Unit;
use crate::files::replaced::Replacement;
use building::Building;

pub use building::ReadAudio;
pub use format::{Codec, Format};
pub use item::{Item, ItemConsent, LabelSource, one_line};
pub use papers::Papers;

/// What is said of a dataset as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Its name, as people read it.
    pub name: String,
    /// Version of this program.
    pub version: String,
    /// Model that wrote the drafts.
    pub model: String,
    /// Version of this dataset, from 1; `None`: not known.
    pub dataset_version: Option<u32>,
    /// What the split never cuts.
    pub unit: Unit,
    /// Texts that stand in more than one split.
    pub shared_texts: usize,
    /// Names of people who asked to be named.
    pub credits: Vec<String>,
    /// What the papers beside it say.
    pub papers: Papers,
}

/// How a dataset is written.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Its format.
    pub format: Format,
    /// How audio is encoded.
    pub codec: Codec,
    /// Bytes of audio after which a new shard begins, in formats that have shards.
    pub shard_bytes: u64,
}

/// The file that tells a dataset's readers what left its earlier versions.
pub const LEFT: &str = "withdrawn.jsonl";

/// The file that has all that is known of the clips, in formats whose own files have no room for it.
pub const CLIPS: &str = "clips.jsonl";

/// A line of [`CLIPS`]; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
struct ClipLine<'a> {
    split: &'static str,
    file: String,
    text: &'a str,
    language: &'a str,
    duration: f64,
    #[serde(flatten)]
    facts: item::ItemFacts<'a>,
}

/// Writes the dataset to `place`, with papers and what left its earlier versions. Splits without clips have no file.
///
/// # Errors
/// A file cannot be written, or a clip's audio not be given: an older dataset stays as it is.
pub fn write(
    place: &Path,
    layout: Layout,
    items: &[Item],
    about: &About,
    left: &str,
    audio: &mut ReadAudio,
) -> Result<()> {
    ensure!(!items.is_empty(), "no clip has a text, so no dataset was written");
    let Layout { format, codec, shard_bytes } = layout;
    ensure!(format.takes(codec), "readers of {} take WAV alone: leave --audio out", format.code());
    let draft = Replacement::start(place)?;
    let mut set = Building { folder: draft.path(), format, items, codec, shard_bytes, audio };
    match format {
        Format::Hf => hf::write(&mut set)?,
        Format::Parquet => parquet_files::write(&mut set)?,
        Format::Nemo => nemo::write(&mut set)?,
        Format::NemoTarred => nemo::write_tarred(&mut set)?,
        Format::Lhotse => lhotse::write(&mut set)?,
        Format::Shar => lhotse::write_shar(&mut set)?,
        Format::WebDataset => webdataset::write(&mut set)?,
        Format::Kaldi => kaldi::write(&mut set)?,
        Format::CommonVoice => common_voice_tables::write(&mut set)?,
        Format::Mfa => mfa::write(&mut set)?,
    }
    if format.rows() == format::Rows::Beside {
        let mut lines = set.create(CLIPS)?;
        items.iter().try_for_each(|item| lines.json(&clip_line(&set, item)))?;
        lines.done()?;
    }
    let row = row(&set, &items[0])?;
    draft.write("README.md", &card::card(layout, items, about)?)?;
    papers::write(&draft, layout, &row, items, about)?;
    draft.write(LEFT, left)?;
    draft.publish()
}

fn clip_line<'a>(set: &Building, item: &'a Item) -> ClipLine<'a> {
    ClipLine {
        split: set.format.split(item.split),
        file: set.file_name(item),
        text: &item.text,
        language: item.language.as_str(),
        duration: item.seconds(),
        facts: item.facts(),
    }
}

/// A row that describes a clip, as it is written.
fn row(set: &Building, item: &Item) -> Result<serde_json::Map<String, serde_json::Value>> {
    match set.format {
        Format::Hf => hf::row(item, set.file_name(item)),
        Format::Nemo => columns::object(&nemo::row(item, set.in_clips(item), None)),
        Format::Parquet => columns::object(&parquet_files::row(item)),
        _ => columns::object(&clip_line(set, item)),
    }
}

#[cfg(test)]
mod tests;
