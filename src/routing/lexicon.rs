//! Regional words and idioms in text. In: drafts; the built-in lists and a workspace's own file.
//! Out: hits. Left to others: what the hits say about a speaker (`accent`) and a clip (`reasons`).
//!
//! An entry matches by its pattern on folded text; a form one edit away from one of its long words
//! counts too ([`near`]), because recognisers misspell words that they do not know. Entries are looked for
//! in texts of their own language alone: that of their regions.

pub mod candidates;
pub mod confirmed;
pub mod edit;
mod entry;
pub mod explain;
pub mod import;
mod near;
pub mod proof;
mod read;
mod shipped;

use std::sync::OnceLock;

use regex::{Regex, RegexSet};

use super::evidence::Evidence;
use crate::domain::{Language, MatchKind};
use crate::text::fold::phrase;
use crate::text::words::runs;
pub use entry::{Ambiguity, Entry, Kind, Source};
use near::NearForms;
use shipped::SHIPPED;

/// An entry found in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit<'l> {
    /// The entry.
    pub entry: &'l Entry,
    /// As it stands in the folded text.
    pub matched: String,
    /// Where it begins in the folded text, bytes; 0 where it is not written.
    pub at: usize,
    /// How it was found.
    pub match_kind: MatchKind,
}

/// Entries ready to be matched.
#[derive(Debug)]
pub struct Lexicon {
    entries: Vec<Entry>,
    /// Finds candidates quickly: the patterns without their word boundaries.
    set: RegexSet,
    /// Compiled when first wanted; `None` never happens to a pattern that was checked.
    patterns: Vec<OnceLock<Option<Regex>>>,
    near: NearForms,
}

/// A regional form counts as spoken when ln P(text with it) - ln P(draft) is over this: at least a
/// twentieth as likely. Of 134 places in real French speech where the standard form was said, none came
/// over -4.08, most of them chosen for sounding alike (docs/lab/lexicon.md).
pub const LIKELY_FROM: f64 = -3.0;

/// Largest compiled set of patterns, bytes.
const SET_BYTES: usize = 64 << 20;

impl Lexicon {
    /// The French and the English list that ship with the program; native speakers have not reviewed them.
    pub fn built_in() -> anyhow::Result<Self> {
        Self::with_workspace(None)
    }

    /// The built-in lists and, after them, a workspace's own: `file` is its name and its text.
    /// An entry of the workspace with the term of a built-in one of its language replaces it.
    ///
    /// Fails with file and line when a line cannot be read.
    pub fn with_workspace(file: Option<(&str, &str)>) -> anyhow::Result<Self> {
        let mut entries = Vec::new();
        for list in &SHIPPED {
            entries.extend(read::entries(list.name, list.entries, Source::BuiltIn)?);
        }
        if let Some((name, text)) = file {
            let own = read::entries(name, text, Source::Workspace)?;
            let replaces = |own: &Entry, shipped: &Entry| {
                own.term == shipped.term && own.shares_language_with(shipped)
            };
            entries.retain(|entry| !own.iter().any(|other| replaces(other, entry)));
            entries.extend(own);
        }
        Self::of(entries)
    }

    /// This one and entries that people confirmed, those that it finds already aside.
    pub fn with_confirmed(self, confirmed: &[confirmed::Confirmed]) -> anyhow::Result<Self> {
        if confirmed.is_empty() {
            return Ok(self);
        }
        let ordinary = |language: &str, word: &str| {
            let mut lists = SHIPPED.iter().filter(|list| list.language == language);
            lists.any(|list| list.ordinary().any(|ordinary| ordinary == word))
        };
        let new: Vec<Entry> = confirmed
            .iter()
            .filter_map(|c| c.entry(ordinary))
            .filter(|entry| {
                let whole = phrase(&entry.term);
                self.hits(&entry.term, None).iter().all(|hit| {
                    let draft = hit.match_kind == MatchKind::Draft && hit.matched == whole;
                    !draft || !hit.entry.shares_language_with(entry)
                })
            })
            .collect();
        if new.is_empty() {
            return Ok(self);
        }
        Self::of([self.entries, new].concat())
    }

