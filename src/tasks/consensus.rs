//! What several people's answers about one clip add up to.
//! In: the latest answer of each validator. Out: a verdict and a text with its support, or what is
//! still lacking. Pure and independent of the order of the answers and of imports.
//!
//! The rules, in order:
//! 1. Skips settle nothing and do not count as answers; answers to control clips never come here.
//! 2. An adjudicator's answer settles the clip (the latest of several, by times that can be). An answer
//!    to an adjudicator's file from somebody to whom it was not handed counts for nothing.
//! 3. One report of personal data or offensive content keeps the clip from everybody else: with as many
//!    answers as wanted, all of them reports, it is settled so; else it is contested.
//! 4. Fewer than `wanted` answers: one more is asked for.
//! 5. The verdict that most gave wins; `as_is` and `corrected` both mean "here is the text" and count
//!    together. Between verdicts with equal support: one more answer.
//! 6. Texts are voted on word by word (`rover`), each with its validator's weight (`reliability`). A
//!    tie that the machine's draft does not break, or agreement under `min_agreement`: one more.
//! 7. Where one more would be more than `most` answers, the clip is contested: an adjudicator decides.

pub mod agreement;
mod reliability;
mod rover;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use reliability::{ReviewedClip, Said, reliabilities};
use rover::{Voice, Voted, vote};
pub use words::{chunks, plain};

use crate::domain::{Answer, Consensus, Mark, Purpose, Reliability, TaskSettings, Verdict};

/// The answers about one clip.
#[derive(Clone, Debug, Default)]
pub struct Votes {
    /// At most one of each validator and purpose; of those to control items, reports alone count.
    pub answers: Vec<Answer>,
    /// Answers asked for.
    pub wanted: u32,
    /// The draft, where there is one.
    pub machine: Option<String>,
    /// What is known to be said, for gold clips and planted errors.
    pub truth: Option<String>,
}

/// Where a clip stands with people.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// Settled.
    Settled(Consensus),
    /// More answers are wanted.
    Waiting,
    /// People disagree, and no more of them are asked.
    Contested,
}

/// Settles every clip, with the reliability that all of the answers together give everybody. The words of those in `ordinary` weigh
/// as anybody's, whatever that is: somebody decided so.
pub fn settle_all(
    clips: &[Votes],
    settings: &TaskSettings,
    ordinary: &BTreeSet<String>,
) -> (Vec<Settlement>, BTreeMap<String, Reliability>) {
    let reviewed: Vec<ReviewedClip<'_>> = clips.iter().map(reviewed).collect();
    let known = reliabilities(&reviewed);
    let weight = |validator: &str| match ordinary.contains(validator) {
        true => Reliability::default().weight(),
        false => known.get(validator).map_or(1.0, |r| r.weight()),
    };
    let settled = clips.iter().map(|votes| settle(votes, settings, &weight)).collect();
    (settled, known.into_iter().map(|(name, r)| (name.to_string(), r)).collect())
}

/// The texts of a clip that can be compared with one another. A blind or gold text counts like any.
fn reviewed(votes: &Votes) -> ReviewedClip<'_> {
    let texts = votes.answers.iter().filter(|a| a.verdict.gives_text());
    let said = texts.map(|a| Said { validator: &a.validator, text: &a.text });
    ReviewedClip { said: said.collect(), truth: votes.truth.as_deref() }
}

