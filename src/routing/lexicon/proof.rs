//! How right the lexicon is on sentences of known region. In: sentences, some regional, some standard ones
//! that look alike. Out: precision and recall by ambiguity, and of the evidence that follows. Pure.
//!
//! A sentence is a true positive when an entry (or, in the last rows, the evidence) points to a region that
//! is, holds or lies in one of those expected; a standard sentence with any hit, and a regional one that
//! is placed elsewhere alone, are wrong. A file of sentences is in one language, that of its regions.

use std::fmt::Write;

use anyhow::{Context, Result, anyhow};
use serde::Serialize;

use super::explain::explain;
use super::{Ambiguity, Lexicon};
use crate::domain::{Language, Region};
use crate::tables::{Layout, Record, Table};

/// The columns of a file of sentences.
const COLUMNS: [&str; 3] = ["part", "regions", "sentence"];

/// A sentence and where it is at home.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// Part of the set, such as `held_out`.
    pub part: String,
    /// Its regions; none: standard.
    pub regions: Vec<Region>,
    /// What is said.
    pub text: String,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Part of the set.
    pub part: String,
    /// What was looked at: entries up to an ambiguity, or the evidence.
    pub entries: String,
    /// Regional sentences.
    pub regional: usize,
    /// Of these, placed in their region.
    pub true_positives: usize,
    /// Standard sentences.
    pub standard: usize,
    /// Sentences wrongly placed, standard or not.
    pub false_positives: usize,
}

impl Score {
    /// true positives / (true + false positives); 1 when nothing was placed.
    pub fn precision(&self) -> f64 {
        match self.true_positives + self.false_positives {
            0 => 1.0,
            placed => self.true_positives as f64 / placed as f64,
        }
    }

    /// true positives / regional.
    pub fn recall(&self) -> f64 {
        self.true_positives as f64 / self.regional.max(1) as f64
    }
}

/// Reads a file of sentences.
///
/// # Errors
/// A line cannot be read; the error names it.
pub fn sentences(name: &str, bytes: &[u8]) -> Result<Vec<Sentence>> {
    let known = |name: &str| COLUMNS.contains(&name);
    let layout = Layout { known, comments: true, least: None, plain_tabs: true };
    let table = Table::open(bytes, layout).map_err(|why| anyhow!("{name}: {why}"))?;
    let table = table.filter(|table| COLUMNS.iter().all(|column| table.has(column)));
    let table = table.with_context(|| {
        format!("{name}: the first line must name the columns {}", COLUMNS.join(", "))
    })?;
    let cells = |record: &Record| {
        let cell =
            |name| Ok::<_, String>(record.cell(name)?.unwrap_or_default().trim().to_string());
        Ok([cell(COLUMNS[0])?, cell(COLUMNS[1])?, cell(COLUMNS[2])?])
    };
    table
        .rows(cells)
        .map(|(line, columns)| {
            let at = || format!("{name}, line {line}");
            let [part, regions, text] = columns.map_err(|why| anyhow!("{}: {why}", at()))?;
            let codes = regions.split('|').filter(|code| !code.is_empty());
            let regions = codes.map(|code| code.parse::<Region>().map_err(anyhow::Error::msg));
            let regions = regions.collect::<Result<_>>().with_context(at)?;
            Ok(Sentence { part, regions, text })
        })
        .collect()
}

/// The language of sentences; `None`: they name no region, or regions of several languages.
fn language(sentences: &[Sentence]) -> Option<Language> {
    let mut codes = sentences.iter().flat_map(|s| &s.regions).map(Region::language);
    let first = codes.next()?;
    codes.all(|code| code == first).then(|| first.parse().ok()).flatten()
}

/// The table: for each part, entries up to each ambiguity, then the evidence.
pub fn scores(lexicon: &Lexicon, sentences: &[Sentence]) -> Vec<Score> {
    let language = language(sentences);
    let mut parts: Vec<&str> = sentences.iter().map(|s| s.part.as_str()).collect();
    parts.dedup();
    let mut scores = Vec::new();
    for part in parts {
        let own: Vec<_> = sentences.iter().filter(|s| s.part == part).collect();
        let by_entries = Ambiguity::ALL.map(Look::Entries);
        let looks = by_entries.into_iter().chain([Look::Evidence, Look::NamedRegion]);
        scores.extend(looks.map(|look| {
            let entries = match look {
                Look::Entries(Ambiguity::None) => "entries of ambiguity 0".to_string(),
                Look::Entries(most) => format!("entries of ambiguity 0 to {}", most.digit()),
                Look::Evidence => "evidence of any strength".to_string(),
                Look::NamedRegion => "evidence that names a region".to_string(),
            };
            let regional = own.iter().filter(|s| !s.regions.is_empty()).count();
            let standard = own.len() - regional;
            let part = part.to_string();
            let mut score =
                Score { part, entries, regional, true_positives: 0, standard, false_positives: 0 };
            for sentence in &own {
                let places = places(lexicon, sentence, language.as_ref(), look);
                if places.iter().any(|place| sentence.expects(place)) {
                    score.true_positives += 1;
                } else if !places.is_empty() {
                    score.false_positives += 1;
                }
            }
            score
        }));
    }
    scores
}

/// What places a sentence.
#[derive(Clone, Copy)]
enum Look {
    /// Entries up to an ambiguity.
    Entries(Ambiguity),
    /// The evidence, however weak.
    Evidence,
    /// Evidence that is strong enough to name a region that nobody declared.
    NamedRegion,
}

