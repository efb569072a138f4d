//! What a workspace's own answers make of a calibration: a monotone map of its score, and a shift
//! for each region that has answers enough.
//! In: scored clips that people settled, each with the inverse of its inclusion probability.
//! Out: an [`Adjustment`], or the reason why there is none. Pure.
//! Left to others: which answers count (pipeline), using it (`calibrate`).
//!
//! The map ([`map`]) with the least weighted log-loss in cross-validation by speaker is taken, if it beats
//! no change at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::fit::languages;
use crate::domain::{Language, Region};
use engine::EngineFit;
use map::{Map, Point, Way, log_odds, sigmoid};

mod engine;
pub mod map;

/// Clips below which nothing is fitted, and how many of them must be right, and how many wrong.
pub const LEAST: (usize, usize) = (60, 15);
/// Effective clips (Kish 1965: squared sum of weights over sum of squares) below which likewise.
const LEAST_EFFECTIVE: f64 = 40.0;
/// Clips from which isotonic regression is tried.
const LEAST_ISOTONIC: usize = 300;
/// Clips of a region from which it gets a shift.
const LEAST_REGION: usize = 30;
/// Standard deviation of a region's shift before anything is known, in log-odds.
const REGION_PRIOR: f64 = 0.5;
const FOLDS: usize = 5;

/// One clip that people settled.
#[derive(Clone, Debug)]
pub struct CalibrationSample {
    /// Whose speech: clips of one key stay in one fold.
    pub speaker: String,
    /// Declared region.
    pub region: Option<Region>,
    /// The language that it was decoded in.
    pub language: Language,
    /// P(no word error) before any adjustment.
    pub score: f64,
    /// Expected word error rate before any adjustment.
    pub expected_wer: f64,
    /// 1 / inclusion probability.
    pub weight: f64,
    /// Whether the draft had no word error.
    pub right: bool,
    /// Word error rate of the draft, at most 1.
    pub wer: f64,
    /// Words that it counts for.
    pub words: f64,
    /// The confidence of the engine that wrote the draft, where it is one.
    pub engine: Option<f64>,
}

/// A fitted adjustment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjustment {
    /// The workspace whose answers it was fitted on.
    pub workspace: String,
    /// Clips.
    pub clips: usize,
    /// Effective clips.
    pub effective_clips: f64,
    /// Languages with enough clips among them.
    #[serde(default)]
    pub languages: BTreeSet<Language>,
    /// Map of P(no word error).
    pub score: Map,
    /// What an engine's own confidence adds to P(no word error), before the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineFit>,
    /// Map of the expected word error rate.
    pub wer: Map,
    /// Log-odds added to P(no word error), by declared region.
    pub regions: BTreeMap<String, Shift>,
    /// Cross-validated weighted log-loss, nats per clip, without any adjustment.
    pub log_loss_before: f64,
    /// And with it.
    pub log_loss_after: f64,
}

/// A region's shift.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Clips of the region.
    pub clips: usize,
    /// Added log-odds.
    pub log_odds: f64,
}

/// Why nothing was fitted; the calibration in use stays.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// Too few clips that people settled.
    TooFew {
        /// Clips.
        have: usize,
        /// Needed.
        need: usize,
    },
    /// Too few clips with errors, or without.
    OneSided {
        /// Drafts without error.
        right: usize,
        /// Drafts with errors.
        wrong: usize,
        /// Needed of each.
        need: usize,
    },
    /// The weights are so uneven that the clips count for few.
    FewEffective {
        /// Effective clips.
        have: f64,
        /// Needed.
        need: f64,
    },
    /// No map does better on held-out clips.
    NoBetter {
        /// Log-loss as it is.
        before: f64,
        /// Of the best map.
        after: f64,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::TooFew { have, need } => {
                write!(f, "{have} settled clips are too few: {need} are needed")
            }
            Refused::OneSided { right, wrong, need } => write!(
                f,
                "{right} drafts were right and {wrong} had errors: {need} of each are needed"
            ),
            Refused::FewEffective { have, need } => write!(
                f,
                "the answers count for {have:.0} clips only, because few of them are random audits: \
                 {need:.0} are needed; answer the audits that wait, or raise routing.audit_rate"
            ),
            Refused::NoBetter { before, after } => write!(
                f,
                "the calibration in use does as well on clips held out (log-loss {before:.4}, \
                 refitted {after:.4})"
            ),
        }
    }
}

