//! What the score is worth: risk and coverage, reliability.

use super::Figure;
use crate::views::charts::{reliability as bins, risk};
use crate::views::numbers::percent;
use crate::views::report::words::{number as numbered, rate};
use crate::views::report::{Report, score::Point};

/// Risk and coverage; `None` without scored clips.
pub fn risk_coverage(report: &Report) -> Option<Figure> {
    let score = report.score.as_ref()?;
    let accept = report.versions.settings.accept_score;
    let reached = |p: &&Point| p.threshold.is_some_and(|t| t >= accept);
    let now = score.curve.iter().filter(reached).filter_map(|p| p.coverage).next_back();
    let title = "Risk and coverage";
    Some(Figure {
        title: title.into(),
        svg: risk::draw(&score.curve, now, title, report.error_words()),
        caption: format!(
            "The error of accepted drafts if the best-scored share of the clips were accepted (band: 95 %, by \
             speaker). Area under the {} curve {}, under the clip curve {}.",
            report.error_rate,
            rate(&score.aurc_wer),
            rate(&score.aurc_clips)
        ),
        head: vec!["accept from score", "clips accepted", "WER", "clips with an error"],
        rows: score
            .curve
            .iter()
            .map(|p| {
                let threshold = p.threshold.map_or("-".into(), |t| format!("{t:.3}"));
                vec![threshold, percent(p.coverage), rate(&p.wer), rate(&p.with_error)]
            })
            .collect(),
    })
}

/// Does the score mean what it says; `None` without scored clips.
pub fn reliability(report: &Report) -> Option<Figure> {
    let score = report.score.as_ref()?;
    let title = "Reliability of the score";
    let number = |n: Option<f64>| n.map_or("-".to_string(), |n| format!("{n:.3}"));
    Some(Figure {
        title: title.into(),
        svg: bins::draw(&score.bins, title),
        caption: format!(
            "Share of drafts without error against the score, in bins of equal mass; on the dashed line they \
             are equal. AUROC {}, calibration error {}, Brier {}, NCE {}.",
            numbered(&score.auroc, 3),
            number(score.ece),
            numbered(&score.brier, 3),
            number(score.nce)
        ),
        head: vec!["mean score", "clips", "mass", "without error"],
        rows: score
            .bins
            .iter()
            .map(|b| {
                vec![number(b.score), b.good.clips.to_string(), percent(b.mass), rate(&b.good)]
            })
            .collect(),
    })
}
