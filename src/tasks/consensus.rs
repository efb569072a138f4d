//! What several people's answers about one clip add up to.
//! In: the latest answer of each validator. Out: a verdict and a text with its support, or nothing yet.
//! Pure and independent of the order of the answers. Left to others: weighting people by their
//! reliability, word-by-word voting.
//!
//! The rules, in order:
//! 1. Skips settle nothing and do not count as answers. Fewer than `wanted` answers: nothing yet.
//! 2. The verdict that most gave wins; `as_is` and `corrected` both mean "here is the text" and
//!    count together.
//! 3. Among texts, the one that most agree on, letter case, punctuation and spacing aside.
//! 4. Between texts with equal support: the one nearest to all texts given (least sum of word edits).
//!    Still equal: the one nearest to the machine's draft, which therefore can break a tie but never
//!    outvote two people who agree.
//! 5. Between verdicts with equal support, or texts equal on all counts, one more answer is
//!    waited for, until there are `2 * wanted + 1`. From then on the cautious side wins: the verdict
//!    that keeps the clip out of the training data, the text that sorts first.

mod distance;

use std::collections::BTreeMap;

use distance::{plain, word_edits};

use crate::domain::{Answer, Consensus, Verdict};

/// Settles a clip, or `None` while more answers are needed.
///
/// `answers` holds at most one answer for each validator, all about the same clip; `wanted` is the
/// number of answers asked for (0 counts as 1); `machine` is the draft, where there is one.
pub fn settle(answers: &[Answer], wanted: u32, machine: Option<&str>) -> Option<Consensus> {
    let votes: Vec<&Answer> = answers.iter().filter(|a| a.verdict != Verdict::Skip).collect();
    let wanted = (wanted.max(1)) as usize;
    if votes.len() < wanted {
        return None;
    }
    let may_wait = votes.len() < 2 * wanted + 1;
    let consensus = |verdict, text, support: usize| Consensus {
        clip: votes[0].clip.clone(),
        verdict,
        text,
        support: support as u32,
        answers: votes.len() as u32,
    };
    match leading_verdict(&votes, may_wait)? {
        Leading::Verdict(verdict, support) => Some(consensus(verdict, String::new(), support)),
        Leading::Text => {
            let texts: Vec<&Answer> =
                votes.iter().copied().filter(|a| a.verdict.gives_text()).collect();
            let (text, support) = settle_text(&texts, machine, may_wait)?;
            let kept = texts.iter().any(|a| a.verdict == Verdict::AsIs && a.text == text)
                || machine == Some(text.as_str());
            let verdict = if kept { Verdict::AsIs } else { Verdict::Corrected };
            Some(consensus(verdict, text, support))
        }
    }
}

enum Leading {
    /// Most gave a text.
    Text,
    /// Most gave this verdict, so many of them.
    Verdict(Verdict, usize),
}