/// Settles one clip; `weight` is that of a validator's words.
pub fn settle(votes: &Votes, settings: &TaskSettings, weight: &dyn Fn(&str) -> f64) -> Settlement {
    let stray = |a: &Answer| a.purpose == Purpose::Adjudication && a.has(Mark::NotHandedToThem);
    let counted = |a: &&Answer| a.verdict != Verdict::Skip && !a.purpose.is_control() && !stray(a);
    let answers: Vec<&Answer> = votes.answers.iter().filter(counted).collect();
    let decided = answers.iter().filter(|a| a.purpose == Purpose::Adjudication);
    let last = |a: &&&Answer| (a.time(), a.validator.clone());
    if let Some(answer) = decided.max_by_key(last) {
        let same = answers.iter().filter(|a| agree(a, answer)).count();
        let verdict = match answer.verdict.gives_text() {
            true => of_draft(&answer.text, votes.machine.as_deref(), answer.verdict),
            false => answer.verdict,
        };
        return Settlement::Settled(consensus(
            verdict,
            &answer.text,
            same,
            &answers,
            same as f64 / answers.len() as f64,
        ));
    }
    let wanted = votes.wanted.max(1) as usize;
    let most = wanted.max(settings.max_validators as usize);
    let lacking = if answers.len() < most { Settlement::Waiting } else { Settlement::Contested };
    if votes.answers.iter().any(|a| a.verdict.withholds() && !stray(a)) {
        let all = answers.len() >= wanted && answers.iter().all(|a| a.verdict.withholds());
        return match leading(&answers) {
            Some((verdict, support)) if all => {
                let share = support as f64 / answers.len() as f64;
                Settlement::Settled(consensus(verdict, "", support, &answers, share))
            }
            _ => Settlement::Contested,
        };
    }
    if answers.len() < wanted {
        return Settlement::Waiting;
    }
    match leading(&answers) {
        None => lacking,
        Some((verdict, support)) if !verdict.gives_text() => {
            let share = support as f64 / answers.len() as f64;
            Settlement::Settled(consensus(verdict, "", support, &answers, share))
        }
        Some(_) => {
            let texts: Vec<&Answer> =
                answers.iter().copied().filter(|a| a.verdict.gives_text()).collect();
            let voices: Vec<Voice<'_>> = texts
                .iter()
                .map(|a| Voice { text: &a.text, weight: weight(&a.validator) })
                .collect();
            let voted = vote(&voices, votes.machine.as_deref());
            if voted.tied || voted.agreement < settings.min_agreement || voted.text.is_empty() {
                return lacking;
            }
            let kept = texts.iter().any(|a| a.verdict == Verdict::AsIs && a.text == voted.text);
            let otherwise = if kept { Verdict::AsIs } else { Verdict::Corrected };
            let verdict = of_draft(&voted.text, votes.machine.as_deref(), otherwise);
            let Voted { text, support, agreement, .. } = voted;
            Settlement::Settled(consensus(verdict, &text, support, &answers, agreement))
        }
    }
}

/// Whether a text is the draft's; `otherwise` where there is none. Not what people said of the draft that they were
/// shown: a withdrawal may have put another one in its place.
fn of_draft(text: &str, draft: Option<&str>, otherwise: Verdict) -> Verdict {
    match draft {
        Some(draft) if draft == text => Verdict::AsIs,
        Some(_) => Verdict::Corrected,
        None => otherwise,
    }
}

fn consensus(
    verdict: Verdict,
    text: &str,
    support: usize,
    answers: &[&Answer],
    agreement: f64,
) -> Consensus {
    Consensus {
        clip: answers[0].clip.clone(),
        verdict,
        text: if verdict.gives_text() { text.to_string() } else { String::new() },
        support: support as u32,
        answers: answers.len() as u32,
        agreement,
    }
}

fn agree(a: &Answer, b: &Answer) -> bool {
    match (a.verdict.gives_text(), b.verdict.gives_text()) {
        (true, true) => plain(&a.text) == plain(&b.text),
        (false, false) => a.verdict == b.verdict,
        _ => false,
    }
}

/// The verdict that most gave, and how many; `None` when two lead. Any text counts as `as_is`.
fn leading(answers: &[&Answer]) -> Option<(Verdict, usize)> {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for answer in answers {
        let text = answer.verdict.gives_text();
        *counts.entry(if text { Verdict::AsIs } else { answer.verdict }).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let mut leaders = counts.into_iter().filter(|(_, n)| *n == most);
    let first = leaders.next()?;
    leaders.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests;
