//! `memory list`: the pairs of a workspace and what stands behind each; taking one out, and back. In: a workspace. Out: rows.
//! Left to others: printing.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde::Serialize;

use super::{learnt, vocabulary};
use crate::domain::{Language, LanguageChoice, WordPair};
use crate::pipeline::workspace::Workspace;
use crate::text::fold::lower;

/// Where a pair stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is tried on drafts.
    InUse,
    /// Too few clips and people confirm it so far.
    Waiting,
    /// The team took it out.
    Removed,
}

/// A pair that people made.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The pair.
    #[serde(flatten)]
    pub pair: WordPair,
    /// Settled clips in which people wrote the one for the other.
    pub clips: usize,
    /// How many people did.
    pub people: usize,
    /// Settled clips whose draft had it too, and nobody wrote that.
    pub other: usize,
    /// Where it stands.
    pub standing: Standing,
}

/// What `memory list` lists.
#[derive(Debug, Serialize)]
pub struct Listing {
    /// Pairs, those of most clips first.
    pub pairs: Vec<Row>,
    /// The team's own terms.
    pub terms: Vec<String>,
}

/// Everything in the memory, and what is not in use yet or any more.
pub fn list(workspace: &Workspace) -> Result<Listing> {
    let removed = workspace.store.removed_pairs()?;
    let mut pairs: Vec<Row> = learnt(workspace)?
        .into_iter()
        .map(|confusion| Row {
            standing: match confusion.in_use {
                _ if removed.contains(&confusion.pair.digest()) => Standing::Removed,
                true => Standing::InUse,
                false => Standing::Waiting,
            },
            clips: confusion.clips,
            people: confusion.people.len(),
            other: confusion.other,
            pair: confusion.pair,
        })
        .collect();
    pairs.sort_by(|a, b| (b.clips, &a.pair).cmp(&(a.clips, &b.pair)));
    let terms = vocabulary(workspace)?.into_iter().map(|term| term.term).collect();
    Ok(Listing { pairs, terms })
}

/// Takes a pair out; the language need only be given where two have it.
///
/// # Errors
/// No such pair, or more than one.
pub fn remove(
    workspace: &mut Workspace,
    wrote: &str,
    said: &str,
    language: Option<&Language>,
) -> Result<WordPair> {
    change(workspace, wrote, said, language, true)
}

/// Takes that back.
///
/// # Errors
/// As [`remove`].
pub fn restore(
    workspace: &mut Workspace,
    wrote: &str,
    said: &str,
    language: Option<&Language>,
) -> Result<WordPair> {
    change(workspace, wrote, said, language, false)
}

fn change(
    workspace: &mut Workspace,
    wrote: &str,
    said: &str,
    language: Option<&Language>,
    removed: bool,
) -> Result<WordPair> {
    let meant = |pair: &WordPair| {
        lower(&pair.wrote) == lower(wrote)
            && lower(&pair.said) == lower(said)
            && language.is_none_or(|language| *language == pair.language)
    };
    let learnt = learnt(workspace)?.into_iter().map(|confusion| confusion.pair);
    // Words and terms were tried, and people made no pair of them.
    let pairs = learnt.chain(workspace.store.tried_pairs()?).filter(meant);
    let mut found: BTreeSet<WordPair> = pairs.collect();
    if !removed {
        found.extend(taken_out(workspace, wrote, said, language)?);
    }
    match &found.iter().collect::<Vec<_>>()[..] {
        [pair] => {
            workspace.store.keep_removed(&pair.digest(), removed)?;
            if removed {
                workspace.store.remove_suggestions(pair)?;
            }
            Ok((*pair).clone())
        }
        [] => bail!(
            "nobody wrote '{said}' where a draft had '{wrote}', and it was tried on none: `second-ear memory list {}` \
             names the pairs",
            workspace.dir.display()
        ),
        several => {
            let languages: Vec<&str> = several.iter().map(|pair| pair.language.as_str()).collect();
            let languages = languages.join(", ");
            bail!("several pairs are like this ({languages}): name the language with --language")
        }
    }
}

/// A pair that was taken out before, of which nothing but its digest is left.
fn taken_out(
    workspace: &Workspace,
    wrote: &str,
    said: &str,
    language: Option<&Language>,
) -> Result<Option<WordPair>> {
    let set = match &workspace.config.language {
        LanguageChoice::Fixed(set) => Some(set),
        LanguageChoice::Auto => None,
    };
    let Some(language) = language.or(set) else { return Ok(None) };
    let pair = WordPair { language: language.clone(), wrote: lower(wrote), said: said.to_string() };
    Ok(workspace.store.removed_pairs()?.contains(&pair.digest()).then_some(pair))
}

impl Listing {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        let mut t = String::new();
        if !self.pairs.is_empty() {
            t.push_str(&format!(
                "{:<24} {:<24} {:>5} {:>6} {:>6}\n",
                "draft", "people", "clips", "people", "other"
            ));
        }
        for row in &self.pairs {
            let note = match row.standing {
                Standing::InUse => "",
                Standing::Waiting => "  not in use yet",
                Standing::Removed => "  taken out",
            };
            t.push_str(&format!(
                "{:<24} {:<24} {:>5} {:>6} {:>6}{note}\n",
                row.pair.wrote, row.pair.said, row.clips, row.people, row.other
            ));
        }
        let in_use = self.pairs.iter().filter(|row| row.standing == Standing::InUse).count();
        t.push_str(&format!(
            "{} pairs, {in_use} in use; {} terms of yours\n",
            self.pairs.len(),
            self.terms.len()
        ));
        t
    }
}
