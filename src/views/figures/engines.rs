//! The error rate of each engine on the same clips.

use super::{Figure, line, noted};
use crate::views::charts::{Mark, whiskers};
use crate::views::lang::{Lang, t};
use crate::views::report::Report;
use crate::views::report::engines::{EngineResult, Engines, points};
use crate::views::report::words::{rate, region};

/// The picture, with everything that was compared in its table; `None` where no engine has texts.
pub fn errors(lang: Lang, report: &Report) -> Option<Figure> {
    let engines = report.engines.as_ref()?;
    let lines: Vec<whiskers::Line> = engines
        .compared
        .iter()
        .map(|one| {
            let (note, mark) = match one.in_use {
                true => (lang.phrase("engines.used"), Mark::Square),
                false => ("", Mark::Disc),
            };
            let label = noted(&one.name(lang), note);
            line(lang, label, &one.wer, rate(lang, &one.wer), (mark, "s-blue"))
        })
        .collect();
    let title = lang.phrase("engines.title");
    Some(Figure {
        title: title.into(),
        svg: whiskers::draw(lang, "engines", title, &lines, true),
        caption: t!(lang, "engines.caption", rate = report.error_rate),
        head: vec![
            t!(lang, "column.engine"),
            t!(lang, "column.clips"),
            t!(lang, "errors.any"),
            t!(lang, "column.more_than_first"),
            t!(lang, "column.without_draft"),
            t!(lang, "column.more_than_first_there"),
            t!(lang, "column.people_needed"),
            t!(lang, "column.by_region"),
        ],
        rows: engines.compared.iter().map(|one| row(lang, engines, one)).collect(),
    })
}

fn row(lang: Lang, engines: &Engines, one: &EngineResult) -> Vec<String> {
    let regions = one
        .by_region
        .iter()
        .map(|(code, wer)| format!("{} {}", region(lang, code), rate(lang, wer)));
    vec![
        one.name(lang),
        t!(lang, "many.clip", n = engines.clips),
        rate(lang, &one.wer),
        points(lang, one.difference.as_ref()),
        one.blind_wer.as_ref().map_or("-".into(), |wer| rate(lang, wer)),
        points(lang, one.blind_difference.as_ref()),
        one.people_words(lang),
        regions.collect::<Vec<_>>().join(lang.phrase("list.semicolon")),
    ]
}
