//! Round after round: the learning curve, people's minutes, regions, and what each new model changed.

use super::{Figure, line, of_clips};
use crate::domain::{Measured, Round as Adapted, RoundVerdict};
use crate::statistics::rate::Rate;
use crate::views::charts::{Mark, lines, steps, whiskers};
use crate::views::lang::{Lang, t};
use crate::views::report::Report;
use crate::views::report::rounds::{Round, Step, points, said};
use crate::views::report::words::{number, rate, region};

fn minutes(lang: Lang, of: &Rate) -> String {
    said(lang, of, |m| number(lang, m, 1))
}

fn because(lang: Lang, of: &Rate) -> String {
    said(lang, of, |r| rate(lang, r))
}

fn named(lang: Lang, round: u32) -> String {
    t!(lang, "round.name", round = round)
}

/// The learning curve.
pub fn curve(lang: Lang, report: &Report) -> Figure {
    let of = |rate: fn(&Round) -> Rate| report.by_round.iter().map(rate).collect();
    let series = [
        lines::Series {
            name: lang.phrase("curve.people"),
            rates: of(|r| r.human_at_target),
            class: "s-blue",
            mark: Mark::Disc,
        },
        lines::Series {
            name: lang.phrase("column.wer_all"),
            rates: of(|r| r.group.drafts.all_wer),
            class: "s-orange dashed",
            mark: Mark::Square,
        },
        lines::Series {
            name: lang.phrase("curve.residual"),
            rates: of(|r| r.group.residual_error.wer),
            class: "s-red dotted",
            mark: Mark::Triangle,
        },
    ];
    let few = report.by_round.len() <= 6;
    let name = |r: &Round| if few { named(lang, r.round) } else { r.round.to_string() };
    let names: Vec<String> = report.by_round.iter().map(name).collect();
    let title = lang.phrase("curve.title");
    let target = t!(
        lang,
        "curve.caption",
        target = report.target.words(lang),
        source = report.target.source(lang)
    );
    Figure {
        title: title.into(),
        svg: lines::draw(lang, &series, &names, title),
        caption: match report.by_round.len() {
            0 => t!(lang, "curve.nothing"),
            1 => format!("{target} {}", lang.phrase("curve.first")),
            _ => format!("{target} {}", lang.phrase("round.compared")),
        },
        head: vec![
            t!(lang, "column.round"),
            t!(lang, "column.model"),
            t!(lang, "column.clips"),
            t!(lang, "column.people_for_target"),
            t!(lang, "column.wer_all"),
            t!(lang, "column.wer_residual"),
            t!(lang, "column.clips_as_routed"),
            t!(lang, "column.seconds_as_routed"),
        ],
        rows: report
            .by_round
            .iter()
            .map(|r| {
                let g = &r.group;
                vec![
                    r.round.to_string(),
                    r.model.clone(),
                    match r.whole {
                        true => g.clips.to_string(),
                        false => t!(lang, "curve.still", n = g.clips),
                    },
                    because(lang, &r.human_at_target),
                    because(lang, &g.drafts.all_wer),
                    because(lang, &g.residual_error.wer),
                    because(lang, &g.human.clips_by_speaker),
                    because(lang, &g.human.seconds),
                ]
            })
            .collect(),
    }
}

/// People's minutes, round after round; `None` before the first.
pub fn work(lang: Lang, report: &Report) -> Option<Figure> {
    let of = |r: &Round| {
        let says = t!(lang, "number.minutes", number = number(lang, &r.minutes_per_hour, 0));
        let label = of_clips(lang, &named(lang, r.round), r.group.clips);
        line(lang, label, &r.minutes_per_hour, says, (Mark::Disc, "s-blue"))
    };
    let lines: Vec<whiskers::Line> = report.by_round.iter().map(of).collect();
    let title = lang.phrase("round_minutes.picture");
    (!lines.is_empty()).then(|| Figure {
        title: t!(lang, "round_minutes.title"),
        svg: whiskers::draw(lang, "round-minutes", title, &lines, false),
        caption: t!(lang, "round_minutes.caption"),
        head: vec![
            t!(lang, "column.round"),
            t!(lang, "column.clips"),
            t!(lang, "column.minutes_per_hour"),
        ],
        rows: report
            .by_round
            .iter()
            .map(|r| {
                let n = r.group.clips.to_string();
                vec![r.round.to_string(), n, minutes(lang, &r.minutes_per_hour)]
            })
            .collect(),
    })
}

