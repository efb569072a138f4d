//! Which pictures the report shows, each with its caption and the table behind it.
//! In: a [`Report`]. Out: figures. Left to others: drawing (`charts`), the page around them (`page`).

use super::charts::{Mark, lines, reliability, risk, states, whiskers};
use super::report::words::{number, rate, share, why};
use super::report::{Group, Report, clock, percent};
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

fn clips(n: u64) -> String {
    if n == 1 { "1 clip".into() } else { format!("{n} clips") }
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
            line(name, clips(n), &r, rate(&r), mark, class)
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
            "Share of the clips that a person hears; intervals by speaker. A hollow mark has none.",
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
            line(&name.replace('_', " "), clips(r.clips), s, rate(s), Mark::Square, "s-orange")
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
pub fn left_by_region(report: &Report) -> Figure {
    by_region(
        report,
        (
            "left-region",
            "Error left in accepted drafts, by region",
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
        |g| (g.left.wer, g.left.settled),
        |g| {
            let l = &g.left;
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

/// Risk and coverage; `None` without scored clips.
pub fn risk_coverage(report: &Report) -> Option<Figure> {
    let score = report.score.as_ref()?;
    let accept = report.versions.settings.accept_score;
    let reached = |p: &&super::report::score::Point| p.threshold.is_some_and(|t| t >= accept);
    let now = score.curve.iter().filter(reached).filter_map(|p| p.coverage).next_back();
    let title = "Risk and coverage";
    Some(Figure {
        title: title.into(),
        svg: risk::draw(&score.curve, now, title),
        caption: format!(
            "What would be wrong in accepted drafts, if the best-scored share of the clips were accepted (band: 95 %, by \
             speaker). Area under the WER curve {}, under the clip curve {}.",
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
    let title = "Does the score keep its word?";
    let number = |n: Option<f64>| n.map_or("-".to_string(), |n| format!("{n:.3}"));
    Some(Figure {
        title: title.into(),
        svg: reliability::draw(&score.bins, title),
        caption: format!(
            "Share of drafts without error against the score, in bins of equal mass; on the dashed line they \
             are equal. AUROC {}, calibration error {}, Brier {}, NCE {}.",
            super::report::words::number(&score.auroc, 3),
            number(score.ece),
            super::report::words::number(&score.brier, 3),
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

/// Round after round.
pub fn rounds(report: &Report) -> Figure {
    let of = |rate: fn(&Group) -> Rate| report.by_round.iter().map(|r| rate(&r.group)).collect();
    let series = [
        lines::Series {
            name: "clips for people",
            rates: of(|g| g.human.clips_by_speaker),
            class: "s-blue",
            mark: Mark::Disc,
        },
        lines::Series {
            name: "WER of all drafts",
            rates: of(|g| g.drafts.all_wer),
            class: "s-orange dashed",
            mark: Mark::Square,
        },
        lines::Series {
            name: "WER left in accepted drafts",
            rates: of(|g| g.left.wer),
            class: "s-red dotted",
            mark: Mark::Triangle,
        },
    ];
    let names: Vec<String> = report.by_round.iter().map(|r| format!("round {}", r.round)).collect();
    let title = "Round after round";
    Figure {
        title: title.into(),
        svg: lines::draw(&series, &names, title),
        caption: match report.by_round.len() {
            0 => "Nothing is decided yet.".into(),
            1 => "One round so far: a curve begins with the next model.".into(),
            n => format!("{n} rounds."),
        },
        head: vec![
            "round",
            "model",
            "clips",
            "clips for people",
            "seconds for people",
            "WER of all drafts",
            "WER left",
        ],
        rows: report
            .by_round
            .iter()
            .map(|r| {
                let g = &r.group;
                vec![
                    r.round.to_string(),
                    r.model.clone(),
                    g.clips.to_string(),
                    rate(&g.human.clips_by_speaker),
                    rate(&g.human.seconds),
                    rate(&g.drafts.all_wer),
                    rate(&g.left.wer),
                ]
            })
            .collect(),
    }
}

/// What people's work costs; `None` while no time was measured.
pub fn cost(report: &Report) -> Option<Figure> {
    let c = &report.cost;
    c.minutes_per_heard_hour.value?;
    let minutes = |label: &str, r: &Rate, mark, class| {
        line(label, String::new(), r, format!("{} min", number(r, 0)), mark, class)
    };
    let lines = [
        minutes("an hour of audio heard", &c.minutes_per_heard_hour, Mark::Disc, "s-blue"),
        minutes("an hour of speech put in", &c.minutes_per_hour, Mark::Square, "s-orange"),
    ];
    let title = "Minutes of work for ...";
    let money = |r: &Rate| match r.value {
        Some(_) => format!("{} {}", number(r, 2), c.currency),
        None => "pay is not set".into(),
    };
    let row = |name: &str, minutes: String, money: String| vec![name.to_string(), minutes, money];
    let mut rows = vec![
        row(
            "an hour of audio heard",
            number(&c.minutes_per_heard_hour, 1),
            money(&c.money_per_heard_hour),
        ),
        row("an hour of speech put in", number(&c.minutes_per_hour, 1), money(&c.money_per_hour)),
    ];
    if c.waiting_clips > 0 {
        let money =
            c.waiting_money.map_or("pay is not set".into(), |m| format!("{m:.2} {}", c.currency));
        let name =
            format!("all that waits ({}, {})", clips(c.waiting_clips), clock(c.waiting_seconds));
        rows.push(vec![name, number(&c.waiting_minutes, 1), money]);
    }
    Some(Figure {
        title: "What people's work costs".into(),
        svg: whiskers::draw("cost", title, &lines, false),
        caption: format!(
            "Active minutes for ...; measured where the page measures them, with {} {} a clip.",
            c.answers_a_clip,
            if c.answers_a_clip == 1 { "answer" } else { "answers" }
        ),
        head: vec!["for", "minutes", "money"],
        rows,
    })
}
