//! Which pictures the report shows, each with its caption and the table behind it.
//! In: a [`Report`]. Out: figures. Left to others: drawing (`charts`), the page around them (`page`).

pub mod cost;
pub mod engines;
pub mod rounds;
pub mod score;

use super::charts::{Mark, states, whiskers};
use super::numbers::{clock, percent};
use super::report::words::{many, rate, share, why};
use super::report::{Group, Report};
use crate::domain::State;
use crate::statistics::rate::Rate;

/// A picture with the numbers behind it.
pub struct Figure {
    /// Its heading.
    pub title: String,
    /// The `<svg>`.
    pub svg: String,
    /// What to read in it.
    pub caption: String,
    /// Columns of the table.
    pub head: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

fn line(
    label: &str,
    note: String,
    rate: &Rate,
    says: String,
    mark: Mark,
    class: &'static str,
) -> whiskers::Line {
    let says = match rate.value {
        None => why(rate).to_string(),
        Some(_) => says,
    };
    let label = if note.is_empty() { label.to_string() } else { format!("{label} ({note})") };
    let ends = rate.low.zip(rate.high);
    whiskers::Line { label, says, value: rate.value, ends, mark, class }
}

/// Where every second is.
pub fn states(report: &Report) -> Figure {
    let there = |state: State| {
        let seconds = report.seconds.get(state.code()).copied().filter(|s| *s > 0.0)?;
        Some((state, seconds, report.clips.get(state.code()).copied().unwrap_or(0)))
    };
    let all: Vec<_> = State::ALL.into_iter().filter_map(there).collect();
    let share = |seconds: f64| seconds / report.input_seconds;
    let parts: Vec<states::Part> = all
        .iter()
        .map(|(state, seconds, _)| states::Part {
            state: *state,
            share: share(*seconds),
            note: format!("{}, {}", clock(*seconds), percent(Some(share(*seconds)))),
        })
        .collect();
    let title = "Where every second is";
    Figure {
        title: title.into(),
        svg: states::draw(&parts, title),
        caption: "Every second of every recording is in exactly one state.".into(),
        head: vec!["state", "clips", "time", "share"],
        rows: all
            .iter()
            .map(|(state, seconds, clips)| {
                let share = percent(Some(share(*seconds)));
                vec![state.code().into(), clips.to_string(), clock(*seconds), share]
            })
            .collect(),
    }
}

/// A rate by region: (title, caption, id, column, which rate, shape, colour).
fn by_region(
    report: &Report,
    (id, title, caption): (&str, &str, &str),
    head: Vec<&'static str>,
    (mark, class): (Mark, &'static str),
    of: impl Fn(&Group) -> (Rate, u64),
    cells: impl Fn(&Group) -> Vec<String>,
) -> Figure {
    let lines: Vec<whiskers::Line> = report
        .by_region
        .iter()
        .map(|(name, group)| {
            let (r, n) = of(group);
            line(name, many(n, "clip"), &r, rate(&r), mark, class)
        })
        .collect();
    Figure {
        title: title.into(),
        svg: whiskers::draw(id, title, &lines, true),
        caption: caption.into(),
        head,
        rows: report
            .by_region
            .iter()
            .map(|(name, g)| std::iter::once(name.clone()).chain(cells(g)).collect())
            .collect(),
    }
}

/// How much needs a person, by region.
pub fn human_by_region(report: &Report) -> Figure {
    by_region(
        report,
        (
            "human-region",
            "For people, by region",
            "Share of the clips that a person reviews; intervals by speaker. A hollow mark has none.",
        ),
        vec![
            "region",
            "speakers",
            "clips",
            "of clips, exact",
            "of clips, by speaker",
            "of seconds",
            "of words",
        ],
        (Mark::Disc, "s-blue"),
        |g| (g.human.clips_by_speaker, g.clips),
        |g| {
            let h = &g.human;
            vec![
                g.speakers.to_string(),
                g.clips.to_string(),
                share(&h.clips),
                rate(&h.clips_by_speaker),
                rate(&h.seconds),
                rate(&h.words),
            ]
        },
    )
}

/// How much needs a person, by reason.
pub fn human_by_reason(report: &Report) -> Figure {
    let lines: Vec<whiskers::Line> = report
        .by_reason
        .iter()
        .map(|(name, r)| {
            let s = &r.human.seconds;
            line(
                &name.replace('_', " "),
                many(r.clips, "clip"),
                s,
                rate(s),
                Mark::Square,
                "s-orange",
            )
        })
        .collect();
    let title = "For people, by reason";
    Figure {
        title: title.into(),
        svg: whiskers::draw("human-reason", title, &lines, true),
        caption: "Share of all seconds; a clip counts under each of its reasons.".into(),
        head: vec![
            "reason",
            "clips",
            "time",
            "of clips, exact",
            "of seconds",
            "of words",
            "drafts changed",
            "WER of settled drafts",
        ],
        rows: report
            .by_reason
            .iter()
            .map(|(name, r)| {
                vec![
                    name.clone(),
                    r.clips.to_string(),
                    clock(r.seconds),
                    share(&r.human.clips),
                    rate(&r.human.seconds),
                    rate(&r.human.words),
                    share(&r.changed),
                    rate(&r.settled_wer),
                ]
            })
            .collect(),
    }
}

/// How good all drafts are, by region.
pub fn drafts_by_region(report: &Report) -> Figure {
    by_region(
        report,
        (
            "drafts-region",
            "Error in all drafts, by region",
            "WER of all drafts, accepted or not, each settled clip with its weight; intervals by speaker.",
        ),
        vec![
            "region",
            "settled clips",
            "WER of all drafts",
            "WER of settled drafts",
            "drafts with a word error",
        ],
        (Mark::Square, "s-orange"),
        |g| (g.drafts.all_wer, g.drafts.settled.clips),
        |g| {
            let d = &g.drafts;
            vec![
                d.settled.clips.to_string(),
                rate(&d.all_wer),
                rate(&d.settled_wer),
                share(&d.words_changed),
            ]
        },
    )
}

/// What is wrong in accepted drafts, by region.
pub fn residual_error_by_region(report: &Report) -> Figure {
    by_region(
        report,
        (
            "residual-region",
            "Residual error of accepted drafts, by region",
            "WER of the drafts that nobody checks, from random audits (Hajek; about these recordings).",
        ),
        vec![
            "region",
            "accepted",
            "audits settled",
            "with an error",
            "WER, these recordings",
            "WER, speakers like these",
            "WER, with model",
        ],
        (Mark::Triangle, "s-red"),
        |g| (g.residual_error.wer, g.residual_error.settled),
        |g| {
            let l = &g.residual_error;
            vec![
                l.accepted.to_string(),
                format!("{} of {}", l.settled, l.drawn),
                share(&l.with_error),
                rate(&l.wer),
                rate(&l.wer_by_speaker),
                rate(&l.wer_with_model),
            ]
        },
    )
}