/// Every region in every round; `None` before the first.
pub fn by_region(lang: Lang, report: &Report) -> Option<Figure> {
    let mut all: Vec<(&String, &Round, &Step)> = Vec::new();
    for round in &report.by_round {
        all.extend(round.by_region.iter().map(|(region, step)| (region, round, step)));
    }
    all.sort_by_key(|(region, ..)| *region);
    let lines: Vec<whiskers::Line> = all
        .iter()
        .map(|(code, round, step)| {
            let name = format!("{}, {}", region(lang, code), named(lang, round.round));
            let of = &step.human_at_target;
            let label = of_clips(lang, &name, step.clips);
            line(lang, label, of, rate(lang, of), (Mark::Disc, "s-blue"))
        })
        .collect();
    let title = lang.phrase("round_region.title");
    (!lines.is_empty()).then(|| Figure {
        title: title.into(),
        svg: whiskers::draw(lang, "round-region", title, &lines, true),
        caption: t!(lang, "round_region.caption", target = report.target.words(lang)),
        head: vec![
            t!(lang, "column.region"),
            t!(lang, "column.round"),
            t!(lang, "column.clips"),
            t!(lang, "column.people_for_target"),
            t!(lang, "column.wer_all"),
            t!(lang, "column.clips_as_routed"),
            t!(lang, "column.minutes_per_hour"),
        ],
        rows: all
            .iter()
            .map(|(code, round, step)| {
                vec![
                    region(lang, code),
                    round.round.to_string(),
                    step.clips.to_string(),
                    because(lang, &step.human_at_target),
                    because(lang, &step.draft_wer),
                    because(lang, &step.for_people),
                    minutes(lang, &step.minutes_per_hour),
                ]
            })
            .collect(),
    })
}

/// What each new model changed, set by set; `None` where none was measured.
pub fn measured(lang: Lang, report: &Report) -> Option<Figure> {
    let mut all: Vec<(&Adapted, &Measured)> = Vec::new();
    report.rounds.iter().for_each(|r| all.extend(r.measured.iter().map(|m| (r, m))));
    let steps: Vec<steps::Step> = all
        .iter()
        .map(|(r, m)| steps::Step {
            label: t!(lang, "measured.label", round = r.number, set = m.set),
            says: points(lang, m),
            before: m.before,
            after: m.after,
            difference: (m.difference[0], m.difference[1]),
        })
        .collect();
    let title = lang.phrase("measured.title");
    (!steps.is_empty()).then(|| Figure {
        title: title.into(),
        svg: steps::draw(lang, "measured", title, &steps),
        caption: t!(lang, "measured.caption"),
        head: vec![
            t!(lang, "column.round"),
            t!(lang, "column.set"),
            t!(lang, "column.promoted"),
            t!(lang, "column.clips"),
            t!(lang, "column.units"),
            t!(lang, "column.words"),
            t!(lang, "column.wer_before"),
            t!(lang, "column.wer_after"),
            t!(lang, "column.difference"),
        ],
        rows: all
            .iter()
            .map(|(r, m)| {
                let promoted = matches!(r.verdict, RoundVerdict::Promoted { .. });
                vec![
                    r.number.to_string(),
                    m.set.clone(),
                    if promoted { t!(lang, "answer.yes") } else { t!(lang, "answer.no") },
                    m.clips.to_string(),
                    m.units.to_string(),
                    m.words.to_string(),
                    lang.percent(Some(m.before)),
                    lang.percent(Some(m.after)),
                    points(lang, m),
                ]
            })
            .collect(),
    })
}
