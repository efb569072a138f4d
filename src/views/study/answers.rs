//! Answers of a study and what they settle, as rows.

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::StudyRow;
use crate::domain::{Purpose, TagKind, Verdict};

/// An answer: one validator about one clip. Those that a later one replaced are here too.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct AnswerRow {
    /// Number in the order of import, from 1; another study may number them otherwise.
    pub answer: u64,
    /// Id of the clip.
    pub clip: String,
    /// Id of the batch.
    #[schemars(extend("missing" = "the answer names none"))]
    pub batch: Option<String>,
    /// Who answered: a pseudonym, or with --names as typed.
    pub validator: String,
    /// Why the clip was handed out.
    pub purpose: Purpose,
    /// What the validator made of it.
    pub verdict: Verdict,
    /// The text given.
    #[schemars(extend("missing" = "the verdict gives none, it was removed (`emptied`), or the clip is withheld"))]
    pub text: Option<String>,
    /// Digest of clip and draft that the answer is about.
    pub draft_digest: String,
    /// Real work on the clip, as the page measured it.
    #[schemars(extend("unit" = "seconds", "missing" = "not measured"))]
    pub active_seconds: Option<f64>,
    /// How much of the clip was listened to, 0 to 1; the same part twice is one part.
    #[schemars(extend("unit" = "share", "missing" = "not measured"))]
    pub listened: Option<f64>,
    /// When, RFC 3339, as the answer says.
    #[schemars(extend("unit" = "time", "missing" = "the answer does not say"))]
    pub answered_at: Option<String>,
    /// What the import found odd, joined with `|`: `time_in_future`, `time_before_batch`, `not_handed_to_them`,
    /// `time_capped`.
    #[schemars(extend("missing" = "nothing odd"))]
    pub marks: Option<String>,
    /// Whether it counts: the validator's latest for this clip and purpose.
    pub current: bool,
    /// The answer of the same validator, clip and purpose that counts instead.
    #[schemars(extend("missing" = "it counts itself"))]
    pub superseded_by: Option<u64>,
    /// Day on which text and tags were removed, as the settings say.
    #[schemars(extend("missing" = "they are kept"))]
    pub emptied: Option<String>,
}

impl StudyRow for AnswerRow {
    const TABLE: &'static str = "answers";
    const KEY: &'static [&'static str] = &["answer"];
}

/// Something that a validator marked in a clip.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct TagRow {
    /// Number of the answer.
    pub answer: u64,
    /// Number of the tag within the answer, from 1.
    pub number: u64,
    /// What it is about.
    pub kind: TagKind,
    /// The word or phrase as said.
    #[schemars(extend("missing" = "an accent"))]
    pub text: Option<String>,
    /// Region code.
    #[schemars(extend("missing" = "the validator did not know"))]
    pub region: Option<String>,
    /// What it means in standard words.
    #[schemars(extend("missing" = "not given"))]
    pub meaning: Option<String>,
}

impl StudyRow for TagRow {
    const TABLE: &'static str = "tags";
    const KEY: &'static [&'static str] = &["answer", "number"];
}

/// A clip on which people disagreed, and who decided.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct AdjudicationRow {
    /// Id of the clip.
    pub clip: String,
    /// How far it has come.
    pub stage: AdjudicationStage,
    /// Ordinary answers that count.
    #[schemars(extend("unit" = "answers"))]
    pub answers: u64,
    /// Different texts among them.
    #[schemars(extend("unit" = "texts"))]
    pub texts: u64,
    /// The batch in which it was first handed out for adjudication.
    #[schemars(extend("missing" = "not handed out yet"))]
    pub batch: Option<String>,
    /// Number of the latest adjudicating answer that counts.
    #[schemars(extend("missing" = "not decided yet"))]
    pub answer: Option<u64>,
}

/// How far an adjudication has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdjudicationStage {
    /// People disagree, and nobody was asked to decide.
    Waiting,
    /// Somebody was asked.
    HandedOut,
    /// Somebody answered.
    Decided,
}

impl StudyRow for AdjudicationRow {
    const TABLE: &'static str = "adjudications";
    const KEY: &'static [&'static str] = &["clip"];
}

/// What the answers about a clip add up to.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct SettledRow {
    /// Id of the clip.
    pub clip: String,
    /// The settled verdict.
    pub verdict: Verdict,
    /// The settled text.
    #[schemars(extend("missing" = "the verdict gives none, or the clip is withheld"))]
    pub text: Option<String>,
    /// Validators behind it; 0: the team knows the text.
    #[schemars(extend("unit" = "validators"))]
    pub support: u64,
    /// Validators who answered, skips aside.
    #[schemars(extend("unit" = "validators"))]
    pub answers: u64,
    /// Share of the settled words that people agree on; 1 with one answer.
    #[schemars(extend("unit" = "share"))]
    pub agreement: f64,
    /// Whether the settled text differs from the draft at all, case and punctuation included.
    #[schemars(extend("missing" = "the verdict gives no text"))]
    pub changed: Option<bool>,
    /// Word errors of the draft that was decided on.
    #[schemars(extend("unit" = "words", "missing" = "the verdict gives no text"))]
    pub errors: Option<u64>,
    /// Words of the settled text as the word error rate counts them.
    #[schemars(extend("unit" = "words", "missing" = "the verdict gives no text"))]
    pub reference_words: Option<u64>,
    /// How many clips of its part it stands for in the report's weighted rates.
    #[schemars(extend("unit" = "clips", "missing" = "in none: gold that nobody drew, or no text"))]
    pub weight: Option<f64>,
}

impl StudyRow for SettledRow {
    const TABLE: &'static str = "settled";
    const KEY: &'static [&'static str] = &["clip"];
}
