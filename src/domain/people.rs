//! What is measured of people's work: how reliable, how much in agreement.

use schemars::JsonSchema;
use serde::Serialize;

/// Word accuracy of an ordinary validator, before anything is known of one.
const ORDINARY: f64 = 0.95;
/// How many words that expectation counts for.
const PRIOR_WORDS: f64 = 40.0;
/// Weights stay in here, so that nobody is silenced and nobody decides alone.
const WEIGHTS: (f64, f64) = (0.25, 2.0);

/// What is known of one validator's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Reliability {
    /// Words compared.
    pub words: u64,
    /// Word edits between their texts and what they were compared with.
    pub errors: u64,
}

impl Reliability {
    /// Estimated share of right words, in (0, 1): few words say little, so the estimate is drawn
    /// towards an ordinary validator's.
    pub fn accuracy(self) -> f64 {
        let right = (self.words as f64 - self.errors as f64).max(0.0);
        (right + ORDINARY * PRIOR_WORDS) / (self.words as f64 + PRIOR_WORDS)
    }

    /// Voting weight: log-odds of a right word over an ordinary validator's (weighted majority of
    /// independent judges: Nitzan and Paroush 1982), in 0.25 to 2; 1 where nothing is known.
    pub fn weight(self) -> f64 {
        let odds = |p: f64| (p / (1.0 - p)).ln();
        let accuracy = self.accuracy().clamp(0.5, 0.999);
        (odds(accuracy) / odds(ORDINARY)).clamp(WEIGHTS.0, WEIGHTS.1)
    }
}

/// A number with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Agreement among people who reviewed the same clips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Agreement {
    /// Clips with two texts or more.
    pub clips: u64,
    /// Texts of them.
    pub texts: u64,
    /// Krippendorff's alpha; null with fewer than two clips, or when all texts are the same.
    pub alpha: Option<Estimate>,
    /// Mean over pairs of texts of one clip: word edits over the mean of their words.
    pub pairwise_wer: Option<Estimate>,
    /// Share of such pairs with the very same words.
    pub exact: Option<Estimate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_known_is_ordinary_and_bounds_hold() {
        let nothing = Reliability::default();
        assert!((nothing.weight() - 1.0).abs() < 1e-9);
        assert_eq!(Reliability { words: 10_000, errors: 10_000 }.weight(), WEIGHTS.0);
        assert_eq!(Reliability { words: 100_000, errors: 0 }.weight(), WEIGHTS.1);
        assert!(Reliability { words: 50, errors: 0 }.weight() > 1.0);
        assert!(Reliability { words: 50, errors: 10 }.weight() < 1.0);
    }
}
