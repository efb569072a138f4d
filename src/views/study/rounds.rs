//! Rounds of adaptation in a study, as rows.

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::StudyRow;
use crate::domain::Used;

/// A round of adaptation, promoted or not.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct RoundRow {
    /// Its number, from 1.
    pub round: u64,
    /// When, RFC 3339.
    #[schemars(extend("unit" = "time"))]
    pub created: String,
    /// The settings' model, by its name.
    pub base: String,
    /// Round whose model was in use; 0: the settings' model.
    pub parent: u64,
    /// Digest of that model.
    pub parent_model: String,
    /// Digest of the model that training began from.
    pub start_model: String,
    /// Whether the new model was promoted.
    pub promoted: bool,
    /// Digest of the model that it made.
    #[schemars(extend("missing" = "not promoted"))]
    pub model: Option<String>,
    /// Why it was rejected, joined with `; `.
    #[schemars(extend("missing" = "promoted, or no reason was given"))]
    pub why: Option<String>,
    /// Seed of every draw.
    pub seed: u64,
    /// Digest of what was learnt from and measured on.
    pub data_digest: String,
    /// How it was trained: settings, as JSON.
    pub recipe: String,
    /// Audio learnt from.
    #[schemars(extend("unit" = "seconds"))]
    pub train_seconds: f64,
    /// Mean loss of the last epoch.
    #[schemars(extend("unit" = "nats per token", "missing" = "no epoch ended"))]
    pub last_loss: Option<f64>,
    /// Share of the new weights in the average with the old ones.
    #[schemars(extend("unit" = "share"))]
    pub share: f64,
    /// Wall time of training.
    #[schemars(extend("unit" = "seconds"))]
    pub wall_seconds: f64,
}

impl StudyRow for RoundRow {
    const TABLE: &'static str = "rounds";
    const KEY: &'static [&'static str] = &["round"];
}

/// One set of clips under the old and the new model of a round.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct MeasureRow {
    /// Number of the round.
    pub round: u64,
    /// Which set: `test`, `cross-validation`, `retention NAME`.
    pub set: String,
    /// Clips of the set.
    #[schemars(extend("unit" = "clips"))]
    pub clips: u64,
    /// Units of the bootstrap: speakers, recordings or clips.
    pub units: u64,
    /// Words of the references.
    #[schemars(extend("unit" = "words"))]
    pub words: u64,
    /// Word error rate of the old model; on a retention set, of the model that training began from.
    #[schemars(extend("unit" = "errors per word"))]
    pub before: f64,
    /// Word error rate of the new model.
    #[schemars(extend("unit" = "errors per word"))]
    pub after: f64,
    /// Lower end of the 95 % interval of after - before.
    #[schemars(extend("unit" = "errors per word"))]
    pub low: f64,
    /// Its upper end.
    #[schemars(extend("unit" = "errors per word"))]
    pub high: f64,
    /// Share of the replicates in which the new model is better.
    #[schemars(extend("unit" = "share"))]
    pub better: f64,
}

impl StudyRow for MeasureRow {
    const TABLE: &'static str = "round_measures";
    const KEY: &'static [&'static str] = &["round", "set"];
}

/// What a clip was used for in a round.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct UsedClipRow {
    /// Number of the round.
    pub round: u64,
    /// Id of the clip.
    pub clip: String,
    /// What it was used for.
    pub used: Used,
}

impl StudyRow for UsedClipRow {
    const TABLE: &'static str = "round_clips";
    const KEY: &'static [&'static str] = &["round", "clip"];
}
