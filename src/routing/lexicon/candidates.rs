//! Words and phrases of a corpus that may belong in the lexicon. In: settled texts with region, speaker and draft. Out: candidates
//! with what speaks for each; a person decides. Pure.
//!
//! Two things speak for one: it occurs in one region and hardly elsewhere, or the model writes something else in its place. A
//! phrase that is said faster than its words are elsewhere is likely to be a set one.

mod pace;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Kind;
use crate::domain::{ClipId, Language, Region};
use crate::statistics::discovery::{
    Difference, Occurrence, at_least, compare, false_discovery_rates,
};
pub use pace::Pace;
use said::{Phrase, phrases};
pub use said::{SaidClip, TimedWord};

/// Share of false discoveries among what is suggested, at most.
const FALSE_DISCOVERIES: f64 = 0.1;
/// Clips of a region, and clips with a phrase in it, at least.
const LEAST: (usize, usize) = (20, 3);
/// Clips in which the model missed a word, at least.
const LEAST_MISSED: u64 = 2;
/// Zipf value under which a word is rare: it is the word, and not the phrase around it, that is regional.
const RARE: f64 = 3.0;
/// Texts that are shown of a candidate.
const EXAMPLES: usize = 2;

/// A word or phrase that may belong in the lexicon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// In lower case.
    pub term: String,
    /// One word or several.
    pub kind: Kind,
    /// Its language.
    pub language: Language,
    /// Where it stands out; else the region where it occurs most, if one is declared.
    pub region: Option<Region>,
    /// Why it is here.
    pub why: Why,
    /// Clips with it in the region (without one: in all), and clips of that.
    pub clips: [u64; 2],
    /// Clips with it elsewhere, and clips of that.
    pub elsewhere: [u64; 2],
    /// Who said it.
    pub speakers: usize,
    /// How much more often it is said there: logarithm of the odds ratio, shrunk, with its 95 % interval.
    pub log_odds: Option<(f64, [f64; 2])>,
    /// Share of false discoveries among candidates that stand out as much.
    pub false_discovery_rate: f64,
    /// Clips in which the draft has something else, of those with it.
    pub missed: [u64; 2],
    /// What drafts have most often instead.
    pub instead: Option<String>,
    /// How fast it is said against its words elsewhere; of phrases that were said often enough.
    pub pace: Option<Pace>,
    /// Some of the texts.
    pub examples: Vec<String>,
}

/// Why something is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is frequent in one region and rare elsewhere.
    Regional,
    /// People write it, and the model does not.
    Unwritten,
}

