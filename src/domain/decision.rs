//! Who listens to a clip, and why.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClipId, Probability, Region, RegionalPiece};

/// Why a person should review a clip. [`Reason::code`] is what other programs read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Reason {
    /// The calibrated score lies under the threshold.
    LowConfidence {
        /// P(no error).
        score: Probability,
        /// What it had to reach.
        threshold: Probability,
    },
    /// No score is available: treated as low confidence, never as certainty.
    NoScore,
    /// The score would do elsewhere, but declared region or the speaker's words ask for more.
    RegionalEvidence {
        /// The region that the evidence points to.
        region: Region,
        /// Strength of the evidence, 0 to 1.
        strength: f64,
        /// What it is made of.
        pieces: Vec<RegionalPiece>,
    },
    /// The team wants every clip of this region to be reviewed.
    RegionAlwaysReviewed {
        /// The clip's region, declared or inferred from speech.
        region: Region,
    },
    /// A regional word stands in the text, or something one edit from it.
    RegionalWord {
        /// Lexicon term.
        term: String,
        /// As it stands in the text.
        matched: String,
    },
    /// A regional idiom stands in the text.
    Idiom {
        /// Lexicon term.
        term: String,
        /// As it stands in the text.
        matched: String,
    },
    /// The draft says something that people corrected elsewhere, or that sounds like a term of the team, and what they wrote is
    /// as likely.
    RememberedCorrection {
        /// As it stands in the draft.
        wrote: String,
        /// What may be said instead.
        said: String,
        /// How likely that is against the draft: 1 is as likely.
        odds: f64,
    },
    /// The text looks made up: a known phrase, a repetition, an impossible rate of speech.
    SuspectedHallucination {
        /// What was seen.
        sign: String,
    },
    /// The model gave no text although somebody seems to speak.
    NoOutput,
    /// The clip seems to be in another language.
    WrongLanguage {
        /// The most likely language.
        language: String,
        /// Its probability.
        p: Probability,
    },
    /// Drawn at random from what would have been accepted.
    RandomAudit {
        /// The probability with which it was drawn.
        rate: Probability,
    },
}

impl Reason {
    /// The stable snake_case name used in rows and reports.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::LowConfidence { .. } => "low_confidence",
            Reason::NoScore => "no_score",
            Reason::RegionalEvidence { .. } => "regional_evidence",
            Reason::RegionAlwaysReviewed { .. } => "region_always_reviewed",
            Reason::RegionalWord { .. } => "regional_word",
            Reason::Idiom { .. } => "idiom",
            Reason::RememberedCorrection { .. } => "remembered_correction",
            Reason::SuspectedHallucination { .. } => "suspected_hallucination",
            Reason::NoOutput => "no_output",
            Reason::WrongLanguage { .. } => "wrong_language",
            Reason::RandomAudit { .. } => "random_audit",
        }
    }

    /// Whether a better score would have done away with it.
    pub fn is_about_the_score(&self) -> bool {
        matches!(self, Reason::LowConfidence { .. } | Reason::RegionalEvidence { .. })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::LowConfidence { score, threshold } => {
                write!(f, "score {score} under {threshold}")
            }
            Reason::NoScore => write!(f, "no score"),
            Reason::RegionalEvidence { region, strength, pieces } => {
                write!(f, "speech of {region} ({strength:.2})")?;
                let pieces: Vec<String> = pieces.iter().map(RegionalPiece::to_string).collect();
                if pieces.is_empty() { Ok(()) } else { write!(f, ": {}", pieces.join("; ")) }
            }
            Reason::RegionAlwaysReviewed { region } => {
                write!(f, "speech of {region}, which the team always reviews")
            }
            Reason::RegionalWord { term, matched } => {
                write!(f, "regional word {term} ('{matched}')")
            }
            Reason::Idiom { term, matched } => write!(f, "idiom {term} ('{matched}')"),
            Reason::RememberedCorrection { wrote, said, odds } => {
                write!(f, "'{said}' rather than '{wrote}' ({odds:.1} times as likely)")
            }
            Reason::SuspectedHallucination { sign } => write!(f, "perhaps made up: {sign}"),
            Reason::NoOutput => write!(f, "speech without text"),
            Reason::WrongLanguage { language, p } => write!(f, "sounds like {language} ({p})"),
            Reason::RandomAudit { rate } => write!(f, "random audit ({rate})"),
        }
    }
}

/// Why a clip is left out for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// No text, and the model takes it for silence, noise or music.
    NoSpeech,
}

/// What happens to a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decision")]
pub enum Decision {
    /// The draft stands.
    Auto {
        /// Reasons that would have sent it to a person, had the budget allowed.
        over_budget: Vec<Reason>,
    },
    /// A person listens.
    Human {
        /// At least one.
        reasons: Vec<Reason>,
        /// Larger goes first, 0 to 1.
        priority: f64,
    },
    /// Left out.
    Dropped {
        /// Why.
        why: DropReason,
    },
}

/// A decision with what makes it reproducible and its rates unbiased.
#[derive(Clone, Debug, PartialEq)]
pub struct Routed {
    /// The clip.
    pub clip: ClipId,
    /// What happens to it.
    pub decision: Decision,
    /// P(draft has no error), calibrated; `None` when there is no score.
    pub score: Option<Probability>,
    /// Probability that a person reviews it: 1 when routed for a reason, the audit rate otherwise.
    pub inclusion: Probability,
    /// Declared region, else the one that the speaker's words point to.
    pub region: Option<Region>,
    /// What speaks for the speaker's region, the weightiest first; empty when nothing does.
    pub evidence: Vec<RegionalPiece>,
    /// What the score had to reach; `None` for a clip without text.
    pub bar: Option<Bar>,
}

/// The least score with which a draft is accepted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// P(no error), at least.
    pub least: Probability,
    /// Where it comes from.
    pub rule: BarRule,
}

/// Where the least score for a draft comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BarRule {
    /// `routing.accept_score`, shifted by the evidence for the speaker's region.
    Setting,
    /// Audits have shown that it is enough for the guarantee.
    Certified,
    /// A guarantee is asked for and not shown: drafts with an expected loss of at most half the target are accepted, and
    /// the threshold is 1 less that.
    Conservative,
}

impl BarRule {
    /// The name in the store and in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Setting => "setting",
            Self::Certified => "certified",
            Self::Conservative => "conservative",
        }
    }
}

impl std::str::FromStr for BarRule {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let all = [Self::Setting, Self::Certified, Self::Conservative];
        all.into_iter()
            .find(|r| r.code() == s)
            .ok_or_else(|| format!("'{s}' is no rule for a threshold"))
    }
}

/// What scored drafts: decisions with the same digest were made by the same calibration, lexicon and program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scoring {
    /// Digest of all that a score depends on beside the draft and its region.
    pub digest: String,
    /// Version of second-ear.
    pub program: String,
    /// SHA-256 of the calibration file.
    pub calibration: String,
    /// SHA-256 over the entries of the lexicon.
    pub lexicon: String,
}

#[cfg(test)]
impl Reason {
    /// All codes, as serde knows them.
    pub fn codes() -> Vec<String> {
        let unknown = serde_json::from_str::<Self>(r#"{"code": "?"}"#).unwrap_err().to_string();
        unknown.split('`').skip(3).step_by(2).map(str::to_string).collect()
    }
}
