//! After a promotion the old scores mean nothing: the score is fitted anew, to what the new model makes of
//! clips that it never learnt from and whose text people settled. Where these are too few for a fit, retention clips
//! that it never learnt from fill up: training shifts a model's certainty in everything that it decodes.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Serialize;

use super::plan::Plan;
use super::prepared::Prepared;
use super::retention::{Purpose, RetentionClip};
use super::sounds::Sound;
use crate::domain::{ClipId, Hypothesis};
use crate::hypotheses::adjust::{self, CalibrationSample};
use crate::pipeline::recalibrate::{note, own, refit as fit, settled_clips};
use crate::pipeline::scores::{self, Scorer};
use crate::pipeline::workspace::Workspace;
use crate::text::word_errors::word_errors;
use whisper::Engine;

/// What became of the confidence score.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Confidence {
    /// Fitted to the new model.
    Refitted {
        /// Settled clips that it was fitted on.
        clips: usize,
        /// Clips of retention sets beside them.
        retention_clips: usize,
        /// Cross-validated log-loss, nats per clip, of the parent's score and the new one.
        log_loss: [f64; 2],
    },
    /// The shipped fit serves, without adjustment.
    Unadjusted {
        /// Clips that there were.
        clips: usize,
        /// Why.
        why: String,
    },
}

/// Transcribes the held-out clips with the new model as `run` would, keeps these hypotheses, and fits the score.
pub fn refit(
    workspace: &mut Workspace,
    round: &Prepared,
    engine: &Arc<Engine>,
) -> Result<Confidence> {
    let Prepared { plan, sounds, policy, .. } = round;
    // Of what training began from, whichever model was in use meanwhile.
    let scored_as = Scorer::of(workspace)?.scored_as(&plan.start.id()).to_string();
    scores::remember(workspace, engine.model(), &scored_as)?;
    // What was fitted to the parent's scores does not hold for the new one's.
    let scorer = Scorer::of(workspace)?.of_own_without_adjustment();
    let judge = scorer.judge(&workspace.config.routing, engine.model(), &policy.id());
    let transcribe = |sounds: &[&Sound]| {
        round.transcribe(engine, sounds, "recalibrate", |plain| plain.judged(judge.clone()))
    };
    let held_out = plan.materials.clips.iter().filter(|m| !m.used.learnt());
    let held_out: Vec<&Sound> = held_out.filter_map(|m| sounds.get(&m.clip)).collect();
    let decoded = transcribe(&held_out)?;
    workspace.store.keep_hypotheses(decoded.iter().map(|h| (h, None)))?;
    let mut decoded: BTreeMap<ClipId, Hypothesis> =
        decoded.into_iter().map(|h| (h.clip.clone(), h)).collect();
    let (mut settled, left) = settled_clips(workspace, &scorer, &mut |row| {
        row.hypothesis = decoded.remove(&row.clip.id);
        row.hypothesis.is_some()
    })?;
    let clips = settled.len();
    if clips < adjust::LEAST.0 {
        let clips_of_others = retention_clips(plan);
        let sounds: Vec<&Sound> = clips_of_others.iter().map(|a| &a.sound).collect();
        let decoded = transcribe(&sounds)?;
        let samples = clips_of_others.iter().zip(&decoded);
        let samples = samples.filter_map(|(clip, h)| sample(clip, h, &scorer));
        fill(&mut settled, samples.collect());
    }
    let path = scores::round_path(workspace, plan.round.number);
    // None that an earlier round of that number left may serve.
    for path in scores::round_paths(workspace, plan.round.number)? {
        std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
    }
    note(workspace, &path)?;
    Ok(match fit(workspace, (*scorer.own).clone(), &settled, left, path)? {
        Ok(done) => Confidence::Refitted {
            clips,
            retention_clips: settled.len() - clips,
            log_loss: [done.adjustment.log_loss_before, done.adjustment.log_loss_after],
        },
        Err(why) => Confidence::Unadjusted { clips, why: why.to_string() },
    })
}

/// Retention clips that only ever judge, in a language of the corrections; all of them where there are none such.
fn retention_clips(plan: &Plan) -> Vec<&RetentionClip> {
    let test: Vec<&RetentionClip> = plan.retention(Purpose::Test).collect();
    let spoken =
        |a: &&RetentionClip| plan.materials.clips.iter().any(|m| m.language == a.sound.language);
    let same: Vec<&RetentionClip> = test.iter().copied().filter(|a| spoken(a)).collect();
    if same.is_empty() { test } else { same }
}

/// A retention clip as a settled clip; `None` where it has no text or no score.
fn sample(clip: &RetentionClip, h: &Hypothesis, scorer: &Scorer) -> Option<CalibrationSample> {
    if h.text.is_empty() {
        return None;
    }
    let errors = word_errors(&clip.text, &h.text, &clip.sound.language);
    let speaker = format!("anchor {}", clip.speaker);
    own(speaker, h, (errors.errors, errors.reference_words), scorer)
}

/// Adds retention clips that together weigh as much as the settled clips that are missing would.
fn fill(settled: &mut Vec<CalibrationSample>, retention: Vec<CalibrationSample>) {
    let missing = adjust::LEAST.0.saturating_sub(settled.len()) as f64;
    let sum: f64 = settled.iter().map(|c| c.weight).sum();
    let usual = if settled.is_empty() { 1.0 } else { sum / settled.len() as f64 };
    let weight = usual * (missing / retention.len().max(1) as f64).min(1.0);
    settled.extend(retention.into_iter().map(|c| CalibrationSample { weight, ..c }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clips(count: usize, weight: f64) -> Vec<CalibrationSample> {
        let clip = |n: usize| CalibrationSample {
            speaker: n.to_string(),
            region: None,
            language: "fr".parse().unwrap(),
            score: 0.5,
            expected_wer: 0.2,
            weight,
            right: n.is_multiple_of(2),
            wer: 0.2,
            words: 5.0,
            engine: None,
        };
        (0..count).map(clip).collect()
    }

    #[test]
    fn retention_clips_weigh_what_is_missing_and_less_with_every_answer() {
        let weights = |settled: usize, retention| {
            let mut own = clips(settled, 2.0);
            fill(&mut own, clips(retention, 1.0));
            own.iter().skip(settled).map(|c| c.weight).sum::<f64>()
        };
        for (settled, retention, wanted) in
            [(40, 100, 40.0), (59, 100, 2.0), (60, 100, 0.0), (0, 30, 30.0)]
        {
            let weight = weights(settled, retention);
            assert!((weight - wanted).abs() < 1e-9, "{settled}, {retention}: {weight}");
        }
    }
}
