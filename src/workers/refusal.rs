//! Why a worker's result is not taken. In: nothing. Out: the reasons, and how many results each kept out.
//! Left to others: finding them (`nats/accept`), what becomes of the clips.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// More bytes than any hypothesis has.
    TooLarge,
    /// No JSON of a result, or a subject that names no worker and clip.
    Unreadable,
    /// Of other settings of this workspace.
    OtherSetup,
    /// Of another model.
    OtherModel,
    /// Of another decode policy.
    OtherPolicy,
    /// Says that it is of another clip than its subject.
    OtherClip,
    /// In another language than was asked for.
    OtherLanguage,
    /// Of a clip that this run does not hand out.
    NotHandedOut,
    /// More tokens or a longer text than a clip can have.
    TooMuchText,
    /// The text is not that of its tokens.
    OtherText,
    /// A logarithm of a probability or a level that cannot be.
    NotANumber,
    /// Times beyond the clip, or another length than the clip has.
    OutsideTheClip,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "it is too large",
            Self::Unreadable => "it cannot be read",
            Self::OtherSetup => "it was made under other settings",
            Self::OtherModel => "it is of another model",
            Self::OtherPolicy => "it is of another decode policy",
            Self::OtherClip => "it says that it is of another clip",
            Self::OtherLanguage => "it is in another language than was asked for",
            Self::NotHandedOut => "this run does not hand out such a clip",
            Self::TooMuchText => "it has more text than a clip can have",
            Self::OtherText => "its text is not that of its tokens",
            Self::NotANumber => "it has a number that cannot be",
            Self::OutsideTheClip => "its times do not fit the clip",
        })
    }
}

/// A result that was not taken; names are safe to print.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RefusedResult {
    /// The clip that it claims to be of.
    pub clip: String,
    /// The worker that it claims to come from.
    pub worker: String,
    /// Why.
    pub why: Refusal,
}

impl fmt::Display for RefusedResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clip, worker, why } = self;
        write!(f, "a result of worker {worker} for clip {clip} is not taken: {why}")
    }
}

/// So many are named; the others are counted.
const NAMED: usize = 20;

/// Results that were not taken.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Refusals {
    /// How many, by reason.
    pub count: BTreeMap<Refusal, u64>,
    /// The first ones.
    pub first: Vec<RefusedResult>,
}

impl Refusals {
    /// Counts one; what a person is told of it.
    pub fn add(&mut self, refused: RefusedResult) -> Option<String> {
        *self.count.entry(refused.why).or_default() += 1;
        let named = (self.first.len() < NAMED).then(|| refused.to_string());
        if named.is_some() {
            self.first.push(refused);
        }
        named
    }

    /// All of them in a sentence; `None` where there are none.
    pub fn sentence(&self) -> Option<String> {
        let reasons = self.count.iter().map(|(why, n)| format!("{n} because {why}"));
        let reasons: Vec<String> = reasons.collect();
        let all: u64 = self.count.values().sum();
        (all > 0).then(|| {
            format!(
                "{all} results of workers were not taken ({}); clips that lack a draft are transcribed again",
                reasons.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_refused_results_are_named_and_all_are_counted() {
        let mut all = Refusals::default();
        let one = |n: usize| RefusedResult {
            clip: format!("c{n}"),
            worker: "w".into(),
            why: if n == 0 { Refusal::TooLarge } else { Refusal::OtherModel },
        };
        assert_eq!(all.sentence(), None);
        let told = (0..50).filter_map(|n| all.add(one(n))).count();
        assert_eq!((told, all.first.len()), (20, 20));
        let sentence = all.sentence().unwrap();
        assert!(sentence.starts_with("50 results"), "{sentence}");
        assert!(sentence.contains("49 because it is of another model"), "{sentence}");
        let json = serde_json::to_value(&all).unwrap();
        assert_eq!(json["count"]["too_large"], 1);
    }
}
