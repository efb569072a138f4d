//! Words one edit away from a regional one. In: a word of a draft. Out: the entry it may be a
//! misspelling of. The guard against false hits: the regional word has at least 7 letters, the first
//! letter is the same, and the word is none of the ordinary words of the language that lie one edit away
//! (`ordinary_fr.txt`, `ordinary_en.txt`, found once with a dictionary).

use std::collections::{HashMap, HashSet};

use super::Entry;
use super::shipped::Shipped;
use crate::domain::Language;

/// Shortest word of which near forms count.
pub const MIN_LETTERS: usize = 7;

/// A form's letters and the index of its entry.
type Form = (Vec<char>, usize);

/// Near forms by first letter and length.
#[derive(Debug)]
pub struct NearForms {
    forms: HashMap<(char, usize), Vec<Form>>,
    /// By language.
    ordinary: Vec<(&'static str, HashSet<&'static str>)>,
}

impl NearForms {
    /// Of the `near` words of entries, with the ordinary words of the lists that ship.
    pub fn new(entries: &[Entry], shipped: &[Shipped]) -> Self {
        let mut forms: HashMap<_, Vec<_>> = HashMap::new();
        for (i, entry) in entries.iter().enumerate() {
            for word in &entry.near {
                let letters: Vec<char> = word.chars().collect();
                if let Some(&first) = letters.first() {
                    forms.entry((first, letters.len())).or_default().push((letters, i));
                }
            }
        }
        let ordinary =
            shipped.iter().map(|list| (list.language, list.ordinary().collect::<HashSet<_>>()));
        let ordinary = ordinary.collect();
        Self { forms, ordinary }
    }

    /// The index of the entry that the word is one edit (or none) away from, of those that `fits`; the first
    /// if several. `language`: of the text; `None`: any.
    pub fn find(
        &self,
        word: &str,
        language: Option<&Language>,
        fits: &dyn Fn(usize) -> bool,
    ) -> Option<usize> {
        self.closest(word, fits).filter(|_| !self.is_ordinary(word, language))
    }

    /// The same, of words that [`Self::find`] passes over because they are ordinary ones.
    pub fn ordinary(
        &self,
        word: &str,
        language: Option<&Language>,
        fits: &dyn Fn(usize) -> bool,
    ) -> Option<usize> {
        self.closest(word, fits).filter(|_| self.is_ordinary(word, language))
    }

    fn is_ordinary(&self, word: &str, language: Option<&Language>) -> bool {
        let own = |code: &str| language.is_none_or(|language| language.as_str() == code);
        self.ordinary.iter().any(|(code, words)| own(code) && words.contains(word))
    }

    fn closest(&self, word: &str, fits: &dyn Fn(usize) -> bool) -> Option<usize> {
        if word.len() + 1 < MIN_LETTERS {
            return None;
        }
        let letters: Vec<char> = word.chars().collect();
        let first = *letters.first()?;
        let lengths = letters.len().saturating_sub(1)..=letters.len() + 1;
        lengths
            .filter_map(|length| self.forms.get(&(first, length)))
            .flatten()
            .filter(|(form, _)| within_one_edit(form, &letters))
            .map(|&(_, entry)| entry)
            .filter(|&entry| fits(entry))
            .min()
    }
}

/// Whether one insertion, deletion or substitution, or none, makes `b` of `a`.
fn within_one_edit(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let rest = if short.len() == long.len() { same + 1 } else { same };
    short.get(rest..).unwrap_or_default() == long.get(same + 1..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_edit_is_what_strsim_says(a in "[aéc]{0,6}", b in "[aéc]{0,6}") {
            let letters = |s: &str| s.chars().collect::<Vec<_>>();
            let expected = strsim::levenshtein(&a, &b) <= 1;
            prop_assert_eq!(within_one_edit(&letters(&a), &letters(&b)), expected);
        }
    }
}
