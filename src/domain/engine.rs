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

/// Engines in a team's order; in settings a list, or one text with commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub struct EngineNames(Vec<EngineName>);

/// Most engines whose drafts are taken: each takes a reading of every clip.
const MOST: usize = 4;

/// As settings have it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    List(Vec<String>),
}

impl EngineNames {
    /// Those of these names.
    ///
    /// # Errors
    /// No engine can be called so, one is named twice, or they are too many.
    pub fn of(names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, String> {
        let mut all: Vec<EngineName> = Vec::new();
        for name in names {
            let name: EngineName = name.as_ref().trim().parse()?;
            if all.contains(&name) {
                return Err(format!("{name} is named twice"));
            }
            all.push(name);
        }
        match all.len() <= MOST {
            true => Ok(Self(all)),
            false => Err(format!("{} engines are named: at most {MOST} can be", all.len())),
        }
    }
}

impl std::ops::Deref for EngineNames {
    type Target = [EngineName];
    fn deref(&self) -> &[EngineName] {
        &self.0
    }
}

impl From<EngineName> for EngineNames {
    fn from(name: EngineName) -> Self {
        Self(vec![name])
    }
}

impl TryFrom<Written> for EngineNames {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let all = match written {
            Written::Text(text) if text.trim().is_empty() => Ok(Self::default()),
            Written::Text(text) => Self::of(text.split(',')),
            Written::List(names) => Self::of(names),
        };
        all.map_err(|why| format!("decode.engine: {why}"))
    }
}

impl From<EngineNames> for String {
    fn from(names: EngineNames) -> Self {
        names.to_string()
    }
}

impl fmt::Display for EngineNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(EngineName::as_str).collect();
        f.write_str(&names.join(", "))
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
        for name in ["", ".", "../x", "a,b", "a b", "a@b", "a+b", "é", &"x".repeat(61)] {
            assert!(name.parse::<EngineName>().is_err(), "{name}");
        }
    }

    #[test]
    fn settings_name_several_engines_as_a_list_or_with_commas() {
        let read = |json: &str| serde_json::from_str::<EngineNames>(json);
        let two = read(r#"["nova", "canary-1b"]"#).unwrap();
        assert_eq!(read(r#""nova, canary-1b""#).unwrap(), two);
        assert_eq!(serde_json::to_string(&two).unwrap(), r#""nova, canary-1b""#);
        assert!(read(r#""""#).unwrap().is_empty() && read("[]").unwrap().is_empty());
        for (bad, said) in [
            (r#""nova,""#, "'' is no name"),
            (r#"["nova", "nova"]"#, "named twice"),
            (r#""a, b, c, d, e""#, "at most 4"),
            (r#""a@b""#, "decode.engine: 'a@b'"),
        ] {
            let error = read(bad).unwrap_err().to_string();
            assert!(error.contains(said), "{bad}: {error}");
        }
    }
}
