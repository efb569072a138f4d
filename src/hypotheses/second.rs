//! A second opinion: the same model on the same sound, played more slowly. Where both texts agree,
//! the first is right more often than its own probabilities say.
//! In: a hypothesis, samples. Out: whether it is worth its time; slower samples.
//! Left to others: decoding (`whisper`), what the comparison means (`features`, `calibrate`).
//!
//! Of what was tried as a second decoding (other speeds, noise, a shift, sampling at several temperatures,
//! other prompts, timestamps) this one told most: see docs/lab/confidence.md.

use std::ops::Range;
use std::sync::Arc;

use super::calibrate::Calibration;
use super::features;
use crate::domain::{Hypothesis, Language, RoutingSettings, SecondPass};
use crate::text::words::has_word;

/// Of the first pace.
const PACE: f64 = 0.92;
/// Scores between these may end on the other side of a threshold that is not known beforehand, because
/// audits set it.
const DOUBTFUL: Range<f64> = 0.2..0.9;
/// How far below a known threshold a second pass still lifts a score over it: 456 crossings of 15 thresholds by
/// 721 clips were looked at, and all came from less (docs/lab/speed.md).
const BELOW: f64 = 0.1;
/// How far above it a second pass still pulls a score under it: 98 % of them.
const ABOVE: f64 = 0.15;

/// Whether a word of a language belongs to the lexicon.
pub type Regional = Arc<dyn Fn(&Language, &str) -> bool + Send + Sync>;

/// When to look again, and what judges that.
#[derive(Clone)]
pub struct Judge {
    /// The setting.
    pub when: SecondPass,
    /// First scores that are doubtful: see [`doubtful`].
    pub doubtful: Range<f64>,
    /// Scores the first look; without one that fits, every clip is doubtful.
    pub calibration: Option<Arc<Calibration>>,
    /// Regional words are no mistakes.
    pub regional: Regional,
}

impl Judge {
    /// Whether the clip of this hypothesis is to be decoded again.
    pub fn wants(&self, hypothesis: &Hypothesis) -> bool {
        let doubted = || {
            let features = features::features(hypothesis, &*self.regional);
            let fitting = self.calibration.as_ref().filter(|c| c.covers(&hypothesis.language));
            let Some(calibration) = fitting else { return true };
            // Thresholds are for adjusted scores: where these are apart, the range is wide.
            let range = if calibration.adjustment.is_none() { &self.doubtful } else { &DOUBTFUL };
            calibration.unadjusted(&features).is_none_or(|score| range.contains(&score))
        };
        match self.when {
            SecondPass::Never => false,
            _ if !has_word(&hypothesis.text) => false,
            SecondPass::Always => true,
            SecondPass::Doubtful => doubted(),
        }
    }
}

/// First scores that a second pass may take to the other side of the threshold: who reviews a clip is decided
/// at `accept_score`, or higher up where a speaker's region shifts it, or where audits say.
pub fn doubtful(routing: &RoutingSettings) -> Range<f64> {
    if routing.target_risk.is_some() {
        return DOUBTFUL;
    }
    let accept = routing.accept_score;
    accept - BELOW..accept + routing.region_shift + ABOVE
}

/// The samples at a slower pace (and so a little deeper), by linear interpolation.
pub fn slowed(samples: &[f32]) -> Vec<f32> {
    let at = |i: usize| {
        let place = i as f64 * PACE;
        let here = samples.get(place as usize).copied().unwrap_or(0.0);
        let next = samples.get(place as usize + 1).copied().unwrap_or(here);
        here + (next - here) * place.fract() as f32
    };
    (0..(samples.len() as f64 / PACE) as usize).map(at).collect()
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
    fn only_doubtful_texts_are_decoded_again() {
        let calibration = Some(Arc::new(Calibration::shipped("").unwrap()));
        let judge = |when| Judge {
            when,
            doubtful: doubtful(&RoutingSettings::default()),
            calibration: calibration.clone(),
            regional: Arc::new(|_, _| false),
        };
        let careful = judge(SecondPass::Doubtful);
        let poor = hypothesis(&[(" réonlingue", -6.0), (" blatte", -5.0), (" zut", -4.0)], 1.0);
        assert!(!careful.wants(&poor), "too poor to be saved");
        assert!(judge(SecondPass::Always).wants(&poor));
        assert!(!judge(SecondPass::Never).wants(&poor));
        assert!(!judge(SecondPass::Always).wants(&hypothesis(&[(" ...", -0.1)], 1.0)));
        let without = Judge { calibration: None, ..careful };
        assert!(without.wants(&poor));
    }

    #[test]
    fn what_is_doubtful_depends_on_the_threshold_and_on_who_sets_it() {
        let routing = RoutingSettings { accept_score: 0.8, ..RoutingSettings::default() };
        let range = doubtful(&routing);
        assert!(range.contains(&0.8) && range.contains(&0.9), "{range:?}");
        assert!(!range.contains(&0.4), "far from the threshold");
        let audited = doubtful(&RoutingSettings { target_risk: Some(0.05), ..routing });
        assert!(audited.contains(&0.4), "audits may set the threshold anywhere");
    }
}
