//! The first screen of the report: one thing per number, of what and from how many clips, and what to do next. In: a report. Out:
//! cards and sentences. Left to others: the page around them (`page`).
//!
//! A rate that rests on fewer than thirty clips stands beside its exact interval, in the same size: alone it would be read as
//! knowledge.

use super::numbers::{clock, percent};
use super::report::Report;
use super::report::words::{many, why};
use crate::statistics::rate::{Rate, Share};

/// Clips under which an interval stands as large as its rate.
const FEW: u64 = 30;

/// Whose report it is, when it was made, where its table of clips is.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// What the team calls the work.
    pub title: String,
    /// The day, YYYY-MM-DD.
    pub made: String,
    /// The table of clips, as the page links it; `None`: it was not written.
    pub csv: Option<String>,
}

/// A number that stands large.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The number.
    pub number: String,
    /// Its interval.
    pub interval: String,
    /// Whether that stands as large as the number.
    pub few: bool,
    /// What it is a part of.
    pub what: String,
    /// What it rests on.
    pub from: String,
}

fn of_rate(rate: &Rate, text: impl Fn(f64) -> String, what: String, from: String) -> Card {
    Card {
        number: rate.value.map_or("-".into(), &text),
        interval: match rate.estimate() {
            Some(e) => format!("{} to {}", text(e.low), text(e.high)),
            None => why(rate).to_string(),
        },
        few: false,
        what,
        from,
    }
}

/// With the exact interval of independent clips.
fn of_share(share: &Share, what: &str, from: String) -> Card {
    let ends = share.low.zip(share.high);
    Card {
        number: percent(share.share),
        interval: ends.map_or("nothing settled yet".into(), |(low, high)| {
            format!("{:.1} to {:.1} %", 100.0 * low, 100.0 * high)
        }),
        few: share.of > 0,
        what: what.to_string(),
        from,
    }
}

/// The numbers of the first screen.
pub fn cards(report: &Report) -> Vec<Card> {
    let share = |s: f64| format!("{:.1} %", 100.0 * s);
    let errors = report.error_words();
    let groups = || report.by_region.values();
    let (seconds, human): (f64, f64) =
        (groups().map(|g| g.seconds).sum(), groups().map(|g| g.human_seconds).sum());
    let mut cards = vec![of_rate(
        &report.human.seconds,
        share,
        "of the time in clips needs a person".into(),
        format!(
            "{} of {} in {}",
            clock(human),
            clock(seconds),
            many(report.human.clips.of, "clip")
        ),
    )];
    let drafts = &report.drafts;
    cards.push(match drafts.words_changed.of >= FEW {
        true => of_rate(
            &drafts.all_wer,
            share,
            format!("{errors} of all drafts, those that nobody reviewed too"),
            format!("estimated from {}", many(drafts.words_changed.of, "settled clip")),
        ),
        false => of_share(
            &drafts.words_changed,
            "of the drafts that people settled have a wrong word",
            too_few(drafts.words_changed.of, "settled clip"),
        ),
    });
    let residual = &report.residual_error;
    cards.push(match residual.settled >= FEW {
        true => of_rate(
            &residual.wer,
            share,
            format!("residual {errors} of the drafts that were accepted unread"),
            format!("estimated from {}", many(residual.settled, "audit")),
        ),
        false => of_share(
            &residual.with_error,
            "of the audited drafts, accepted unread, have a wrong word",
            too_few(residual.settled, "audit"),
        ),
    });
    let minutes = &report.cost.minutes_per_hour;
    if minutes.value.is_some() {
        cards.push(of_rate(
            minutes,
            |m| format!("{m:.0} min"),
            "of a person's work per hour of speech".into(),
            many(report.people.timed_answers, "timed answer"),
        ));
    }
    cards
}

fn too_few(clips: u64, thing: &str) -> String {
    match clips {
        0 => format!("no {thing} yet"),
        clips => format!("only {}: the truth may be anywhere in the interval", many(clips, thing)),
    }
}

/// How the time in clips and the input hang together: two totals that shares are taken of.
pub fn totals(report: &Report) -> String {
    let seconds: f64 = report.by_region.values().map(|g| g.seconds).sum();
    format!(
        "The input is {} of audio in {} by {}. Clips with a decision, the dropped ones aside, are {} of it ({}); the rest is \
         silence, was rejected, or waits for a run.",
        clock(report.input_seconds),
        many(report.recordings, "recording"),
        many(report.speakers, "speaker"),
        clock(seconds),
        percent((report.input_seconds > 0.0).then(|| seconds / report.input_seconds)),
    )
}

/// What to do next.
pub fn next(report: &Report) -> String {
    let residual = &report.residual_error;
    let waiting = report.clips.get("waiting").copied().unwrap_or(0);
    let audits = residual.drawn.saturating_sub(residual.settled + residual.without_text);
    match (waiting, residual.settled >= FEW) {
        (0, _) if report.human.clips.of == 0 => {
            "Nothing is decided yet: second-ear run.".to_string()
        }
        (0, true) => "Nothing waits for people.".to_string(),
        (0, false) => format!(
            "Nothing waits for people. {} settled: with {FEW} the errors in accepted drafts can be estimated (a larger \
             routing.audit_rate draws more).",
            many(residual.settled, "audit")
        ),
        (waiting, _) => format!(
            "{} for a person{}: second-ear tasks.",
            match waiting {
                1 => "1 clip waits".to_string(),
                n => format!("{n} clips wait"),
            },
            match audits {
                0 => String::new(),
                audits => format!(", {} among them", many(audits, "audit")),
            }
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_few_clips_has_its_exact_interval_in_the_same_size() {
        let card = of_share(&Share::new(2, 12), "of them", too_few(12, "audit"));
        assert_eq!((&*card.number, &*card.interval, card.few), ("16.7 %", "2.1 to 48.4 %", true));
        assert!(card.from.starts_with("only 12 audits"));
        let none = of_share(&Share::new(0, 0), "of them", too_few(0, "audit"));
        assert_eq!((&*none.number, &*none.from, none.few), ("-", "no audit yet", false));
    }
}
