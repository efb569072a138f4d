//! Where words begin and end. In: any text. Out: its words, in place or in comparable form. Left to others:
//! numbers as words and elisions (`normalise`).
//!
//! A word begins with a letter or digit and goes on over letters, digits and the marks that belong to
//! them; every apostrophe and hyphen ends it (`l'eau` is two).

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::fold::{is_apostrophe, is_unseen, lower};

/// Where each word stands, bytes.
pub fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = chars.find(|&(_, c)| begins(c))?;
        let mut end = start + first.len_utf8();
        while let Some((at, c)) = chars.next_if(|&(_, c)| goes_on(c)) {
            end = at + c.len_utf8();
        }
        Some(start..end)
    })
}

fn begins(c: char) -> bool {
    // U+02BC counts as a letter, and so do fillers of Hangul, which nobody sees.
    c.is_alphanumeric() && !is_apostrophe(c) && !is_unseen(c)
}

fn goes_on(c: char) -> bool {
    begins(c) || is_combining_mark(c) || is_unseen(c)
}

/// Where each word between spaces stands, without punctuation at its ends, bytes; apostrophes and hyphens within stay
/// (`l'eau` is one).
pub fn spaced(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut runs = runs(text).peekable();
    std::iter::from_fn(move || {
        let first = runs.next()?;
        let mut end = first.end;
        let joined =
            |end: usize, next: &Range<usize>| !text[end..next.start].contains(char::is_whitespace);
        while let Some(next) = runs.next_if(|next| joined(end, next)) {
            end = next.end;
        }
        Some(first.start..end)
    })
}

/// The words of a text in lower case, as they are spelled.
pub fn words(text: &str) -> Vec<String> {
    runs(text).map(|run| lower(&text[run])).collect()
}

/// Whether a text, or a piece of one, carries any letter or digit.
pub fn has_word(text: &str) -> bool {
    text.chars().any(begins)
}

/// What dictionaries list: runs of letters without digits, joined by apostrophes or hyphens within, in
/// lower case (`l'eau`, `peut-être`).
pub fn compounds(text: &str) -> Vec<String> {
    let joins = ['\'', '-'];
    lower(text)
        .split(|c: char| !c.is_alphabetic() && !joins.contains(&c))
        .map(|run| run.trim_matches(joins).to_string())
        .filter(|run| !run.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_drop_case_and_punctuation() {
        assert_eq!(words("L'Été, 3 fois… « oui »"), ["l", "été", "3", "fois", "oui"]);
        assert_eq!(words("Lʼe\u{301}te\u{301}, ta\u{ad}ble"), ["l", "été", "table"]);
        assert_eq!(words("हिन्दी में"), ["हिन्दी", "में"]);
        assert!(words(" ... ").is_empty());
        assert!(words("\u{3164}").is_empty() && !has_word("\u{3164}"), "a filler is no word");
    }

    #[test]
    fn between_spaces_a_word_keeps_what_joins_its_parts() {
        let text = "« L’eau, peut-être... » dit-il (ici).";
        let found: Vec<&str> = spaced(text).map(|at| &text[at]).collect();
        assert_eq!(found, ["L’eau", "peut-être", "dit-il", "ici"]);
        assert_eq!(spaced(" ... ").count(), 0);
    }

    #[test]
    fn compounds_stay_together_and_have_no_digits() {
        assert_eq!(compounds("L’eau, peut\u{2011}être -mp3-"), ["l'eau", "peut-être", "mp"]);
    }

    proptest! {
        #[test]
        fn a_text_has_words_where_it_has_letters_or_digits(text in "\\PC{0,40}") {
            prop_assert_eq!(has_word(&text), !words(&text).is_empty());
            prop_assert!(words(&text).iter().all(|word| has_word(word)));
        }
    }
}
