//! A wrong word planted in a right text, to see whether people notice. In: a settled text, words of
//! the workspace, chance. Out: the text with one word replaced. Pure. Left to others: which texts,
//! and that what is answered to them never becomes training data.

use std::collections::BTreeSet;

use super::consensus::{chunks, plain};
use crate::domain::draw;
use crate::text::words::runs;

/// Shortest word that is replaced, and that replaces, in letters: function words sound alike.
const LETTERS: usize = 4;

/// Replaces one word of `text` by another of `vocabulary` (plain words) with about as many letters
/// and few of them in common, so that whoever listens can tell. The same `seed` and `name` plant the
/// same word. `None` when no word of the text, or of the vocabulary, will do.
pub fn plant(text: &str, vocabulary: &BTreeSet<String>, seed: u64, name: &str) -> Option<String> {
    let words = chunks(text);
    let used: BTreeSet<&str> = words.iter().map(|c| c.word.as_str()).collect();
    let mut places: Vec<usize> = (0..words.len()).filter(|&i| long(&words[i].word)).collect();
    places.sort_by(|&a, &b| {
        let at = |i: usize| draw(seed, &format!("place\n{name}\n{i}"));
        at(a).total_cmp(&at(b))
    });
    for place in places {
        let old = &words[place].word;
        let fits = |new: &&String| {
            long(new)
                && new.chars().count().abs_diff(old.chars().count()) <= 2
                && !used.contains(new.as_str())
                && strsim::normalized_levenshtein(old, new) < 0.35
        };
        let wrong = vocabulary.iter().filter(fits).min_by(|a, b| {
            let at = |w: &str| draw(seed, &format!("word\n{name}\n{w}"));
            at(a).total_cmp(&at(b))
        });
        let Some(wrong) = wrong else { continue };
        let planted: String = words
            .iter()
            .enumerate()
            .map(|(i, c)| match i == place {
                true => replace(c.written, wrong),
                false => c.written.to_string(),
            })
            .collect();
        return Some(planted);
    }
    None
}

fn long(word: &str) -> bool {
    word.chars().count() >= LETTERS && word.chars().all(char::is_alphabetic)
}

/// The word in `written` becomes `wrong`, in capitals where it was; what stands around it stays.
fn replace(written: &str, wrong: &str) -> String {
    let word = runs(written).next().unwrap_or(0..written.len());
    let capital = written[word.clone()].starts_with(char::is_uppercase);
    let wrong = match capital {
        true => {
            let mut letters = wrong.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            first + letters.as_str()
        }
        false => wrong.to_string(),
    };
    format!("{}{wrong}{}", &written[..word.start], &written[word.end..])
}

/// The words of texts that may be planted.
pub fn vocabulary<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    texts.flat_map(plain).filter(|w| long(w)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> BTreeSet<String> {
        let texts =
            ["Veuillez composer votre numéro", "la tempête approche du village", "chat chats"];
        vocabulary(texts.into_iter())
    }

    #[test]
    fn one_word_is_another_and_the_rest_stays() {
        let text = "« Appuyez sur l'étoile, puis raccrochez. »";
        let planted = plant(text, &words(), 1, "c").unwrap();
        let (old, new) = (plain(text), plain(&planted));
        assert_eq!(old.len(), new.len());
        assert_eq!(old.iter().zip(&new).filter(|(a, b)| a != b).count(), 1);
        assert!(planted.starts_with("« ") && planted.ends_with(". »"), "{planted}");
        assert_eq!(plant(text, &words(), 1, "c").unwrap(), planted);
        let others: BTreeSet<_> =
            (0..20).filter_map(|n| plant(text, &words(), 1, &format!("c{n}"))).collect();
        assert!(others.len() > 2, "{others:?}");
    }

    #[test]
    fn a_capital_stays_a_capital() {
        let planted = plant("Bonjour", &words(), 1, "c").unwrap();
        assert!(planted.starts_with(char::is_uppercase) && planted != "Bonjour", "{planted}");
    }

    #[test]
    fn short_words_and_near_words_are_left_alone() {
        assert_eq!(plant("oui et non", &words(), 1, "c"), None);
        assert_eq!(plant("chats", &BTreeSet::from(["chat".to_string()]), 1, "c"), None);
    }
}
