//! Regions of a language as codes: `fr-CA-QC`, and locales, which name a language and perhaps a region. Languages are
//! Whisper's (`whisper`). In: codes as corpora write them (`fr_CA`, `ZH-cn`). Out: one spelling of each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::Language;

/// A region of a language, BCP-47 like, most general part first: `fr-CA-QC`, `en-IE`. `fr_ca` is read as `fr-CA`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

impl Region {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of its language: `fr` of `fr-CA-QC`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// Whether `self` is `other` or lies in it: `fr-CA-QC` is within `fr-CA`.
    pub fn is_within(&self, other: &Region) -> bool {
        self.0 == other.0 || self.0.starts_with(&format!("{}-", other.0))
    }

    /// The narrower of two regions of which one lies in the other; `None`: neither does.
    pub fn narrower(self, other: Region) -> Option<Region> {
        if self.is_within(&other) { Some(self) } else { other.is_within(&self).then_some(other) }
    }
}

impl FromStr for Region {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let code = s.trim().replace('_', "-");
        let ok = !code.is_empty()
            && code.len() <= 40
            && code
                .split('-')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        let spelled = || match code.split_once('-') {
            Some((language, rest)) => {
                format!("{}-{}", language.to_lowercase(), rest.to_uppercase())
            }
            None => code.to_lowercase(),
        };
        ok.then(|| Self(spelled())).ok_or_else(|| {
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

/// A language, and the region that its code names, if it does: `fr`, `fr-CA`, `zh_CN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale {
    /// The language.
    pub language: Language,
    /// The region; none for `fr`, nor for `zh-Hans`, which names a script.
    pub region: Option<Region>,
}

impl FromStr for Locale {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        // As systems write it: fr_FR.UTF-8, fr_FR@euro.
        let code = s.split(['.', '@']).next().unwrap_or_default().trim();
        let (language, rest) = code.split_once(['-', '_']).unwrap_or((code, ""));
        let language: Language = language.parse().map_err(|why| match rest {
            "" => why,
            _ => format!("'{s}' is not a language code, nor a locale such as fr-CA"),
        })?;
        let is_script =
            |part: &&str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphabetic());
        let parts: Vec<&str> = rest.split(['-', '_']).collect();
        let from = usize::from(parts.first().is_some_and(is_script));
        let rest = parts[from..].join("-");
        let region =
            (!rest.is_empty()).then(|| format!("{language}-{rest}").parse()).transpose()?;
        Ok(Self { language, region })
    }
}

/// The language of a locale, for serde: `fr-CA` is `fr`.
pub fn language_of_locale<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Language>, D::Error> {
    let code: Option<String> = Deserialize::deserialize(from)?;
    let code = code.filter(|code| !code.trim().is_empty());
    let locale = code.map(|code| code.parse::<Locale>()).transpose();
    Ok(locale.map_err(serde::de::Error::custom)?.map(|locale| locale.language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_a_language_and_perhaps_a_region_in_any_spelling() {
        let read = |code: &str| {
            let Locale { language, region } = code.parse().unwrap();
            (language.to_string(), region.map_or(String::new(), |region| region.to_string()))
        };
        for (code, language, region) in [
            ("fr", "fr", ""),
            (" FR ", "fr", ""),
            ("fr_CA", "fr", "fr-CA"),
            ("fr-fr", "fr", "fr-FR"),
            ("ZH-cn", "zh", "zh-CN"),
            ("zh-Hans", "zh", ""),
            ("zh_Hant_TW", "zh", "zh-TW"),
            ("fr_FR.UTF-8", "fr", "fr-FR"),
            ("fr-ca-qc", "fr", "fr-CA-QC"),
            ("rm-vallader", "rm", "rm-VALLADER"),
        ] {
            assert_eq!(read(code), (language.to_string(), region.to_string()), "{code}");
        }
        let refused = |code: &str| code.parse::<Locale>().unwrap_err();
        assert!(refused("french").starts_with("'french' is not a language"));
        assert!(refused("french-CA").contains("nor a locale"), "{}", refused("french-CA"));
        for code in ["", "-", "fr--", "fr-C A"] {
            refused(code);
        }
    }

    #[test]
    fn a_region_has_one_spelling() {
        for code in ["fr_ca_qc", "FR-CA-QC", "fr-ca-QC"] {
            assert_eq!(code.parse::<Region>().unwrap().as_str(), "fr-CA-QC");
        }
    }

    #[test]
    fn codes_are_checked_and_nest() {
        assert!("fr CA".parse::<Region>().is_err());
        let quebec: Region = "fr-CA-QC".parse().unwrap();
        assert!(quebec.is_within(&"fr-CA".parse().unwrap()));
        assert!(!quebec.is_within(&"fr-C".parse().unwrap()));
    }
}
