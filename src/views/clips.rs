//! One row per clip: what every rate of the report is made of. In: rows. Out: CSV, version 1 (FORMATS.md).
//! Left to others: filling rows in (pipeline), the rates (statistics).

use std::io::Write;

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::domain::Samples;
use crate::text::cells::guard_formulas;

/// Version of the columns; raised when one changes its name, place or meaning.
pub const VERSION: u32 = 1;

/// What a clip stands for in the rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Reviewed for a reason, for certain.
    Reasons,
    /// The draft stands, unless chance picked the clip for an audit.
    Accepted,
    /// The model found no speech, and it is left out, unless chance picked it.
    NoSpeech,
}

/// One decided clip. Columns in this order; empty: not known, or not so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportRow {
    /// Clip id.
    #[serde(serialize_with = "guarded")]
    pub clip: String,
    /// Recording id.
    #[serde(serialize_with = "guarded")]
    pub recording: String,
    /// Declared speaker, else `recording-ID`: what clips are clustered by.
    #[serde(serialize_with = "guarded")]
    pub speaker: String,
    /// Declared or inferred, else `unknown`.
    #[serde(serialize_with = "guarded")]
    pub region: String,
    /// Length, exact to the sample.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub length: Samples,
    /// Round of adaptation, from 0.
    pub round: u32,
    /// Digest of the model that made the draft.
    #[serde(serialize_with = "guarded")]
    pub model: String,
    /// Decode policy of the draft.
    #[serde(serialize_with = "guarded")]
    pub policy: String,
    /// `auto`, `human`, `dropped`.
    pub decision: &'static str,
    /// What the clip stands for.
    pub part: Part,
    /// Reason codes, joined with `|`; of an accepted clip, those that were over the budget.
    #[serde(serialize_with = "joined")]
    pub reasons: Vec<&'static str>,
    /// P(no error).
    pub score: Option<f64>,
    /// Expected word error rate of the draft.
    pub expected_wer: Option<f64>,
    /// The random draw in [0, 1).
    pub draw: f64,
    /// Probability that a person reviews it.
    pub inclusion: f64,
    /// How many clips of its part it stands for in weighted rates; empty: in none.
    pub weight: Option<f64>,
    /// State of the clip.
    pub state: &'static str,
    /// Words of the draft, counted as the word error rate counts.
    pub draft_words: u64,
    /// What people settled.
    pub verdict: Option<&'static str>,
    /// Whether the settled text differs from the draft at all, case and punctuation included.
    pub changed: Option<bool>,
    /// Word errors of the draft against the settled text.
    pub errors: Option<u64>,
    /// Words of the settled text.
    pub reference_words: Option<u64>,
    /// Current answers.
    pub answers: u64,
    /// Of them, with measured time.
    pub timed_answers: u64,
    /// Their active seconds.
    pub active_seconds: f64,
    /// Pay for all answers, where pay is set.
    pub paid: f64,
    /// Whether the draft is of the model and policy that were routed last. Where not, a later model drafted
    /// the clips of this one's again that nobody had been given.
    pub current: bool,
    /// How many clips of its round it stands for in shares of clips, seconds and words: 1, but in a round
    /// that a later one followed.
    #[serde(skip)]
    pub stands: f64,
    /// Answers whose active time was capped to what the clip allows; `active_seconds` is the capped one.
    #[serde(skip)]
    pub capped_answers: u64,
}

fn seconds<S: Serializer>(length: &Samples, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(length.seconds())
}

/// No spreadsheet takes the name of a speaker for a formula.
fn guarded<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&guard_formulas(text))
}

fn joined<S: Serializer>(codes: &[&'static str], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&codes.join("|"))
}

impl ReportRow {
    /// Whether its draft stands, unless chance picked it; of what routing accepts now.
    pub fn is_accepted(&self) -> bool {
        self.part == Part::Accepted && self.current
    }

    /// Whether a person is to review it.
    pub fn is_human(&self) -> bool {
        self.decision == "human"
    }

    /// Whether it is left out for good.
    pub fn is_dropped(&self) -> bool {
        self.decision == "dropped"
    }

    /// Word errors and words, where the clip stands for others in weighted rates.
    pub fn truth(&self) -> Option<(f64, f64, f64)> {
        Some((self.weight?, self.errors? as f64, self.reference_words? as f64))
    }

    /// Word errors that the calibration expects of the draft; 0 where it expects nothing.
    pub fn expected_errors(&self) -> f64 {
        self.expected_wer.unwrap_or(0.0) * self.draft_words as f64
    }
}

/// Writes the table. Numbers are the shortest that read back as the same number.
pub fn write(rows: &[ReportRow], out: impl Write) -> Result<()> {
    let mut table = csv::Writer::from_writer(out);
    rows.iter().try_for_each(|row| table.serialize(row))?;
    Ok(table.flush()?)
}