/// Candidates, those that stand out most first. `zipf` gives a word's frequency in a language, 0 for a word that is not listed,
/// `None` for a language without a list; `known` says whether the lexicon has a phrase of a
/// language already.
pub fn candidates(
    clips: &[SaidClip],
    zipf: &dyn Fn(&Language, &str) -> Option<f64>,
    known: &dyn Fn(&Language, &str) -> bool,
) -> Vec<Candidate> {
    let phrases = phrases(clips);
    let mut found = regional(clips, &phrases, zipf);
    found.extend(unwritten(clips, &phrases));
    found.retain(|c| !known(&c.language, &c.term));
    // What is both is regional.
    found.sort_by(|a, b| {
        (a.why, a.false_discovery_rate)
            .partial_cmp(&(b.why, b.false_discovery_rate))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut seen = BTreeSet::new();
    found.retain(|c| seen.insert((c.language.clone(), c.term.clone())));
    found
}

/// The regions of a language with enough clips, and their clips.
fn regions(clips: &[SaidClip]) -> BTreeMap<(&Language, &Region), BTreeSet<&ClipId>> {
    let mut all: BTreeMap<_, BTreeSet<&ClipId>> = BTreeMap::new();
    for clip in clips {
        if let Some(region) = &clip.region {
            all.entry((&clip.language, region)).or_default().insert(&clip.clip);
        }
    }
    all.retain(|_, clips| clips.len() >= LEAST.0);
    all
}

fn regional(
    clips: &[SaidClip],
    phrases: &BTreeMap<(&Language, String), Phrase>,
    zipf: &dyn Fn(&Language, &str) -> Option<f64>,
) -> Vec<Candidate> {
    let mut tested: Vec<(Candidate, Difference, BTreeSet<&ClipId>)> = Vec::new();
    for ((language, region), inside) in regions(clips) {
        let apart = |other: &Region| !other.is_within(region) && !region.is_within(other);
        let outside: BTreeSet<&ClipId> = clips
            .iter()
            .filter(|c| c.language == *language && c.region.as_ref().is_none_or(apart))
            .map(|c| &c.clip)
            .collect();
        let here: Vec<&SaidClip> = clips.iter().filter(|c| inside.contains(&c.clip)).collect();
        let words: usize = here.iter().map(|c| c.words_said()).sum();
        let words_a_clip = words as f64 / here.len() as f64;
        let several = here.iter().map(|c| &c.speaker).collect::<BTreeSet<_>>().len() > 1;
        for ((_, term), phrase) in phrases.iter().filter(|((other, _), _)| *other == language) {
            let with: BTreeSet<&ClipId> = phrase.clips.intersection(&inside).copied().collect();
            let speakers = phrase.speakers_in(&with);
            if with.len() < LEAST.1 || (several && speakers < 2) {
                continue;
            }
            let expected = (phrase.words == 1)
                .then(|| zipf(language, term))
                .flatten()
                .map(|zipf| 1.0 - (1.0 - 10f64.powf(zipf - 9.0)).powf(words_a_clip));
            let rest = phrase.clips.intersection(&outside).count() as u64;
            let rest = Occurrence { clips: rest, of: outside.len() as u64 };
            let count = Occurrence { clips: with.len() as u64, of: inside.len() as u64 };
            // Without clips of elsewhere, a subject that a team's calls are about is no region's.
            let rare = || zipf(language, term).is_some_and(|zipf| zipf < RARE);
            if rest.of == 0 && !rare() {
                continue;
            }
            let Some(difference) = compare(count, rest, expected) else { continue };
            let candidate = Candidate {
                region: Some(region.clone()),
                why: Why::Regional,
                clips: [count.clips, count.of],
                elsewhere: [rest.clips, rest.of],
                speakers,
                log_odds: Some((difference.log_odds, difference.interval)),
                pace: pace::pace(clips, term),
                ..phrase.candidate(language, term, EXAMPLES)
            };
            tested.push((candidate, difference, with));
        }
    }
    let p: Vec<f64> = tested.iter().map(|(_, difference, _)| difference.p).collect();
    let rates = false_discovery_rates(&p);
    let mut found: Vec<(Candidate, BTreeSet<&ClipId>)> = Vec::new();
    for ((candidate, difference, with), rate) in tested.into_iter().zip(rates) {
        if rate <= FALSE_DISCOVERIES && difference.interval[0] > 0.0 {
            found.push((Candidate { false_discovery_rate: rate, ..candidate }, with));
        }
    }
    one_of_each(found, zipf)
}

/// Of phrases within each other that the same clips have: the word, where a rare one is in them, else the longest.
fn one_of_each(
    found: Vec<(Candidate, BTreeSet<&ClipId>)>,
    zipf: &dyn Fn(&Language, &str) -> Option<f64>,
) -> Vec<Candidate> {
    let rare = |c: &Candidate| {
        let is_rare = |word| zipf(&c.language, word).is_some_and(|zipf| zipf < RARE);
        c.term.split(' ').filter(|word| is_rare(word)).count()
    };
    let inner = |a: &str, b: &str| format!(" {b} ").contains(&format!(" {a} "));
    let beaten = |(one, with): &(Candidate, BTreeSet<&ClipId>)| {
        found.iter().any(|(other, others)| {
            let same = with == others && one.term != other.term && one.language == other.language;
            match () {
                // A longer phrase around the same rare word says no more.
                () if same && inner(&other.term, &one.term) => {
                    rare(other) > 0 && rare(other) == rare(one)
                }
                () if same && inner(&one.term, &other.term) => {
                    rare(one) == 0 || rare(other) > rare(one)
                }
                () => false,
            }
        })
    };
    found.iter().filter(|one| !beaten(one)).map(|(candidate, _)| candidate.clone()).collect()
}

/// Single words that drafts miss more often than words in general.
fn unwritten(
    clips: &[SaidClip],
    phrases: &BTreeMap<(&Language, String), Phrase>,
) -> Vec<Candidate> {
    let words = || phrases.iter().filter(|(_, phrase)| phrase.words == 1);
    let said: usize = words().map(|(_, phrase)| phrase.clips.len()).sum();
    let missed: usize = words().map(|(_, phrase)| phrase.missed.len()).sum();
    let usual = missed as f64 / said.max(1) as f64;
    let tested: Vec<_> =
        words().filter(|(_, phrase)| phrase.missed.len() as u64 >= LEAST_MISSED).collect();
    let p: Vec<f64> = tested
        .iter()
        .map(|(_, phrase)| at_least(phrase.missed.len() as u64, phrase.clips.len() as u64, usual))
        .collect();
    let rates = false_discovery_rates(&p);
    let mut found = Vec::new();
    for (((language, term), phrase), rate) in tested.into_iter().zip(rates) {
        if rate <= FALSE_DISCOVERIES && 2 * phrase.missed.len() > phrase.clips.len() {
            let all = clips.iter().filter(|c| c.language == **language).count() as u64;
            found.push(Candidate {
                region: phrase.usual_region(),
                clips: [phrase.clips.len() as u64, all],
                false_discovery_rate: rate,
                ..phrase.candidate(language, term, EXAMPLES)
            });
        }
    }
    found
}

#[cfg(test)]
mod tests;
