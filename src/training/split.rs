//! Train, dev and test. In: who says what in which recording, and for how long. Out: a split for
//! each clip, and what it was made by. Left to others: choosing clips, writing them (`export`).
//!
//! What a model was trained on must not be in its test. The unit that is never cut, in this order:
//! 1. speakers, when there are several; speakers who share a text are kept together where that still
//!    leaves a fair split, first for every text, then for texts of four words or more ("oui" is said
//!    by everyone). With two speakers dev stays empty.
//! 2. recordings, joined where they share a text, when that leaves at least three;
//! 3. clips, joined where they share a text.
//!
//! Deterministic, whatever the order of clips: units by falling duration, then by name, each to the
//! split that lacks the largest part of its share and has room; none is left empty while there are units for it. More data may move a
//! speaker to another split: keep a test set that is to last apart.

mod folds;
mod lasting;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Samples;
pub use folds::folds;
pub use lasting::lasting;
use units::{joined, units};

/// Where a clip goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Split {
    /// To learn from.
    Train,
    /// To choose by.
    Dev,
    /// To measure with.
    Test,
}

impl Split {
    /// Every split.
    pub const ALL: [Split; 3] = [Split::Train, Split::Dev, Split::Test];

    /// The name in reports and NeMo manifests.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Dev => "dev",
            Split::Test => "test",
        }
    }
}

/// Shares of the speech by duration; any non-negative numbers, taken in proportion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// To learn from.
    pub train: f64,
    /// To choose by.
    pub dev: f64,
    /// To measure with.
    pub test: f64,
}

impl Default for Shares {
    fn default() -> Self {
        Self { train: 0.8, dev: 0.1, test: 0.1 }
    }
}

impl Shares {
    fn of(&self, split: Split) -> f64 {
        let share = match split {
            Split::Train => self.train,
            Split::Dev => self.dev,
            Split::Test => self.test,
        };
        share / (self.train + self.dev + self.test)
    }
}

/// What a split has to know of a clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitItem<'a> {
    /// Names the clip; unique.
    pub clip: &'a str,
    /// Who speaks (`Recording::speaker_key`).
    pub speaker: &'a str,
    /// The recording.
    pub recording: &'a str,
    /// Normalised text.
    pub text: &'a str,
    /// The clip's length.
    pub length: Samples,
}

/// What is never cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// No speaker is in two splits.
    Speaker,
    /// No recording is.
    Recording,
    /// No text is.
    Text,
}

/// The outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Splits {
    /// In the order of the items.
    pub splits: Vec<Split>,
    /// What was kept together.
    pub unit: Unit,
    /// Different texts that stand in more than one split; 0 wherever avoidable.
    pub shared_texts: usize,
}

/// Texts of fewer words are said by everyone.
const TELLING_WORDS: usize = 4;
/// A split by joined speakers is fair while the largest unit is at most this much over train's share.
const SLACK: f64 = 0.1;

/// Splits clips; see the head of this file.
pub fn split(items: &[SplitItem], shares: Shares) -> Splits {
    let wanted = Split::ALL.iter().filter(|s| shares.of(**s) > 0.0).count();
    let (unit, groups) = groups(items, shares, wanted);
    let splits = assign(items, &groups, shares);
    let shared_texts = shared_texts(items, &splits);
    Splits { splits, unit, shared_texts }
}

/// How many texts stand in more than one split.
fn shared_texts(items: &[SplitItem], splits: &[Split]) -> usize {
    let mut places: BTreeMap<&str, BTreeSet<Split>> = BTreeMap::new();
    for (item, split) in items.iter().zip(splits).filter(|(item, _)| !item.text.is_empty()) {
        places.entry(item.text).or_default().insert(*split);
    }
    places.values().filter(|splits| splits.len() > 1).count()
}

