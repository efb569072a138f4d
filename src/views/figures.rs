//! Which pictures the report shows, each with its caption and the table behind it.
//! In: a [`Report`]. Out: figures. Left to others: drawing (`charts`), the page around them (`page`).

pub mod cost;
pub mod drift;
pub mod engines;
pub mod rounds;
pub mod score;

use super::charts::{Mark, states, whiskers};
use super::lang::{Lang, t};
use super::numbers::clock;
use super::report::words::{rate, region, share, why};
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
    pub head: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// How lines of a picture look.
type Look = (Mark, &'static str);

/// One line: `says` unless there is no value, then why.
fn line(lang: Lang, label: String, rate: &Rate, says: String, look: Look) -> whiskers::Line {
    let says = match rate.value {
        None => why(lang, rate).to_string(),
        Some(_) => says,
    };
    let ends = rate.low.zip(rate.high);
    let (mark, class) = look;
    whiskers::Line { label, says, value: rate.value, ends, mark, class }
}

/// `fr-CA-QC (12 clips)`.
fn of_clips(lang: Lang, name: &str, clips: u64) -> String {
    noted(name, &t!(lang, "many.clip", n = clips))
}

fn noted(name: &str, note: &str) -> String {
    if note.is_empty() { name.to_string() } else { format!("{name} ({note})") }
}

/// Where every second is.
pub fn states(lang: Lang, report: &Report) -> Figure {
    let there = |state: State| {
        let seconds = report.seconds.get(state.code()).copied().filter(|s| *s > 0.0)?;
        Some((state, seconds, report.clips.get(state.code()).copied().unwrap_or(0)))
    };
    let all: Vec<_> = State::ALL.into_iter().filter_map(there).collect();
    let share = |seconds: f64| lang.percent(Some(seconds / report.input_seconds));
    let name = |state: State| lang.named("state", state.code());
    let parts: Vec<states::Part> = all
        .iter()
        .map(|(state, seconds, _)| states::Part {
            state: *state,
            name: name(*state),
            share: seconds / report.input_seconds,
            note: format!("{}, {}", clock(*seconds), share(*seconds)),
        })
        .collect();
    let title = lang.phrase("states.title");
    Figure {
        title: title.into(),
        svg: states::draw(&parts, title),
        caption: t!(lang, "states.caption"),
        head: vec![
            t!(lang, "column.state"),
            t!(lang, "column.clips"),
            t!(lang, "column.time"),
            t!(lang, "column.share"),
        ],
        rows: all
            .iter()
            .map(|(state, seconds, clips)| {
                vec![name(*state), clips.to_string(), clock(*seconds), share(*seconds)]
            })
            .collect(),
    }
}

/// A rate by region, in `look`; `id`, title and caption; columns and the cells that stand after the region's name.
fn by_region(
    lang: Lang,
    report: &Report,
    (id, title, caption): (&str, &str, &str),
    head: Vec<String>,
    look: Look,
    of: impl Fn(&Group) -> (Rate, u64),
    cells: impl Fn(&Group) -> Vec<String>,
) -> Figure {
    let lines: Vec<whiskers::Line> = report
        .by_region
        .iter()
        .map(|(code, group)| {
            let (r, n) = of(group);
            let label = of_clips(lang, &region(lang, code), n);
            line(lang, label, &r, rate(lang, &r), look)
        })
        .collect();
    let named = |code: &str| std::iter::once(region(lang, code));
    Figure {
        title: title.into(),
        svg: whiskers::draw(lang, id, title, &lines, true),
        caption: caption.into(),
        head,
        rows: report
            .by_region
            .iter()
            .map(|(code, g)| named(code).chain(cells(g)).collect())
            .collect(),
    }
}

/// How much needs a person, by region.
pub fn human_by_region(lang: Lang, report: &Report) -> Figure {
    let (title, caption) = (lang.phrase("human_region.title"), lang.phrase("human_region.caption"));
    by_region(
        lang,
        report,
        ("human-region", title, caption),
        vec![
            t!(lang, "column.region"),
            t!(lang, "column.speakers"),
            t!(lang, "column.clips"),
            t!(lang, "column.of_clips_exact"),
            t!(lang, "column.of_clips_by_speaker"),
            t!(lang, "column.of_seconds"),
            t!(lang, "column.of_words"),
        ],
        (Mark::Disc, "s-blue"),
        |g| (g.human.clips_by_speaker, g.clips),
        |g| {
            let h = &g.human;
            vec![
                g.speakers.to_string(),
                g.clips.to_string(),
                share(lang, &h.clips),
                rate(lang, &h.clips_by_speaker),
                rate(lang, &h.seconds),
                rate(lang, &h.words),
            ]
        },
    )
}

/// How much needs a person, by reason.
pub fn human_by_reason(lang: Lang, report: &Report) -> Figure {
    let name = |code: &str| lang.named("reason", code);
    let lines: Vec<whiskers::Line> = report
        .by_reason
        .iter()
        .map(|(code, r)| {
            let s = &r.human.seconds;
            let label = of_clips(lang, &name(code).replace('_', " "), r.clips);
            line(lang, label, s, rate(lang, s), (Mark::Square, "s-orange"))
        })
        .collect();
    let title = lang.phrase("human_reason.title");
    Figure {
        title: title.into(),
        svg: whiskers::draw(lang, "human-reason", title, &lines, true),
        caption: t!(lang, "human_reason.caption"),
        head: vec![
            t!(lang, "column.reason"),
            t!(lang, "column.clips"),
            t!(lang, "column.time"),
            t!(lang, "column.of_clips_exact"),
            t!(lang, "column.of_seconds"),
            t!(lang, "column.of_words"),
            t!(lang, "column.drafts_changed"),
            t!(lang, "column.wer_settled"),
        ],
        rows: report
            .by_reason
            .iter()
            .map(|(code, r)| {
                vec![
                    name(code),
                    r.clips.to_string(),
                    clock(r.seconds),
                    share(lang, &r.human.clips),
                    rate(lang, &r.human.seconds),
                    rate(lang, &r.human.words),
                    share(lang, &r.changed),
                    rate(lang, &r.settled_wer),
                ]
            })
            .collect(),
    }
}

/// How good all drafts are, by region.
pub fn drafts_by_region(lang: Lang, report: &Report) -> Figure {
    let (title, caption) =
        (lang.phrase("drafts_region.title"), lang.phrase("drafts_region.caption"));
    by_region(
        lang,
        report,
        ("drafts-region", title, caption),
        vec![
            t!(lang, "column.region"),
            t!(lang, "column.settled_clips"),
            t!(lang, "column.wer_all"),
            t!(lang, "column.wer_settled"),
            t!(lang, "column.with_word_error"),
        ],
        (Mark::Square, "s-orange"),
        |g| (g.drafts.all_wer, g.drafts.settled.clips),
        |g| {
            let d = &g.drafts;
            vec![
                d.settled.clips.to_string(),
                rate(lang, &d.all_wer),
                rate(lang, &d.settled_wer),
                share(lang, &d.words_changed),
            ]
        },
    )
}

/// What is wrong in accepted drafts, by region.
pub fn residual_error_by_region(lang: Lang, report: &Report) -> Figure {
    let (title, caption) =
        (lang.phrase("residual_region.title"), lang.phrase("residual_region.caption"));
    by_region(
        lang,
        report,
        ("residual-region", title, caption),
        vec![
            t!(lang, "column.region"),
            t!(lang, "column.accepted"),
            t!(lang, "column.audits_settled"),
            t!(lang, "column.with_error"),
            t!(lang, "column.wer_here"),
            t!(lang, "column.wer_speakers_like"),
            t!(lang, "column.wer_with_model"),
        ],
        (Mark::Triangle, "s-red"),
        |g| (g.residual_error.wer, g.residual_error.settled),
        |g| {
            let l = &g.residual_error;
            vec![
                l.accepted.to_string(),
                t!(lang, "people.of", part = l.settled, of = l.drawn),
                share(lang, &l.with_error),
                rate(lang, &l.wer),
                rate(lang, &l.wer_by_speaker),
                rate(lang, &l.wer_with_model),
            ]
        },
    )
}
