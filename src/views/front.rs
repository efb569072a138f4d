//! The first screen of the report: one thing per number, of what and from how many clips, and what to do next. In: a report. Out:
//! cards and sentences. Left to others: the page around them (`page`).
//!
//! A rate that rests on fewer than thirty clips stands beside its exact interval, in the same size: alone it would be read as
//! knowledge.

use super::lang::{Lang, t};
use super::numbers::clock;
use super::report::Report;
use super::report::words::why;
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

fn of_rate(
    lang: Lang,
    rate: &Rate,
    text: impl Fn(f64) -> String,
    what: String,
    from: String,
) -> Card {
    Card {
        number: rate.value.map_or("-".into(), &text),
        interval: match rate.estimate() {
            Some(e) => t!(lang, "front.interval", low = text(e.low), high = text(e.high)),
            None => why(lang, rate).to_string(),
        },
        few: false,
        what,
        from,
    }
}

/// With the exact interval of independent clips.
fn of_share(lang: Lang, share: &Share, what: &str, from: String) -> Card {
    let interval = share.low.zip(share.high).map(|(low, high)| {
        let [low, high] = [low, high].map(|end| lang.decimal(100.0 * end, 1));
        t!(lang, "front.interval.percent", low = low, high = high)
    });
    Card {
        number: lang.percent(share.share),
        interval: interval.unwrap_or_else(|| t!(lang, "missing.none_settled")),
        few: share.of > 0,
        what: what.to_string(),
        from,
    }
}

/// The numbers of the first screen.
pub fn cards(lang: Lang, report: &Report) -> Vec<Card> {
    let share = |s: f64| lang.percent(Some(s));
    let errors = report.error_words(lang);
    let groups = || report.by_region.values();
    let (seconds, human): (f64, f64) =
        (groups().map(|g| g.seconds).sum(), groups().map(|g| g.human_seconds).sum());
    let clips = t!(lang, "many.clip", n = report.human.clips.of);
    let mut cards = vec![of_rate(
        lang,
        &report.human.seconds,
        share,
        t!(lang, "front.human"),
        t!(lang, "front.human.from", part = clock(human), of = clock(seconds), clips = clips),
    )];
    let drafts = &report.drafts;
    let settled = drafts.words_changed.of;
    cards.push(match settled >= FEW {
        true => of_rate(
            lang,
            &drafts.all_wer,
            share,
            t!(lang, "front.drafts", rate = errors),
            t!(lang, "front.from", what = t!(lang, "many.settled_clip", n = settled)),
        ),
        false => of_share(
            lang,
            &drafts.words_changed,
            lang.phrase("front.drafts.few"),
            too_few_clips(lang, settled),
        ),
    });
    let residual = &report.residual_error;
    cards.push(match residual.settled >= FEW {
        true => of_rate(
            lang,
            &residual.wer,
            share,
            t!(lang, "front.residual", rate = errors),
            t!(lang, "front.from", what = t!(lang, "many.audit", n = residual.settled)),
        ),
        false => of_share(
            lang,
            &residual.with_error,
            lang.phrase("front.residual.few"),
            too_few_audits(lang, residual.settled),
        ),
    });
    let minutes = &report.cost.minutes_per_hour;
    if minutes.value.is_some() {
        cards.push(of_rate(
            lang,
            minutes,
            |m| t!(lang, "number.minutes", number = lang.decimal(m, 0)),
            t!(lang, "front.work"),
            t!(lang, "many.timed_answer", n = report.people.timed_answers),
        ));
    }
    cards
}

fn too_few_clips(lang: Lang, n: u64) -> String {
    match n {
        0 => t!(lang, "front.no_clip"),
        n => t!(lang, "front.too_few", what = t!(lang, "many.settled_clip", n = n)),
    }
}

fn too_few_audits(lang: Lang, n: u64) -> String {
    match n {
        0 => t!(lang, "front.no_audit"),
        n => t!(lang, "front.too_few", what = t!(lang, "many.audit", n = n)),
    }
}

/// How the time in clips and the input hang together: two totals that shares are taken of.
pub fn totals(lang: Lang, report: &Report) -> String {
    let seconds: f64 = report.by_region.values().map(|g| g.seconds).sum();
    let share = (report.input_seconds > 0.0).then(|| seconds / report.input_seconds);
    t!(
        lang,
        "front.totals",
        input = clock(report.input_seconds),
        recordings = t!(lang, "many.recording", n = report.recordings),
        speakers = t!(lang, "many.speaker", n = report.speakers),
        clips = clock(seconds),
        share = lang.percent(share)
    )
}

/// What to do next.
pub fn next(lang: Lang, report: &Report) -> String {
    let residual = &report.residual_error;
    let waiting = report.clips.get("waiting").copied().unwrap_or(0);
    let audits = residual.drawn.saturating_sub(residual.settled + residual.without_text);
    match (waiting, residual.settled >= FEW) {
        (0, _) if report.human.clips.of == 0 => t!(lang, "front.next.run"),
        (0, true) => t!(lang, "front.next.nothing"),
        (0, false) => {
            t!(lang, "front.next.audits", n = residual.settled, few = FEW)
        }
        (n, _) => {
            let audits = match audits {
                0 => String::new(),
                n => t!(lang, "front.next.among_them", audits = t!(lang, "many.audit", n = n)),
            };
            t!(lang, "front.next.tasks", n = n, audits = audits)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_few_clips_has_its_exact_interval_in_the_same_size() {
        let card = |part, of| {
            let lang = Lang::ENGLISH;
            of_share(lang, &Share::new(part, of), "of them", too_few_audits(lang, of))
        };
        let few = card(2, 12);
        assert_eq!((&*few.number, &*few.interval, few.few), ("16.7 %", "2.1 to 48.4 %", true));
        assert!(few.from.starts_with("only 12 audits"));
        let none = card(0, 0);
        assert_eq!((&*none.number, &*none.from, none.few), ("-", "no audit yet", false));
    }
}