impl Adjustment {
    /// P(no word error) with what the engine that wrote the draft says of it.
    pub fn beside(&self, p: f64, engine: Option<f64>) -> f64 {
        self.engine.as_ref().map_or(p, |fit| fit.score(p, engine))
    }

    /// P(no word error), adjusted.
    pub fn score(&self, p: f64, region: Option<&Region>) -> f64 {
        self.shifted(self.score.of(p), region, 1.0)
    }

    /// Expected word error rate, adjusted.
    pub fn wer(&self, wer: f64, region: Option<&Region>) -> f64 {
        self.shifted(self.wer.of(wer), region, -1.0)
    }

    fn shifted(&self, p: f64, region: Option<&Region>, sign: f64) -> f64 {
        match region.and_then(|r| self.regions.get(r.as_str())) {
            Some(shift) => sigmoid(log_odds(p) + sign * shift.log_odds),
            None => p,
        }
    }
}

/// Fits an adjustment. `workspace` names whose answers they are; `known` are the languages that the calibration was
/// fitted on.
pub fn fit(
    workspace: &str,
    clips: &[CalibrationSample],
    known: &BTreeSet<Language>,
) -> Result<Adjustment, Refused> {
    let right = clips.iter().filter(|c| c.right).count();
    let wrong = clips.len() - right;
    if clips.len() < LEAST.0 {
        return Err(Refused::TooFew { have: clips.len(), need: LEAST.0 });
    }
    if right.min(wrong) < LEAST.1 {
        return Err(Refused::OneSided { right, wrong, need: LEAST.1 });
    }
    let sum: f64 = clips.iter().map(|c| c.weight).sum();
    let effective = sum * sum / clips.iter().map(|c| c.weight * c.weight).sum::<f64>();
    if effective < LEAST_EFFECTIVE {
        return Err(Refused::FewEffective { have: effective, need: LEAST_EFFECTIVE });
    }
    // Weights add up to the effective number of clips, so that a prior weighs what it should.
    let scale = effective / sum;
    let scores: Vec<Point> = clips.iter().map(|c| of_score(c, scale)).collect();
    let wers: Vec<Point> = clips.iter().map(|c| of_wer(c, scale)).collect();
    let before = held_out(clips, &scores, Way::Identity);
    let mut ways = vec![Way::Platt];
    if clips.len() >= LEAST_ISOTONIC {
        ways.push(Way::Isotonic);
    }
    let losses = ways.into_iter().map(|way| (way, held_out(clips, &scores, way)));
    let best = losses.min_by(|a, b| a.1.total_cmp(&b.1));
    let (mut way, mut after) = best.unwrap_or((Way::Identity, before));
    // What an engine says of its own drafts counts where it tells more of clips held out.
    let all: Vec<&CalibrationSample> = clips.iter().collect();
    let engine = EngineFit::of(&all, &scores).filter(|_| {
        let with_engine = held_out_with_engine(clips, &scores);
        let better = with_engine < after.min(before);
        if better {
            (way, after) = (Way::Identity, with_engine);
        }
        better
    });
    let scores = match &engine {
        None => scores,
        Some(fit) => {
            let with =
                |(c, s): (&CalibrationSample, &Point)| Point { p: fit.score(s.p, c.engine), ..*s };
            clips.iter().zip(&scores).map(with).collect()
        }
    };
    let languages = languages(clips.iter().map(|clip| &clip.language));
    if after >= before {
        if languages.is_subset(known) {
            return Err(Refused::NoBetter { before, after });
        }
        // As good as it is for a language of which that was not known.
        (way, after) = (Way::Identity, before);
    }
    let score = way.fit(&scores);
    Ok(Adjustment {
        workspace: workspace.to_string(),
        clips: clips.len(),
        effective_clips: effective,
        languages,
        regions: regions(clips, &scores, &score),
        score,
        engine,
        wer: Way::Platt.fit(&wers),
        log_loss_before: before,
        log_loss_after: after,
    })
}

