//! Decisions of a study and what made them, as rows.

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::StudyRow;
use crate::domain::{BarRule, Measure};
use crate::views::clips::Part;

/// The latest decision on a clip. Clips that nobody decided on yet are not here.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct DecisionRow {
    /// Id of the clip.
    pub clip: String,
    /// What happens to the clip.
    pub decision: DecisionKind,
    /// What the clip stands for in rates.
    pub part: Part,
    /// P(the draft has no word error), calibrated, as it was when the decision was made.
    #[schemars(extend("unit" = "probability", "missing" = "no text, or no calibration fits the draft"))]
    pub score: Option<f64>,
    /// What the score had to reach.
    #[schemars(extend("unit" = "probability", "missing" = "the draft has no text"))]
    pub threshold: Option<f64>,
    /// Where the threshold comes from.
    #[schemars(extend("missing" = "as of the threshold"))]
    pub threshold_rule: Option<BarRule>,
    /// Word error rate that the calibration expects of the draft.
    #[schemars(extend("unit" = "errors per word", "missing" = "no score"))]
    pub expected_wer: Option<f64>,
    /// Place among the clips for people: larger goes first.
    #[schemars(extend("unit" = "0 to 1", "missing" = "not for people"))]
    pub priority: Option<f64>,
    /// The random number of the audit draw: the clip is drawn where it is less than the audit rate.
    #[schemars(extend("unit" = "0 to 1"))]
    pub draw: f64,
    /// Probability with which a person reviews the clip.
    #[schemars(extend("unit" = "probability"))]
    pub inclusion: f64,
    /// First 16 hex digits of the SHA-256 of the model file that made the draft.
    #[schemars(extend("missing" = "the draft is gone: its model was withdrawn"))]
    pub model: Option<String>,
    /// Decode policy of the draft.
    #[schemars(extend("missing" = "as of the model"))]
    pub policy: Option<String>,
    /// Round of adaptation that made the model; 0: the settings' model.
    pub round: u64,
    /// What scored the draft: a row of `scorings`.
    #[schemars(extend("missing" = "not known any more"))]
    pub scoring: Option<String>,
    /// Whether the draft is of the model and policy that were routed last. Where not, a later model drafted again the clips
    /// that nobody had been given.
    pub current: bool,
    /// Words of the draft as the word error rate counts them.
    #[schemars(extend("unit" = "words"))]
    pub draft_words: u64,
}

/// What happens to a clip.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// The draft stands.
    Auto,
    /// A person reviews it.
    Human,
    /// It is left out: no text, and taken for silence, noise or music.
    Dropped,
}

impl StudyRow for DecisionRow {
    const TABLE: &'static str = "decisions";
    const KEY: &'static [&'static str] = &["clip"];
}

/// A reason of a decision. A clip has one for each, and accepted clips have those that the budget had no room for.
#[derive(Clone, Debug, Default, Serialize, JsonSchema, DocumentedFields)]
pub struct ReasonRow {
    /// Id of the clip.
    pub clip: String,
    /// Number of the reason within the clip, from 1.
    pub number: u64,
    /// Code of the reason, as in docs/reference/routing.md.
    pub reason: String,
    /// Whether the budget had no room for it: the draft was accepted all the same.
    pub over_budget: bool,
    /// The number behind it: a score, a probability, the strength of regional evidence, or the audit rate.
    #[schemars(extend("unit" = "0 to 1", "missing" = "the reason has none"))]
    pub value: Option<f64>,
    /// What the score had to reach.
    #[schemars(extend("unit" = "probability", "missing" = "the reason is not about a score"))]
    pub threshold: Option<f64>,
    /// The region.
    #[schemars(extend("missing" = "the reason is not about one"))]
    pub region: Option<String>,
    /// The lexicon's term.
    #[schemars(extend("missing" = "the reason is not about one, or the clip is withheld"))]
    pub term: Option<String>,
    /// The word or idiom as it stands in the draft, the sign of a made-up text, or the other language.
    #[schemars(extend("missing" = "the reason has none, or the clip is withheld"))]
    pub detail: Option<String>,
}

impl StudyRow for ReasonRow {
    const TABLE: &'static str = "reasons";
    const KEY: &'static [&'static str] = &["clip", "number"];
}

/// What scored drafts: one calibration, lexicon and program.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct ScoringRow {
    /// Digest of all that a score depends on beside the draft and its region.
    pub scoring: String,
    /// Version of second-ear.
    pub program: String,
    /// SHA-256 of the calibration file.
    pub calibration_sha256: String,
    /// SHA-256 over the entries of the lexicon.
    pub lexicon_sha256: String,
}

impl StudyRow for ScoringRow {
    const TABLE: &'static str = "scorings";
    const KEY: &'static [&'static str] = &["scoring"];
}

/// A line of the log of risk guarantees: a test that was opened, a certificate, an alarm.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct GuaranteeRow {
    /// Number in the log.
    pub entry: u64,
    /// When, RFC 3339.
    #[schemars(extend("unit" = "time"))]
    pub created: String,
    /// Model that it rests on.
    pub model: String,
    /// Decode policy that it rests on.
    pub policy: String,
    /// Digest of the calibration that it rests on.
    pub calibration: String,
    /// The mean loss that is asked for, at most.
    #[schemars(extend("unit" = "loss per clip"))]
    pub target: f64,
    /// What counts as loss.
    pub measure: Measure,
    /// Probability with which the guarantee holds.
    #[schemars(extend("unit" = "probability"))]
    pub confidence: f64,
    /// Whose clips: `pooled`, or a region.
    pub scope: String,
    /// What happened.
    pub event: GuaranteeStep,
    /// The first threshold to be tested, or the certified one.
    #[schemars(extend("unit" = "probability", "missing" = "an alarm"))]
    pub threshold: Option<f64>,
    /// Audits that it rests on: those that the bets are best for, that certify, or that watched.
    #[schemars(extend("unit" = "clips"))]
    pub audits: u64,
    /// Their mean loss; of an alarm, of those since the change.
    #[schemars(extend("unit" = "loss per clip", "missing" = "a test that was opened"))]
    pub risk: Option<f64>,
    /// Betting p-value.
    #[schemars(extend("unit" = "probability", "missing" = "no certificate"))]
    pub p: Option<f64>,
}

/// What happened to a guarantee.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuaranteeStep {
    /// A test begins.
    Opened,
    /// It holds from the threshold up.
    Certified,
    /// It holds no longer.
    Alarm,
}

impl StudyRow for GuaranteeRow {
    const TABLE: &'static str = "guarantees";
    const KEY: &'static [&'static str] = &["entry"];
}
