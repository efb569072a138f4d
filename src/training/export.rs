//! Training data on disk. In: clips with their settled or accepted text, split, and facts. Out: a
//! dataset folder that training programs load unchanged. Left to others: which clips (pipeline),
//! cutting their audio: a closure writes each WAV where it is told to.
//!
//! A dataset is written beside its place under another name and moved there when it is whole, so
//! that a program never sees half of it.

mod card;
pub mod common_voice;
mod folder;
pub mod hf;
pub mod nemo;
pub mod papers;

use std::path::Path;

use anyhow::Result;

use super::split::{Split, Unit};
use crate::domain::{
    ClipId, DataUses, Day, Language, RecordingId, Region, Samples, data_uses_text,
};

pub use folder::Export;
pub use papers::Papers;

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelSource {
    /// Heard by people.
    Human,
    /// The model's, accepted without a person.
    Auto,
}

/// One clip of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The clip; names its WAV.
    pub clip: ClipId,
    /// The text to learn; items without one are left out.
    pub text: String,
    /// Speaker as the dataset calls them, or empty.
    pub speaker: String,
    /// Region, declared or inferred.
    pub region: Option<Region>,
    /// Spoken language.
    pub language: Language,
    /// Licence of the audio, SPDX where possible.
    pub licence: Option<String>,
    /// What was agreed to.
    pub consent: ItemConsent,
    /// Where the text comes from.
    pub source: LabelSource,
    /// Where it goes.
    pub split: Split,
    /// Its recording.
    pub recording: RecordingId,
    /// First sample in its recording.
    pub start: Samples,
    /// One past the last sample.
    pub end: Samples,
}

/// What was agreed to, as a dataset says it: not by whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemConsent {
    /// When.
    pub date: Option<Day>,
    /// To which version of which text.
    pub text: Option<String>,
    /// For what.
    pub purposes: DataUses,
    /// The last day on which it holds.
    pub until: Option<Day>,
}

impl ItemConsent {
    /// The columns of a row: date, text, purposes, last day; empty where nothing is known.
    fn columns(&self) -> ConsentColumns<'_> {
        let day = |day: Option<Day>| day.map_or(String::new(), |day| day.to_string());
        ConsentColumns {
            consent_date: day(self.date),
            consent_text: self.text.as_deref().unwrap_or_default(),
            consent_purposes: data_uses_text(&self.purposes),
            consent_until: day(self.until),
        }
    }
}

/// The columns about consent; names and order are a stable format (FORMATS.md).
#[derive(serde::Serialize)]
struct ConsentColumns<'a> {
    consent_date: String,
    consent_text: &'a str,
    consent_purposes: String,
    consent_until: String,
}

impl Item {
    /// Seconds, as they are written.
    fn seconds(&self) -> f64 {
        self.end.saturating_sub(self.start).seconds()
    }

    /// The WAV's file name; clip ids are safe in file names.
    fn wav(&self) -> String {
        format!("{}.wav", self.clip)
    }
}

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

/// The file that tells a dataset's readers what left its earlier versions.
pub const LEFT: &str = "withdrawn.jsonl";

/// Writes 16 kHz mono WAV of an item to a path.
pub type WriteWav<'a> = dyn FnMut(&Item, &Path) -> Result<()> + 'a;

#[cfg(test)]
mod tests {
    use super::*;

    /// Six clips, the last without text, of three speakers.
    pub fn items() -> Vec<Item> {
        let recording = RecordingId::from_stored("0123456789abcdef");
        let text =
            ["il fait \"frette\"\nà matin 🙂", "</script> oui", "oui", "à demain", "fin", " "];
        let split =
            [Split::Train, Split::Train, Split::Train, Split::Dev, Split::Test, Split::Test];
        let made = text.into_iter().zip(split).enumerate();
        made.map(|(i, (text, split))| Item {
            clip: ClipId::from_stored(format!("0123456789abcdef_{i:010}")),
            text: text.into(),
            speaker: ["anne", "anne", "anne", "bob", "", ""][i].into(),
            region: (i < 3).then(|| "fr-CA-QC".parse().unwrap()),
            language: "fr".parse().unwrap(),
            licence: (i != 3).then(|| "CC-BY-SA-3.0".to_string()),
            consent: ItemConsent {
                date: (i < 2).then(|| "2026-03-31".parse().unwrap()),
                text: (i < 2).then(|| "form 2".to_string()),
                purposes: crate::domain::data_uses("train, publish").unwrap(),
                until: None,
            },
            source: if i % 2 == 0 { LabelSource::Human } else { LabelSource::Auto },
            split,
            recording: recording.clone(),
            start: Samples(i as u64 * 48_000),
            end: Samples(i as u64 * 48_000 + 40_000),
        })
        .collect()
    }

    pub fn about() -> About {
        About {
            name: "Exemple".into(),
            version: "0.1.0".into(),
            model: "base".into(),
            dataset_version: None,
            unit: Unit::Speaker,
            shared_texts: 0,
            credits: Vec::new(),
            papers: Papers { version: "0.1.0".into(), model: "base".into(), ..Papers::default() },
        }
    }

    /// Silence of the item's length.
    pub fn wav(item: &Item, path: &Path) -> Result<()> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = hound::WavWriter::create(path, spec)?;
        for _ in item.start.0..item.end.0 {
            file.write_sample(0i16)?;
        }
        Ok(file.finalize()?)
    }
}
