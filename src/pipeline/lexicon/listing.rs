//! `lexicon list` and `lexicon regions`: what is in use, where it comes from, what Common Voice calls it.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use super::{lexicon, mentioned};
use crate::domain::Region;
use crate::pipeline::workspace::Workspace;
use crate::routing::lexicon::confirmed::Confirmed;
use crate::routing::lexicon::{Entry, Kind, Lexicon, Source};
use crate::training::export::common_voice;

/// What to list; all of it by default.
#[derive(Debug, Default)]
pub struct Filter {
    /// Entries of a region, of those within it, and of those that hold it.
    pub region: Option<Region>,
    /// Words or idioms.
    pub kind: Option<Kind>,
}

/// What `lexicon list` lists.
#[derive(Debug, Serialize)]
pub struct Listing {
    /// Entries in use: built in, of the team's file, confirmed by validators; all, whatever the filter.
    pub entries: usize,
    /// Those that were asked for.
    pub listed: Vec<ListedEntry>,
    /// What validators tagged, in use or not yet.
    pub from_people: Vec<Confirmed>,
    /// The regions of the entries listed.
    pub regions: Vec<RegionRow>,
}

/// An entry in use.
#[derive(Debug, Serialize)]
pub struct ListedEntry {
    /// Its name.
    pub term: String,
    /// Word or idiom.
    pub kind: Kind,
    /// Where it is used.
    pub regions: Vec<Region>,
    /// 0, 1 or 2.
    pub ambiguity: u8,
    /// What it is found by, on folded text.
    pub pattern: String,
    /// Standard words for it.
    pub standard: String,
    /// What it means.
    pub meaning: String,
    /// Standard and regional forms that are tried in each other's place.
    pub swaps: Vec<(String, String)>,
    /// Who put it in.
    pub source: Source,
}

/// A region and its names in Common Voice, empty where it has none.
#[derive(Debug, Serialize)]
pub struct RegionRow {
    /// Its code.
    pub region: Region,
    /// Entries that name it.
    pub entries: usize,
    /// Common Voice's accent.
    pub accent: &'static str,
    /// Common Voice's variant.
    pub variant: &'static str,
}

/// Entries in use and what people added to them.
pub fn list(workspace: &Workspace, filter: &Filter) -> Result<Listing> {
    let lexicon = lexicon(workspace)?;
    let asked = |entry: &&Entry| {
        let fits = |region: &Region| {
            entry.regions.iter().any(|own| own.is_within(region) || region.is_within(own))
        };
        filter.region.as_ref().is_none_or(fits) && filter.kind.is_none_or(|k| k == entry.kind)
    };
    let asked: Vec<&Entry> = lexicon.entries().iter().filter(asked).collect();
    let regions = count(&asked);
    let row = |entry: &Entry| ListedEntry {
        term: entry.term.clone(),
        kind: entry.kind,
        regions: entry.regions.clone(),
        ambiguity: entry.ambiguity as u8,
        pattern: entry.pattern.clone(),
        standard: entry.standard.clone(),
        meaning: entry.meaning.clone(),
        swaps: entry.swaps.clone(),
        source: entry.source,
    };
    Ok(Listing {
        entries: lexicon.entries().len(),
        listed: asked.into_iter().map(row).collect(),
        from_people: mentioned(workspace)?,
        regions,
    })
}

/// Every region of the entries in use.
pub fn regions(workspace: &Workspace) -> Result<Vec<RegionRow>> {
    let lexicon: Lexicon = lexicon(workspace)?;
    Ok(count(&lexicon.entries().iter().collect::<Vec<_>>()))
}

fn count(entries: &[&Entry]) -> Vec<RegionRow> {
    let mut counts: BTreeMap<&Region, usize> = BTreeMap::new();
    for region in entries.iter().flat_map(|entry| &entry.regions) {
        *counts.entry(region).or_default() += 1;
    }
    let row = |(region, entries): (&Region, usize)| {
        let (accent, variant) = common_voice::accent(Some(region));
        RegionRow { region: region.clone(), entries, accent, variant }
    };
    counts.into_iter().map(row).collect()
}

impl Listing {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        let mut t = String::new();
        for row in &self.listed {
            let regions: Vec<&str> = row.regions.iter().map(Region::as_str).collect();
            t.push_str(&format!(
                "{:<24} {}  {:<24} {}{}\n",
                row.term,
                row.ambiguity,
                regions.join(" "),
                row.meaning,
                match row.source {
                    Source::BuiltIn => "",
                    Source::Workspace => " (the team's)",
                    Source::People => " (confirmed by validators)",
                }
            ));
        }
        t.push_str(&format!("{} entries in use, {} listed\n", self.entries, self.listed.len()));
        for c in &self.from_people {
            t.push_str(&format!(
                "  {:<24} {:<16} {} people, {} clips{}  {}\n",
                c.term,
                c.regions.join(" "),
                c.validators.len(),
                c.clips,
                if c.in_use { "" } else { " (not in use yet)" },
                c.meaning
            ));
        }
        t
    }
}
