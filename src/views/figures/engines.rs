//! The error rate of each engine on the same clips.

use super::{Figure, line};
use crate::views::charts::{Mark, whiskers};
use crate::views::report::Report;
use crate::views::report::engines::{EngineResult, Engines, points};
use crate::views::report::words::{many, rate};

/// The picture, with everything that was compared in its table; `None` where no engine has texts.
pub fn errors(report: &Report) -> Option<Figure> {
    let engines = report.engines.as_ref()?;
    let lines: Vec<whiskers::Line> = engines
        .compared
        .iter()
        .map(|one| {
            let (note, mark) = match one.in_use {
                true => ("in use", Mark::Square),
                false => ("", Mark::Disc),
            };
            line(&one.name(), note.into(), &one.wer, rate(&one.wer), mark, "s-blue")
        })
        .collect();
    let title = "Errors of engines on the same clips";
    Some(Figure {
        title: title.into(),
        svg: whiskers::draw("engines", title, &lines, true),
        caption: format!(
            "{} against what people settled on, each clip with its weight; intervals by speaker. Intervals may overlap and the \
             difference on the same clips still be clear: see the table.",
            report.error_rate
        ),
        head: vec![
            "engine",
            "clips",
            "error rate",
            "more than the first",
            "without a draft in sight",
            "more than the first, there",
            "people needed",
            "by region",
        ],
        rows: engines.compared.iter().map(|one| row(engines, one)).collect(),
    })
}

fn row(engines: &Engines, one: &EngineResult) -> Vec<String> {
    let regions = one.by_region.iter().map(|(region, wer)| format!("{region} {}", rate(wer)));
    vec![
        one.name(),
        many(engines.clips, "clip"),
        rate(&one.wer),
        points(one.difference.as_ref()),
        one.blind_wer.as_ref().map_or("-".into(), rate),
        points(one.blind_difference.as_ref()),
        one.people_words(),
        regions.collect::<Vec<_>>().join("; "),
    ]
}
