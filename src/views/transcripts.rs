//! Transcripts, for programs and people. In: rows, one per clip. Out: JSONL of all of them, or one
//! file per recording as text, subtitles or TextGrid. Left to others: making the rows, sorted or not,
//! and writing the files (pipeline).

mod cues;
mod jsonl;
pub mod names;
mod srt;
mod textgrid;
mod txt;
mod vtt;
mod wrap;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::Samples;

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
    /// When each word of `draft` starts, seconds from the recording's start; empty where that is not known.
    #[serde(skip)]
    pub word_starts: Vec<f64>,
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
    /// Praat TextGrid: a tier of texts and a tier of clip ids.
    Textgrid,
}

impl TranscriptFormat {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Jsonl, Self::Txt, Self::Srt, Self::Vtt, Self::Textgrid];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Txt => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Textgrid => "textgrid",
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
        }
    }

    /// The usual ending of file names.
    pub fn extension(self) -> &'static str {
        if self == Self::Textgrid { "TextGrid" } else { self.name() }
    }

    /// The text of one file: of one recording or conversation, except that JSONL rows of several can be joined.
    /// Rows come in any order; `length` is the recording's, for TextGrid alone.
    pub fn render(self, rows: &[TranscriptRow], length: Samples, voices: Voices) -> String {
        match self {
            Self::Jsonl => jsonl::render(rows),
            Self::Txt => txt::render(rows, voices),
            Self::Srt => srt::render(rows, voices),
            Self::Vtt => vtt::render(rows),
            Self::Textgrid => textgrid::render(rows, length.seconds()),
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
