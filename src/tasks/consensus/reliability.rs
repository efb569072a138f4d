//! How far a validator's words can be trusted. In: what everybody wrote, and what is known to be
//! said on control clips. Out: a word accuracy and a voting weight for each validator. Pure. Left to
//! others: voting (`rover`); any judgement of a person, which is a person's to make.
//!
//! A text is compared with the known text where there is one, else with the vote of the others on
//! the same clip (leave one out). What follows from
//! the counts stands in [`Reliability`].

use std::collections::BTreeMap;

use super::rover::{self, Voice};
use super::words::{plain, word_edits};
use crate::domain::Reliability;

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
pub struct ReviewedClip<'a> {
    /// What people wrote.
    pub said: Vec<Said<'a>>,
    /// What is known to be said.
    pub truth: Option<&'a str>,
}

/// Everybody's reliability, from all clips with a known text or two texts and more.
pub fn reliabilities<'a>(clips: &[ReviewedClip<'a>]) -> BTreeMap<&'a str, Reliability> {
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
    fn texts_are_compared_with_the_known_text_or_with_the_others() {
        let gold = ReviewedClip {
            said: vec![said("a", "un deux trois"), said("b", "un trois")],
            truth: Some("un deux trois"),
        };
        let voted = ReviewedClip {
            said: vec![said("a", "x y"), said("b", "x z"), said("c", "x y")],
            truth: None,
        };
        let alone = ReviewedClip { said: vec![said("d", "x")], truth: None };
        let all = reliabilities(&[gold, voted, alone]);
        // b against "x y" of a and c; a against b and c, who disagree: the first in order.
        assert_eq!(all["b"], Reliability { words: 5, errors: 2 });
        assert_eq!(all["a"].words, 5);
        assert_eq!(all["d"], Reliability::default());
    }
}
