//! Rates in words: for text, page and pictures alike. In: rates, a language. Out: text.

use crate::statistics::rate::{Missing, Rate, Share};
use crate::views::lang::{Lang, t};

/// A value and both ends as percentages without their sign.
fn percentages(lang: Lang, numbers: [f64; 3]) -> [String; 3] {
    numbers.map(|number| lang.decimal(100.0 * number, 1))
}

/// `8 of 24 (33.3 %, 95 % interval 15.6 to 55.3)`.
pub fn counted(lang: Lang, share: &Share) -> String {
    match (share.share, share.low, share.high) {
        (Some(s), Some(l), Some(h)) => {
            let [value, low, high] = percentages(lang, [s, l, h]);
            let (part, of) = (share.part, share.of);
            t!(lang, "rate.counted", part = part, of = of, value = value, low = low, high = high)
        }
        _ => t!(lang, "rate.none_yet"),
    }
}

/// `33.3 % (15.6 to 55.3)`, or a dash.
pub fn share(lang: Lang, share: &Share) -> String {
    match (share.share, share.low, share.high) {
        (Some(s), Some(l), Some(h)) => estimated(lang, [s, l, h]),
        _ => "-".to_string(),
    }
}

fn estimated(lang: Lang, numbers: [f64; 3]) -> String {
    let [value, low, high] = percentages(lang, numbers);
    t!(lang, "rate.percent", value = value, low = low, high = high)
}

/// `12.3 % (8.1 to 17.0)`, `0.0 % (no interval)`, or a dash.
pub fn rate(lang: Lang, rate: &Rate) -> String {
    match rate.estimate() {
        Some(e) => estimated(lang, [e.value, e.low, e.high]),
        None if rate.value.is_some() => {
            t!(lang, "rate.no_interval", value = lang.percent(rate.value))
        }
        None => "-".into(),
    }
}

/// `12.3 (8.1 to 17.0)`, without interval where there is none, or a dash.
pub fn number(lang: Lang, rate: &Rate, decimals: usize) -> String {
    match (rate.value, rate.estimate()) {
        (_, Some(e)) => {
            let [value, low, high] = [e.value, e.low, e.high].map(|n| lang.decimal(n, decimals));
            t!(lang, "rate.number", value = value, low = low, high = high)
        }
        (Some(v), None) => lang.decimal(v, decimals),
        (None, None) => "-".into(),
    }
}

/// Why a value or an interval is missing; empty where nothing is.
pub fn why(lang: Lang, rate: &Rate) -> &'static str {
    match rate.missing {
        None => "",
        Some(Missing::NothingCounted) => lang.phrase("missing.nothing_counted"),
        Some(Missing::OneSpeaker) => lang.phrase("missing.one_speaker"),
        Some(Missing::NoVariation) => lang.phrase("missing.no_variation"),
        Some(Missing::NoneSettled) => lang.phrase("missing.none_settled"),
        Some(Missing::PartUnsettled) => lang.phrase("missing.part_unsettled"),
        Some(Missing::NoScore) => lang.phrase("missing.no_score"),
        Some(Missing::NotTimed) => lang.phrase("missing.not_timed"),
        Some(Missing::DraftedAgain) => lang.phrase("missing.drafted_again"),
    }
}

/// A region's code, or a word for clips of none.
pub fn region(lang: Lang, code: &str) -> String {
    lang.named("region", code)
}
