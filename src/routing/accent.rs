//! Regional evidence, speaker by speaker. In: every clip's evidence and lexicon hits. Out: for each
//! speaker the region that it points to and how strongly. Left to others: what it shifts (`reasons`).
//!
//! Weights add up per region, and strength = 1 - 2^-weight: one full hit gives .5, three give .875.
//! - A declared region weighs 1, unless it is the plain standard that models are mostly trained on
//!   ([`STANDARD`]).
//! - A hit weighs 1, half of it if the entry is also used elsewhere (ambiguity 1), and nothing, else
//!   half, if it is very ambiguous (2): half only beside a fitting declared region or another hit of
//!   the speaker that points the same way. A near form weighs half of that.
//! - The n-th hit of the same entry weighs 1/n: a word said often proves less than several words.
//! - A hit of several regions goes to those that fit the declared one, else is split evenly.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::lexicon::{Ambiguity, Entry, Hit};
use crate::domain::Region;

/// Declared regions that say nothing: a language alone is one as well.
const STANDARD: [&str; 3] = ["fr-FR", "en-US", "en-GB"];

/// What a speaker's clips together say.
#[derive(Clone, Debug, PartialEq)]
pub struct Accent {
    /// The region with the largest weight.
    pub region: Region,
    /// 0 to 1.
    pub strength: f64,
}

/// Strength from which the words alone name a speaker's region.
pub const NAMES_A_REGION: f64 = 0.5;

/// The accents of all speakers that have any evidence, by [`Evidence::speaker`]. `hits` belongs to
/// `clips` item by item.
pub fn accents(clips: &[Evidence], hits: &[Vec<Hit>]) -> BTreeMap<String, Accent> {
    let mut speakers: BTreeMap<&str, Speaker> = BTreeMap::new();
    for (clip, hits) in clips.iter().zip(hits) {
        let speaker = speakers.entry(&clip.speaker).or_default();
        if let Some(region) = &clip.declared_region {
            *speaker.declared.entry(region).or_default() += 1;
        }
        for hit in hits {
            let strong = if hit.near { 0.5 } else { 1.0 };
            speaker.heard.entry(&hit.entry.term).or_insert((hit.entry, Vec::new())).1.push(strong);
        }
    }
    let found = speakers.into_iter();
    found.filter_map(|(name, speaker)| Some((name.to_string(), speaker.accent()?))).collect()
}

/// Everything about one speaker; maps are ordered, so that the order of clips does not matter.
#[derive(Default)]
struct Speaker<'a> {
    declared: BTreeMap<&'a Region, u32>,
    heard: BTreeMap<&'a str, (&'a Entry, Vec<f64>)>,
}

impl Speaker<'_> {
    fn accent(self) -> Option<Accent> {
        // the region declared for most of the clips, the first in order if several
        let most = self.declared.values().max();
        let declared =
            self.declared.iter().find(|(_, n)| Some(*n) == most).map(|(&region, _)| region);
        let mut weights: BTreeMap<&Region, f64> = BTreeMap::new();
        if let Some(region) = declared.filter(|region| !is_standard(region)) {
            weights.insert(region, 1.0);
        }
        let plain = |entry: &Entry| entry.ambiguity != Ambiguity::Much;
        for (entry, times) in self.heard.values().filter(|(entry, _)| plain(entry)) {
            spread(entry, weight(entry, times), declared, &mut weights);
        }
        // very ambiguous entries join what the others say, and never each other
        let others = weights.clone();
        for (entry, times) in self.heard.values().filter(|(entry, _)| !plain(entry)) {
            if entry.regions.iter().any(|region| others.keys().any(|&other| fits(region, other))) {
                spread(entry, weight(entry, times), declared, &mut weights);
            }
        }
        let top = weights.values().copied().fold(0.0, f64::max);
        let preferred = declared.filter(|region| weights.get(region) == Some(&top));
        let region = preferred.or(weights.iter().find(|(_, w)| **w == top).map(|(&r, _)| r))?;
        Some(Accent { region: region.clone(), strength: 1.0 - (-top).exp2() })
    }
}

