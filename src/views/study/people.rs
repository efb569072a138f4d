//! Validators of a study, as rows.

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::StudyRow;

/// A validator with what all recordings say of their work; rows of `answers` have the rest.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct ValidatorRow {
    /// A pseudonym, or with --names as typed.
    pub validator: String,
    /// Answers that count, skips included, of all recordings.
    #[schemars(extend("unit" = "answers"))]
    pub answers: u64,
    /// Of them, skips.
    #[schemars(extend("unit" = "answers"))]
    pub skips: u64,
    /// Of them, reports of offensive content or personal data.
    #[schemars(extend("unit" = "answers"))]
    pub reports: u64,
    /// Active time, where measured.
    #[schemars(extend("unit" = "seconds"))]
    pub active_seconds: f64,
    /// Words of theirs that were compared with known texts and with what others wrote.
    #[schemars(extend("unit" = "words"))]
    pub compared_words: u64,
    /// Word edits between the two.
    #[schemars(extend("unit" = "words"))]
    pub edited_words: u64,
    /// Weight of their vote; 1 is ordinary.
    #[schemars(extend("unit" = "weight"))]
    pub weight: f64,
}

impl StudyRow for ValidatorRow {
    const TABLE: &'static str = "validators";
    const KEY: &'static [&'static str] = &["validator"];
}