fn of_score(clip: &CalibrationSample, scale: f64) -> Point {
    Point { p: clip.score, yes: f64::from(clip.right), weight: clip.weight * scale }
}

fn of_wer(clip: &CalibrationSample, scale: f64) -> Point {
    Point { p: clip.expected_wer, yes: clip.wer, weight: clip.weight * scale * clip.words }
}

/// Weighted log-loss per clip, in nats, of fits that have not seen the clip's speaker; clip by clip
/// where there are fewer speakers than folds.
fn held_out(clips: &[CalibrationSample], points: &[Point], way: Way) -> f64 {
    held_out_by(clips, points, |train| {
        let train: Vec<Point> = train.iter().map(|i| points[*i]).collect();
        let map = way.fit(&train);
        move |i| map.of(points[i].p)
    })
}

/// The same of the score and the engine's own confidence together.
fn held_out_with_engine(clips: &[CalibrationSample], points: &[Point]) -> f64 {
    held_out_by(clips, points, |train| {
        let (of, at): (Vec<_>, Vec<_>) = train.iter().map(|i| (&clips[*i], points[*i])).unzip();
        let fit = EngineFit::of(&of, &at);
        move |i| fit.as_ref().map_or(points[i].p, |fit| fit.score(points[i].p, clips[i].engine))
    })
}

/// `fit` gives what predicts clips, from the places of those that it may see.
fn held_out_by<P: Fn(usize) -> f64>(
    clips: &[CalibrationSample],
    points: &[Point],
    fit: impl Fn(&[usize]) -> P,
) -> f64 {
    let mut speakers: Vec<&str> = clips.iter().map(|c| c.speaker.as_str()).collect();
    speakers.sort_unstable();
    speakers.dedup();
    let fold = |i: usize| match speakers.len() < FOLDS {
        true => i % FOLDS,
        false => speakers.partition_point(|s| *s < clips[i].speaker.as_str()) % FOLDS,
    };
    let mut loss = 0.0;
    for out in 0..FOLDS {
        let train: Vec<usize> = (0..points.len()).filter(|i| fold(*i) != out).collect();
        let predict = fit(&train);
        let test = (0..points.len()).filter(|i| fold(*i) == out);
        loss += test.map(|i| points[i].loss(predict(i))).sum::<f64>();
    }
    loss / points.iter().map(|p| p.weight).sum::<f64>()
}

/// One Newton fit of one shift per region, drawn towards none.
fn regions(clips: &[CalibrationSample], points: &[Point], map: &Map) -> BTreeMap<String, Shift> {
    let mut by_region: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for (clip, point) in clips.iter().zip(points) {
        if let Some(region) = &clip.region {
            by_region.entry(region.to_string()).or_default().push(*point);
        }
    }
    let enough = by_region.into_iter().filter(|(_, points)| points.len() >= LEAST_REGION);
    enough
        .map(|(region, points)| {
            let mut shift = 0.0;
            for _ in 0..50 {
                let prior = 1.0 / (REGION_PRIOR * REGION_PRIOR);
                let (mut g, mut h) = (prior * shift, prior);
                for point in &points {
                    let q = sigmoid(log_odds(map.of(point.p)) + shift);
                    g += point.weight * (q - point.yes);
                    h += point.weight * q * (1.0 - q);
                }
                shift -= g / h;
            }
            (region, Shift { clips: points.len(), log_odds: shift })
        })
        .collect()
}

#[cfg(test)]
mod tests;
