//! Round after round: the learning curve, people's minutes, regions, and what each new model changed.

use super::{Figure, line};
use crate::domain::{Measured, Round as Adapted, RoundVerdict};
use crate::statistics::rate::Rate;
use crate::views::charts::{Mark, lines, steps, whiskers};
use crate::views::numbers::percent;
use crate::views::report::Report;
use crate::views::report::rounds::{COMPARED, Round, Step, points, said};
use crate::views::report::words::{many, number, rate};

fn minutes(of: &Rate) -> String {
    said(of, |m| number(m, 1))
}

fn because(of: &Rate) -> String {
    said(of, rate)
}

/// The learning curve.
pub fn curve(report: &Report) -> Figure {
    let of = |rate: fn(&Round) -> Rate| report.by_round.iter().map(rate).collect();
    let series = [
        lines::Series {
            name: "clips that people must review for the target",
            rates: of(|r| r.human_at_target),
            class: "s-blue",
            mark: Mark::Disc,
        },
        lines::Series {
            name: "WER of all drafts",
            rates: of(|r| r.group.drafts.all_wer),
            class: "s-orange dashed",
            mark: Mark::Square,
        },
        lines::Series {
            name: "residual WER of accepted drafts",
            rates: of(|r| r.group.residual_error.wer),
            class: "s-red dotted",
            mark: Mark::Triangle,
        },
    ];
    let few = report.by_round.len() <= 6;
    let name = |r: &Round| if few { format!("round {}", r.round) } else { r.round.to_string() };
    let names: Vec<String> = report.by_round.iter().map(name).collect();
    let title = "The learning curve";
    let target = format!(
        "The target is {} in the drafts that nobody reviews ({}); people review the lowest scores.",
        report.target.words(),
        report.target.source()
    );
    Figure {
        title: title.into(),
        svg: lines::draw(&series, &names, title),
        caption: match report.by_round.len() {
            0 => "Nothing is decided yet.".into(),
            1 => format!("{target} One round so far: a curve begins with the next model."),
            _ => format!("{target} {COMPARED}"),
        },
        head: vec![
            "round",
            "model",
            "clips",
            "people needed for the target",
            "WER of all drafts",
            "residual WER",
            "clips for people, as routed",
            "seconds for people, as routed",
        ],
        rows: report
            .by_round
            .iter()
            .map(|r| {
                let g = &r.group;
                vec![
                    r.round.to_string(),
                    r.model.clone(),
                    if r.whole { g.clips.to_string() } else { format!("{} still in it", g.clips) },
                    because(&r.human_at_target),
                    because(&g.drafts.all_wer),
                    because(&g.residual_error.wer),
                    because(&g.human.clips_by_speaker),
                    because(&g.human.seconds),
                ]
            })
            .collect(),
    }
}

/// People's minutes, round after round; `None` before the first.
pub fn work(report: &Report) -> Option<Figure> {
    let of = |r: &Round| {
        let says = format!("{} min", number(&r.minutes_per_hour, 0));
        let (label, note) = (format!("round {}", r.round), many(r.group.clips, "clip"));
        line(&label, note, &r.minutes_per_hour, says, Mark::Disc, "s-blue")
    };
    let lines: Vec<whiskers::Line> = report.by_round.iter().map(of).collect();
    let title = "Minutes of people's work per hour of audio";
    (!lines.is_empty()).then(|| Figure {
        title: "People's work, round after round".into(),
        svg: whiskers::draw("round-minutes", title, &lines, false),
        caption: "Active minutes for an hour of the round's audio, reviewed or not. Answers without a measured \
                  time, and clips that still wait, are taken to be like the others."
            .into(),
        head: vec!["round", "clips", "minutes per hour"],
        rows: report
            .by_round
            .iter()
            .map(|r| {
                let n = r.group.clips.to_string();
                vec![r.round.to_string(), n, minutes(&r.minutes_per_hour)]
            })
            .collect(),
    })
}

/// Every region in every round; `None` before the first.
pub fn by_region(report: &Report) -> Option<Figure> {
    let mut all: Vec<(&String, &Round, &Step)> = Vec::new();
    for round in &report.by_round {
        all.extend(round.by_region.iter().map(|(region, step)| (region, round, step)));
    }
    all.sort_by_key(|(region, ..)| *region);
    let lines: Vec<whiskers::Line> = all
        .iter()
        .map(|(region, round, step)| {
            let label = format!("{region}, round {}", round.round);
            let (of, n) = (&step.human_at_target, many(step.clips, "clip"));
            line(&label, n, of, rate(of), Mark::Disc, "s-blue")
        })
        .collect();
    let title = "Clips that people must review for the target, by region";
    (!lines.is_empty()).then(|| Figure {
        title: title.into(),
        svg: whiskers::draw("round-region", title, &lines, true),
        caption: format!(
            "For {} in the other drafts of the region, each region taken by itself.",
            report.target.words()
        ),
        head: vec![
            "region",
            "round",
            "clips",
            "people needed for the target",
            "WER of all drafts",
            "clips for people, as routed",
            "minutes per hour",
        ],
        rows: all
            .iter()
            .map(|(region, round, step)| {
                vec![
                    region.to_string(),
                    round.round.to_string(),
                    step.clips.to_string(),
                    because(&step.human_at_target),
                    because(&step.draft_wer),
                    because(&step.for_people),
                    minutes(&step.minutes_per_hour),
                ]
            })
            .collect(),
    })
}

/// What each new model changed, set by set; `None` where none was measured.
pub fn measured(report: &Report) -> Option<Figure> {
    let mut all: Vec<(&Adapted, &Measured)> = Vec::new();
    report.rounds.iter().for_each(|r| all.extend(r.measured.iter().map(|m| (r, m))));
    let steps: Vec<steps::Step> = all
        .iter()
        .map(|(r, m)| steps::Step {
            label: format!("round {}: {}", r.number, m.set),
            says: points(m),
            before: m.before,
            after: m.after,
            difference: (m.difference[0], m.difference[1]),
        })
        .collect();
    let title = "What each new model changed";
    (!steps.is_empty()).then(|| Figure {
        title: title.into(),
        svg: steps::draw("measured", title, &steps),
        caption: "WER of the model before (hollow; of a retention set: of the model that training began from) and after (full) on the \
                  same clips, with the interval of the difference by the paired bootstrap. A triangle: worse."
            .into(),
        head: vec![
            "round", "set", "promoted", "clips", "units", "words", "WER before", "WER after",
            "difference",
        ],
        rows: all
            .iter()
            .map(|(r, m)| {
                let promoted = matches!(r.verdict, RoundVerdict::Promoted { .. });
                vec![
                    r.number.to_string(),
                    m.set.clone(),
                    if promoted { "yes" } else { "no" }.into(),
                    m.clips.to_string(),
                    m.units.to_string(),
                    m.words.to_string(),
                    percent(Some(m.before)),
                    percent(Some(m.after)),
                    points(m),
                ]
            })
            .collect(),
    })
}
