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
//!   their digits;
//! - where no spaces divide words, each character is one (`counting`).

mod cardinal;
mod english;
mod french;

use std::ops::Range;

use super::counting::{CountedIn, characters};
use super::fold::fold;
use super::words::runs;
use crate::domain::Language;

/// The words of `text` in comparable form, joined by single spaces; empty when there are none.
pub fn normalise(text: &str, language: &Language) -> String {
    words(text, language).join(" ")
}

/// The words of `text` in comparable form.
pub fn words(text: &str, language: &Language) -> Vec<String> {
    let text = fold(text);
    if CountedIn::of(language) == CountedIn::Characters {
        return characters(&text).into_iter().map(|place| text[place].to_string()).collect();
    }
    match language.as_str() {
        "fr" => split(&french::spoken(&text), french::elides),
        "en" => english::with_and(split(&english::spoken(&text), |_| false)),
        _ => split(&text, |_| false),
    }
}

/// Whether numbers of a language become words, so that 3 and "trois" are the same.
pub fn says_numbers(language: &Language) -> bool {
    matches!(language.as_str(), "fr" | "en")
}

/// Words end at spaces, punctuation and after an apostrophe that stands for a letter: one between
/// letters, or one behind a word that `elides` says loses its last letter.
fn split(text: &str, elides: fn(&str) -> bool) -> Vec<String> {
    let word = |run: Range<usize>| {
        let (word, mut rest) = (&text[run.clone()], text[run.end..].chars());
        let apostrophe = rest.next() == Some('\'')
            && (rest.next().is_some_and(char::is_alphanumeric) || elides(word));
        text[run.start..run.end + usize::from(apostrophe)].to_string()
    };
    runs(text).map(word).collect()
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