/// The regions that a sentence is placed in.
fn places(
    lexicon: &Lexicon,
    sentence: &Sentence,
    language: Option<&Language>,
    look: Look,
) -> Vec<Region> {
    let told = explain(lexicon, &sentence.text, language, None);
    match look {
        Look::Entries(most) => {
            let hits = told.hits.into_iter().filter(|hit| hit.ambiguity <= most as u8);
            hits.flat_map(|hit| hit.regions).collect()
        }
        Look::Evidence => told.region.into_iter().collect(),
        Look::NamedRegion => told.region.into_iter().filter(|_| told.names_a_region).collect(),
    }
}

impl Sentence {
    fn expects(&self, place: &Region) -> bool {
        self.regions.iter().any(|own| own.is_within(place) || place.is_within(own))
    }
}

/// The sentences that the evidence gets wrong, one per line: what was expected, what was found.
pub fn mistakes(lexicon: &Lexicon, sentences: &[Sentence]) -> Vec<String> {
    let language = language(sentences);
    let mistake = |sentence: &Sentence| {
        let told = explain(lexicon, &sentence.text, language.as_ref(), None);
        let right = match &told.region {
            Some(region) => sentence.expects(region),
            None => sentence.regions.is_empty(),
        };
        let named = |regions: &[Region]| match regions {
            [] => "standard".to_string(),
            some => some.iter().map(Region::as_str).collect::<Vec<_>>().join("|"),
        };
        let terms: Vec<&str> = told.hits.iter().map(|hit| hit.term.as_str()).collect();
        (!right).then(|| {
            let found = named(told.region.as_slice());
            let expected = named(&sentence.regions);
            format!("{expected}, taken for {found} ({}): {}", terms.join(", "), sentence.text)
        })
    };
    sentences.iter().filter_map(mistake).collect()
}

/// The table as Markdown.
pub fn table(scores: &[Score]) -> String {
    let mut out = String::from(
        "| part | tested | regional | true positives | standard | false positives | precision | recall |\n|---|---|---|---|---|---|---|---|\n",
    );
    for s in scores {
        // writing to a String cannot fail
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {:.2} | {:.2} |",
            s.part,
            s.entries,
            s.regional,
            s.true_positives,
            s.standard,
            s.false_positives,
            s.precision(),
            s.recall()
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::lexicon::Source;
    use crate::routing::lexicon::read;

    const SET: &str = include_str!("../../../tests/data/lexicon/sentences.tsv");
    const ENGLISH: &str = include_str!("../../../tests/data/lexicon/sentences_en.tsv");

    /// `least`: precision and recall for each row of a part, whatever is changed in the lexicon.
    fn as_documented(set: &str, least: [(f64, f64); 5], sentences_of_each_kind: usize) {
        let all = sentences("sentences.tsv", set.as_bytes()).unwrap();
        let scores = scores(&Lexicon::built_in().unwrap(), &all);
        let docs = include_str!("../../../docs/lab/lexicon.md");
        assert!(
            docs.contains(&table(&scores)),
            "docs/lab/lexicon.md has another table:\n{}",
            table(&scores)
        );
        for (score, (precision, recall)) in scores.iter().zip(least.into_iter().cycle()) {
            assert!(score.precision() >= precision && score.recall() >= recall, "{score:?}");
            let fewest = score.regional.min(score.standard);
            assert!(fewest >= sentences_of_each_kind, "{score:?}");
        }
        assert_eq!(scores.len(), 10);
    }

    #[test]
    fn the_shipped_lexicon_is_as_right_as_the_documentation_says() {
        as_documented(SET, [(0.97, 0.85), (0.75, 0.9), (0.7, 0.9), (0.75, 0.9), (0.97, 0.65)], 38);
    }

    #[test]
    fn the_english_lexicon_is_as_right_as_the_documentation_says() {
        as_documented(
            ENGLISH,
            [(0.97, 0.65), (0.75, 0.85), (0.68, 0.9), (0.75, 0.85), (0.97, 0.5)],
            44,
        );
    }

    #[test]
    fn sentences_of_one_language_are_tried_with_its_entries_alone() {
        let all = |text: &str| sentences("s.tsv", text.as_bytes()).unwrap();
        let one = all("part\tregions\tsentence\na\ten-GB-SCT\tOch aye.\na\t\tA frette.\n");
        assert_eq!(language(&one).unwrap().as_str(), "en");
        let lexicon = Lexicon::built_in().unwrap();
        assert_eq!(scores(&lexicon, &one)[2].false_positives, 0, "frette is French");
        let two = all("part\tregions\tsentence\na\ten-IE\tGrand.\na\tfr-CA\tfrette\n");
        assert_eq!(language(&two), None);
    }

    #[test]
    fn an_empty_lexicon_finds_nothing_and_a_careless_one_is_found_out() {
        let all = sentences("sentences.tsv", SET.as_bytes()).unwrap();
        let of = |row: &str| {
            let text = format!("term\tkind\tregions\tambiguity\tpattern\n{row}\n");
            let entries = read::entries("l", &text, Source::Workspace).unwrap();
            scores(&Lexicon::of(entries).unwrap(), &all).remove(0)
        };
        let nothing = of("zzz\tword\tfr-BE\t0\tzzz");
        assert_eq!(
            (nothing.true_positives, nothing.false_positives, nothing.precision()),
            (0, 0, 1.0)
        );
        let careless = of("e\tword\tfr-XX\t0\te");
        assert_eq!(
            (careless.true_positives, careless.false_positives),
            (0, careless.regional + careless.standard)
        );
    }

    #[test]
    fn a_bad_line_is_named() {
        let bad = |line: &str| {
            let text = format!("part\tregions\tsentence\n{line}\n");
            format!("{:#}", sentences("s.tsv", text.as_bytes()).unwrap_err())
        };
        assert!(bad("a\tfr-BE").contains("s.tsv, line 2"));
        assert!(bad("a\tBelgique !\tbonjour").contains("s.tsv, line 2"));
    }
}
