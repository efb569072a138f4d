//! Word errors of transcripts. In: reference and hypothesis texts. Out: counts that add up over
//! clips, and rates. Left to others: what the rate means (report, calibration).

use std::iter::Sum;
use std::ops::AddAssign;

use super::align::{Op, align};
use super::normalise::words;
use crate::domain::Language;

/// Errors and what they are counted against; sums over clips give a corpus rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordErrors {
    /// Substitutions + deletions + insertions.
    pub errors: usize,
    /// Words replaced.
    pub substitutions: usize,
    /// Words left out.
    pub deletions: usize,
    /// Words added.
    pub insertions: usize,
    /// Words in the reference.
    pub reference_words: usize,
    /// Words in the hypothesis.
    pub hypothesis_words: usize,
}

impl WordErrors {
    /// Word error rate: errors / reference words. `None` without reference words.
    pub fn rate(&self) -> Option<f64> {
        (self.reference_words > 0).then(|| self.errors as f64 / self.reference_words as f64)
    }
}

impl AddAssign for WordErrors {
    fn add_assign(&mut self, other: Self) {
        self.errors += other.errors;
        self.substitutions += other.substitutions;
        self.deletions += other.deletions;
        self.insertions += other.insertions;
        self.reference_words += other.reference_words;
        self.hypothesis_words += other.hypothesis_words;
    }
}

impl Sum for WordErrors {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |mut total, one| {
            total += one;
            total
        })
    }
}

/// Which words of a hypothesis, as they stand between spaces, are wrong: another word, or none,
/// stands in their place in the reference. Deletions belong to no word.
pub fn wrong_words(reference: &str, hypothesis: &[String], language: &Language) -> Vec<bool> {
    let reference = words(reference, language);
    let parts: Vec<Vec<String>> = hypothesis.iter().map(|word| words(word, language)).collect();
    let left: Vec<&str> = reference.iter().map(String::as_str).collect();
    let right: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    let mut wrong = vec![false; right.len()];
    for op in align(&left, &right).ops {
        if let Op::Substitute { hypothesis, .. } | Op::Insert { hypothesis } = op {
            wrong[hypothesis] = true;
        }
    }
    let mut wrong = wrong.into_iter();
    parts.iter().map(|parts| wrong.by_ref().take(parts.len()).filter(|w| *w).count() > 0).collect()
}

/// The word errors of one hypothesis, both texts normalised first.
pub fn word_errors(reference: &str, hypothesis: &str, language: &Language) -> WordErrors {
    let (reference, hypothesis) = (words(reference, language), words(hypothesis, language));
    let left: Vec<&str> = reference.iter().map(String::as_str).collect();
    let right: Vec<&str> = hypothesis.iter().map(String::as_str).collect();
    let alignment = align(&left, &right);
    WordErrors {
        errors: alignment.errors(),
        substitutions: alignment.substitutions,
        deletions: alignment.deletions,
        insertions: alignment.insertions,
        reference_words: left.len(),
        hypothesis_words: right.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_words_case_and_apostrophes_are_no_errors() {
        let french = "fr".parse().unwrap();
        let errors = word_errors(
            "Appuyez sur 1, l’eau est à 50 %.",
            "appuyez sur un l'eau est à cinquante pour cent",
            &french,
        );
        assert_eq!(errors.errors, 0);
        assert_eq!(errors.rate(), Some(0.0));
        assert_eq!(word_errors("", "allo", &french).rate(), None);
        assert_eq!(word_errors("", "allo", &french).insertions, 1);
    }

    /// Counts by jiwer 4.0 over real references and real faster-whisper output: see
    /// tests/data/wer/README.md. One line per clip: language, reference, hypothesis, errors, words.
    #[test]
    fn a_word_is_wrong_where_the_reference_has_another_or_none() {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(String::from).collect() };
        let fr: Language = "fr".parse().unwrap();
        let hypothesis = words("Appuyez sur l'étoile, 2 fois euh.");
        let wrong = wrong_words("appuyez sur les toiles deux fois", &hypothesis, &fr);
        assert_eq!(wrong, [false, false, true, false, false, true]);
        assert_eq!(wrong_words("oui", &words("..."), &fr), [false]);
    }

    #[test]
    fn error_counts_are_those_of_jiwer_on_real_transcripts() {
        let table = include_str!("../../tests/data/wer/jiwer.jsonl");
        let mut total = WordErrors::default();
        for line in table.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| row[key].as_str().unwrap();
            let language = text("language").parse().unwrap();
            let ours = word_errors(text("reference"), text("hypothesis"), &language);
            assert_eq!(ours.errors as u64, row["errors"].as_u64().unwrap(), "{line}");
            assert_eq!(ours.reference_words as u64, row["words"].as_u64().unwrap(), "{line}");
            total += ours;
        }
        assert!(total.errors > 50 && total.reference_words > 500, "{total:?}");
    }
}