/// The n-th strongest mention counts 1/n, times what the entry proves.
fn weight(entry: &Entry, times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(|a, b| b.total_cmp(a));
    let proves = if entry.ambiguity == Ambiguity::None { 1.0 } else { 0.5 };
    times.iter().enumerate().map(|(n, strong)| proves * strong / (n + 1) as f64).sum()
}

/// Gives a hit's weight to its regions; one that lies in, or holds, the declared region is that one.
fn spread<'a>(
    entry: &'a Entry,
    weight: f64,
    declared: Option<&'a Region>,
    weights: &mut BTreeMap<&'a Region, f64>,
) {
    let fitting: Vec<&Region> = match declared {
        Some(declared) => entry.regions.iter().filter(|r| fits(r, declared)).collect(),
        None => Vec::new(),
    };
    let regions = if fitting.is_empty() { entry.regions.iter().collect() } else { fitting };
    let share = weight / regions.len() as f64;
    for region in regions {
        let target = match declared {
            Some(declared) if fits(region, declared) && !is_standard(declared) => declared,
            _ => region,
        };
        *weights.entry(target).or_default() += share;
    }
}

fn fits(a: &Region, b: &Region) -> bool {
    a.is_within(b) || b.is_within(a)
}

fn is_standard(region: &Region) -> bool {
    !region.as_str().contains('-') || STANDARD.contains(&region.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::evidence::tests::clip;
    use crate::routing::lexicon::Lexicon;

    fn accent(declared: Option<&str>, texts: &[&str]) -> Option<(String, f64)> {
        let lexicon = Lexicon::built_in().unwrap();
        let clips: Vec<_> = texts
            .iter()
            .enumerate()
            .map(|(i, text)| Evidence {
                text: text.to_string(),
                declared_region: declared.map(|r| r.parse().unwrap()),
                ..clip(i)
            })
            .collect();
        let hits: Vec<_> = clips.iter().map(|c| lexicon.hits(&c.text)).collect();
        let accents = accents(&clips, &hits);
        accents.into_values().next().map(|a| (a.region.as_str().to_string(), a.strength))
    }

    #[test]
    fn three_hits_say_more_than_one() {
        let (region, one) = accent(None, &["c'est pantoute"]).unwrap();
        assert_eq!((region.as_str(), one), ("fr-CA-QC", 0.5));
        let (_, three) = accent(None, &["pantoute", "un chum", "une sloche"]).unwrap();
        assert_eq!(three, 0.875);
        let (_, repeated) = accent(None, &["pantoute", "pantoute", "pantoute"]).unwrap();
        assert!(one < repeated && repeated < three, "{repeated}");
    }

    #[test]
    fn a_hit_of_several_regions_is_split_unless_one_was_declared() {
        let (_, split) = accent(None, &["septante"]).unwrap();
        assert!((split - (1.0 - (-1.0f64 / 3.0).exp2())).abs() < 1e-12, "{split}");
        let (region, both) = accent(Some("fr-CH"), &["septante"]).unwrap();
        assert_eq!((region.as_str(), both), ("fr-CH", 0.75));
    }

    #[test]
    fn a_declared_region_is_evidence_but_plain_standard_is_none() {
        assert_eq!(accent(Some("fr-CA-QC"), &["bonjour"]), Some(("fr-CA-QC".into(), 0.5)));
        assert_eq!(accent(Some("fr-FR"), &["bonjour"]), None);
        assert_eq!(accent(Some("fr"), &["bonjour"]), None);
        assert_eq!(accent(None, &["bonjour"]), None);
        // words may point to a part of what was declared
        let found = accent(Some("fr-FR"), &["une traboule"]);
        assert_eq!(found, Some(("fr-FR-LYON".into(), 0.5)));
    }

    #[test]
    fn a_very_ambiguous_word_counts_only_beside_other_evidence() {
        assert_eq!(accent(None, &["mon char est là"]), None);
        assert_eq!(accent(None, &["mon char", "ma blonde"]), None);
        let (_, alone) = accent(None, &["pantoute"]).unwrap();
        let (_, joined) = accent(None, &["pantoute", "ma blonde"]).unwrap();
        assert!(joined > alone);
        let (_, declared) = accent(Some("fr-CA-QC"), &["mon char"]).unwrap();
        assert_eq!(declared, 1.0 - (-1.5f64).exp2());
    }
}
