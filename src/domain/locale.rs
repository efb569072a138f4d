//! Regions of a language as codes: `fr-CA-QC`. Languages are Whisper's (`whisper`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A region of a language, BCP-47 like, most general part first: `fr-CA-QC`, `en-IE`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

impl Region {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `self` is `other` or lies in it: `fr-CA-QC` is within `fr-CA`.
    pub fn is_within(&self, other: &Region) -> bool {
        self.0 == other.0 || self.0.starts_with(&format!("{}-", other.0))
    }
}

impl FromStr for Region {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let code = s.trim();
        let ok = !code.is_empty()
            && code.len() <= 40
            && code
                .split('-')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        ok.then(|| Self(code.to_string())).ok_or_else(|| {
            format!("'{s}' is not a region code; write letters and digits joined by '-', such as fr-CA-QC")
        })
    }
}

impl TryFrom<String> for Region {
    type Error = String;
    fn try_from(s: String) -> Result<Self, String> {
        s.parse()
    }
}

impl From<Region> for String {
    fn from(code: Region) -> String {
        code.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_checked_and_nest() {
        assert!("fr CA".parse::<Region>().is_err());
        let quebec: Region = "fr-CA-QC".parse().unwrap();
        assert!(quebec.is_within(&"fr-CA".parse().unwrap()));
        assert!(!quebec.is_within(&"fr-C".parse().unwrap()));
    }
}
