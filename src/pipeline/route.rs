//! The routing pass at a run's end: every clip with a draft is scored and decided, all at once.

use anyhow::Result;
use serde::Serialize;
use std::fmt;

use super::lexicon;
use super::scores::Scorer;
use super::workspace::Workspace;
use crate::domain::{Decision, Hypothesis, LanguageChoice, Routed};
use crate::hypotheses::guard;
use crate::routing::decide;
use crate::routing::evidence::Evidence;
use crate::store::{ClipRow, Draft};
use crate::views::progress::Talk;

/// Clips by decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Drafts accepted.
    pub auto: usize,
    /// For people.
    pub human: usize,
    /// Nothing heard.
    pub dropped: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} accepted, {} for people, {} with nothing to hear",
            self.auto, self.human, self.dropped
        )
    }
}

/// Scores and decides every clip; clips that were handed out keep their decision.
pub fn route(
    workspace: &mut Workspace,
    model: &str,
    policy: &str,
    talk: Talk,
) -> Result<Counts> {
    let scorer = Scorer::of(workspace)?;
    if let Err(why) = scorer.fits(model, policy) {
        talk.problem(format!(
            "No draft is accepted on a score: {why}. Fit one with `second-ear evaluate` and \
             `second-ear calibrate`, and name it in the settings."
        ));
    }
    let lexicon = lexicon::lexicon(workspace)?;
    let recordings = workspace.store.recordings_by_id()?;
    let mut clips = Vec::new();
    workspace.store.each_clip(Draft::Current { model, policy }, |row| {
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        let ClipRow { clip, hypothesis: Some(h), routed, frozen, .. } = row else { return Ok(()) };
        let language = recording.facts.language.clone().map(LanguageChoice::Fixed);
        let language = language.unwrap_or(workspace.config.language.clone());
        let score = scorer.score(&h, recording.facts.region.as_ref()).map(|(score, _)| score);
        clips.push(Evidence {
            speaker: recording.speaker_key(),
            declared_region: recording.facts.region.clone(),
            length: clip.span.len(),
            score,
            p_no_speech: h.p_no_speech,
            expected: match language {
                LanguageChoice::Fixed(language) => vec![language],
                LanguageChoice::Auto => Vec::new(),
            },
            p_expected: h.p_language,
            best_language: h.best_language.clone(),
            signs: signs(&h),
            frozen: routed.filter(|_| frozen),
            text: h.text,
            replaced: h.replaced,
            clip: clip.id,
        });
        Ok(())
    })?;
    let routed = decide::route(&clips, &workspace.config.routing, &lexicon);
    let mut counts = Counts::default();
    for r in &routed {
        match r.decision {
            Decision::Auto { .. } => counts.auto += 1,
            Decision::Human { .. } => counts.human += 1,
            Decision::Dropped { .. } => counts.dropped += 1,
        }
    }
    let fresh: Vec<Routed> = clips
        .iter()
        .zip(routed)
        .filter(|(clip, _)| clip.frozen.is_none())
        .map(|(_, routed)| routed)
        .collect();
    workspace.store.keep_decisions(&fresh, model, policy)?;
    Ok(counts)
}

fn signs(hypothesis: &Hypothesis) -> Vec<String> {
    guard::signs(hypothesis).iter().map(|sign| sign.to_string()).collect()
}
