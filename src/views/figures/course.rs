//! The course and the cost: rates round after round, minutes and money.

use super::{Figure, clips, line};
use crate::statistics::rate::Rate;
use crate::views::charts::{Mark, lines, whiskers};
use crate::views::report::words::{number, rate};
use crate::views::report::{Group, Report, clock};

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
