//! One speaker's evidence added up. In: their clips and hits. Out: their accent, if anything points to
//! one. The weights are those of the head of `accent`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Accent, MOST_PIECES, STANDARD};
use crate::domain::{MatchKind, Region, RegionalPiece, RegionalSource};
use crate::routing::evidence::Evidence;
use crate::routing::lexicon::{Ambiguity, Entry, Hit};

/// Weight of an accent for each validator who marked it.
const A_TAG: f64 = 2.0 / 3.0;
/// Validators whose tags count.
const TAGS_THAT_COUNT: usize = 2;

/// Everything about one speaker; maps are ordered, so that the order of clips does not matter.
#[derive(Default)]
pub(super) struct Speaker<'a> {
    declared: BTreeMap<&'a Region, u32>,
    mentions: BTreeMap<&'a str, Mentions<'a>>,
    tags: BTreeMap<&'a Region, BTreeSet<&'a str>>,
}

/// An entry's mentions: how each was found, and what matched.
struct Mentions<'a> {
    entry: &'a Entry,
    times: Vec<(MatchKind, &'a str)>,
}

/// Pieces by the region that they speak for.
type Pieces<'a> = BTreeMap<&'a Region, Vec<RegionalPiece>>;

impl<'a> Speaker<'a> {
    /// One more clip of the speaker.
    pub(super) fn add(&mut self, clip: &'a Evidence, hits: &'a [Hit<'a>]) {
        if let Some(region) = &clip.declared_region {
            *self.declared.entry(region).or_default() += 1;
        }
        for (validator, region) in &clip.accents_marked {
            self.tags.entry(region).or_default().insert(validator);
        }
        for hit in hits {
            let mentions = self.mentions.entry(&hit.entry.term);
            let mentions = mentions.or_insert(Mentions { entry: hit.entry, times: Vec::new() });
            mentions.times.push((hit.match_kind, &hit.matched));
        }
    }

    /// What it all says.
    pub(super) fn accent(mut self) -> Option<Accent> {
        // the region declared for most of the clips, the first in order if several
        let most = self.declared.values().max();
        let declared =
            self.declared.iter().find(|(_, n)| Some(*n) == most).map(|(&region, _)| region);
        self.mentions.values_mut().for_each(|mentions| mentions.times.sort());

        let mut pieces = Pieces::new();
        if let Some(region) = declared.filter(|region| !is_standard(region)) {
            let source = RegionalSource::Declared { region: region.clone() };
            pieces.entry(region).or_default().push(RegionalPiece { weight: 1.0, source });
        }
        for (&region, validators) in self.tags.iter().filter(|(region, _)| !is_standard(region)) {
            let weight = A_TAG * validators.len().min(TAGS_THAT_COUNT) as f64;
            let validators = validators.len() as u32;
            let source = RegionalSource::AccentTag { region: region.clone(), validators };
            let target = target(region, declared);
            pieces.entry(target).or_default().push(RegionalPiece { weight, source });
        }
        let plain = |m: &Mentions| m.entry.ambiguity != Ambiguity::Much;
        for mentions in self.mentions.values().filter(|m| plain(m)) {
            mentions.spread(declared, &mut pieces);
        }
        // very ambiguous entries join what the others say, and never each other
        let others: Vec<&Region> = pieces.keys().copied().collect();
        for mentions in self.mentions.values().filter(|m| !plain(m)) {
            let joins = |region: &Region| others.iter().any(|&other| fits(region, other));
            if mentions.entry.regions.iter().any(joins) {
                mentions.spread(declared, &mut pieces);
            }
        }

        let (region, mut own) = self.strongest(declared, pieces)?;
        own.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let strength = 1.0 - (-total(&own)).exp2();
        own.truncate(MOST_PIECES);
        Some(Accent { region, strength, pieces: own })
    }

    /// The region with the largest weight. Where several have it, the declared one; else the region that
    /// holds most of them, with what they have together (a word of Québec and Acadia is one of Canada);
    /// else the one that an entry names first.
    fn strongest(
        &self,
        declared: Option<&Region>,
        mut pieces: Pieces,
    ) -> Option<(Region, Vec<RegionalPiece>)> {
        let top = pieces.values().map(|p| total(p)).fold(0.0, f64::max);
        pieces.retain(|_, own| total(own) > top - 1e-9);
        if let Some(declared) = declared
            && let Some(own) = pieces.remove(declared)
        {
            return Some((declared.clone(), own));
        }
        if let Some((parent, _)) = most_held(pieces.keys().copied()) {
            let within = pieces.into_iter().filter(|(region, _)| region.is_within(&parent));
            let all = within.flat_map(|(_, own)| own).fold(Vec::new(), together);
            return Some((parent, all));
        }
        let place = |region: &Region| {
            let lists = self.mentions.values().map(|mentions| &mentions.entry.regions);
            lists.filter_map(|list| list.iter().position(|r| r == region)).min()
        };
        let (region, own) = pieces.into_iter().min_by_key(|(region, _)| place(region))?;
        Some((region.clone(), own))
    }
}

fn total(pieces: &[RegionalPiece]) -> f64 {
    pieces.iter().map(|p| p.weight).sum()
}

/// The region, smaller than a language, that holds most of several (at least two), and how many.
fn most_held<'r>(regions: impl Iterator<Item = &'r Region>) -> Option<(Region, usize)> {
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    for region in regions {
        let code = region.as_str();
        let ends = code.match_indices('-').map(|(end, _)| end).skip(1).chain([code.len()]);
        ends.for_each(|end| *holders.entry(code[..end].to_string()).or_default() += 1);
    }
    let most = holders.into_iter().filter(|(_, n)| *n > 1);
    // of two that hold as many, the smaller region
    let (code, n) = most.max_by_key(|(code, n)| (*n, code.len()))?;
    Some((code.parse().ok().filter(|region| !is_standard(region))?, n))
}

