//! What was handed out in a study, as rows.

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::StudyRow;
use crate::domain::{Blind, Purpose};

/// A batch: a task file that was handed out.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct BatchRow {
    /// Id of the batch.
    pub batch: String,
    /// When it was first written, RFC 3339.
    #[schemars(extend("unit" = "time"))]
    pub created: String,
    /// Since when it is out, RFC 3339: later than `created`, where it was written again.
    #[schemars(extend("unit" = "time"))]
    pub handed: String,
    /// When it was taken back, RFC 3339.
    #[schemars(extend("unit" = "time", "missing" = "it is out"))]
    pub reclaimed: Option<String>,
    /// Answers wanted for each of its clips.
    #[schemars(extend("unit" = "answers"))]
    pub answers_wanted: u64,
    /// Active time that it was expected to take one person.
    #[schemars(extend("unit" = "seconds", "missing" = "not estimated"))]
    pub estimated_seconds: Option<f64>,
    /// What one person is paid for all of it, in the currency of study.json.
    #[schemars(extend("unit" = "currency", "missing" = "pay is not set"))]
    pub pay: Option<f64>,
    /// Validators that it was handed to, joined with `|`: pseudonyms, or with --names as typed.
    #[schemars(extend("missing" = "open to all"))]
    pub handed_to: Option<String>,
}

impl StudyRow for BatchRow {
    const TABLE: &'static str = "batches";
    const KEY: &'static [&'static str] = &["batch"];
}

/// A clip in a batch, as it was handed out.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct HandedOutRow {
    /// Id of the batch.
    pub batch: String,
    /// Id of the clip.
    pub clip: String,
    /// Place in the batch, from 0.
    pub position: u64,
    /// Why it was handed out.
    pub purpose: Purpose,
    /// Whether the draft was hidden.
    pub blind: Blind,
    /// Whether words of low confidence were marked.
    pub marked: bool,
    /// The draft that was handed out, shown or hidden; of `seeded` tasks with the planted error.
    #[schemars(extend("missing" = "no text, or the clip is withheld"))]
    pub draft: Option<String>,
    /// Digest of clip and draft, which each answer names.
    pub draft_digest: String,
    /// What is known to be said, of gold and seeded tasks.
    #[schemars(extend("missing" = "the task checks nobody, or the clip is withheld"))]
    pub truth: Option<String>,
}

impl StudyRow for HandedOutRow {
    const TABLE: &'static str = "tasks";
    const KEY: &'static [&'static str] = &["batch", "clip"];
}
