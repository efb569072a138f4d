//! How far a validator's words can be trusted. In: what everybody wrote, and what is known to be
//! said on control clips. Out: a word accuracy and a voting weight for each validator. Pure. Left to
//! others: voting (`rover`); any judgement of a person, which is a person's to make.
//!
//! A text is compared with the known text where there is one, else with the vote of the others on
//! the same clip (leave one out). Few words say little: the estimate is drawn towards the ordinary
//! validator's accuracy with the weight of [`PRIOR_WORDS`] words.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rover::{self, Voice};
use super::words::{plain, word_edits};

/// Word accuracy of an ordinary validator, before anything is known of one.
const ORDINARY: f64 = 0.95;
/// How many words that expectation counts for.
const PRIOR_WORDS: f64 = 40.0;
/// Weights stay in here, so that nobody is silenced and nobody decides alone.
const WEIGHTS: (f64, f64) = (0.25, 2.0);

/// Somebody's text of a clip.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Who.
    pub validator: &'a str,
    /// What.
    pub text: &'a str,
}

/// The texts of one clip: at most one of each validator.
#[derive(Clone, Debug, Default)]
pub struct Heard<'a> {
    /// What people wrote.
    pub said: Vec<Said<'a>>,
    /// What is known to be said.
    pub truth: Option<&'a str>,
}

/// What is known of one validator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Reliability {
    /// Words compared.
    pub words: u64,
    /// Word edits between their texts and what they were compared with.
    pub errors: u64,
}

impl Reliability {
    /// Estimated share of right words, in (0, 1).
    pub fn accuracy(self) -> f64 {
        let right = (self.words as f64 - self.errors as f64).max(0.0);
        (right + ORDINARY * PRIOR_WORDS) / (self.words as f64 + PRIOR_WORDS)
    }

    /// Voting weight: log-odds of a right word over an ordinary validator's (weighted majority of
    /// independent judges: Nitzan and Paroush 1982), within bounds; 1 for one nothing is known of.
    pub fn weight(self) -> f64 {
        let odds = |p: f64| (p / (1.0 - p)).ln();
        let accuracy = self.accuracy().clamp(0.5, 0.999);
        (odds(accuracy) / odds(ORDINARY)).clamp(WEIGHTS.0, WEIGHTS.1)
    }
}

/// Everybody's reliability, from all clips with a known text or two texts and more.
pub fn reliabilities<'a>(clips: &[Heard<'a>]) -> BTreeMap<&'a str, Reliability> {
    let mut all: BTreeMap<&str, Reliability> = BTreeMap::new();
    for clip in clips {
        for (n, said) in clip.said.iter().enumerate() {
            let entry = all.entry(said.validator).or_default();
            let others = clip.said.iter().enumerate().filter(|(m, _)| *m != n);
            let others: Vec<Voice<'_>> =
                others.map(|(_, s)| Voice { text: s.text, weight: 1.0 }).collect();
            let compared = match clip.truth {
                Some(truth) => plain(truth),
                None if others.is_empty() => continue,
                None => plain(&rover::vote(&others, None).text),
            };
            entry.words += compared.len() as u64;
            entry.errors += word_edits(&plain(said.text), &compared) as u64;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(validator: &'a str, text: &'a str) -> Said<'a> {
        Said { validator, text }
    }

    #[test]
    fn nobody_known_is_ordinary_and_bounds_hold() {
        let nothing = Reliability::default();
        assert!((nothing.weight() - 1.0).abs() < 1e-9);
        assert_eq!(Reliability { words: 10_000, errors: 10_000 }.weight(), WEIGHTS.0);
        assert_eq!(Reliability { words: 100_000, errors: 0 }.weight(), WEIGHTS.1);
        assert!(Reliability { words: 50, errors: 0 }.weight() > 1.0);
        assert!(Reliability { words: 50, errors: 10 }.weight() < 1.0);
    }

    #[test]
    fn texts_are_compared_with_the_known_text_or_with_the_others() {
        let gold = Heard { said: vec![said("a", "un deux trois"), said("b", "un trois")], truth: Some("un deux trois") };
        let voted = Heard {
            said: vec![said("a", "x y"), said("b", "x z"), said("c", "x y")],
            truth: None,
        };
        let alone = Heard { said: vec![said("d", "x")], truth: None };
        let all = reliabilities(&[gold, voted, alone]);
        // b against "x y" of a and c; a against b and c, who disagree: the first in order.
        assert_eq!(all["b"], Reliability { words: 5, errors: 2 });
        assert_eq!(all["a"].words, 5);
        assert_eq!(all["d"], Reliability::default());
    }
}
