//! Rates in words: for text, page and pictures alike.

use crate::statistics::rate::{Missing, Rate, Share};
use crate::views::numbers::percent;

/// `8 of 24 (33.3 %, 95 % interval 15.6 to 55.3)`.
pub fn counted(share: &Share) -> String {
    match (share.share, share.low, share.high) {
        (Some(s), Some(l), Some(h)) => {
            let [s, l, h] = [s, l, h].map(|x| 100.0 * x);
            format!("{} of {} ({s:.1} %, 95 % interval {l:.1} to {h:.1})", share.part, share.of)
        }
        _ => "none yet".to_string(),
    }
}

/// `1 speaker`, `3 speakers`.
pub fn many(n: u64, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// `33.3 % (15.6 to 55.3)`, or a dash.
pub fn share(share: &Share) -> String {
    match (share.share, share.low, share.high) {
        (Some(s), Some(l), Some(h)) => {
            format!("{:.1} % ({:.1} to {:.1})", 100.0 * s, 100.0 * l, 100.0 * h)
        }
        _ => "-".to_string(),
    }
}

/// `12.3 % (8.1 to 17.0)`, `0.0 % (no interval)`, or a dash.
pub fn rate(rate: &Rate) -> String {
    match rate.estimate() {
        Some(e) => {
            let [v, l, h] = [e.value, e.low, e.high].map(|x| 100.0 * x);
            format!("{v:.1} % ({l:.1} to {h:.1})")
        }
        None if rate.value.is_some() => format!("{} (no interval)", percent(rate.value)),
        None => "-".into(),
    }
}

/// `12.3 (8.1 to 17.0)`, without interval where there is none, or a dash.
pub fn number(rate: &Rate, decimals: usize) -> String {
    match (rate.value, rate.estimate()) {
        (_, Some(e)) => {
            format!("{:.decimals$} ({:.decimals$} to {:.decimals$})", e.value, e.low, e.high)
        }
        (Some(v), None) => format!("{v:.decimals$}"),
        (None, None) => "-".into(),
    }
}

/// Why a value or an interval is missing; empty where nothing is.
pub fn why(rate: &Rate) -> &'static str {
    match rate.missing {
        None => "",
        Some(Missing::NothingCounted) => "nothing to count",
        Some(Missing::OneSpeaker) => "too few for an interval",
        Some(Missing::NoVariation) => "all alike: no interval of this kind",
        Some(Missing::NoneSettled) => "nothing settled yet",
        Some(Missing::PartUnsettled) => "none settled yet of those accepted, or of those routed",
        Some(Missing::NoScore) => "no settled draft has a score",
        Some(Missing::NotTimed) => "no time measured",
        Some(Missing::DraftedAgain) => "a later model drafted its clips again",
    }
}
