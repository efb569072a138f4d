//! Languages as Whisper names them: `fr`, `en`, `yue`. In: a code. Out: a language, or a sentence on what is wrong.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Language codes in the order of their tokens; Cantonese (`yue`) came with large-v3.
///
/// Source: `LANGUAGES` in OpenAI Whisper's `tokenizer.py`.
pub const LANGUAGES: [&str; 100] = [
    "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv", "it",
    "id", "hi", "fi", "vi", "he", "uk", "el", "ms", "cs", "ro", "da", "hu", "ta", "no", "th", "ur",
    "hr", "bg", "lt", "la", "mi", "ml", "cy", "sk", "te", "fa", "lv", "bn", "sr", "az", "sl", "kn",
    "et", "mk", "br", "eu", "is", "hy", "ne", "mn", "bs", "kk", "sq", "sw", "gl", "mr", "pa", "si",
    "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu", "am", "yi", "lo", "uz", "fo",
    "ht", "ps", "tk", "nn", "mt", "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln",
    "ha", "ba", "jw", "su", "yue",
];

/// A Whisper language code in lower case, two or three letters: `fr`, `en`, `yue`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let code = s.trim().to_lowercase();
        let ok = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
        ok.then_some(Self(code)).ok_or_else(|| {
            format!("'{s}' is not a language code; write two letters such as fr or en")
        })
    }
}

impl TryFrom<String> for Language {
    type Error = String;
    fn try_from(s: String) -> Result<Self, String> {
        s.parse()
    }
}

impl From<Language> for String {
    fn from(code: Language) -> String {
        code.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which language clips are decoded in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LanguageChoice {
    /// The most likely one, clip by clip (`auto`).
    Auto,
    /// Always this one.
    Fixed(Language),
}

impl TryFrom<String> for LanguageChoice {
    type Error = String;
    fn try_from(s: String) -> Result<Self, String> {
        if s == "auto" { Ok(Self::Auto) } else { s.parse().map(Self::Fixed) }
    }
}

impl From<LanguageChoice> for String {
    fn from(choice: LanguageChoice) -> String {
        match choice {
            LanguageChoice::Auto => "auto".into(),
            LanguageChoice::Fixed(language) => language.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_checked() {
        assert_eq!("FR ".parse::<Language>().unwrap().as_str(), "fr");
        assert!("french".parse::<Language>().is_err());
        assert!(LANGUAGES.iter().all(|code| code.parse::<Language>().is_ok()));
    }
}
