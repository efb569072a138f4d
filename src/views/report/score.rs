//! How good the score is, as data: calibration measures, reliability bins, risk and coverage.
//! All on settled clips that have a score, each with the number of clips that it stands for.

use schemars::JsonSchema;
use serde::Serialize;

use crate::statistics::rate::{Rate, six};

/// Everything about the score.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Score {
    /// Settled clips with a score.
    pub clips: u64,
    /// Speakers of them.
    pub speakers: u64,
    /// Settled clips without one: left out of all that follows.
    pub unscored: u64,
    /// Probability that a clip without error scores above one with errors.
    pub auroc: Rate,
    /// Average precision in finding clips with errors by their low score.
    pub error_precision: Rate,
    /// Mean squared difference of score and outcome.
    pub brier: Rate,
    /// Weighted calibration error over the bins; depends on their number, hence without interval.
    #[serde(serialize_with = "six")]
    pub ece: Option<f64>,
    /// Normalised cross entropy; without interval, because one sure mistake moves it at will.
    #[serde(serialize_with = "six")]
    pub nce: Option<f64>,
    /// The reliability diagram.
    pub bins: Vec<Bin>,
    /// The risk-coverage curve, from the highest score down.
    pub curve: Vec<Point>,
    /// Area under it with the share of clips with an error as risk.
    pub aurc_clips: Rate,
    /// Area under it with the WER as risk.
    pub aurc_wer: Rate,
    /// The largest share of clips whose drafts have at most some WER together.
    pub coverage: Vec<Coverage>,
}

/// One bin of the reliability diagram.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Bin {
    /// Mean score.
    #[serde(serialize_with = "six")]
    pub score: Option<f64>,
    /// Share of clips without error, with interval.
    pub good: Rate,
    /// Share of all weight.
    #[serde(serialize_with = "six")]
    pub mass: Option<f64>,
}

/// One point of the risk-coverage curve.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Point {
    /// Accept from this score up.
    #[serde(serialize_with = "six")]
    pub threshold: Option<f64>,
    /// Share of clips then accepted.
    #[serde(serialize_with = "six")]
    pub coverage: Option<f64>,
    /// WER of their drafts, by speaker.
    pub wer: Rate,
    /// Share of them with an error.
    pub with_error: Rate,
}

/// Coverage at a target.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Coverage {
    /// WER of the accepted drafts, at most.
    pub target_wer: f64,
    /// The largest share of clips, as measured: a description, not a guarantee.
    pub coverage: Rate,
}
