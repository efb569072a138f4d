//! An engine's own confidence beside the score of its drafts. In: scored clips that people settled, with what the engine says of
//! each. Out: a fit of both together, or none where the engine's says nothing more. Pure.
//! Left to others: whether it does better on clips held out (`adjust`).

use serde::{Deserialize, Serialize};

use super::CalibrationSample;
use super::map::{Point, log_odds, sigmoid};
use crate::hypotheses::logistic::{self, Logistic, Target};

/// The ridge penalty: that of a standard normal prior.
const L2: f64 = 1.0;
/// Share of clips for which the engine must say something.
const MOST: f64 = 0.8;

/// P(no word error) from the log-odds of the score and of the engine's confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineFit {
    fit: Logistic,
    /// Log-odds that stand for a confidence that is missing: such that nine in ten have a higher one.
    missing: f64,
}

impl EngineFit {
    /// Of clips and their points, in the same order; `None` where the engine says too little, or where a higher confidence
    /// would mean a worse draft.
    pub fn of(clips: &[&CalibrationSample], points: &[Point]) -> Option<Self> {
        let said = clips.iter().filter_map(|clip| clip.engine).map(log_odds);
        let mut said: Vec<f64> = said.collect();
        if said.is_empty() || (said.len() as f64) < MOST * clips.len() as f64 {
            return None;
        }
        said.sort_by(f64::total_cmp);
        let missing = said[said.len() / 10];
        let both = |(clip, point): (&&CalibrationSample, &Point)| {
            [log_odds(point.p), clip.engine.map_or(missing, log_odds)]
        };
        let mut rows: Vec<[f64; 2]> = clips.iter().zip(points).map(both).collect();
        let mut fit = fit(&rows, points)?;
        if fit.weights.first().is_none_or(|weight| *weight < 0.0) {
            // That surer drafts are worse is chance: then the score says nothing.
            rows.iter_mut().for_each(|row| row[0] = 0.0);
            fit = self::fit(&rows, points)?;
        }
        fit.weights.last().is_some_and(|weight| *weight > 0.0).then_some(Self { fit, missing })
    }

    /// P(no word error) of a draft with this score, in which the engine has this confidence.
    pub fn score(&self, p: f64, engine: Option<f64>) -> f64 {
        self.fit.predict(&[log_odds(p), engine.map_or(self.missing, log_odds)])
    }

    /// Whether it can predict.
    pub fn is_sound(&self) -> bool {
        self.fit.check(2).is_ok() && sigmoid(self.missing).is_finite()
    }
}

/// Of rows of a constant a fit makes nothing: their weight is 0.
fn fit(rows: &[[f64; 2]], points: &[Point]) -> Option<Logistic> {
    let rows: Vec<&[f64]> = rows.iter().map(|row| &row[..]).collect();
    let target = |point: &Point| Target { yes: point.yes, weight: point.weight };
    let targets: Vec<Target> = points.iter().map(target).collect();
    logistic::fit(&rows, &targets, L2).ok()
}
