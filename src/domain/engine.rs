//! What another engine wrote for a recording. In: nothing. Out: the types. Left to others: reading its files
//! (`pipeline::drafts`), which clip a word is of (`hypotheses::given`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Probability, Span};

/// What a team calls an engine: letters, digits, `.`, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EngineName(String);

/// Longest name.
const LONGEST: usize = 60;

impl EngineName {
    /// Its text: safe in file names and columns.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EngineName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let right = (1..=LONGEST).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(known);
        match right {
            true => Ok(Self(name.to_string())),
            false => Err(format!(
                "'{name}' is no name of an engine: it begins with a letter or digit, and has letters, digits, '.', '-' \
                 and '_', {LONGEST} at most"
            )),
        }
    }
}

impl TryFrom<String> for EngineName {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

impl From<EngineName> for String {
    fn from(name: EngineName) -> Self {
        name.0
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A word, with the punctuation that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineWord {
    /// Without blanks.
    #[serde(rename = "w")]
    pub text: String,
    /// When it is said, where the engine tells.
    #[serde(rename = "at", default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The engine's own confidence, where it is one.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Probability>,
}

/// A text of a recording, or of a part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineText {
    /// The part; `None`: all of it.
    pub span: Option<Span>,
    /// In order.
    pub words: Vec<EngineWord>,
    /// The engine's own confidence in all of it, where it is one.
    pub confidence: Option<Probability>,
}

impl EngineText {
    /// Whether every word has a time.
    pub fn has_times(&self) -> bool {
        self.words.iter().all(|word| word.span.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_be_a_path_or_split_a_policy_is_refused() {
        for name in ["canary-1b", "nova_2.1", "A"] {
            assert_eq!(name.parse::<EngineName>().unwrap().as_str(), name);
        }
        for name in ["", ".", "../x", "a b", "a@b", "a+b", "é", &"x".repeat(61)] {
            assert!(name.parse::<EngineName>().is_err(), "{name}");
        }
    }
}
