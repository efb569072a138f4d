//! How good the score is, from settled clips with their weights.

use super::groups::{reviewed, speakers};
use crate::statistics::bootstrap::interval;
use crate::statistics::interval::korn_graubard;
use crate::statistics::metrics::{error_precision, weighted_auroc, weighted_brier, weighted_nce};
use crate::statistics::rate::{Method, Missing, Rate};
use crate::statistics::reliability::{self, ScoredClip};
use crate::statistics::selective::{Curve, Risk, Scored};
use crate::statistics::weighted::{SampledClip, hajek, hajek_by_speaker};
use crate::views::clips::{Part, ReportRow};
use crate::views::report::score::{Bin, Coverage, Point, Score};

/// Most bins of the reliability diagram; no more than one for five clips.
const BINS: usize = 10;
/// Most points of the curve.
const POINTS: usize = 40;
/// Targets of the coverage table: WER of what is accepted.
const TARGETS: [f64; 4] = [0.01, 0.02, 0.05, 0.1];

/// `None` until a clip with a score and words is settled.
pub fn score(rows: &[&ReportRow], seed: u64) -> Option<Score> {
    let settled: Vec<&ReportRow> =
        rows.iter().copied().filter(|r| r.truth().is_some() && r.part != Part::NoSpeech).collect();
    let scored: Vec<&ReportRow> = settled.iter().copied().filter(|r| r.score.is_some()).collect();
    if scored.is_empty() {
        return None;
    }
    let numbers = speakers(&scored);
    let clips: Vec<Scored> = scored
        .iter()
        .filter_map(|r| {
            let (weight, errors, words) = r.truth()?;
            let speaker = numbers[r.speaker.as_str()];
            Some(Scored { score: r.score?, weight, errors, words, speaker })
        })
        .collect();
    let curve = Curve::new(clips);
    let of = |clip: &Scored, times: Option<&[f64]>| ScoredClip {
        score: clip.score,
        good: clip.errors == 0.0,
        weight: clip.weight * times.map_or(1.0, |t| t[clip.speaker]),
    };
    let outcomes = |times: Option<&[f64]>| -> Vec<ScoredClip> {
        // Sorted from the lowest score already: sorting again costs one pass.
        curve.clips().iter().rev().map(|c| of(c, times)).collect()
    };
    let rate = |statistic: &dyn Fn(Option<&[f64]>) -> Option<f64>| {
        let value = statistic(None);
        let ends = match value {
            Some(_) => interval(numbers.len(), seed, |times| statistic(Some(times))),
            None => Err(Missing::NothingCounted),
        };
        let counts = (scored.len() as u64, numbers.len() as u64);
        Rate::new(Method::ClusterBootstrap, counts, value, ends)
    };
    let bins = reliability::bins(&outcomes(None), BINS.min(scored.len() / 5).max(1));
    Some(Score {
        clips: scored.len() as u64,
        speakers: numbers.len() as u64,
        unscored: (settled.len() - scored.len()) as u64,
        auroc: rate(&|times| weighted_auroc(&outcomes(times))),
        error_precision: rate(&|times| error_precision(&outcomes(times))),
        brier: rate(&|times| weighted_brier(&outcomes(times))),
        ece: Some(reliability::ece(&bins)),
        nce: weighted_nce(&outcomes(None)),
        bins: bins.iter().map(bin).collect(),
        curve: points(&scored),
        aurc_clips: rate(&|times| curve.aurc(Risk::Clip, times)),
        aurc_wer: rate(&|times| curve.aurc(Risk::Wer, times)),
        coverage: TARGETS
            .iter()
            .map(|&target_wer| Coverage {
                target_wer,
                coverage: rate(&|times| curve.coverage_at(target_wer, Risk::Wer, times)),
            })
            .collect(),
    })
}

fn bin(bin: &reliability::Bin) -> Bin {
    Bin {
        score: Some(bin.score),
        good: Rate::new(Method::KornGraubard, (bin.clips, 0), Some(bin.good), Ok(bin.interval)),
        mass: Some(bin.mass),
    }
}

/// The curve at up to [`POINTS`] thresholds, spread evenly over the clips; each threshold is a score
/// that a clip has.
fn points(scored: &[&ReportRow]) -> Vec<Point> {
    let mut order = scored.to_vec();
    order.sort_by(|a, b| b.score.unwrap_or(0.0).total_cmp(&a.score.unwrap_or(0.0)));
    let total: f64 = order.iter().filter_map(|r| r.weight).sum();
    let steps = POINTS.min(order.len());
    let mut points = Vec::new();
    let mut before = 0;
    for step in 1..=steps {
        let threshold = order[(order.len() * step).div_ceil(steps) - 1].score;
        let end = order.iter().take_while(|r| r.score >= threshold).count();
        if end == before {
            continue;
        }
        before = end;
        points.push(point(&order[..end], threshold, total));
    }
    points
}

fn point(accepted: &[&ReportRow], threshold: Option<f64>, total: f64) -> Point {
    let (reviewed, speakers): (Vec<SampledClip>, u64) = reviewed(accepted);
    let counts = (reviewed.len() as u64, speakers);
    let weighted: Vec<(f64, bool)> =
        accepted.iter().filter_map(|r| r.truth()).map(|(w, e, _)| (w, e > 0.0)).collect();
    let share = korn_graubard(&weighted);
    Point {
        threshold,
        coverage: Some(weighted.iter().map(|w| w.0).sum::<f64>() / total),
        wer: Rate::new(
            Method::HajekBySpeaker,
            counts,
            hajek(&reviewed),
            hajek_by_speaker(&reviewed),
        ),
        with_error: Rate::new(
            Method::KornGraubard,
            counts,
            share.map(|s| s.0),
            share.map(|s| s.1).ok_or(Missing::NothingCounted),
        ),
    }
}
