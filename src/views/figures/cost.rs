//! The cost: minutes and money.

use super::{Figure, line};
use crate::statistics::rate::Rate;
use crate::views::charts::{Mark, whiskers};
use crate::views::numbers::clock;
use crate::views::report::Report;
use crate::views::report::words::{many, number};

/// What people's work costs; `None` while no time was measured.
pub fn cost(report: &Report) -> Option<Figure> {
    let c = &report.cost;
    c.minutes_per_reviewed_hour.value?;
    let minutes = |label: &str, r: &Rate, mark, class| {
        line(label, String::new(), r, format!("{} min", number(r, 0)), mark, class)
    };
    let lines = [
        minutes("an hour of audio reviewed", &c.minutes_per_reviewed_hour, Mark::Disc, "s-blue"),
        minutes("an hour of input", &c.minutes_per_hour, Mark::Square, "s-orange"),
    ];
    let title = "Minutes of work for ...";
    let money = |r: &Rate| match r.value {
        Some(_) => format!("{} {}", number(r, 2), c.currency),
        None => "pay is not set".into(),
    };
    let row = |name: &str, minutes: String, money: String| vec![name.to_string(), minutes, money];
    let mut rows = vec![
        row(
            "an hour of audio reviewed",
            number(&c.minutes_per_reviewed_hour, 1),
            money(&c.money_per_reviewed_hour),
        ),
        row("an hour of input", number(&c.minutes_per_hour, 1), money(&c.money_per_hour)),
    ];
    if c.waiting_clips > 0 {
        let money =
            c.waiting_money.map_or("pay is not set".into(), |m| format!("{m:.2} {}", c.currency));
        let name = format!(
            "all that waits ({}, {})",
            many(c.waiting_clips, "clip"),
            clock(c.waiting_seconds)
        );
        rows.push(vec![name, number(&c.waiting_minutes, 1), money]);
    }
    let capped = match c.capped_answers {
        0 => String::new(),
        n => format!(" {} took more active time than the clip allows: capped.", many(n, "answer")),
    };
    Some(Figure {
        title: "What people's work costs".into(),
        svg: whiskers::draw("cost", title, &lines, false),
        caption: format!(
            "Active minutes for ...; measured where the page measures them, with {} {} per clip.{capped}",
            c.answers_per_clip,
            if c.answers_per_clip == 1 { "answer" } else { "answers" }
        ),
        head: vec!["for", "minutes", "money"],
        rows,
    })
}
