//! What accepting more would cost: the risk-coverage curve, its area, coverage at a target.
//! In: scored clips of known errors, weighted. Out: points and numbers. Pure.
//! Left to others: how surely an unreviewed part stays under a target (a guarantee, not a curve).
//!
//! Clips are accepted from the highest score down (El-Yaniv and Wiener 2010; Geifman and El-Yaniv
//! 2017); clips of one score enter together.

/// A clip with score and truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// P(no error).
    pub score: f64,
    /// How many clips it stands for.
    pub weight: f64,
    /// Word errors of its draft.
    pub errors: f64,
    /// Words of its reference.
    pub words: f64,
    /// Its speaker, numbered from 0.
    pub speaker: usize,
}

/// How far over a target a risk may lie and still be at it: sums of the same numbers in another order
/// differ by less.
const SLACK: f64 = 1e-12;

/// What is at risk in the accepted clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risk {
    /// Word errors over words.
    Wer,
    /// Mean over clips of their own word error rate, at most 1: what a guarantee is about.
    ClipWer,
    /// Share of clips with an error.
    Clip,
}

impl Risk {
    /// What a clip adds to the risk, and what it is divided by.
    fn of(self, clip: &Scored) -> (f64, f64) {
        match self {
            Risk::Wer => (clip.errors, clip.words),
            // As routing counts a loss: words out of nothing are all wrong.
            Risk::ClipWer if clip.words > 0.0 => ((clip.errors / clip.words).min(1.0), 1.0),
            Risk::ClipWer | Risk::Clip => (f64::from(clip.errors > 0.0), 1.0),
        }
    }
}

/// Where one accepts everything from `threshold` up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The lowest score accepted.
    pub threshold: f64,
    /// Weighted share of clips accepted.
    pub coverage: f64,
    /// Risk in them; `None` without words.
    pub risk: Option<f64>,
    /// Weight that entered with this score.
    pub entered: f64,
}

/// Clips in the order of acceptance.
pub struct Curve(Vec<Scored>);

impl Curve {
    /// Sorts; equal scores keep the order given.
    pub fn new(mut clips: Vec<Scored>) -> Self {
        clips.sort_by(|a, b| b.score.total_cmp(&a.score));
        Self(clips)
    }

    /// The clips, highest score first.
    pub fn clips(&self) -> &[Scored] {
        &self.0
    }

    /// Hands over a point for each distinct score, from the highest; `times` says how often each
    /// speaker counts (a bootstrap replicate).
    pub fn walk(&self, risk: Risk, times: Option<&[f64]>, mut each: impl FnMut(Point)) {
        let weight = |c: &Scored| c.weight * times.map_or(1.0, |t| t[c.speaker]);
        let total: f64 = self.0.iter().map(weight).sum();
        let (mut accepted, mut at_risk, mut of) = (0.0, 0.0, 0.0);
        for group in self.0.chunk_by(|a, b| a.score == b.score) {
            let mut entered = 0.0;
            for clip in group {
                let w = weight(clip);
                let (errors, words) = risk.of(clip);
                entered += w;
                at_risk += w * errors;
                of += w * words;
            }
            accepted += entered;
            if entered > 0.0 {
                each(Point {
                    threshold: group[0].score,
                    coverage: accepted / total,
                    risk: (of > 0.0).then(|| at_risk / of),
                    entered,
                });
            }
        }
    }

    /// Area under the curve: the mean risk over all coverages; lower is better. Coverage without words
    /// counts as without risk. `None` without clips.
    pub fn aurc(&self, risk: Risk, times: Option<&[f64]>) -> Option<f64> {
        let (mut area, mut total) = (0.0, 0.0);
        self.walk(risk, times, |point| {
            area += point.entered * point.risk.unwrap_or(0.0);
            total += point.entered;
        });
        (total > 0.0).then(|| area / total)
    }

