//! Numbers that tell right words from wrong ones, word by word.
//! In: a `Hypothesis`. Out: the numbers of each word, in the order of [`NAMES`].
//! Left to others: their weights (`calibrate`).

use super::familiar::familiarity;
use crate::domain::{Hypothesis, Language, Token, tokens_by_word};
use crate::text::words::has_word;

/// The features, in order.
pub const NAMES: [&str; 10] = [
    "word_logprob",
    "min_logprob",
    "entropy_max",
    "margin_min",
    "logprob_before",
    "logprob_after",
    "zipf",
    "homophones",
    "letters",
    "words_in_clip",
];

/// Log-probabilities below this tell nothing more.
const FLOOR: f64 = -12.0;

/// The features of each word: tokens up to the next that starts with a space, as the task page
/// shows them; `None` for one without a letter or digit. `None` in all for a language without a
/// word list.
pub fn word_features(
    h: &Hypothesis,
    regional: &dyn Fn(&Language, &str) -> bool,
) -> Option<Vec<Option<Vec<f64>>>> {
    familiarity("", &h.language, regional)?;
    let words = tokens_by_word(&h.tokens);
    let sums: Vec<f64> = words.iter().map(|word| word.iter().map(logprob).sum()).collect();
    let of = |i: usize| {
        let word = &words[i];
        let text: String = word.iter().map(|t| t.text.as_str()).collect();
        if !has_word(&text) {
            return None;
        }
        let familiar = familiarity(&text, &h.language, regional)?;
        let digits = !text.chars().any(char::is_alphabetic);
        let before = i.checked_sub(1).map_or(0.0, |i| sums[i]);
        let after = sums.get(i + 1).copied().unwrap_or(h.end.map_or(0.0, |e| e.logprob.max(FLOOR)));
        Some(vec![
            sums[i].max(2.0 * FLOOR),
            word.iter().map(logprob).fold(0.0, f64::min),
            word.iter().filter_map(|t| t.entropy).fold(0.0, f64::max),
            word.iter().filter_map(|t| t.margin).fold(10.0, f64::min),
            before.max(2.0 * FLOOR),
            after.max(2.0 * FLOOR),
            if digits { 5.0 } else { familiar.least },
            familiar.homophones,
            text.chars().filter(|c| c.is_alphanumeric()).count() as f64,
            words.len() as f64,
        ])
    };
    Some((0..words.len()).map(of).collect())
}

fn logprob(token: &Token) -> f64 {
    if token.logprob.is_nan() { FLOOR } else { token.logprob.clamp(FLOOR, 0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypotheses::features::tests::hypothesis;

    #[test]
    fn every_word_has_its_numbers_and_its_neighbours() {
        let h = hypothesis(
            &[(" ap", -0.1), ("puyez", -0.5), (",", -0.2), (" 2", -3.0), (" !", -0.1)],
            2.0,
        );
        let words = word_features(&h, &|_, _| false).unwrap();
        assert_eq!(words.len(), 3);
        let first = words[0].as_ref().unwrap();
        assert_eq!((first.len(), first[5]), (NAMES.len(), -3.0));
        assert!((first[0] + 0.8).abs() < 1e-12 && first[1] == -0.5);
        assert_eq!(words[1].as_ref().unwrap()[6], 5.0);
        assert_eq!(words[2], None);
        let other = Hypothesis { language: "wo".parse().unwrap(), ..h };
        assert_eq!(word_features(&other, &|_, _| false), None);
    }
}
