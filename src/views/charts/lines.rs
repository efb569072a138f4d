//! The learning curve: rates round after round.

use super::{Anchor, Lang, Mark, Picture, WIDTH, t, tick, ticks};
use crate::statistics::rate::Rate;

/// One rate over the rounds.
pub struct Series {
    /// Its name, at the end of its line.
    pub name: &'static str,
    /// One rate per round.
    pub rates: Vec<Rate>,
    /// Class of its colour and dash.
    pub class: &'static str,
    /// Its shape.
    pub mark: Mark,
}

/// Draws them; `names` are the rounds'.
pub fn draw(lang: Lang, series: &[Series], names: &[String], title: &str) -> String {
    const LEFT: f64 = 40.0;
    const BOTTOM: f64 = 190.0;
    const TOP: f64 = 10.0;
    let all = series.iter().flat_map(|s| &s.rates);
    let most = all.flat_map(|r| [r.value, r.high]).flatten().fold(0.05, f64::max).min(1.0);
    let ticks = ticks(most);
    let end = ticks.last().copied().unwrap_or(1.0);
    let key = 18.0 * series.len() as f64;
    // A series a little beside the other, so that whiskers do not cover each other.
    let x = |round: usize, s: usize| {
        let step = (WIDTH - LEFT - 16.0) / names.len() as f64;
        let beside = (step / (series.len() as f64 + 1.0)).min(14.0);
        LEFT + step * (round as f64 + 0.5) + beside * (s as f64 - (series.len() as f64 - 1.0) / 2.0)
    };
    let y = |rate: f64| BOTTOM - (BOTTOM - TOP) * (rate / end).clamp(0.0, 1.0);
    let mut p = Picture::new(BOTTOM + 30.0 + key);
    for t in &ticks {
        p.line((LEFT, y(*t)), (WIDTH - 8.0, y(*t)), "grid");
        p.text((LEFT - 6.0, y(*t) + 4.0), "soft", Anchor::End, &tick(lang, *t, true));
    }
    for (round, name) in names.iter().enumerate() {
        let middle = x(round, 0) + (x(round, series.len() - 1) - x(round, 0)) / 2.0;
        p.text((middle, BOTTOM + 16.0), "soft", Anchor::Middle, name);
    }
    for (s, one) in series.iter().enumerate() {
        let known = one.rates.iter().enumerate().filter_map(|(i, r)| Some((x(i, s), y(r.value?))));
        let points: Vec<(f64, f64)> = known.collect();
        p.path(&points, false, &format!("curve {}", one.class));
        for (i, rate) in one.rates.iter().enumerate() {
            if let (Some(low), Some(high)) = (rate.low, rate.high) {
                p.line((x(i, s), y(low)), (x(i, s), y(high)), &format!("whisker {}", one.class));
            }
        }
        let hollow = |i: usize| if one.rates[i].low.is_none() { " hollow" } else { "" };
        for (i, rate) in one.rates.iter().enumerate() {
            if let Some(value) = rate.value {
                p.mark((x(i, s), y(value)), one.mark, &format!("mark {}{}", one.class, hollow(i)));
            }
        }
        let at = BOTTOM + 38.0 + 18.0 * s as f64;
        p.mark((8.0, at - 4.0), one.mark, &format!("mark {}", one.class));
        p.text((20.0, at), "label", Anchor::Start, one.name);
    }
    let said: Vec<String> = series
        .iter()
        .flat_map(|s| s.rates.iter().zip(names).map(move |(r, n)| (s.name, r, n)))
        .filter_map(|(series, rate, round)| {
            let rate = lang.percent(Some(rate.value?));
            Some(t!(lang, "curve.aloud", round = round, series = series, rate = rate))
        })
        .collect();
    p.finish("rounds", title, &said.join(lang.phrase("list.semicolon")))
}
