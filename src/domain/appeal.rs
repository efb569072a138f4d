//! What stands out about a person's work, what they say to it, and what somebody decided. In: nothing. Out: the types. Left to
//! others: when a flag is raised (`pipeline::people`). Nothing follows from a flag by itself.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person should look at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Texts of known clips differ.
    GoldErrors,
    /// Planted errors stayed.
    PlantedErrors,
    /// Answers came faster than the clips last.
    Fast,
    /// Files were of others.
    NotHandedToThem,
    /// Times of answers cannot be.
    ImpossibleTimes,
    /// Active time was over the limit.
    TimeCapped,
    /// Words differ from those of others.
    WordsDiffer,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Flag; 7] = [
        Flag::GoldErrors,
        Flag::PlantedErrors,
        Flag::Fast,
        Flag::NotHandedToThem,
        Flag::ImpossibleTimes,
        Flag::TimeCapped,
        Flag::WordsDiffer,
    ];

    /// The stable snake_case name.
    pub fn code(self) -> &'static str {
        match self {
            Flag::GoldErrors => "gold_errors",
            Flag::PlantedErrors => "planted_errors",
            Flag::Fast => "fast",
            Flag::NotHandedToThem => "not_handed_to_them",
            Flag::ImpossibleTimes => "impossible_times",
            Flag::TimeCapped => "time_capped",
            Flag::WordsDiffer => "words_differ",
        }
    }

    /// The reason for it, with what raises it.
    pub fn about(self) -> &'static str {
        match self {
            Flag::GoldErrors => "many errors on clips of known text (over 20 % of the words)",
            Flag::PlantedErrors => {
                "let most planted errors pass (fewer than half found, of 4 or more)"
            }
            Flag::Fast => {
                "less time than the clips last (under 0.8 of it, over 10 answers or more)"
            }
            Flag::NotHandedToThem => "answered batches that were handed to others",
            Flag::ImpossibleTimes => "times of answers that cannot be",
            Flag::TimeCapped => "more active time than the clips allow (capped)",
            Flag::WordsDiffer => {
                "words often differ from other validators' words (weight under 0.5)"
            }
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.about())
    }
}

/// What an appeal is against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String")]
pub enum Contested {
    /// A flag.
    Flag(Flag),
    /// The weight of their words in votes.
    Weight,
}

impl Contested {
    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        Flag::ALL.into_iter().map(Self::Flag).chain([Self::Weight])
    }

    /// The stable name: a flag's code, or `weight`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Flag(flag) => flag.code(),
            Self::Weight => "weight",
        }
    }
}

impl FromStr for Contested {
    type Err = String;
    fn from_str(code: &str) -> Result<Self, String> {
        Self::all().find(|contested| contested.code() == code).ok_or_else(|| {
            let codes: Vec<&str> = Self::all().map(Self::code).collect();
            format!("'{code}' cannot be appealed against: write one of {}", codes.join(", "))
        })
    }
}

impl Serialize for Contested {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// What somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppealOutcome {
    /// The flag is not shown any more, the weight is that of anybody: 1.
    Lifted,
    /// It stays as it is.
    Kept,
}

impl AppealOutcome {
    /// Every outcome.
    pub const ALL: [Self; 2] = [Self::Lifted, Self::Kept];

    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lifted => "lifted",
            Self::Kept => "kept",
        }
    }
}

impl FromStr for AppealOutcome {
    type Err = String;
    fn from_str(code: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|outcome| outcome.code() == code);
        found.ok_or_else(|| format!("'{code}' is no outcome: write lifted or kept"))
    }
}

/// A decision on an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AppealDecision {
    /// What was decided.
    pub outcome: AppealOutcome,
    /// Who decided: a person.
    pub decided_by: String,
    /// When, RFC 3339.
    pub decided: String,
    /// What the person was told.
    pub answer: String,
}

/// An appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Appeal {
    /// From 1, in the order in which they came.
    pub number: u32,
    /// Whose.
    pub validator: String,
    /// Against what.
    pub about: Contested,
    /// When it was noted, RFC 3339.
    pub opened: String,
    /// What they say.
    pub says: String,
    /// What somebody decided; null: nobody has yet.
    pub decision: Option<AppealDecision>,
}

impl Appeal {
    /// Whether what it is against does not hold any more.
    pub fn is_lifted(&self) -> bool {
        self.decision.as_ref().is_some_and(|d| d.outcome == AppealOutcome::Lifted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_has_one_code_that_is_read_back() {
        for contested in Contested::all() {
            assert_eq!(contested.code().parse(), Ok(contested));
        }
        for flag in Flag::ALL {
            assert_eq!(serde_json::to_value(flag).unwrap(), flag.code());
        }
        assert!("lazy".parse::<Contested>().unwrap_err().contains("gold_errors"));
    }
}
