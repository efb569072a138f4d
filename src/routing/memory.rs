//! A memory of corrections, and a team's own terms: what may have been said where a draft says something else. In: settled
//! texts with their drafts, a list of terms. Out: where a draft has something of it, and what speaks for it. Pure. Left to
//! others: how the draft sounds with it (`pipeline/memory`).

mod learnt;
mod near;
mod places;
mod vocabulary;

pub use learnt::{SettledText, confusions, words};
use places::found;
pub use places::{Memory, Place};
pub use vocabulary::{Term, terms};

use std::ops::Range;

use crate::domain::Suggestion;

/// A suggestion with this logarithm of its odds, or more, is shown: a twentieth as likely as the draft, where regional forms
/// count too.
pub const SHOWN_FROM: f64 = -3.0;
/// From these odds on the draft is doubtful: as likely as not.
pub const DOUBTED_FROM: f64 = 0.0;

/// A draft as it would be with what is likely of the memory: where there are several pieces, with all of them first, then with
/// each, the likeliest before the others. No word of the draft is replaced in two ways.
pub fn suggested(draft: &str, suggestions: &[Suggestion]) -> Vec<String> {
    let mut likely: Vec<&Suggestion> =
        suggestions.iter().filter(|s| s.log_odds() >= SHOWN_FROM).collect();
    likely.sort_by(|a, b| b.log_odds().total_cmp(&a.log_odds()));
    let mut chosen: Vec<(Range<usize>, String)> = Vec::new();
    for suggestion in likely {
        let Some((at, said)) = found(draft, &suggestion.pair) else { continue };
        if chosen.iter().all(|(other, _)| at.end <= other.start || other.end <= at.start) {
            chosen.push((at, said));
        }
    }
    let mut texts = Vec::new();
    if chosen.len() > 1 {
        texts.push(with(draft, &chosen));
    }
    texts.extend(chosen.iter().map(|one| with(draft, std::slice::from_ref(one))));
    texts
}

/// A text with pieces of it replaced, none of which overlap.
fn with(text: &str, pieces: &[(Range<usize>, String)]) -> String {
    let mut pieces: Vec<_> = pieces.iter().collect();
    pieces.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    let mut text = text.to_string();
    pieces.into_iter().for_each(|(at, said)| text.replace_range(at.clone(), said));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::WordPair;

    fn suggestion(wrote: &str, said: &str, log_odds: f64) -> Suggestion {
        let pair =
            WordPair { language: "fr".parse().unwrap(), wrote: wrote.into(), said: said.into() };
        Suggestion { pair, log_ratio: log_odds - 1.0, log_prior: 1.0 }
    }

    #[test]
    fn a_word_is_replaced_in_one_way_and_all_that_is_likely_together_first() {
        let all = [
            suggestion("appuyer", "appuyé", -1.0),
            suggestion("appuyer", "appuyez", 2.0),
            suggestion("carré", "carrez", 1.0),
            suggestion("ici", "icitte", -9.0),
        ];
        assert_eq!(
            suggested("Appuyer sur carré ici.", &all),
            ["Appuyez sur carrez ici.", "Appuyez sur carré ici.", "Appuyer sur carrez ici."]
        );
        assert_eq!(suggested("rien", &all), [""; 0]);
    }
}
