//! Rates as reports print them: with interval, method, counts, and the reason where one is missing.
//! In: counts and estimates. Out: [`Share`] of clips, [`Rate`] of anything. Printed to six decimals,
//! so that another program can agree to the last digit.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::interval::clopper_pearson;
use crate::domain::Estimate;

/// How an interval was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Exact for independent clips (1934).
    #[default]
    ClopperPearson,
    /// The same with the effective number of weighted clips (1998).
    KornGraubard,
    /// Percentiles over resampled speakers.
    ClusterBootstrap,
    /// Hajek's ratio; the interval is about these very recordings (Poisson sampling, Student's t).
    HajekDesign,
    /// Hajek's ratio; the interval is about speakers like these (by speaker, Student's t).
    HajekBySpeaker,
    /// Augmented by a model: the difference estimator (AIPW); about these very recordings.
    Difference,
    /// Horvitz and Thompson's mean; about these very recordings.
    HorvitzThompson,
}

/// Why a value or its interval is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// There is nothing to divide by.
    NothingCounted,
    /// One speaker, or one clip, says nothing about how much others would differ.
    OneSpeaker,
    /// All speakers (or clips) are alike: no interval of this kind, though the truth may differ.
    NoVariation,
    /// Clips were sampled for people, and none is settled with a text yet.
    NoneSettled,
    /// Clips are settled with a text, but none of those accepted, or none of those that routing asked for.
    PartUnsettled,
    /// Settled clips are there, and none of their drafts has a score.
    NoScore,
    /// People answered, and nothing measured their time.
    NotTimed,
    /// A later model drafted the clips again that it would have to be added up over.
    DraftedAgain,
}

/// A share of clips with Clopper and Pearson's interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Share {
    /// Counted.
    pub part: u64,
    /// Of how many.
    pub of: u64,
    /// `part / of`; null when nothing was counted.
    #[serde(serialize_with = "six")]
    pub share: Option<f64>,
    /// Lower end of the interval.
    #[serde(serialize_with = "six")]
    pub low: Option<f64>,
    /// Upper end of the interval.
    #[serde(serialize_with = "six")]
    pub high: Option<f64>,
    /// How the interval was made.
    pub method: Method,
}

impl Share {
    /// The share and its interval.
    pub fn new(part: u64, of: u64) -> Self {
        let ends = clopper_pearson(part as f64, of as f64);
        Self {
            part,
            of,
            share: (of > 0).then(|| part as f64 / of as f64),
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1),
            method: Method::ClopperPearson,
        }
    }
}

/// Any other rate: `part / of`, weighted or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Rate {
    /// The rate; null with `missing`.
    #[serde(serialize_with = "six")]
    pub value: Option<f64>,
    /// Lower end of the interval.
    #[serde(serialize_with = "six")]
    pub low: Option<f64>,
    /// Upper end of the interval.
    #[serde(serialize_with = "six")]
    pub high: Option<f64>,
    /// How the interval was made.
    pub method: Method,
    /// Clips that it rests on.
    pub clips: u64,
    /// Speakers of them.
    pub speakers: u64,
    /// Why something is null.
    pub missing: Option<Missing>,
}

impl Rate {
    /// `value` stands even where there is no interval.
    pub fn new(
        method: Method,
        counts: (u64, u64),
        value: Option<f64>,
        ends: Result<(f64, f64), Missing>,
    ) -> Self {
        let ends =
            if value.is_none() { Err(ends.err().unwrap_or(Missing::NothingCounted)) } else { ends };
        Self {
            value,
            low: ends.ok().map(|e| e.0),
            high: ends.ok().map(|e| e.1),
            method,
            clips: counts.0,
            speakers: counts.1,
            missing: ends.err(),
        }
    }

    /// Nothing can be said, and why.
    pub fn none(method: Method, why: Missing) -> Self {
        Self { method, missing: Some(why), ..Self::default() }
    }

    /// Value and both ends, where all are there.
    pub fn estimate(&self) -> Option<Estimate> {
        Some(Estimate { value: self.value?, low: self.low?, high: self.high? })
    }
}

/// Six decimals: the precision of reports.
pub fn six<S: Serializer>(number: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(n) => to.serialize_some(&rounded(*n)),
        None => to.serialize_none(),
    }
}

/// The nearest number with six decimals.
pub fn rounded(number: f64) -> f64 {
    let near = (number * 1e6).round() / 1e6;
    if near.is_finite() { near + 0.0 } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_print_six_decimals_and_nothing_counted_is_null() {
        let json = serde_json::to_string(&Share::new(1, 3)).unwrap();
        assert!(
            json.contains("\"share\":0.333333") && json.contains("\"method\":\"clopper_pearson\""),
            "{json}"
        );
        assert_eq!(Share::new(0, 0).low, None);
    }

    #[test]
    fn a_rate_without_value_has_no_interval_either() {
        let rate = Rate::new(Method::ClusterBootstrap, (0, 0), None, Ok((0.0, 1.0)));
        assert_eq!((rate.low, rate.missing), (None, Some(Missing::NothingCounted)));
        let rate = Rate::new(Method::ClusterBootstrap, (3, 1), Some(0.2), Err(Missing::OneSpeaker));
        assert_eq!(
            (rate.value, rate.high, rate.missing),
            (Some(0.2), None, Some(Missing::OneSpeaker))
        );
    }
}
