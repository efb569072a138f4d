//! Regional words and idioms in text. In: drafts; the built-in list and a workspace's own file.
//! Out: hits. Left to others: what the hits say about a speaker (`accent`) and a clip (`reasons`).
//!
//! An entry matches by its pattern on folded text; a form one edit away from one of its long words
//! counts too ([`near`]), because recognisers misspell words that they do not know.

pub mod confirmed;
mod near;
mod read;

use std::collections::BTreeSet;

use regex::{Regex, RegexSet};

use super::fold::fold;
use crate::domain::Region;
use near::NearForms;

/// Whether an entry is one word or a set phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regional word.
    Word,
    /// A regional idiom.
    Idiom,
}

/// How much a hit proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambiguity {
    /// 0: regional wherever it stands.
    None,
    /// 1: also used elsewhere, counts half.
    Some,
    /// 2: counts only beside other evidence for one of its regions.
    Much,
}

/// One line of a lexicon file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Name.
    pub term: String,
    /// Word or idiom.
    pub kind: Kind,
    /// Where it is used, at least one.
    pub regions: Vec<Region>,
    /// How much it proves.
    pub ambiguity: Ambiguity,
    /// On folded text.
    pub pattern: String,
    /// Long words of which near forms count.
    pub near: Vec<String>,
    /// Standard words for it; may be empty.
    pub standard: String,
    /// What it means; may be empty.
    pub meaning: String,
    /// Traps; may be empty.
    pub note: String,
}

/// An entry found in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit<'l> {
    /// The entry.
    pub entry: &'l Entry,
    /// As it stands in the folded text.
    pub heard: String,
    /// Found through a near form.
    pub near: bool,
}

/// Entries ready to be matched.
#[derive(Debug)]
pub struct Lexicon {
    entries: Vec<Entry>,
    /// Finds candidates quickly: the patterns without their word boundaries.
    set: RegexSet,
    patterns: Vec<Regex>,
    near: NearForms,
}

/// Largest compiled set of patterns, bytes.
const SET_BYTES: usize = 64 << 20;

impl Lexicon {
    /// The French list that ships with the program; native speakers have not reviewed it.
    pub fn built_in() -> anyhow::Result<Self> {
        Self::with_workspace(None)
    }

    /// The built-in list and, after it, a workspace's own: `file` is its name and its text.
    /// An entry of the workspace with the term of a built-in one replaces it.
    ///
    /// Fails with file and line when a line cannot be read.
    pub fn with_workspace(file: Option<(&str, &str)>) -> anyhow::Result<Self> {
        let mut entries =
            read::entries("lexicon_fr.tsv (built in)", include_str!("lexicon_fr.tsv"))?;
        if let Some((name, text)) = file {
            let own = read::entries(name, text)?;
            entries.retain(|entry| !own.iter().any(|other| other.term == entry.term));
            entries.extend(own);
        }
        Self::of(entries)
    }

    /// This one and entries that people confirmed, those that it finds already aside.
    pub fn with_confirmed(self, confirmed: &[confirmed::Confirmed]) -> anyhow::Result<Self> {
        let ordinary: BTreeSet<String> =
            include_str!("ordinary_fr.txt").lines().map(fold).collect();
        let new: Vec<Entry> = confirmed
            .iter()
            .filter_map(|c| c.entry(|word| ordinary.contains(word)))
            .filter(|entry| {
                let whole = fold(&entry.term);
                self.hits(&entry.term).iter().all(|hit| hit.near || hit.heard != whole)
            })
            .collect();
        if new.is_empty() {
            return Ok(self);
        }
        Self::of([self.entries, new].concat())
    }

    /// Of entries alone; their patterns were checked when they were read.
    fn of(entries: Vec<Entry>) -> anyhow::Result<Self> {
        let set = regex::RegexSetBuilder::new(entries.iter().map(|e| relaxed(&e.pattern)))
            .size_limit(SET_BYTES)
            .dfa_size_limit(SET_BYTES)
            .build()?;
        let patterns =
            entries.iter().map(|e| Regex::new(&e.pattern)).collect::<Result<Vec<_>, _>>()?;
        let near = NearForms::new(&entries, include_str!("ordinary_fr.txt"));
        Ok(Self { entries, set, patterns, near })
    }

    /// Every entry.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries found in a text, in the lexicon's order, each once.
    pub fn hits(&self, text: &str) -> Vec<Hit<'_>> {
        let folded = fold(text);
        let mut found: Vec<Option<(String, bool)>> = vec![None; self.entries.len()];
        for i in &self.set.matches(&folded) {
            if let Some(heard) = self.patterns[i].find(&folded) {
                found[i] = Some((heard.as_str().trim().to_string(), false));
            }
        }
        for word in folded.split([' ', '\'', '-']) {
            if let Some(i) = self.near.find(word)
                && found[i].is_none()
            {
                found[i] = Some((word.to_string(), true));
            }
        }
        let hits = self.entries.iter().zip(found);
        hits.filter_map(|(entry, found)| found.map(|(heard, near)| Hit { entry, heard, near }))
            .collect()
    }

    /// The entries found in a clip's draft and in its second decoding, each once.
    pub fn hits_in_both<'l>(&'l self, text: &str, second: Option<&str>) -> Vec<Hit<'l>> {
        let mut hits = self.hits(text);
        for hit in second.map(|text| self.hits(text)).unwrap_or_default() {
            if !hits.iter().any(|h| h.entry.term == hit.entry.term) {
                hits.push(hit);
            }
        }
        hits
    }
}

/// The pattern without `\b` and `\B`: it matches wherever the pattern does, and elsewhere. Word
/// boundaries keep the regex engine from its fast automaton on text with accents (measured: 30 times slower).
fn relaxed(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('b' | 'B')) => {}
            ('\\', Some(escaped)) => out.extend(['\\', escaped]),
            _ => out.push(c),
        }
    }
    if Regex::new(&out).is_ok() { out } else { pattern.to_string() }
}

#[cfg(test)]
mod tests;
