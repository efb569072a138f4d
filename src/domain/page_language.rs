//! The languages that the task page speaks: one file each, named in one list.
//! In: a code. Out: the language and its texts. Left to others: which of them a reader is shown (page, tools).

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Every page language, in the order in which the page offers them. To add one, write its file with the keys of the
/// others, and its line here.
const LANGUAGES: &[(&str, &str)] = &[
    ("fr", include_str!("../tasks/page/strings/fr.json")),
    ("en", include_str!("../tasks/page/strings/en.json")),
    ("es", include_str!("../tasks/page/strings/es.json")),
];

/// A language that the page speaks, by its place in the list; the default is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageLanguage(usize);

/// What a language's file says; its `name` and `conventions` are read by the page alone.
#[derive(Debug, Default, Deserialize)]
pub struct Strings {
    /// False: translated by machine, and nobody who speaks the language has read it.
    pub reviewed: bool,
    /// Text by key. Holes are `{name}`; `KEY.one` is the text for one thing, where the language has such a form; `KEY.touch` is
    /// the text on a screen that is touched, and names no key of a keyboard; `KEY.served` that on a page which a server hands out.
    pub texts: Map<String, Value>,
    /// Name by region code, in the order in which they are offered.
    pub regions: Map<String, Value>,
}

impl PageLanguage {
    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// As in settings and in a browser's list of languages: `fr`.
    pub fn code(self) -> &'static str {
        LANGUAGES[self.0].0
    }

    /// The text of its file.
    pub fn file(self) -> &'static str {
        LANGUAGES[self.0].1
    }

    /// What its file says. (A test reads every file.)
    pub fn strings(self) -> &'static Strings {
        static READ: LazyLock<Vec<Strings>> = LazyLock::new(|| {
            let read = |(_, file): &(_, &str)| serde_json::from_str(file).unwrap_or_default();
            LANGUAGES.iter().map(read).collect()
        });
        &READ[self.0]
    }

    /// Its text for a key; the key itself where it has none.
    pub fn text(self, key: &str) -> &str {
        self.strings().texts.get(key).and_then(Value::as_str).unwrap_or(key)
    }

    /// Its name for a region that the page offers.
    pub fn region(self, code: &str) -> Option<&'static str> {
        self.strings().regions.get(code).and_then(Value::as_str)
    }

    /// The codes of all, for people: `fr, en, es (not reviewed)`.
    pub fn list() -> String {
        let one = |language: Self| match language.strings().reviewed {
            true => language.code().to_string(),
            false => format!("{} (not reviewed)", language.code()),
        };
        Self::all().map(one).collect::<Vec<_>>().join(", ")
    }
}

impl FromStr for PageLanguage {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::all().find(|language| language.code() == s).ok_or_else(|| {
            format!("'{s}' is not a language of the page; write one of {}", Self::list())
        })
    }
}

impl TryFrom<String> for PageLanguage {
    type Error = String;
    fn try_from(s: String) -> Result<Self, String> {
        s.parse()
    }
}

impl From<PageLanguage> for String {
    fn from(language: PageLanguage) -> String {
        language.code().to_string()
    }
}

impl fmt::Display for PageLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The holes of a text.
    fn holes(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|part| part.split('}').next().unwrap()).collect()
    }

    fn base(key: &str) -> &str {
        key.strip_suffix(".one").unwrap_or(key)
    }

    #[test]
    fn every_language_has_the_keys_and_the_holes_of_the_first() {
        let first = PageLanguage::default();
        let keys = |l: PageLanguage| -> BTreeSet<&str> {
            l.strings().texts.keys().map(|key| base(key)).collect()
        };
        let parts: Value = serde_json::from_str(first.file()).unwrap();
        for language in PageLanguage::all() {
            let read: Strings = serde_json::from_str(language.file()).unwrap();
            assert_eq!(keys(language), keys(first), "{language}");
            for (key, text) in &read.texts {
                let text = text.as_str().unwrap();
                assert!(!text.trim().is_empty(), "{language} {key}");
                assert_eq!(holes(text), holes(first.text(base(key))), "{language} {key}");
                assert!(read.texts.contains_key(base(key)), "{language} {key}");
            }
            let own: Value = serde_json::from_str(language.file()).unwrap();
            assert!(own.as_object().unwrap().keys().eq(parts.as_object().unwrap().keys()));
            assert!(own["name"].as_str().is_some_and(|name| !name.trim().is_empty()));
            let lines = |file: &Value| file["conventions"].as_array().unwrap().len();
            assert_eq!(lines(&own), lines(&parts), "{language}");
            assert!(read.regions.keys().eq(first.strings().regions.keys()), "{language}");
            for (code, name) in &read.regions {
                assert!(code.parse::<crate::domain::Region>().is_ok(), "{code}");
                assert!(!name.as_str().unwrap().trim().is_empty(), "{language} {code}");
            }
        }
    }

    #[test]
    fn a_language_is_known_by_its_code_and_another_is_refused_by_name() {
        for language in PageLanguage::all() {
            assert_eq!(language.code().parse(), Ok(language));
            assert!(language.code().parse::<crate::domain::Language>().is_ok());
        }
        let error = "de".parse::<PageLanguage>().unwrap_err();
        assert!(error.contains("'de'") && error.contains("fr, en"), "{error}");
    }
}
