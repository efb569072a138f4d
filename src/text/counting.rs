//! What errors are counted in. In: a language. Out: words, or characters where writing puts no spaces between words.
//! Left to others: the words (`normalise`), the counts (`word_errors`).
//!
//! The languages are those that OpenAI's Whisper is measured on by characters (Radford et al. 2022, appendix C), and
//! Cantonese and Khmer, which are written likewise.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::words::runs;
use crate::domain::Language;

/// Languages whose words no space divides.
const WITHOUT_SPACES: [&str; 7] = ["zh", "yue", "ja", "th", "lo", "my", "km"];

/// What errors are counted in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CountedIn {
    /// Words: the rate is WER.
    Words,
    /// Characters: the rate is CER.
    Characters,
}

impl CountedIn {
    /// Of a language.
    pub fn of(language: &Language) -> Self {
        match WITHOUT_SPACES.contains(&language.as_str()) {
            true => Self::Characters,
            false => Self::Words,
        }
    }

    /// The rate's short name.
    pub fn rate(self) -> &'static str {
        match self {
            Self::Words => "WER",
            Self::Characters => "CER",
        }
    }
}

/// Where each character of a text's words stands, with the marks that belong to it.
pub fn characters(text: &str) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for run in runs(text) {
        let start = run.start;
        for (at, c) in text[run].char_indices() {
            let place = start + at..start + at + c.len_utf8();
            match all.last_mut() {
                Some(last) if at > 0 && belongs(c) => last.end = place.end,
                _ => all.push(place),
            }
        }
    }
    all
}

/// Whether a character is a mark on the one before: accents, vowels and tones that stand above or below.
fn belongs(c: char) -> bool {
    is_combining_mark(c) || super::fold::is_unseen(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        characters(text).into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn a_language_without_spaces_is_counted_by_characters() {
        let of = |code: &str| CountedIn::of(&code.parse().unwrap()).rate();
        assert_eq!((of("ja"), of("th"), of("zh")), ("CER", "CER", "CER"));
        assert_eq!((of("de"), of("ko"), of("vi")), ("WER", "WER", "WER"));
    }

    #[test]
    fn marks_stay_with_their_character_and_punctuation_is_none() {
        assert_eq!(split("今日は、晴れ。"), ["今", "日", "は", "晴", "れ"]);
        assert_eq!(split("ที่นี่").len(), 2);
        assert_eq!(split("がく"), ["が", "く"]);
        assert!(split("。、").is_empty());
    }
}
