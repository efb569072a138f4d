//! Tiers of what annotation programs open: for each recording its texts, named after the speaker, its clip ids and its words. In: rows.
//! Out: tiers with names that no two share. Left to others: file formats.

use std::collections::BTreeSet;

use super::TranscriptRow;
use super::cues::{by_time, flat};

/// A stretch of time with what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// Seconds.
    pub start: f64,
    /// Seconds.
    pub end: f64,
    /// One line.
    pub text: String,
}

/// What a tier holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The text of each clip.
    Texts,
    /// The id of each clip.
    Ids,
    /// The words of the texts.
    Words,
}

/// Stretches in order of time, none over another.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// No other tier of the file has it.
    pub name: String,
    /// What.
    pub holds: Holds,
    /// In order; with a length each.
    pub stretches: Vec<Stretch>,
}

/// The tiers of a file: of each recording its texts, its ids and, where a word has a time, its words. Without rows the first two, empty.
pub fn tiers(rows: &[TranscriptRow]) -> Vec<Tier> {
    let rows = by_time(rows);
    let mut recordings: Vec<&str> = rows.iter().map(|row| row.recording.as_str()).collect();
    recordings.sort_unstable();
    recordings.dedup();
    if recordings.is_empty() {
        recordings.push("");
    }
    let several = recordings.len() > 1;
    let (mut tiers, mut names) = (Vec::new(), BTreeSet::new());
    for recording in recordings {
        let of: Vec<&TranscriptRow> =
            rows.iter().copied().filter(|row| row.recording == recording).collect();
        let speaker = of.iter().map(|row| flat(&row.speaker)).find(|name| !name.is_empty());
        let named = |what: &str| match &speaker {
            Some(speaker) if several => format!("{what} {speaker}"),
            _ => what.to_string(),
        };
        let texts = of.iter().map(|row| Stretch { text: flat(&row.text), ..whole(row) });
        let ids = of.iter().map(|row| Stretch { text: flat(&row.clip), ..whole(row) });
        let words = of.iter().flat_map(|row| &row.words);
        let words: Vec<Stretch> =
            words.map(|w| Stretch { start: w.start, end: w.end, text: flat(&w.text) }).collect();
        let text_name = speaker.clone().unwrap_or_else(|| "text".into());
        let mut add = |name: String, holds: Holds, stretches: Vec<Stretch>| {
            let name = unique(&mut names, name);
            tiers.push(Tier { name, holds, stretches: apart(stretches) });
        };
        add(text_name, Holds::Texts, texts.collect());
        add(named("id"), Holds::Ids, ids.collect());
        if !words.is_empty() {
            add(named("words"), Holds::Words, words);
        }
    }
    tiers
}

fn whole(row: &TranscriptRow) -> Stretch {
    Stretch { start: row.start, end: row.end, text: String::new() }
}

/// A stretch starts no earlier than the one before ends, and one without any length left is not shown.
fn apart(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut at = 0.0;
    let kept = stretches.into_iter().filter_map(|stretch| {
        let start = stretch.start.max(at);
        let shown = stretch.end > start;
        if shown {
            at = stretch.end;
        }
        shown.then_some(Stretch { start, ..stretch })
    });
    kept.collect()
}

fn unique(names: &mut BTreeSet<String>, name: String) -> String {
    let numbered = (2..).map(|n| format!("{name} {n}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| !names.contains(name));
    let free = free.unwrap_or(name);
    names.insert(free.clone());
    free
}