    /// The largest share of clips that can be accepted with a risk of at most `target` in them, as
    /// measured: 0 where no threshold does, `None` without clips.
    pub fn coverage_at(&self, target: f64, risk: Risk, times: Option<&[f64]>) -> Option<f64> {
        let mut best = None;
        self.walk(risk, times, |point| {
            let fits = point.risk.is_none_or(|r| r <= target + SLACK);
            let covered = if fits { point.coverage } else { 0.0 };
            best = Some(best.unwrap_or(0.0_f64).max(covered));
        });
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn area_and_coverage_are_those_of_the_plain_definition_in_numpy() {
        let fixture = include_str!("../../tests/data/statistics/score.json");
        let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
        for case in fixture.as_array().unwrap() {
            let column =
                |name: &str| -> Vec<f64> { serde_json::from_value(case[name].clone()).unwrap() };
            let (s, w, e, n) =
                (column("score"), column("weight"), column("errors"), column("words"));
            let curve = Curve::new(
                (0..s.len())
                    .map(|i| Scored {
                        score: s[i],
                        weight: w[i],
                        errors: e[i],
                        words: n[i],
                        speaker: 0,
                    })
                    .collect(),
            );
            let near = |ours: Option<f64>, name: &str| {
                let theirs = case[name].as_f64().unwrap();
                assert!((ours.unwrap() - theirs).abs() < 1e-9, "{name}: {ours:?} is not {theirs}");
            };
            near(curve.aurc(Risk::Clip, None), "aurc_clip");
            near(curve.aurc(Risk::Wer, None), "aurc_wer");
            near(curve.coverage_at(0.1, Risk::Wer, None), "coverage_at_10_wer");
            near(curve.coverage_at(0.3, Risk::Clip, None), "coverage_at_30_clip");
        }
    }

    #[test]
    fn the_mean_over_clips_takes_each_clip_alike_and_none_for_more_than_all_wrong() {
        let clip = |score, errors, words| Scored { score, weight: 1.0, errors, words, speaker: 0 };
        let curve = Curve::new(vec![
            clip(0.9, 0.0, 20.0),
            clip(0.8, 6.0, 3.0),
            clip(0.7, 1.0, 0.0),
            clip(0.6, 0.0, 0.0),
        ]);
        let mut risks = Vec::new();
        curve.walk(Risk::ClipWer, None, |p| risks.extend(p.risk));
        assert_eq!(risks, [0.0, 0.5, 2.0 / 3.0, 0.5]);
        assert_eq!(
            curve.coverage_at(0.5, Risk::ClipWer, None),
            Some(1.0),
            "not monotone: the most counts"
        );
        assert_eq!(curve.coverage_at(0.4, Risk::ClipWer, None), Some(0.25));
    }

    #[test]
    fn nothing_scored_has_no_curve() {
        let curve = Curve::new(Vec::new());
        assert_eq!(
            (curve.aurc(Risk::Wer, None), curve.coverage_at(0.1, Risk::Clip, None)),
            (None, None)
        );
    }

    fn clips() -> impl Strategy<Value = Vec<Scored>> {
        let one = (0u8..8, 1u32..5, 0u32..4, 1u32..9).prop_map(|(s, w, e, n)| Scored {
            score: f64::from(s) / 7.0,
            weight: f64::from(w),
            errors: f64::from(e.min(n)),
            words: f64::from(n),
            speaker: 0,
        });
        prop::collection::vec(one, 1..40)
    }

    proptest! {
        #[test]
        fn full_coverage_has_the_risk_of_all_and_the_area_lies_between_the_extremes(clips in clips()) {
            let curve = Curve::new(clips.clone());
            let mut risks = Vec::new();
            let mut last = None;
            curve.walk(Risk::Wer, None, |p| { risks.extend(p.risk); last = Some(p) });
            let last = last.unwrap();
            let all = clips.iter().fold((0.0, 0.0), |a, c| (a.0 + c.weight * c.errors, a.1 + c.weight * c.words));
            prop_assert!((last.coverage - 1.0).abs() < 1e-9);
            prop_assert!((last.risk.unwrap() - all.0 / all.1).abs() < 1e-9);
            let area = curve.aurc(Risk::Wer, None).unwrap();
            let (least, most) = risks.iter().fold((f64::MAX, f64::MIN), |m, r| (m.0.min(*r), m.1.max(*r)));
            prop_assert!(least - 1e-9 <= area && area <= most + 1e-9);
            prop_assert_eq!(curve.coverage_at(1.0, Risk::Clip, None), Some(last.coverage));
        }

        /// A clip of weight 3 is three clips of weight 1.
        #[test]
        fn weights_are_copies(clips in clips()) {
            let copies = clips.iter().flat_map(|c| {
                std::iter::repeat_n(Scored { weight: 1.0, ..*c }, c.weight as usize)
            }).collect();
            let (weighted, copied) = (Curve::new(clips), Curve::new(copies));
            for risk in [Risk::Wer, Risk::Clip] {
                let gap = weighted.aurc(risk, None).unwrap() - copied.aurc(risk, None).unwrap();
                prop_assert!(gap.abs() < 1e-9);
            }
        }
    }
}
