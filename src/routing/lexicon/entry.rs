//! A line of a lexicon. In: what reading, importing or confirming found. Out: the entry, and how it
//! compares with another of the same term. Left to others: matching.

use std::str::FromStr;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::read;
use crate::domain::{Language, Region};

/// Whether an entry is one word or a set phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A regional word.
    Word,
    /// A regional idiom.
    Idiom,
}

/// How much a hit proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambiguity {
    /// 0: regional wherever it stands.
    None,
    /// 1: also used elsewhere, counts half.
    Some,
    /// 2: counts only beside other evidence for one of its regions.
    Much,
}

impl Ambiguity {
    /// Every level, the plainest first.
    pub const ALL: [Self; 3] = [Self::None, Self::Some, Self::Much];

    /// As files have it.
    pub fn digit(self) -> &'static str {
        match self {
            Ambiguity::None => "0",
            Ambiguity::Some => "1",
            Ambiguity::Much => "2",
        }
    }
}

impl FromStr for Ambiguity {
    type Err = anyhow::Error;
    fn from_str(s: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.into_iter().find(|a| a.digit() == s.trim());
        found.ok_or_else(|| anyhow::anyhow!("ambiguity '{s}'; write 0, 1 or 2"))
    }
}

/// Who put an entry in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The list that ships with the program.
    BuiltIn,
    /// The team's own file.
    Workspace,
    /// Validators, whose tags agreed.
    People,
}

/// One line of a lexicon file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Name.
    pub term: String,
    /// Word or idiom.
    pub kind: Kind,
    /// Where it is used, at least one.
    pub regions: Vec<Region>,
    /// How much it proves.
    pub ambiguity: Ambiguity,
    /// On folded text.
    pub pattern: String,
    /// Long words of which near forms count.
    pub near: Vec<String>,
    /// Standard words for it; may be empty.
    pub standard: String,
    /// What it means; may be empty.
    pub meaning: String,
    /// Traps; may be empty.
    pub note: String,
    /// Forms that can stand for each other with nothing else changed: standard, regional.
    pub swaps: Vec<(String, String)>,
    /// Who put it in.
    pub source: Source,
}

impl Entry {
    /// Of the columns of a row, for the team's own file.
    ///
    /// # Errors
    /// A column makes no sense; the error says which and what to write.
    pub fn of_columns(columns: &[&str]) -> Result<Self> {
        read::entry(columns, Source::Workspace)
    }

    /// Whether it is looked for in a text of the language: one of its regions speaks it.
    pub fn is_of(&self, language: &Language) -> bool {
        self.regions.iter().any(|region| region.language() == language.as_str())
    }

    /// Whether two entries are of one language; entries of different languages may have the same term.
    pub fn shares_language_with(&self, other: &Entry) -> bool {
        let own = |region: &Region| other.regions.iter().any(|r| r.language() == region.language());
        self.regions.iter().any(own)
    }

    /// Takes over from a built-in entry of the same term what its own source had no column for.
    pub fn inherit(&mut self, built_in: &Entry) {
        if self.near.is_empty() {
            self.near.clone_from(&built_in.near);
        }
        if self.swaps.is_empty() {
            self.swaps.clone_from(&built_in.swaps);
        }
        if self.note.is_empty() {
            self.note.clone_from(&built_in.note);
        }
    }

    /// Whether two entries say the same, whoever put them in.
    pub fn says_the_same_as(&self, other: &Entry) -> bool {
        Entry { source: other.source, ..self.clone() } == *other
    }
}
