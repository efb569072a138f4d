//! A second opinion: the same model on the same sound, played more slowly. Where both texts agree,
//! the first is right more often than its own probabilities say.
//! In: a hypothesis, samples. Out: whether it is worth its time; slower samples.
//! Left to others: decoding (`whisper`), what the comparison means (`features`, `calibrate`).
//!
//! Of what was tried as a second decoding (other speeds, noise, a shift, sampling at several temperatures,
//! other prompts, timestamps) this one told most: see docs/confidence.md.

use std::sync::Arc;

use super::calibrate::Calibration;
use super::features;
use crate::domain::{Hypothesis, SecondLook};

/// Of the first pace.
const PACE: f64 = 0.92;
/// Scores between these may end on the other side of a threshold after a second look.
const DOUBTFUL: std::ops::Range<f64> = 0.2..0.9;

/// Whether a word belongs to the lexicon.
pub type Regional = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// When to look again, and what judges that.
#[derive(Clone)]
pub struct Judge {
    /// The setting.
    pub when: SecondLook,
    /// Scores the first look; without one that fits, every clip is doubtful.
    pub calibration: Option<Arc<Calibration>>,
    /// Regional words are no mistakes.
    pub regional: Regional,
}

impl Judge {
    /// Whether the clip of this hypothesis is to be decoded again.
    pub fn wants(&self, hypothesis: &Hypothesis) -> bool {
        let score = || {
            let features = features::features(hypothesis, &*self.regional);
            self.calibration.as_ref().and_then(|c| c.unadjusted(&features))
        };
        match self.when {
            SecondLook::Never => false,
            _ if !super::text::has_word(&hypothesis.text) => false,
            SecondLook::Always => true,
            SecondLook::Doubtful => score().is_none_or(|score| DOUBTFUL.contains(&score)),
        }
    }
}

/// The samples at a slower pace (and so a little deeper), by linear interpolation.
pub fn slowed(samples: &[f32]) -> Vec<f32> {
    at_pace(samples, PACE)
}

/// The samples at another pace: below 1 slower.
pub fn at_pace(samples: &[f32], pace: f64) -> Vec<f32> {
    let at = |i: usize| {
        let place = i as f64 * pace;
        let here = samples.get(place as usize).copied().unwrap_or(0.0);
        let next = samples.get(place as usize + 1).copied().unwrap_or(here);
        here + (next - here) * place.fract() as f32
    };
    (0..(samples.len() as f64 / pace) as usize).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypotheses::features::tests::hypothesis;

    #[test]
    fn a_slower_sound_is_longer_and_of_the_same_shape() {
        let samples: Vec<f32> = (0..9200).map(|i| (i as f32 / 50.0).sin()).collect();
        let slow = slowed(&samples);
        assert_eq!(slow.len(), 10_000);
        for i in [0, 777, 5000, 9998] {
            let there = (i as f32 * 0.92 / 50.0).sin();
            assert!((slow[i] - there).abs() < 1e-3, "{i}");
        }
        assert!(slowed(&[]).is_empty());
    }

    #[test]
    fn only_doubtful_texts_are_heard_again() {
        let calibration = Some(Arc::new(Calibration::shipped().unwrap()));
        let judge =
            |when| Judge { when, calibration: calibration.clone(), regional: Arc::new(|_| false) };
        let doubtful = judge(SecondLook::Doubtful);
        let poor = hypothesis(&[(" réonlingue", -6.0), (" blatte", -5.0), (" zut", -4.0)], 1.0);
        assert!(!doubtful.wants(&poor), "too poor to be saved");
        assert!(judge(SecondLook::Always).wants(&poor));
        assert!(!judge(SecondLook::Never).wants(&poor));
        assert!(!judge(SecondLook::Always).wants(&hypothesis(&[(" ...", -0.1)], 1.0)));
        let without = Judge { calibration: None, ..doubtful };
        assert!(without.wants(&poor));
    }
}
