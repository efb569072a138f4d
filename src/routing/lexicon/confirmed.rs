//! Words that validators tagged become entries of the workspace's lexicon. In: tags with who made
//! them and where. Out: entries, with who confirmed each and how often. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Ambiguity, Entry, Kind, Source};
use crate::domain::{ClipId, Region};
use crate::text::fold::phrase;

/// One tag of one answer.
#[derive(Clone, Debug)]
pub struct Mention {
    /// The word or phrase, as said.
    pub text: String,
    /// Word or idiom.
    pub kind: Kind,
    /// Where it is said, if the validator knew.
    pub region: Option<Region>,
    /// What it means, or empty.
    pub meaning: String,
    /// Who says so.
    pub validator: String,
    /// Where it was marked.
    pub clip: ClipId,
}

/// An entry and who stands behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The word or phrase, as most wrote it.
    pub term: String,
    /// Regions that were named, most often named first.
    pub regions: Vec<String>,
    /// Meaning, as most wrote it; may be empty.
    pub meaning: String,
    /// Validators who tagged it.
    pub validators: BTreeSet<String>,
    /// Clips that it was tagged in.
    pub clips: usize,
    /// Whether it counts already.
    pub in_use: bool,
    /// Word or idiom, as most say.
    pub kind: Kind,
}

/// Gathers mentions of the same words. One that `least` validators, or `least` clips, stand behind
/// and whose region somebody named is in use.
pub fn confirmed(mentions: &[Mention], least: usize) -> Vec<Confirmed> {
    let mut by_term: BTreeMap<String, Vec<&Mention>> = BTreeMap::new();
    for mention in mentions {
        let term = phrase(&mention.text);
        if !term.is_empty() {
            by_term.entry(term).or_default().push(mention);
        }
    }
    let gather = |same: Vec<&Mention>| {
        let validators: BTreeSet<_> = same.iter().map(|m| m.validator.clone()).collect();
        let clips = same.iter().map(|m| &m.clip).collect::<BTreeSet<_>>().len();
        let regions = by_count(same.iter().filter_map(|m| m.region.as_ref()).map(Region::as_str));
        let idioms = same.iter().filter(|m| m.kind == Kind::Idiom).count();
        Confirmed {
            term: by_count(same.iter().map(|m| m.text.trim())).remove(0),
            meaning: by_count(same.iter().map(|m| m.meaning.trim()).filter(|m| !m.is_empty()))
                .into_iter()
                .next()
                .unwrap_or_default(),
            in_use: !regions.is_empty() && validators.len().max(clips) >= least,
            kind: if idioms * 2 > same.len() { Kind::Idiom } else { Kind::Word },
            regions,
            validators,
            clips,
        }
    };
    by_term.into_values().map(gather).collect()
}

/// Each once, the most frequent first.
fn by_count<'a>(all: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut order: Vec<(&str, usize)> = counts.into_iter().collect();
    order.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    order.into_iter().map(|(one, _)| one.to_string()).collect()
}

impl Confirmed {
    /// The entry; `ordinary` says of a language's code and a folded word whether it is an ordinary word of
    /// that language, which then counts half.
    pub fn entry(&self, ordinary: impl Fn(&str, &str) -> bool) -> Option<Entry> {
        let folded = phrase(&self.term);
        let regions: Vec<Region> = self.regions.iter().filter_map(|r| r.parse().ok()).collect();
        let ordinary = regions.iter().any(|region| ordinary(region.language(), &folded));
        (self.in_use && !regions.is_empty()).then(|| Entry {
            term: self.term.clone(),
            kind: self.kind,
            regions,
            ambiguity: if ordinary { Ambiguity::Some } else { Ambiguity::None },
            pattern: format!(r"\b{}\b", regex::escape(&folded)),
            near: Vec::new(),
            standard: String::new(),
            meaning: self.meaning.clone(),
            note: format!("confirmed by {} people in {} clips", self.validators.len(), self.clips),
            swaps: Vec::new(),
            source: Source::People,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(text: &str, region: &str, validator: &str, clip: &str) -> Mention {
        Mention {
            text: text.into(),
            kind: Kind::Word,
            region: region.parse().ok(),
            meaning: format!("sens de {text}").to_lowercase(),
            validator: validator.into(),
            clip: ClipId::from_stored(clip),
        }
    }

    #[test]
    fn two_people_or_two_clips_confirm_a_word() {
        let all = confirmed(
            &[
                mention("Frimasser", "fr-CA-QC", "a", "c1"),
                mention("frimasser", "fr-CA-QC", "b", "c1"),
                mention("once", "fr-CA-QC", "a", "c1"),
                mention("nowhere", "", "a", "c1"),
                mention("nowhere", "", "a", "c2"),
            ],
            2,
        );
        let used: Vec<_> = all.iter().filter(|c| c.in_use).map(|c| c.clips).collect();
        assert_eq!((all.len(), used), (3, vec![1]));
        let entry = all[0].entry(|_, _| false).unwrap();
        assert!(regex::Regex::new(&entry.pattern).unwrap().is_match("il va frimasser"));
        assert_eq!(entry.regions.len(), 1);
        assert!(entry.note.contains("2 people"));
        assert_eq!(
            all[0].entry(|language, _| language == "fr").unwrap().ambiguity,
            Ambiguity::Some
        );
        assert!(all.iter().filter(|c| !c.in_use).all(|c| c.entry(|_, _| false).is_none()));
    }
}
