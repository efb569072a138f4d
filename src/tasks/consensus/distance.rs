//! How far two texts are apart, in words.
//! In: texts. Out: their plain words, and the least number of words to insert, delete or replace.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text, letter case, punctuation and spacing aside. A text without any letter or
/// digit is one word, as it stands.
pub fn plain(text: &str) -> Vec<String> {
    let letters: String = text
        .nfc()
        .map(|c| if c.is_alphanumeric() || is_combining_mark(c) { c } else { ' ' })
        .collect();
    let words: Vec<String> = letters.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() { vec![text.trim().to_string()] } else { words }
}

/// Levenshtein distance over words (Wagner and Fischer 1974, one row kept).
pub fn word_edits(a: &[String], b: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, word) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(word != other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
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
    }

    proptest! {
        #[test]
        fn edits_are_those_of_another_implementation(a in "[abc]( [abc]){0,6}", b in "[abc]( [abc]){0,6}") {
            let (a, b) = (plain(&a), plain(&b));
            prop_assert_eq!(word_edits(&a, &b), strsim::generic_levenshtein(&a, &b));
        }
    }
}
