//! A risk guarantee on drafts that nobody checks: its target, its scope, and the log of what becomes of it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClipId, Region};

/// What an accepted draft with errors costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Its word error rate, at most 1; the risk is the mean over clips.
    #[default]
    Wer,
    /// 1, whatever the number of errors; the risk is the share of clips with an error.
    Clips,
}

impl Measure {
    /// The name in settings and rows.
    pub fn code(self) -> &'static str {
        match self {
            Measure::Wer => "wer",
            Measure::Clips => "clips",
        }
    }
}

impl FromStr for Measure {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        [Measure::Wer, Measure::Clips]
            .into_iter()
            .find(|m| m.code() == s)
            .ok_or_else(|| format!("'{s}' is no measure; write wer or clips"))
    }
}

/// A risk guarantee: among clips accepted by their score alone, the mean loss is at most `target`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guarantee {
    /// In (0, 1).
    pub target: f64,
    /// What counts as loss.
    pub measure: Measure,
    /// Probability, at least, with which the guarantee holds; in (0, 1).
    pub confidence: f64,
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.measure {
            Measure::Wer => "mean WER of accepted clips",
            Measure::Clips => "accepted clips with an error",
        };
        let Self { target, confidence, .. } = self;
        write!(f, "{what} at most {:.1} %, confidence {:.0} %", 100.0 * target, 100.0 * confidence)
    }
}

/// Whose clips a guarantee is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All clips, but for those of regions with a guarantee of their own.
    Pooled {
        /// These regions.
        apart: Vec<Region>,
    },
    /// Clips of one region.
    Region(Region),
}

impl Scope {
    /// `pooled`, or the region's code.
    pub fn name(&self) -> &str {
        match self {
            Scope::Pooled { .. } => "pooled",
            Scope::Region(region) => region.as_str(),
        }
    }
}

/// What a draft must reach to be accepted, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// No guarantee is asked for: `routing.accept_score`, shifted by regional evidence.
    Setting,
    /// Audits have shown that this is enough.
    Certified {
        /// Calibrated P(no error).
        score: f64,
    },
    /// Not shown, or no longer true: only drafts whose own expected loss is at most half the target.
    Conservative {
        /// The target.
        target: f64,
        /// What counts as loss.
        measure: Measure,
    },
}

/// Thresholds for all clips of a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// Where nothing else is said.
    pub pooled: Threshold,
    /// By region, exactly as named.
    pub regions: BTreeMap<Region, Threshold>,
}

impl Thresholds {
    /// Without a guarantee.
    pub fn setting() -> Self {
        Self { pooled: Threshold::Setting, regions: BTreeMap::new() }
    }

    /// The threshold for clips of this region.
    pub fn of(&self, region: Option<&Region>) -> Threshold {
        region.and_then(|r| self.regions.get(r)).copied().unwrap_or(self.pooled)
    }
}

/// What a guarantee rests on: when any of it changes, it has to be shown again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// Model digest.
    pub model: String,
    /// Decode policy id.
    pub policy: String,
    /// Digest of the calibration file.
    pub calibration: String,
    /// What is guaranteed.
    pub guarantee: Guarantee,
}

/// One line of the log of guarantees, about one scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose clips.
    pub scope: Scope,
    /// What happened.
    pub event: GuaranteeEvent,
}

/// What can happen to a guarantee.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum GuaranteeEvent {
    /// A test begins; where it starts and what it bets is fixed now, before its losses are looked at.
    Opened {
        /// The first threshold to be tested.
        start: f64,
        /// The number of audits that the bets are best for.
        horizon: usize,
        /// Audits from this position on count.
        from: u64,
    },
    /// The guarantee holds from this threshold up.
    Certified {
        /// Clips that score at least this are accepted.
        threshold: f64,
        /// Audits at later positions watch over the guarantee.
        upto: u64,
        /// The audits that it rests on.
        used: Vec<ClipId>,
        /// Their mean loss.
        risk: f64,
        /// Betting p-value.
        p: f64,
    },
    /// The guarantee no longer holds; a new test begins with the audits since the change.
    Alarm {
        /// The audit that raised it.
        at: ClipId,
        /// The first audit that seems to belong to the change.
        since: ClipId,
        /// Its position.
        position: u64,
        /// Audits that watched.
        audits: usize,
        /// Mean loss of those from `since` to `at`.
        risk: f64,
    },
}

/// A kept entry.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEntry {
    /// Number in the order of keeping.
    pub id: u64,
    /// RFC 3339.
    pub created: String,
    /// What it says.
    pub entry: Entry,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_without_a_threshold_of_its_own_has_the_pooled_one() {
        let quebec: Region = "fr-CA-QC".parse().unwrap();
        let own = Threshold::Certified { score: 0.8 };
        let mut thresholds = Thresholds::setting();
        thresholds.regions.insert(quebec.clone(), own);
        assert_eq!(thresholds.of(Some(&quebec)), own);
        assert_eq!(thresholds.of(None), Threshold::Setting);
        assert_eq!(thresholds.of(Some(&"fr-CA".parse().unwrap())), Threshold::Setting);
    }
}
