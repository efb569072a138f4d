//! The cost: minutes and money.

use super::{Figure, Look, line};
use crate::statistics::rate::Rate;
use crate::views::charts::{Mark, whiskers};
use crate::views::lang::{Lang, t};
use crate::views::numbers::clock;
use crate::views::report::Report;
use crate::views::report::words::number;

/// What people's work costs; `None` while no time was measured.
pub fn cost(lang: Lang, report: &Report) -> Option<Figure> {
    let c = &report.cost;
    c.minutes_per_reviewed_hour.value?;
    let minutes = |label: &str, r: &Rate, look: Look| {
        let says = t!(lang, "number.minutes", number = number(lang, r, 0));
        line(lang, label.into(), r, says, look)
    };
    let (reviewed, input) = (lang.phrase("cost.reviewed_hour"), lang.phrase("cost.input_hour"));
    let lines = [
        minutes(reviewed, &c.minutes_per_reviewed_hour, (Mark::Disc, "s-blue")),
        minutes(input, &c.minutes_per_hour, (Mark::Square, "s-orange")),
    ];
    let title = lang.phrase("cost.picture");
    let amount = |said: String| format!("{said} {}", c.currency);
    let unset = || t!(lang, "cost.not_set");
    let money = |r: &Rate| r.value.map_or_else(unset, |_| amount(number(lang, r, 2)));
    let row = |name: &str, minutes: String, money: String| vec![name.to_string(), minutes, money];
    let mut rows = vec![
        row(
            reviewed,
            number(lang, &c.minutes_per_reviewed_hour, 1),
            money(&c.money_per_reviewed_hour),
        ),
        row(input, number(lang, &c.minutes_per_hour, 1), money(&c.money_per_hour)),
    ];
    if c.waiting_clips > 0 {
        let money = c.waiting_money.map_or_else(unset, |m| amount(lang.decimal(m, 2)));
        let clips = t!(lang, "many.clip", n = c.waiting_clips);
        let name = t!(lang, "cost.waiting", clips = clips, time = clock(c.waiting_seconds));
        rows.push(vec![name, number(lang, &c.waiting_minutes, 1), money]);
    }
    let capped = match c.capped_answers {
        0 => String::new(),
        n => t!(lang, "cost.capped", n = n),
    };
    Some(Figure {
        title: t!(lang, "cost.title"),
        svg: whiskers::draw(lang, "cost", title, &lines, false),
        caption: t!(lang, "cost.caption", n = c.answers_per_clip, capped = capped),
        head: vec![t!(lang, "column.for"), t!(lang, "column.minutes"), t!(lang, "column.money")],
        rows,
    })
}
