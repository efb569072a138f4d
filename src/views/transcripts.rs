//! Transcripts, for programs and people. In: rows, one per clip. Out: JSONL of all of them, or one
//! file per recording as text, subtitles, tiers, or words with times. Left to others: making the rows, sorted or not,
//! and writing the files (pipeline).

mod audacity;
mod ctm;
mod cues;
mod eaf;
mod json_words;
mod jsonl;
pub mod names;
mod rttm;
mod srt;
mod stm;
mod textgrid;
mod tiers;
mod txt;
mod vtt;
pub mod words;
mod wrap;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::Samples;
pub use words::TimedWord;

/// One clip's transcript. Names and order of the fields are a stable file format (FORMATS.md).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TranscriptRow {
    /// Recording id.
    pub recording: String,
    /// The recording's path as it was ingested.
    pub path: String,
    /// Clip id.
    pub clip: String,
    /// Seconds from the recording's start.
    pub start: f64,
    /// Seconds from the recording's start.
    pub end: f64,
    /// Settled text where there is one, else the draft; empty when nobody speaks.
    pub text: String,
    /// Where `text` comes from.
    pub source: TextSource,
    /// What the model decoded.
    pub draft: String,
    /// P(draft has no error), calibrated; `null` when there is no score.
    pub score: Option<f64>,
    /// `auto`, `human` or `dropped`.
    pub decision: String,
    /// Reason codes, also those that the budget had no room for.
    pub reasons: Vec<String>,
    /// Probability with which a person reviews the clip.
    pub inclusion_probability: f64,
    /// Region code, or empty.
    pub region: String,
    /// Speaker as declared, or empty.
    pub speaker: String,
    /// Model id, or empty before the clip was decoded.
    pub model: String,
    /// What speaks for the speaker's region, one sentence per piece with its weight.
    pub evidence: Vec<String>,
    /// The channel of the file, from 1.
    #[serde(skip)]
    pub channel: u16,
    /// The words of `text` with their times; empty where nobody asked for them.
    #[serde(skip)]
    pub words: Vec<TimedWord>,
}

/// What a file is a transcript of.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// As its files are called, without an ending.
    pub name: &'a str,
    /// How long it is.
    pub length: Samples,
    /// Whether lines say who speaks.
    pub voices: Voices,
}

impl Whole<'_> {
    /// Of rows that are printed one by one.
    pub const ROWS: Self = Self { name: "", length: Samples(0), voices: Voices::Unnamed };
}

/// Who wrote a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSource {
    /// The model.
    #[default]
    Machine,
    /// People.
    Human,
}

/// Whether lines say who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voices {
    /// One person's recording.
    Unnamed,
    /// A conversation: the channels of one file.
    Named,
}

/// How transcripts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranscriptFormat {
    /// One row per clip, every field.
    Jsonl,
    /// One line per clip, text only.
    Txt,
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles with speaker and clip id.
    Vtt,
    /// Praat TextGrid: tiers of texts, clip ids and words.
    Textgrid,
    /// NIST's words with times.
    Ctm,
    /// NIST's reference segments.
    Stm,
    /// NIST's speaker segments.
    Rttm,
    /// ELAN's tiers of texts, clip ids and words.
    Eaf,
    /// Audacity's label track.
    Audacity,
    /// Clips with their words as JSON.
    JsonWords,
}

impl TranscriptFormat {
    /// Every format.
    pub const ALL: [Self; 11] = [
        Self::Jsonl,
        Self::Txt,
        Self::Srt,
        Self::Vtt,
        Self::Textgrid,
        Self::Ctm,
        Self::Stm,
        Self::Rttm,
        Self::Eaf,
        Self::Audacity,
        Self::JsonWords,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Txt => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Textgrid => "textgrid",
            Self::Ctm => "ctm",
            Self::Stm => "stm",
            Self::Rttm => "rttm",
            Self::Eaf => "eaf",
            Self::Audacity => "audacity",
            Self::JsonWords => "json-words",
        }
    }

    /// What it is, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Self::Jsonl => "One row per clip",
            Self::Txt => "Plain text",
            Self::Srt => "SubRip subtitles",
            Self::Vtt => "WebVTT subtitles",
            Self::Textgrid => "Praat TextGrid",
            Self::Ctm => "Words with times and confidence, for NIST's sclite",
            Self::Stm => "Reference segments, for NIST's sclite",
            Self::Rttm => "Who speaks when",
            Self::Eaf => "ELAN",
            Self::Audacity => "Audacity label track",
            Self::JsonWords => "Words with times and P(wrong), as JSON",
        }
    }

    /// Whether it says how likely each word is wrong.
    pub fn shows_words(self) -> bool {
        matches!(self, Self::Ctm | Self::JsonWords)
    }

    /// The usual ending of file names.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Textgrid => "TextGrid",
            Self::Audacity => "labels.txt",
            Self::JsonWords => "words.json",
            _ => self.name(),
        }
    }

    /// The text of one file: of one recording or conversation, except that JSONL rows of several can be joined.
    /// Rows come in any order.
    pub fn render(self, rows: &[TranscriptRow], whole: &Whole) -> String {
        match self {
            Self::Jsonl => jsonl::render(rows),
            Self::Txt => txt::render(rows, whole.voices),
            Self::Srt => srt::render(rows, whole.voices),
            Self::Vtt => vtt::render(rows),
            Self::Textgrid => textgrid::render(rows, whole.length.seconds()),
            Self::Ctm => ctm::render(rows, whole),
            Self::Stm => stm::render(rows, whole),
            Self::Rttm => rttm::render(rows, whole),
            Self::Eaf => eaf::render(rows, whole),
            Self::Audacity => audacity::render(rows),
            Self::JsonWords => json_words::render(rows, whole),
        }
    }
}

impl FromStr for TranscriptFormat {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.name() == s.to_lowercase()).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("'{s}' is not a transcript format; write one of {names}")
        })
    }
}

#[cfg(test)]
mod tests;
