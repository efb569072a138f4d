//! Month by month: errors of drafts, and how much needs a person.

use super::{Figure, line, of_clips};
use crate::statistics::rate::Rate;
use crate::views::charts::{Mark, whiskers};
use crate::views::lang::{Lang, t};
use crate::views::report::Report;
use crate::views::report::drift::{Month, words};
use crate::views::report::words::rate;

/// Both pictures; none where all recordings are of one month.
pub fn months(lang: Lang, report: &Report) -> Vec<Figure> {
    let Some(drift) = &report.drift else { return Vec::new() };
    let draw = |id: &str, title: &'static str, look, of: fn(&Month) -> &Rate| {
        let lines: Vec<whiskers::Line> = drift
            .months
            .iter()
            .map(|m| line(lang, of_clips(lang, &m.month, m.clips), of(m), rate(lang, of(m)), look))
            .collect();
        (title.to_string(), whiskers::draw(lang, id, title, &lines, true))
    };
    let errors = lang.phrase("drift.errors.title");
    let (title, svg) = draw("drift-errors", errors, (Mark::Disc, "s-blue"), |m| &m.draft_wer);
    let errors = Figure {
        title,
        svg,
        caption: t!(lang, "drift.errors.caption", rate = report.error_rate),
        head: vec![
            t!(lang, "column.month"),
            t!(lang, "column.clips"),
            t!(lang, "column.draft_rate_all", rate = report.error_rate),
            t!(lang, "drift.audits"),
            t!(lang, "column.residual_rate", rate = report.error_rate),
        ],
        rows: drift
            .months
            .iter()
            .map(|m| {
                let [draft, residual] = [&m.draft_wer, &m.residual_error].map(|r| rate(lang, r));
                vec![m.month.clone(), m.clips.to_string(), draft, m.audits.to_string(), residual]
            })
            .collect(),
    };
    let human = lang.phrase("drift.human.title");
    let (title, svg) = draw("drift-human", human, (Mark::Square, "s-orange"), |m| &m.human);
    let human = Figure {
        title,
        svg,
        caption: t!(lang, "drift.human.caption"),
        head: vec![
            t!(lang, "column.month"),
            t!(lang, "column.for_people"),
            t!(lang, "drift.new_words"),
            t!(lang, "drift.examples"),
        ],
        rows: drift
            .months
            .iter()
            .map(|m| vec![m.month.clone(), rate(lang, &m.human), m.new_words.to_string(), words(m)])
            .collect(),
    };
    vec![errors, human]
}
