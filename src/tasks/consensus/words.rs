//! Words of texts that are compared. In: texts. Out: plain words, alone or as they are written, and
//! how many of them differ.

use std::ops::Range;

use crate::text::fold::lower;
use crate::text::words::runs;

/// A word and how it stands in its text: with what follows it up to the next word, and for the
/// first word with what comes before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk<'a> {
    /// In lower case, without punctuation.
    pub word: String,
    /// As written; all of a text's chunks together are the text.
    pub written: &'a str,
}

/// The words of a text, each as written. A text without any letter or digit is one word, as it
/// stands; an empty text has none.
pub fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let found: Vec<Range<usize>> = runs(text).collect();
    if found.is_empty() {
        let all = Chunk { word: text.trim().to_string(), written: text };
        return if all.word.is_empty() { Vec::new() } else { vec![all] };
    }
    let start = |i: usize| if i == 0 { 0 } else { found[i].start };
    let end = |i: usize| found.get(i + 1).map_or(text.len(), |next| next.start);
    let chunk = |(i, run): (usize, &Range<usize>)| Chunk {
        word: lower(&text[run.clone()]),
        written: &text[start(i)..end(i)],
    };
    found.iter().enumerate().map(chunk).collect()
}

/// The words of a text, letter case, punctuation and spacing aside.
pub fn plain(text: &str) -> Vec<String> {
    chunks(text).into_iter().map(|c| c.word).collect()
}

/// Words to insert, delete or replace to make one text of the other (Levenshtein distance).
pub fn word_edits(a: &[String], b: &[String]) -> usize {
    strsim::generic_levenshtein(&Words(a), &Words(b))
}

/// A slice that strsim takes.
struct Words<'a>(&'a [String]);

impl<'a> IntoIterator for &Words<'a> {
    type Item = &'a String;
    type IntoIter = std::slice::Iter<'a, String>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// Distance of two texts in [0, 1]: word edits over the words of the longer.
pub fn distance(a: &[String], b: &[String]) -> f64 {
    match a.len().max(b.len()) {
        0 => 0.0,
        longer => word_edits(a, b) as f64 / longer as f64,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_punctuation_and_spacing_do_not_make_words_differ() {
        assert_eq!(plain("« L’été,  c’est FINI ! »"), plain("l'été c'est fini"));
        assert_ne!(plain("char"), plain("chars"));
        assert_eq!(plain(" … "), ["…"]);
        assert!(plain("  ").is_empty());
        assert_eq!(plain("e\u{301}te\u{301}"), ["été"]);
    }

    #[test]
    fn the_distance_counts_words_of_the_longer_text() {
        assert_eq!(distance(&plain("a b c d"), &plain("a x c")), 0.5);
        assert_eq!(distance(&[], &[]), 0.0);
    }

    proptest! {
        #[test]
        fn the_chunks_of_a_text_are_the_text(text in "\\PC{0,30}") {
            let chunks = chunks(&text);
            if !chunks.is_empty() {
                prop_assert_eq!(chunks.iter().map(|c| c.written).collect::<String>(), text);
            }
        }
    }
}