/// The unit, and a group number for each item.
fn groups(items: &[SplitItem], shares: Shares, wanted: usize) -> (Unit, Vec<usize>) {
    let any = |text: &str| !text.is_empty();
    let telling = |text: &str| text.split(' ').count() >= TELLING_WORDS;
    let speakers = units(items, |item| item.speaker);
    let count = |groups: &[usize]| groups.iter().collect::<BTreeSet<_>>().len();
    let enough = wanted.min(count(&speakers));
    if count(&speakers) > 1 {
        let largest = shares.of(Split::Train).max(1.0 / wanted as f64) + SLACK;
        for join in [&any as &dyn Fn(&str) -> bool, &telling] {
            let joined = joined(items, &speakers, join);
            if count(&joined) >= enough && share_of_largest(items, &joined) <= largest {
                return (Unit::Speaker, joined);
            }
        }
        return (Unit::Speaker, speakers);
    }
    let recordings = joined(items, &units(items, |item| item.recording), &any);
    if count(&recordings) >= wanted.max(2) {
        return (Unit::Recording, recordings);
    }
    (Unit::Text, joined(items, &units(items, |item| item.clip), &any))
}

fn durations(items: &[SplitItem], groups: &[usize]) -> BTreeMap<usize, u64> {
    let mut durations = BTreeMap::new();
    for (item, group) in items.iter().zip(groups) {
        *durations.entry(*group).or_insert(0) += item.length.0;
    }
    durations
}

fn share_of_largest(items: &[SplitItem], groups: &[usize]) -> f64 {
    let durations = durations(items, groups);
    let total = durations.values().sum::<u64>().max(1);
    *durations.values().max().unwrap_or(&0) as f64 / total as f64
}

fn assign(items: &[SplitItem], groups: &[usize], shares: Shares) -> Vec<Split> {
    let durations = durations(items, groups);
    let total = durations.values().sum::<u64>() as f64;
    let mut names: BTreeMap<usize, &str> = BTreeMap::new();
    for (item, group) in items.iter().zip(groups) {
        let name = names.entry(*group).or_insert(item.clip);
        *name = item.clip.min(name);
    }
    let mut order: Vec<(u64, &str, usize)> =
        durations.iter().map(|(group, length)| (*length, names[group], *group)).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));

    let mut lacks = Split::ALL.map(|split| (split, shares.of(split) * total));
    let mut empty: Vec<Split> = [Split::Train, Split::Test, Split::Dev]
        .into_iter()
        .filter(|split| shares.of(*split) > 0.0)
        .collect();
    let mut chosen: BTreeMap<usize, Split> = BTreeMap::new();
    let mut left = order.len();
    for (length, _, group) in order {
        let most = most_wanting(&lacks, length as f64, shares);
        let split = if left <= empty.len() { empty[0] } else { most };
        empty.retain(|s| *s != split);
        left -= 1;
        for (which, lack) in &mut lacks {
            if *which == split {
                *lack -= length as f64;
            }
        }
        chosen.insert(group, split);
    }
    groups.iter().map(|group| chosen[group]).collect()
}

/// The split that lacks the largest part of its share, of those with room for the whole unit: so long and
/// short units spread over all three. Without room anywhere, the one that lacks most.
fn most_wanting(lacks: &[(Split, f64)], length: f64, shares: Shares) -> Split {
    let wanted = || lacks.iter().filter(|(split, _)| shares.of(*split) > 0.0);
    let largest = |all: &mut dyn Iterator<Item = (Split, f64)>| {
        all.fold(None, |a: Option<(Split, f64)>, b| match a {
            Some(a) if a.1 >= b.1 => Some(a),
            _ => Some(b),
        })
    };
    let with_room = &mut wanted()
        .filter(|(_, lack)| *lack >= length)
        .map(|(split, lack)| (*split, lack / shares.of(*split)));
    let found = largest(with_room).or_else(|| largest(&mut wanted().copied()));
    found.map_or(Split::Train, |(split, _)| split)
}

#[cfg(test)]
mod tests;