    /// Of entries alone; their patterns were checked when they were read.
    fn of(entries: Vec<Entry>) -> anyhow::Result<Self> {
        let set = |relaxed: fn(&str) -> String| {
            regex::RegexSetBuilder::new(entries.iter().map(|e| relaxed(&e.pattern)))
                .size_limit(SET_BYTES)
                .dfa_size_limit(SET_BYTES)
                .build()
        };
        // Each pattern is tried by itself only where one of them does not stand without its boundaries.
        let set = set(relaxed).or_else(|_| set(relaxed_if_sound))?;
        let patterns = entries.iter().map(|_| OnceLock::new()).collect();
        let near = NearForms::new(&entries, &SHIPPED);
        Ok(Self { entries, set, patterns, near })
    }

    /// Every entry.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries found in a text, in the lexicon's order, each once. `language`: that of the text; `None`:
    /// unknown, so that entries of all languages count.
    pub fn hits(&self, text: &str, language: Option<&Language>) -> Vec<Hit<'_>> {
        let folded = phrase(text);
        let fits = |i: usize| self.fits(i, language);
        let mut found: Vec<Option<Hit>> = vec![None; self.entries.len()];
        for i in self.set.matches(&folded).iter().filter(|&i| fits(i)) {
            if let Some(text) = self.pattern(i).and_then(|p| p.find(&folded)) {
                let matched = text.as_str().trim();
                let at = text.start() + text.as_str().find(matched).unwrap_or(0);
                let entry = &self.entries[i];
                found[i] = Some(Hit {
                    entry,
                    matched: matched.to_string(),
                    at,
                    match_kind: MatchKind::Draft,
                });
            }
        }
        for (at, word) in words(&folded) {
            if let Some(i) = self.near.find(word, language, &fits)
                && found[i].is_none()
            {
                let entry = &self.entries[i];
                found[i] = Some(Hit {
                    entry,
                    matched: word.to_string(),
                    at,
                    match_kind: MatchKind::NearForm,
                });
            }
        }
        found.into_iter().flatten().collect()
    }

    /// Whether an entry is looked for in texts of the language.
    fn fits(&self, i: usize, language: Option<&Language>) -> bool {
        language.is_none_or(|language| self.entries[i].is_of(language))
    }

    fn pattern(&self, i: usize) -> Option<&Regex> {
        self.patterns[i].get_or_init(|| Regex::new(&self.entries[i].pattern).ok()).as_ref()
    }

    /// Ordinary words of a folded text that lie one letter from an entry's form, with its term.
    fn ordinary_near_forms(
        &self,
        folded: &str,
        language: Option<&Language>,
    ) -> Vec<(String, String)> {
        let fits = |i: usize| self.fits(i, language);
        let ordinary = |word: &str| self.near.ordinary(word, language, &fits);
        let near = words(folded).filter_map(|(_, word)| Some((word, ordinary(word)?)));
        near.map(|(word, i)| (word.to_string(), self.entries[i].term.clone())).collect()
    }

    /// The entries found in a clip, each once, by the surest way: in its draft, in its second
    /// decoding, one letter from a form, or nearly as likely as the standard form that it has.
    pub fn hits_in_clip<'l>(&'l self, clip: &Evidence) -> Vec<Hit<'l>> {
        let language = clip.language.as_ref();
        let mut hits = self.hits(&clip.text, language);
        let mut add = |new: Hit<'l>| match hits.iter_mut().find(|h| h.entry.term == new.entry.term)
        {
            Some(known) if new.match_kind < known.match_kind => *known = new,
            Some(_) => {}
            None => hits.push(new),
        };
        let replaced = clip.replaced.as_deref().map(|text| self.hits(text, language));
        for hit in replaced.unwrap_or_default() {
            let match_kind = hit.match_kind.max(MatchKind::SecondDecode);
            add(Hit { match_kind, ..hit });
        }
        for variant in clip.variants.iter().filter(|v| v.log_ratio > LIKELY_FROM) {
            let tried =
                |i: &usize| self.entries[*i].term == variant.term && self.fits(*i, language);
            if let Some(i) = (0..self.entries.len()).find(tried) {
                let entry = &self.entries[i];
                let matched = variant.regional.clone();
                add(Hit { entry, matched, at: 0, match_kind: MatchKind::LikelyForm });
            }
        }
        hits
    }
}

/// The words of a folded text and where each begins; hyphens and apostrophes part them.
fn words(folded: &str) -> impl Iterator<Item = (usize, &str)> {
    runs(folded).map(|run| (run.start, &folded[run]))
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
    out
}

/// [`relaxed`], where that is a regular expression too.
fn relaxed_if_sound(pattern: &str) -> String {
    let relaxed = relaxed(pattern);
    if Regex::new(&relaxed).is_ok() { relaxed } else { pattern.to_string() }
}

#[cfg(test)]
mod tests;
