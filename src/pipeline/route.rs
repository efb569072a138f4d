//! The routing pass at a run's end: every clip with a draft is scored and decided, all at once.

use anyhow::{Context, Result};
use serde::Serialize;
use std::fmt;

use super::lexicon;
use super::workspace::Workspace;
use crate::domain::{Decision, Hypothesis, LanguageChoice, Routed};
use crate::hypotheses::calibrate::Calibration;
use crate::hypotheses::{features, guard};
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
/// `scored_as` is the model that the calibration has to be for: see `ModelFile::calibrated_as`.
pub fn route(
    workspace: &mut Workspace,
    model: &str,
    scored_as: &str,
    policy: &str,
    talk: Talk,
) -> Result<Counts> {
    let calibration = calibration(workspace, scored_as, policy, talk)?;
    let lexicon = lexicon::lexicon(workspace)?;
    let recordings = workspace.store.recordings_by_id()?;
    let mut accents = lexicon::accents_heard(workspace)?;
    let mut clips = Vec::new();
    workspace.store.each_clip(Draft::Current { model, policy }, |row| {
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        let ClipRow { clip, hypothesis: Some(h), routed, frozen, .. } = row else { return Ok(()) };
        let language = recording.facts.language.clone().map(LanguageChoice::Fixed);
        let language = language.unwrap_or(workspace.config.language.clone());
        let score = calibration
            .as_ref()
            .and_then(|c| c.score(&features::features(&h), scored_as, policy).ok());
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
            variants: h.variants,
            accents_heard: accents.remove(&clip.id).unwrap_or_default(),
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

/// The calibration that the settings name, or the one that ships.
pub fn calibration_file(workspace: &Workspace) -> Result<Calibration> {
    let named = workspace.config.calibration.trim();
    if named.is_empty() {
        return Calibration::shipped();
    }
    let path = workspace.dir.join(named);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("read the calibration {}", path.display()))?;
    Calibration::parse(&text).with_context(|| path.display().to_string())
}

/// The calibration for this model and policy, or none, said aloud: then nothing is accepted.
fn calibration(
    workspace: &Workspace,
    model: &str,
    policy: &str,
    talk: Talk,
) -> Result<Option<Calibration>> {
    let calibration = calibration_file(workspace)?;
    Ok(match calibration.fits(model, policy) {
        Ok(()) => Some(calibration),
        Err(why) => {
            talk.problem(format!(
                "No draft is accepted on a score: {why}. Fit one with `second-ear evaluate` and \
                 `second-ear calibrate`, and name it in the settings."
            ));
            None
        }
    })
}
