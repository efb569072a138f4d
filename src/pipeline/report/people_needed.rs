//! How many drafts people would have to review for a target in the others. In: settled drafts with their weights, scores and
//! errors. Out: a share with its interval. Pure. Left to others: which drafts (`rounds`, `engines`).

use crate::domain::Measure;
use crate::statistics::bootstrap::interval;
use crate::statistics::rate::{Method, Missing, Rate};
use crate::statistics::selective::{Curve, Risk, Scored};
use crate::views::report::rounds::Target;

/// A settled draft.
#[derive(Clone, Copy, Debug)]
pub struct SettledDraft {
    /// Its speaker, numbered from 0 without gap.
    pub speaker: usize,
    /// How many clips it stands for.
    pub weight: f64,
    /// P(no error), where it has a score.
    pub score: Option<f64>,
    /// Word errors.
    pub errors: f64,
    /// Words of the reference.
    pub words: f64,
}

/// The smallest share of the drafts that people would have to review, lowest scores first, so that the
/// risk in the others is at most the target, as measured: 1 - coverage on the weighted risk-coverage
/// curve (El-Yaniv and Wiener 2010). Settled drafts without a score count as reviewed. Choosing the best
/// of many thresholds flatters a little, the more so the fewer clips are settled.
pub fn people_needed(settled: &[SettledDraft], speakers: usize, target: Target, seed: u64) -> Rate {
    let method = Method::ClusterBootstrap;
    let (mut scored, mut mass) = (Vec::new(), vec![(0.0, 0.0); speakers]);
    for &SettledDraft { speaker, weight, score, errors, words } in settled {
        mass[speaker].1 += weight;
        if let Some(score) = score {
            mass[speaker].0 += weight;
            scored.push(Scored { score, weight, errors, words, speaker });
        }
    }
    if scored.is_empty() {
        return Rate::none(method, Missing::NoScore);
    }
    let curve = Curve::new(scored);
    let risk = match target.measure {
        Measure::Wer => Risk::ClipWer,
        Measure::Clips => Risk::Clip,
    };
    let statistic = |times: Option<&[f64]>| {
        let (mut with_score, mut all) = (0.0, 0.0);
        for (i, (scored, of)) in mass.iter().enumerate() {
            let n = times.map_or(1.0, |t| t[i]);
            with_score += n * scored;
            all += n * of;
        }
        let covered = curve.coverage_at(target.risk, risk, times).unwrap_or(0.0);
        (all > 0.0).then(|| (1.0 - covered * with_score / all).clamp(0.0, 1.0))
    };
    let ends = interval(speakers, seed, |times| statistic(Some(times)));
    Rate::new(method, (settled.len() as u64, speakers as u64), statistic(None), ends)
}
