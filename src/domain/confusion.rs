//! What people write where a model writes something else, and how a draft sounds with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Language, hex_digest};

/// A piece of drafts and what is said instead of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WordPair {
    /// Drafts of this language only.
    pub language: Language,
    /// What the model wrote: one or a few words in lower case, without punctuation at their ends.
    pub wrote: String,
    /// What is said, as people spell it.
    pub said: String,
}

impl WordPair {
    /// What names it without giving it away.
    pub fn digest(&self) -> String {
        let Self { language, wrote, said } = self;
        hex_digest(format!("{language}\n{wrote}\n{said}").as_bytes())
    }
}

/// Where a pair comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairSource {
    /// People corrected it.
    Corrections,
    /// The team's list of terms.
    Vocabulary,
    /// People wrote it in other clips.
    Texts,
}

/// A pair that people made, and what stands behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// The pair.
    #[serde(flatten)]
    pub pair: WordPair,
    /// Settled clips in which people wrote the one for the other.
    pub clips: usize,
    /// Who did.
    pub people: BTreeSet<String>,
    /// Settled clips whose draft had it, and people left it or wrote something else.
    pub other: usize,
    /// Whether enough of either confirm it.
    pub in_use: bool,
}

/// What a draft says with one piece of it replaced, under the same sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What it has, and what was tried.
    #[serde(flatten)]
    pub pair: WordPair,
    /// Natural logarithm of P(text with what was tried) / P(text as it is).
    pub log_ratio: f64,
    /// Natural logarithm of how much oftener people wrote the second of the pair than left the first.
    pub log_prior: f64,
}

impl Suggestion {
    /// Natural logarithm of its odds against the draft.
    pub fn log_odds(&self) -> f64 {
        self.log_ratio + self.log_prior
    }
}
