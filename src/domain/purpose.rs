//! Why a clip is handed out, and what of its draft is shown.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a clip is in a batch.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It waits for a person.
    #[default]
    Task,
    /// Its text is known: how well does the validator transcribe?
    Gold,
    /// A wrong word was planted in a settled text: does the validator notice?
    Seeded,
    /// People disagree: somebody decides.
    Adjudication,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 4] =
        [Purpose::Task, Purpose::Gold, Purpose::Seeded, Purpose::Adjudication];

    /// The stable snake_case name used in the store and in reports.
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Task => "task",
            Purpose::Gold => "gold",
            Purpose::Seeded => "seeded",
            Purpose::Adjudication => "adjudication",
        }
    }

    /// Whether it checks the validator, and so settles nothing.
    pub fn is_control(self) -> bool {
        matches!(self, Purpose::Gold | Purpose::Seeded)
    }
}

impl FromStr for Purpose {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|p| p.code() == s).ok_or_else(|| format!("no purpose '{s}'"))
    }
}

/// Whether the draft is kept from the validator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blind {
    /// The draft is shown.
    #[default]
    No,
    /// Drawn at random, to measure what the draft does to people.
    Drawn,
    /// The draft is so poor that typing is faster than correcting.
    PoorDraft,
}

impl Blind {
    /// Whether the box is empty.
    pub fn is_blind(self) -> bool {
        self != Blind::No
    }

    /// 0, 1, 2: how the store writes it.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Of a stored number; anything unknown counts as poor.
    pub fn of_number(number: u8) -> Self {
        match number {
            0 => Blind::No,
            1 => Blind::Drawn,
            _ => Blind::PoorDraft,
        }
    }
}
