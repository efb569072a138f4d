//! Text as it is compared in word error rates. In: any transcript and its language. Out: lower-case
//! words without punctuation, numbers as words. Left to others: counting the errors (`align`).
//!
//! The rules are those of the usual WER scripts around jiwer (lower case, NFC, one apostrophe,
//! punctuation to spaces, a word ends after an apostrophe, hyphens split), so that "l'eau" and
//! "l' eau", "peut-être" and "peut être" are the same. Beyond them:
//! - an apostrophe that quotes ('mot', dogs') is punctuation; one that elides stays;
//! - œ and æ equal oe and ae, which is how they are typed;
//! - combining marks stay with their letter where NFC has no composed form;
//! - numbers become words as they are said: see [`french`] and [`english`]. Other languages keep
//!   their digits.

mod cardinal;
mod english;
mod french;

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::domain::Language;

/// The words of `text` in comparable form, joined by single spaces; empty when there are none.
pub fn normalise(text: &str, language: &Language) -> String {
    words(text, language).join(" ")
}

/// The words of `text` in comparable form.
pub fn words(text: &str, language: &Language) -> Vec<String> {
    let text = fold(text);
    match language.as_str() {
        "fr" => split(&french::spoken(&text), french::elides),
        "en" => english::with_and(split(&english::spoken(&text), |_| false)),
        _ => split(&text, |_| false),
    }
}

/// Composed, lower case, one kind of apostrophe, no ligatures.
fn fold(text: &str) -> String {
    let lower = composed(text).to_lowercase();
    let lower = composed(&lower);
    let mut out = String::with_capacity(lower.len());
    for c in lower.chars() {
        match c {
            '\u{2019}' | '\u{2018}' | '\u{201b}' | '\u{02bc}' | '\u{2032}' | '\u{00b4}' | '`' => {
                out.push('\'')
            }
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            // soft hyphen, zero-width characters, direction marks: not seen, not compared
            '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {}
            _ => out.push(c),
        }
    }
    out
}

/// NFC; most texts are so already.
fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

/// Words end at spaces, punctuation and after an apostrophe that stands for a letter: one between
/// letters, or one behind a word that `elides` says loses its last letter.
fn split(text: &str, elides: fn(&str) -> bool) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let inner = !word.is_empty();
        if c.is_alphanumeric() || (inner && is_combining_mark(c)) {
            word.push(c);
            continue;
        }
        if c == '\''
            && inner
            && (chars.peek().is_some_and(|n| n.is_alphanumeric()) || elides(&word))
        {
            word.push(c);
        }
        if inner {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fr(text: &str) -> String {
        normalise(text, &"fr".parse().unwrap())
    }

    fn en(text: &str) -> String {
        normalise(text, &"en".parse().unwrap())
    }

    #[test]
    fn elisions_compare_equal_however_they_are_spaced_or_typed() {
        for text in ["l'eau", "L’eau", "l' eau", "l ' eau".replace("l ", "l").as_str(), "l`eau."]
        {
            assert_eq!(fr(text), "l' eau", "{text}");
        }
        assert_eq!(fr("Aujourd’hui, qu’« on »"), "aujourd' hui qu' on");
        assert_eq!(fr("c'est-à-dire"), fr("c’est à dire"));
    }

    #[test]
    fn an_apostrophe_that_quotes_is_punctuation() {
        assert_eq!(fr("le mot 'eau' seul"), "le mot eau seul");
        assert_eq!(en("'This fair child's dogs' bones'"), "this fair child' s dogs bones");
    }

    #[test]
    fn hyphens_punctuation_and_case_do_not_count() {
        assert_eq!(fr("Peut-être… OUI — non !"), "peut être oui non");
        assert_eq!(fr("un_deux"), "un deux");
        assert_eq!(fr("cœur, SŒUR, ex æquo"), fr("coeur soeur ex aequo"));
    }

    #[test]
    fn decomposed_letters_equal_composed_ones() {
        assert_eq!(fr("e\u{301}te\u{301}"), "été");
        assert_eq!(normalise("हिन्दी में", &"hi".parse().unwrap()), "हिन्दी में");
    }

    #[test]
    fn other_languages_keep_their_digits() {
        assert_eq!(normalise("Es sind 21 Kinder", &"de".parse().unwrap()), "es sind 21 kinder");
    }

    proptest! {
        #[test]
        fn only_words_remain_and_without_elisions_normalising_again_changes_nothing(
            text in ".{0,60}",
        ) {
            let text = fold(&text).replace('\'', " ");
            for language in ["fr", "en", "de"] {
                let language = language.parse().unwrap();
                let once = words(&text, &language);
                prop_assert!(once.iter().all(|w| w.chars().any(char::is_alphanumeric)), "{once:?}");
                let again = words(&once.join(" "), &language);
                prop_assert_eq!(once, again);
            }
        }
    }
}
