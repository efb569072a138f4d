//! What the score is worth: risk and coverage, reliability.

use super::Figure;
use crate::views::charts::{reliability as bins, risk};
use crate::views::lang::{Lang, t};
use crate::views::report::words::{number as numbered, rate};
use crate::views::report::{Report, score::Point};

/// Risk and coverage; `None` without scored clips.
pub fn risk_coverage(lang: Lang, report: &Report) -> Option<Figure> {
    let score = report.score.as_ref()?;
    let accept = report.versions.settings.accept_score;
    let reached = |p: &&Point| p.threshold.is_some_and(|t| t >= accept);
    let now = score.curve.iter().filter(reached).filter_map(|p| p.coverage).next_back();
    let title = lang.phrase("risk.title");
    Some(Figure {
        title: title.into(),
        svg: risk::draw(lang, &score.curve, now, title, report.error_words(lang)),
        caption: t!(
            lang,
            "risk.caption",
            rate = report.error_rate,
            wer = rate(lang, &score.aurc_wer),
            clips = rate(lang, &score.aurc_clips)
        ),
        head: vec![
            t!(lang, "column.accept_from"),
            t!(lang, "column.clips_accepted"),
            t!(lang, "column.wer"),
            t!(lang, "column.clips_with_error"),
        ],
        rows: score
            .curve
            .iter()
            .map(|p| {
                vec![
                    three(lang, p.threshold),
                    lang.percent(p.coverage),
                    rate(lang, &p.wer),
                    rate(lang, &p.with_error),
                ]
            })
            .collect(),
    })
}

fn three(lang: Lang, number: Option<f64>) -> String {
    number.map_or("-".to_string(), |n| lang.decimal(n, 3))
}

/// Does the score mean what it says; `None` without scored clips.
pub fn reliability(lang: Lang, report: &Report) -> Option<Figure> {
    let score = report.score.as_ref()?;
    let title = lang.phrase("reliability.title");
    Some(Figure {
        title: title.into(),
        svg: bins::draw(lang, &score.bins, title),
        caption: t!(
            lang,
            "reliability.caption",
            auroc = numbered(lang, &score.auroc, 3),
            ece = three(lang, score.ece),
            brier = numbered(lang, &score.brier, 3),
            nce = three(lang, score.nce)
        ),
        head: vec![
            t!(lang, "column.mean_score"),
            t!(lang, "column.clips"),
            t!(lang, "column.mass"),
            t!(lang, "column.without_error"),
        ],
        rows: score
            .bins
            .iter()
            .map(|b| {
                vec![
                    three(lang, b.score),
                    b.good.clips.to_string(),
                    lang.percent(b.mass),
                    rate(lang, &b.good),
                ]
            })
            .collect(),
    })
}
