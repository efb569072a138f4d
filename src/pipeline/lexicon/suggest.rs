//! `lexicon suggest`: words and phrases of the settled texts that may belong in the lexicon. In: a workspace. Out: candidates;
//! those that a person takes go into the team's file. Left to others: what stands out (`routing/lexicon/candidates`).

use anyhow::Result;

use super::{Changed, add, lexicon};
use crate::domain::{DataUse, Language, MatchKind, Token, tokens_by_word};
use crate::hypotheses::familiar;
use crate::pipeline::consent::Permits;
use crate::pipeline::workspace::Workspace;
use crate::routing::lexicon::Kind;
use crate::routing::lexicon::candidates::{Candidate, SaidClip, TimedWord, candidates};
use crate::text::fold::{lower, phrase};
use crate::text::words::spaced;

/// Candidates of a workspace, those that stand out most first.
pub fn suggest(workspace: &Workspace) -> Result<Vec<Candidate>> {
    let clips = settled(workspace)?;
    let lexicon = lexicon(workspace)?;
    let known = |language: &Language, term: &str| {
        let hits = lexicon.hits(term, Some(language));
        hits.iter().any(|hit| hit.match_kind == MatchKind::Draft && hit.matched == phrase(term))
    };
    Ok(candidates(&clips, &zipf, &known))
}

/// Puts a candidate into the team's file, for the region that it stands out in, or `region`.
///
/// # Errors
/// No region is known, or the file cannot be written.
pub fn accept(workspace: &Workspace, candidate: &Candidate) -> Result<Changed> {
    let region = candidate.region.as_ref().map_or("", |region| region.as_str());
    // A word that the list of frequencies has is said elsewhere too.
    let single = candidate.kind == Kind::Word;
    let common = zipf(&candidate.language, &candidate.term).is_some_and(|zipf| zipf > 0.0);
    let ambiguity = if single && common { "1" } else { "0" };
    let kind = if single { "word" } else { "idiom" };
    let instead = candidate.instead.clone().unwrap_or_default();
    let [count, of] = candidate.clips;
    let note = format!("suggested by the corpus: {count} of {of} clips");
    let columns = [&candidate.term, kind, region, ambiguity, "", "", &instead, "", &note];
    add(workspace, &columns.map(str::to_string), false)
}

/// How often a word is written, 0 for one that the list lacks.
fn zipf(language: &Language, word: &str) -> Option<f64> {
    familiar::familiarity(word, language, &|_, _| false).map(|known| known.least)
}

/// Clips that people settled with a text and that a model may learn from, with their drafts.
pub fn settled(workspace: &Workspace) -> Result<Vec<SaidClip>> {
    let (store, permits) = (&workspace.store, Permits::of(workspace)?);
    let recordings = store.recordings_by_id()?;
    let gold = store.gold()?;
    let mut settled = Vec::new();
    store.each_of(&store.settled()?, |row| {
        let (Some(consensus), Some(h)) = (row.consensus, row.hypothesis) else { return Ok(()) };
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        let teaches = consensus.verdict.gives_text() && consensus.support > 0;
        let may = permits.allows(&row.clip.recording, DataUse::Train);
        if teaches && may && !gold.contains_key(&row.clip.id) {
            settled.push(SaidClip {
                speaker: recording.speaker_key(row.clip.span),
                region: recording.region(row.clip.span).cloned(),
                language: h.language,
                text: consensus.text,
                draft: timed(&h.tokens),
                recording: row.clip.recording,
                clip: row.clip.id,
            });
        }
        Ok(())
    })?;
    Ok(settled)
}

/// The words of a draft with their times.
fn timed(tokens: &[Token]) -> Vec<TimedWord> {
    let word = |tokens: &[Token]| {
        let text: String = tokens.iter().map(|token| token.text.as_str()).collect();
        let at = spaced(&text).next()?;
        let seconds = |millis: u64| millis as f64 / 1000.0;
        Some(TimedWord {
            word: lower(&text[at]),
            start: seconds(tokens.first()?.start.0),
            end: seconds(tokens.iter().map(|token| token.end.0).max()?),
        })
    };
    tokens_by_word(tokens).into_iter().filter_map(word).collect()
}
