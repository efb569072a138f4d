//! Train, dev and test of a round of adaptation. In: clips with texts. Out: a split for each, that depends on these clips
//! alone and still lasts. Left to others: what a dataset is cut into (`split`), learning.
//!
//! Nothing is remembered: a workspace from which somebody was removed must be cut as one that never had them. What a
//! model once learnt should all the same seldom be in a later test. So a unit's place comes from its name: the draw of
//! the name is the same for good, and units lie in the order of their draws.
//!
//! 1. Test takes units whose draw is under its share, dev those that follow, train the rest. Groups of units lie at the
//!    largest draw of their members: a group that is joined moves towards train.
//! 2. A unit that would take its split over [`MOST`] times its share is left to the next split. Where a split stays under
//!    [`LEAST`] times its share, the units that follow in the order are taken while they fit.
//! 3. Where nothing fits (few speakers, one with most of the speech) the first of the shortest units is taken, those up
//!    to [`LIKE`] times as long as the very shortest. One unit stays for train, and of three or more one for dev.

use std::collections::BTreeMap;

use super::{Shares, Split, SplitItem, Splits, Unit, durations, groups, shared_texts};
use crate::domain::draw;

/// Of its share, what a split has at least where units allow it.
const LEAST: f64 = 2.0 / 3.0;
/// Of its share, what a split has at most.
const MOST: f64 = 4.0 / 3.0;
/// Units are about as short as the shortest up to this many times its length.
const LIKE: f64 = 1.25;
/// Draws belong to names under this seed, which never changes: another seed of training is no other test.
const SEED: u64 = 0;

/// Units that stay together, as one.
struct Group {
    number: usize,
    draw: f64,
    length: f64,
}

/// Splits clips; see the head of this file.
pub fn lasting(items: &[SplitItem], shares: Shares) -> Splits {
    let wanted = Split::ALL.iter().filter(|s| shares.of(**s) > 0.0).count();
    let (unit, numbers) = groups(items, shares, wanted);
    let mut open = in_order(items, &numbers, unit);
    let total: f64 = open.iter().map(|g| g.length).sum();
    let mut places: BTreeMap<usize, Split> = BTreeMap::new();
    let mut upto = 0.0;
    for (split, others) in [(Split::Test, 2), (Split::Dev, 1)] {
        let share = shares.of(split);
        upto += share;
        if share == 0.0 || open.len() < 2 {
            continue;
        }
        let others = if shares.of(Split::Dev) > 0.0 { others.min(open.len() - 1) } else { 1 };
        let taken = take(&open, upto, share * total, open.len() - others);
        open.retain(|group| {
            let here = taken.contains(&group.number);
            if here {
                places.insert(group.number, split);
            }
            !here
        });
    }
    let place = |number: &usize| places.get(number).copied().unwrap_or(Split::Train);
    let splits: Vec<Split> = numbers.iter().map(place).collect();
    let shared_texts = shared_texts(items, &splits);
    Splits { splits, unit, shared_texts }
}

/// The groups in the order of their draws.
fn in_order(items: &[SplitItem], numbers: &[usize], unit: Unit) -> Vec<Group> {
    let mut draws: BTreeMap<usize, f64> = BTreeMap::new();
    for (item, number) in items.iter().zip(numbers) {
        let draw = draw(SEED, &name(item, unit));
        let largest = draws.entry(*number).or_insert(draw);
        *largest = largest.max(draw);
    }
    let group = |(number, length): (usize, u64)| Group {
        number,
        draw: draws[&number],
        length: length as f64,
    };
    let mut groups: Vec<Group> = durations(items, numbers).into_iter().map(group).collect();
    groups.sort_by(|a, b| a.draw.total_cmp(&b.draw));
    groups
}

/// What a unit is called, apart from units of another kind.
fn name(item: &SplitItem, unit: Unit) -> String {
    match unit {
        Unit::Speaker => format!("speaker {}", item.speaker),
        Unit::Recording => format!("recording {}", item.recording),
        Unit::Text if item.text.is_empty() => format!("clip {}", item.clip),
        Unit::Text => format!("text {}", item.text),
    }
}

/// Of groups in order, those of a split: draws under `upto`, about `wanted` long together, one to `most` of them.
fn take(open: &[Group], upto: f64, wanted: f64, most: usize) -> Vec<usize> {
    let (mut taken, mut length) = (Vec::new(), 0.0);
    for group in open {
        let enough = group.draw >= upto && length >= LEAST * wanted;
        let fits = length + group.length <= MOST * wanted;
        if !enough && fits && taken.len() < most {
            taken.push(group.number);
            length += group.length;
        }
    }
    if taken.is_empty() {
        let shortest = open.iter().map(|g| g.length).fold(f64::INFINITY, f64::min);
        taken.extend(open.iter().find(|g| g.length <= LIKE * shortest).map(|g| g.number));
    }
    taken
}

#[cfg(test)]
mod tests;
