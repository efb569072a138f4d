//! Words of texts that are compared. In: texts. Out: plain words, alone or as they are written, and
//! how many of them differ.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word and how it stands in its text: with what follows it up to the next word, and for the
/// first word with what comes before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk<'a> {
    /// In lower case, without punctuation.
    pub word: String,
    /// As written; all of a text's chunks together are the text.
    pub written: &'a str,
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

fn bare(word: &str) -> String {
    word.nfc().collect::<String>().to_lowercase()
}

/// The words of a text, each as written. A text without any letter or digit is one word, as it
/// stands; an empty text has none.
pub fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let mut starts: Vec<usize> = Vec::new();
    let mut inside = false;
    for (at, c) in text.char_indices() {
        if in_word(c) && !inside {
            starts.push(at);
        }
        inside = in_word(c);
    }
    if starts.is_empty() {
        let all = Chunk { word: text.trim().to_string(), written: text };
        return if all.word.is_empty() { Vec::new() } else { vec![all] };
    }
    starts[0] = 0;
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    let pairs: Vec<(usize, usize)> = starts.iter().copied().zip(ends).collect();
    let chunk = |(start, end): (usize, usize)| {
        let written = &text[start..end];
        Chunk { word: bare(written.trim_matches(|c| !in_word(c))), written }
    };
    pairs.into_iter().map(chunk).collect()
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