fn leading_verdict(votes: &[&Answer], may_wait: bool) -> Option<Leading> {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for vote in votes {
        // One name for both verdicts that give a text.
        let verdict = if vote.verdict.gives_text() { Verdict::AsIs } else { vote.verdict };
        *counts.entry(verdict).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let leaders: Vec<Verdict> =
        counts.into_iter().filter(|(_, n)| *n == most).map(|(v, _)| v).collect();
    if leaders.len() > 1 && may_wait {
        return None;
    }
    // Verdicts sort with texts first and the gravest last.
    Some(match leaders.last()? {
        v if v.gives_text() => Leading::Text,
        v => Leading::Verdict(*v, most),
    })
}

/// The text and how many stand behind it; `answers` all give a text, at least one.
fn settle_text(
    answers: &[&Answer],
    machine: Option<&str>,
    may_wait: bool,
) -> Option<(String, usize)> {
    let mut groups: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
    for answer in answers {
        groups.entry(plain(&answer.text)).or_default().push(&answer.text);
    }
    let most = groups.values().map(Vec::len).max()?;
    let mut leaders: Vec<&Vec<String>> =
        groups.iter().filter(|(_, texts)| texts.len() == most).map(|(words, _)| words).collect();
    if leaders.len() > 1 {
        let to_all = |words: &Vec<String>| -> usize {
            groups.iter().map(|(other, texts)| texts.len() * word_edits(words, other)).sum()
        };
        keep_nearest(&mut leaders, to_all);
    }
    if let (Some(machine), true) = (machine, leaders.len() > 1) {
        let machine = plain(machine);
        keep_nearest(&mut leaders, |words| word_edits(words, &machine));
    }
    if leaders.len() > 1 && may_wait {
        return None;
    }
    Some((spelling(&groups[*leaders.first()?], machine), most))
}

fn keep_nearest(leaders: &mut Vec<&Vec<String>>, distance: impl Fn(&Vec<String>) -> usize) {
    let least = leaders.iter().map(|words| distance(words)).min();
    leaders.retain(|words| Some(distance(words)) == least);
}

/// Which of several spellings of the same words: the most frequent, then the machine's, then the
/// one that sorts first.
fn spelling(texts: &[&str], machine: Option<&str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let rank = |(text, n): &(&str, usize)| (*n, machine == Some(*text));
    let best = counts.into_iter().rev().max_by_key(rank);
    best.map(|(text, _)| text.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ClipId;

    fn said(verdict: Verdict, text: &str) -> Answer {
        Answer {
            clip: ClipId::from_stored("c"),
            batch: None,
            validator: String::new(),
            verdict,
            text: text.into(),
            draft_digest: String::new(),
            tags: Vec::new(),
            active_seconds: None,
            answered_at: String::new(),
        }
    }

    fn texts(texts: &[&str]) -> Vec<Answer> {
        texts.iter().map(|t| said(Verdict::Corrected, t)).collect()
    }

    fn settled(answers: &[Answer], wanted: u32, machine: &str) -> Option<(Verdict, String, u32)> {
        settle(answers, wanted, Some(machine)).map(|c| (c.verdict, c.text, c.support))
    }

    #[test]
    fn one_answer_settles_where_one_is_wanted_and_a_skip_never_does() {
        let one = texts(&["oui"]);
        assert_eq!(settled(&one, 1, "non"), Some((Verdict::Corrected, "oui".into(), 1)));
        assert_eq!(settled(&one, 2, "non"), None);
        assert_eq!(settled(&[said(Verdict::Skip, "")], 1, "non"), None);
        assert_eq!(settled(&[one[0].clone(), said(Verdict::Skip, "")], 2, "non"), None);
        assert_eq!(settled(&[], 0, "non"), None);
    }

    #[test]
    fn two_who_agree_outvote_the_machine_and_whoever_sides_with_it() {
        let mut answers = texts(&["Il fait frette.", "il fait frette"]);
        answers.push(said(Verdict::AsIs, "Il fait froid."));
        let got = settled(&answers, 3, "Il fait froid.").unwrap();
        assert_eq!((got.0, got.2), (Verdict::Corrected, 2));
        assert_eq!(plain(&got.1), ["il", "fait", "frette"]);
    }

    #[test]
    fn the_machine_breaks_a_tie_between_two_people() {
        let answers = texts(&["le char rouge", "le chat rouge"]);
        let got = settled(&answers, 2, "le chat bouge").unwrap();
        assert_eq!((got.1.as_str(), got.2), ("le chat rouge", 1));
        assert_eq!(settled(&answers, 2, "rien"), None);
        assert_eq!(settle(&answers, 2, None), None);
    }

    #[test]
    fn among_texts_that_all_differ_the_middle_one_wins() {
        let answers = texts(&["a b c d", "a b c x", "a b y x"]);
        assert_eq!(settled(&answers, 3, "a b c d").unwrap().1, "a b c x");
    }

    #[test]
    fn a_verdict_needs_more_votes_than_any_other_until_no_more_are_asked_for() {
        let split = [said(Verdict::Corrected, "oui"), said(Verdict::PersonalData, "")];
        assert_eq!(settled(&split, 2, "oui"), None);
        // wanted 1: three answers are as many as will be waited for.
        let three = [&split[..], &[said(Verdict::NotSpeech, "")]].concat();
        assert_eq!(settled(&three, 1, "oui"), Some((Verdict::PersonalData, String::new(), 1)));
        assert_eq!(settled(&three, 2, "oui"), None);
    }

    #[test]
    fn as_is_and_corrected_count_together_against_other_verdicts() {
        let answers = [
            said(Verdict::AsIs, "oui"),
            said(Verdict::Corrected, "ouais"),
            said(Verdict::NotSpeech, ""),
        ];
        assert_eq!(settled(&answers, 3, "oui"), Some((Verdict::AsIs, "oui".into(), 1)));
    }

    proptest! {
        #[test]
        fn the_order_of_answers_does_not_matter(
            (answers, mixed) in prop::collection::vec((0..9usize, "[abAB.]{1,2}( [ab]){0,2}"), 0..7)
                .prop_map(|v| v.iter().map(|(i, t)| said(Verdict::ALL[*i], t)).collect::<Vec<_>>())
                .prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle())),
            wanted in 0..4u32,
            machine in prop::option::of("[ab]( [ab]){0,2}"),
        ) {
            let settled = settle(&answers, wanted, machine.as_deref());
            prop_assert_eq!(&settled, &settle(&mixed, wanted, machine.as_deref()));
            let votes = answers.iter().filter(|a| a.verdict != Verdict::Skip).count();
            if votes > 2 * wanted.max(1) as usize {
                prop_assert!(settled.is_some(), "nobody waits for ever");
            }
            if let Some(c) = settled {
                prop_assert!(c.support >= 1 && c.support <= c.answers);
                prop_assert!(!c.verdict.gives_text() || answers.iter().any(|a| a.text == c.text));
            }
        }
    }
}
