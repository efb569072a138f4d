//! Regional evidence, speaker by speaker. In: every clip's evidence and lexicon hits. Out: for each
//! speaker the region that it points to, how strongly, and piece by piece why. Left to others: what it
//! shifts (`reasons`), adding up one speaker's pieces (`speaker`).
//!
//! Weights add up per region, and strength = 1 - 2^-weight: one full hit gives .5, three give .875.
//! - A declared region weighs 1, unless it is the plain standard that models are mostly trained on
//!   ([`STANDARD`]).
//! - A hit weighs 1, half of it if the entry is also used elsewhere (ambiguity 1), and nothing, else
//!   half, if it is very ambiguous (2): half only beside a fitting declared region or another piece of
//!   the speaker that points the same way. A near form weighs half of that, and so does a regional
//!   form that is not written but nearly as likely as the standard form of the draft.
//! - The n-th hit of the same entry weighs 1/n: a word said often proves less than several words.
//! - An accent that a validator marked in any clip of the speaker weighs 2/3, two validators or more 4/3:
//!   people recognise accents well, but one may be wrong, and more of them say the same thing again.
//! - A hit of several regions goes to those that fit the declared one, else is split evenly. Regions that
//!   end level stand for the one that holds them: a word of Québec and Acadia speaks for Canada.

mod speaker;

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::lexicon::Hit;
use crate::domain::{Region, RegionalPiece};
use speaker::Speaker;

/// Declared regions that say nothing: a language alone is one as well.
const STANDARD: [&str; 3] = ["fr-FR", "en-US", "en-GB"];
/// Most pieces that are kept with a decision, the weightiest first; strength counts all.
const MOST_PIECES: usize = 6;

/// What a speaker's clips together say.
#[derive(Clone, Debug, PartialEq)]
pub struct Accent {
    /// The region with the largest weight.
    pub region: Region,
    /// 0 to 1.
    pub strength: f64,
    /// Why, the weightiest first.
    pub pieces: Vec<RegionalPiece>,
}

/// Strength from which the words alone name a speaker's region.
pub const NAMES_A_REGION: f64 = 0.5;

impl Accent {
    /// Whether the evidence is enough to name the region without a declaration.
    pub fn names_a_region(&self) -> bool {
        self.strength >= NAMES_A_REGION
    }
}

/// The accents of all speakers that have any evidence, by [`Evidence::speaker`]. `hits` belongs to
/// `clips` item by item.
pub fn accents(clips: &[Evidence], hits: &[Vec<Hit>]) -> BTreeMap<String, Accent> {
    let mut speakers: BTreeMap<&str, Speaker> = BTreeMap::new();
    for (clip, hits) in clips.iter().zip(hits) {
        speakers.entry(&clip.speaker).or_default().add(clip, hits);
    }
    let found = speakers.into_iter();
    found.filter_map(|(name, speaker)| Some((name.to_string(), speaker.accent()?))).collect()
}

#[cfg(test)]
mod tests;
