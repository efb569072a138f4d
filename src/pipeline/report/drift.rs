//! Month by month. In: the rows of the report, the store. Out: what [`crate::views::report::drift`] shows; `None` where all
//! recordings are of one month.

use std::collections::BTreeMap;

use anyhow::Result;

use super::groups;
use crate::domain::{RecordingId, Round, RoundVerdict};
use crate::pipeline::lexicon;
use crate::pipeline::workspace::Workspace;
use crate::views::clips::ReportRow;
use crate::views::report::drift::{Drift, Month, NewWord};

/// Words that are shown of a month.
const EXAMPLES: usize = 5;
/// Months without a word, from which an entry of the lexicon is out of date.
const OUT_OF_DATE: usize = 12;

/// What there is by month.
pub fn drift(workspace: &Workspace, rows: &[&ReportRow]) -> Result<Option<Drift>> {
    let months = workspace.store.months()?;
    let mut by_month: BTreeMap<&str, Vec<&ReportRow>> = BTreeMap::new();
    for &row in rows {
        if let Some(month) = months.get(&RecordingId::from_stored(row.recording.clone())) {
            by_month.entry(month).or_default().push(row);
        }
    }
    if by_month.len() < 2 {
        return Ok(None);
    }
    let seed = workspace.config.routing.seed;
    let said = Said::of(workspace, &months, by_month.keys().next_back().copied())?;
    let month = |(month, rows): (&&str, &Vec<&ReportRow>)| {
        let kept: Vec<&ReportRow> = rows.iter().copied().filter(|r| !r.is_dropped()).collect();
        let residual = groups::residual_error(rows);
        let (new_words, examples) = said.new_words(month);
        Month {
            month: month.to_string(),
            clips: kept.len() as u64,
            human: groups::human(&kept, seed, ReportRow::is_human).clips_by_speaker,
            draft_wer: groups::drafts(rows, seed).all_wer,
            audits: residual.settled,
            residual_error: residual.wer_by_speaker,
            new_words,
            examples,
        }
    };
    let all: Vec<Month> = by_month.iter().map(month).collect();
    let promoted = promoted(workspace)?;
    let then = promoted.as_deref().and_then(|month| all.iter().find(|m| m.month == month));
    let since = then.unwrap_or(&all[0]).month.clone();
    let rounds = workspace.store.rounds()?;
    let is_promoted = |r: &&Round| matches!(r.verdict, RoundVerdict::Promoted { .. });
    Ok(Some(Drift {
        audits_since: all.iter().filter(|m| m.month >= since).map(|m| m.audits).sum(),
        promoted: then.is_some(),
        since,
        rounds: rounds.iter().filter(is_promoted).count() as u64,
        lexicon_said: said.lexicon.0,
        lexicon_out_of_date: said.lexicon.1,
        months: all,
    }))
}

/// The month in which the model in use was promoted.
fn promoted(workspace: &Workspace) -> Result<Option<String>> {
    let round = workspace.store.round_in_use(&workspace.config.model)?;
    Ok(round.and_then(|round| round.created.get(..7).map(str::to_string)))
}

/// What people wrote, by month.
struct Said {
    /// By month and word: clips, those of them whose draft has something else, regions.
    words: BTreeMap<String, BTreeMap<String, Word>>,
    /// The month in which each word came first.
    first: BTreeMap<String, String>,
    /// Entries of the lexicon that were said, and those that were not lately.
    lexicon: (u64, u64),
}

#[derive(Default)]
struct Word {
    clips: u64,
    missed: u64,
    regions: BTreeMap<String, u64>,
}

impl Said {
    fn of(
        workspace: &Workspace,
        months: &BTreeMap<RecordingId, String>,
        latest: Option<&str>,
    ) -> Result<Self> {
        let mut said = Self { words: BTreeMap::new(), first: BTreeMap::new(), lexicon: (0, 0) };
        let entries = lexicon::lexicon(workspace)?;
        let mut last: BTreeMap<String, String> = BTreeMap::new();
        for clip in lexicon::settled(workspace)? {
            let Some(month) = months.get(&clip.recording) else { continue };
            for hit in entries.hits(&clip.text, Some(&clip.language)) {
                let seen = last.entry(hit.entry.term.clone()).or_default();
                *seen = month.max(seen).clone();
            }
            let (words, stands) = (clip.words(), clip.aligned());
            let mut here: BTreeMap<&str, bool> = BTreeMap::new();
            for (word, at) in words.iter().zip(stands) {
                let right = at.is_some_and(|at| clip.draft[at].word == *word);
                *here.entry(word).or_default() |= right;
            }
            let of_month = said.words.entry(month.clone()).or_default();
            for (word, right) in
                here.into_iter().filter(|(w, _)| w.chars().any(char::is_alphabetic))
            {
                let count = of_month.entry(word.to_string()).or_default();
                count.clips += 1;
                count.missed += u64::from(!right);
                if let Some(region) = &clip.region {
                    *count.regions.entry(region.to_string()).or_default() += 1;
                }
                let first = said.first.entry(word.to_string()).or_insert(month.clone());
                *first = month.min(first).clone();
            }
        }
        let recent = latest.map_or(String::new(), |month| back(month, OUT_OF_DATE));
        let old = last.values().filter(|month| **month <= recent).count() as u64;
        said.lexicon = (last.len() as u64, old);
        Ok(said)
    }

    /// How many words were new in a month, and the most frequent; none in the first, in which everything is.
    fn new_words(&self, month: &str) -> (u64, Vec<NewWord>) {
        let begins = self.words.keys().next().is_none_or(|first| first == month);
        let Some(words) = self.words.get(month).filter(|_| !begins) else { return (0, Vec::new()) };
        let is_new = |(word, count): &(&String, &Word)| {
            self.first.get(*word).is_some_and(|first| first == month)
                && 2 * count.missed > count.clips
        };
        let mut new: Vec<(&String, &Word)> = words.iter().filter(is_new).collect();
        new.sort_by(|a, b| (b.1.clips, a.0).cmp(&(a.1.clips, b.0)));
        let example = |(word, count): &(&String, &Word)| {
            let regions = count.regions.iter();
            NewWord {
                word: word.to_string(),
                region: regions.max_by_key(|(_, n)| **n).map(|(region, _)| region.clone()),
                clips: count.clips,
            }
        };
        (new.len() as u64, new.iter().take(EXAMPLES).map(example).collect())
    }
}

/// The month so many months before, as `2025-03`.
fn back(month: &str, months: usize) -> String {
    let mut parts = month.split('-').filter_map(|part| part.parse::<usize>().ok());
    let (Some(year), Some(number)) = (parts.next(), parts.next()) else { return String::new() };
    let count = (year * 12 + number).saturating_sub(months + 1);
    format!("{:04}-{:02}", count / 12, count % 12 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_back_over_the_new_year() {
        assert_eq!(back("2026-03", 12), "2025-03");
        assert_eq!(back("2026-01", 1), "2025-12");
        assert_eq!(back("2026-12", 11), "2026-01");
        assert_eq!(back("", 1), "");
    }
}
