//! The calibrated score: P(draft has no word error) of a hypothesis.
//! In: a calibration file (JSON), features. Out: a probability, or the reason why there is none.
//! Left to others: fitting one (`fit`), what score is good enough (routing).

use std::fmt;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::features;
use super::logistic::Logistic;
use crate::domain::{Features, Probability};

/// Names the file format; raised when a reader of the old one would go wrong.
pub const FORMAT: &str = "second-ear calibration 1";

/// The text of the calibration that ships.
pub const SHIPPED: &str = include_str!("../../models/calibration/base-f16.json");

/// A fitted score with everything that says where it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// [`FORMAT`].
    pub format: String,
    /// What it was fitted on and by whom, in words.
    pub note: String,
    /// First 16 hex digits of the model file's SHA-256.
    pub model: String,
    /// [`crate::domain::DecodePolicy::id`].
    pub policy: String,
    /// The data, set by set.
    pub sets: Vec<SetSummary>,
    /// SHA-256 over all clips and their error counts.
    pub digest: String,
    /// How it does on clips that it was not fitted on.
    pub cross_validation: CrossValidation,
    /// Names of the features, in the order of the weights.
    pub features: Vec<String>,
    /// The ridge penalty.
    pub l2: f64,
    /// Standardisation and weights of P(no word error).
    pub logistic: Logistic,
    /// The same for the expected word error rate.
    #[serde(default)]
    pub wer: Option<Logistic>,
}

/// One set of clips in the data of a calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetSummary {
    /// Its name.
    pub name: String,
    /// Clips.
    pub clips: usize,
    /// Clips with at least one word error.
    pub with_errors: usize,
    /// Distinct speakers, as far as they are named.
    pub speakers: usize,
    /// Cross-validated AUROC on this set; `None` when all its clips have the same outcome.
    pub auroc: Option<f64>,
}

/// Cross-validated quality over all sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossValidation {
    /// Folds; no speaker is in two of them, save those with more than a fold's share of clips.
    pub folds: usize,
    /// See [`crate::statistics::metrics`].
    pub auroc: Option<f64>,
    /// Expected calibration error.
    pub ece: f64,
    /// Brier score.
    pub brier: f64,
    /// Normalised cross entropy.
    pub nce: Option<f64>,
}

/// Why a hypothesis has no score. A missing score is never read as certainty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoScore {
    /// The calibration belongs to another model.
    Model {
        /// The calibration's.
        calibrated: String,
        /// The hypothesis's.
        used: String,
    },
    /// The calibration belongs to another decode policy.
    Policy {
        /// The calibration's.
        calibrated: String,
        /// The hypothesis's.
        used: String,
    },
    /// Features that do not fit the calibration or are no numbers.
    Features,
}

impl fmt::Display for NoScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoScore::Model { calibrated, used } => {
                write!(f, "the calibration is for model {calibrated}, not {used}; run calibrate")
            }
            NoScore::Policy { calibrated, used } => write!(
                f,
                "the calibration is for decode policy {calibrated}, not {used}; run calibrate"
            ),
            NoScore::Features => write!(f, "the features do not fit the calibration"),
        }
    }
}

impl Calibration {
    /// The one that ships: Whisper base in f16 under the default decode policy.
    pub fn shipped() -> Result<Self> {
        Self::parse(SHIPPED).context("the calibration that ships with second-ear")
    }

    /// Reads a calibration file's text.
    ///
    /// # Errors
    /// Another format, other features than this version computes, lengths that do not agree,
    /// scales that are not above 0.
    pub fn parse(json: &str) -> Result<Self> {
        let calibration: Self = serde_json::from_str(json).context("read the calibration")?;
        let c = &calibration;
        ensure!(c.format == FORMAT, "format '{}' is not '{FORMAT}'", c.format);
        ensure!(
            c.features == features::NAMES,
            "the calibration was made for other features; run calibrate again"
        );
        let n = c.features.len();
        for l in [Some(&c.logistic), c.wer.as_ref()].into_iter().flatten() {
            ensure!(
                [&l.means, &l.scales, &l.weights].iter().all(|v| v.len() == n),
                "the calibration does not hold {n} means, scales and weights"
            );
            ensure!(l.scales.iter().all(|&s| s > 0.0), "a scale is not above 0");
        }
        Ok(calibration)
    }

    /// The file's text.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Whether hypotheses made by `model` under `policy` can be scored.
    pub fn fits(&self, model: &str, policy: &str) -> Result<(), NoScore> {
        let other = |calibrated: &str, used: &str| (calibrated.to_string(), used.to_string());
        if model != self.model {
            let (calibrated, used) = other(&self.model, model);
            return Err(NoScore::Model { calibrated, used });
        }
        if policy != self.policy {
            let (calibrated, used) = other(&self.policy, policy);
            return Err(NoScore::Policy { calibrated, used });
        }
        Ok(())
    }

    /// Expected word error rate of a hypothesis with these features, in [0, 1]; `None` when the
    /// calibration has none or is for another model or policy.
    pub fn expected_wer(&self, features: &Features, model: &str, policy: &str) -> Option<f64> {
        self.score(features, model, policy).ok()?;
        Some(self.wer.as_ref()?.predict(&features.0)).filter(|p| p.is_finite())
    }

    /// P(no word error) of a hypothesis with these features, made by `model` under `policy`.
    pub fn score(
        &self,
        features: &Features,
        model: &str,
        policy: &str,
    ) -> Result<Probability, NoScore> {
        self.fits(model, policy)?;
        if features.0.len() != self.features.len() || features.0.iter().any(|x| !x.is_finite()) {
            return Err(NoScore::Features);
        }
        Probability::new(self.logistic.predict(&features.0)).ok_or(NoScore::Features)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DecodePolicy;

    #[test]
    fn the_shipped_calibration_is_for_the_default_policy_and_says_how_good_it_is() {
        let c = Calibration::shipped().unwrap();
        assert_eq!(c.policy, DecodePolicy::default().id());
        assert!(c.cross_validation.auroc.unwrap() > 0.8);
        assert!(c.sets.iter().map(|s| s.clips).sum::<usize>() > 500);
        assert_eq!(Calibration::parse(&c.to_json().unwrap()).unwrap(), c);
    }

    #[test]
    fn another_model_policy_or_feature_has_no_score() {
        let c = Calibration::shipped().unwrap();
        let average = Features(c.logistic.means.clone());
        let p = c.score(&average, &c.model, &c.policy).unwrap().get();
        assert!(p > 0.0 && p < 1.0);
        assert!(matches!(c.score(&average, "x", &c.policy), Err(NoScore::Model { .. })));
        assert!(matches!(c.score(&average, &c.model, "x"), Err(NoScore::Policy { .. })));
        let short = Features(vec![0.0]);
        assert_eq!(c.score(&short, &c.model, &c.policy), Err(NoScore::Features));
        let mut broken = average;
        broken.0[0] = f64::NAN;
        assert_eq!(c.score(&broken, &c.model, &c.policy), Err(NoScore::Features));
    }

    #[test]
    fn a_file_for_other_features_is_refused() {
        let c = Calibration::shipped().unwrap();
        let json = c.to_json().unwrap().replace("\"mean_logprob\"", "\"mean_loudness\"");
        assert!(Calibration::parse(&json).unwrap_err().to_string().contains("other features"));
        assert!(Calibration::parse("{}").is_err());
    }
}