/// Pieces of one source are one piece.
fn together(mut pieces: Vec<RegionalPiece>, new: RegionalPiece) -> Vec<RegionalPiece> {
    match pieces.iter_mut().find(|p| p.source == new.source) {
        Some(known) => known.weight += new.weight,
        None => pieces.push(new),
    }
    pieces
}

impl<'a> Mentions<'a> {
    /// The n-th surest mention counts 1/n, times what the entry proves.
    fn weight(&self) -> f64 {
        let proves = if self.entry.ambiguity == Ambiguity::None { 1.0 } else { 0.5 };
        let sure = |kind: MatchKind| match kind {
            MatchKind::Draft | MatchKind::SecondDecode => 1.0,
            MatchKind::NearForm | MatchKind::LikelyForm => 0.5,
        };
        let counted = self.times.iter().enumerate();
        counted.map(|(n, (kind, _))| proves * sure(*kind) / (n + 1) as f64).sum()
    }

    /// Gives the weight to the entry's regions; one that lies in, or holds, the declared region is that.
    fn spread(&self, declared: Option<&'a Region>, pieces: &mut Pieces<'a>) {
        let Some(&(match_kind, matched)) = self.times.first() else { return };
        let all: Vec<&Region> = self.entry.regions.iter().collect();
        let fit = |r: &&Region| declared.is_some_and(|declared| fits(r, declared));
        let fitting: Vec<&Region> = all.iter().copied().filter(fit).collect();
        let regions = if fitting.is_empty() { all } else { fitting };
        let weight = self.weight() / regions.len() as f64;
        // several regions of one entry may be one and the same once a region is declared
        let mut shares: BTreeMap<&Region, f64> = BTreeMap::new();
        for region in regions {
            *shares.entry(target(region, declared)).or_default() += weight;
        }
        for (region, weight) in shares {
            let source = RegionalSource::Lexicon {
                term: self.entry.term.clone(),
                matched: matched.to_string(),
                match_kind,
                clips: self.times.len() as u32,
            };
            pieces.entry(region).or_default().push(RegionalPiece { weight, source });
        }
    }
}

/// The declared region where the evidence fits it, unless that is plain standard.
fn target<'a>(region: &'a Region, declared: Option<&'a Region>) -> &'a Region {
    declared.filter(|d| fits(region, d) && !is_standard(d)).unwrap_or(region)
}

fn fits(a: &Region, b: &Region) -> bool {
    a.is_within(b) || b.is_within(a)
}

fn is_standard(region: &Region) -> bool {
    !region.as_str().contains('-') || STANDARD.contains(&region.as_str())
}
