//! After a promotion the old scores mean nothing: the score is fitted anew, to what the new model hears in
//! clips that it never learnt from and whose text people settled.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use serde::Serialize;

use super::sounds::{Sound, hear_with};
use super::{Plan, Workspace};
use crate::domain::{ClipId, Hypothesis};
use crate::exit::Interrupted;
use crate::hypotheses::transcriber::Transcriber;
use crate::hypotheses::whisper::Engine;
use crate::pipeline::recalibrate::{refit as fit, settled_clips};
use crate::pipeline::scores::{self, Scorer};
use crate::views::progress::{Talk, Unit};

/// What became of the confidence score.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Confidence {
    /// Fitted to the new model.
    Refitted {
        /// Clips that it was fitted on.
        clips: usize,
        /// Cross-validated log-loss, nats a clip, of the parent's score and the new one.
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

/// Hears the held-out clips with the new model as `run` would, keeps these hypotheses, and fits the score.
pub fn refit(
    workspace: &mut Workspace,
    plan: &Plan,
    sounds: &BTreeMap<ClipId, Sound>,
    (file, model): (&Path, &str),
    stop: &AtomicBool,
    talk: Talk,
) -> Result<Confidence> {
    let before = Scorer::of(workspace)?;
    let scored_as = before.scored_as(&plan.parent.id()).to_string();
    scores::remember(workspace, model, &scored_as)?;
    // What was fitted to the parent's scores is left aside.
    let scorer = Scorer::of(workspace)?.without_adjustment();
    let policy = workspace.config.decode.id();
    let engine = Engine::load(file, model, workspace.config.decode.weights)?;
    let judge = scorer.judge(&workspace.config.routing, model, &policy);
    let held: Vec<&Sound> = plan
        .materials
        .clips
        .iter()
        .filter(|m| !m.used.learnt())
        .filter_map(|m| sounds.get(&m.clip))
        .collect();
    let workers = workspace.config.worker_count(plan.options.workers);
    let transcribers = (0..workers)
        .map(|_| Ok(Transcriber::from(engine.worker()?).judged(judge.clone())))
        .collect::<Result<Vec<_>>>()?;
    let progress = talk.progress("recalibrate", Unit::Things("clips"), held.len() as u64);
    let heard = hear_with(transcribers, &held, &workspace.config.decode, stop, &progress);
    drop(progress);
    if stop.load(Ordering::Relaxed) {
        return Err(Interrupted.into());
    }
    let heard = heard?;
    workspace.store.keep_hypotheses(&heard)?;
    let mut heard: BTreeMap<ClipId, Hypothesis> =
        heard.into_iter().map(|h| (h.clip.clone(), h)).collect();
    let (own, left) = settled_clips(workspace, &scorer, &mut |row| {
        row.hypothesis = heard.remove(&row.clip.id);
        row.hypothesis.is_some()
    })?;
    let path = scores::round_path(workspace, plan.round.number);
    Ok(match fit(workspace, &scorer, &own, left, path)? {
        Ok(done) => Confidence::Refitted {
            clips: done.adjustment.clips,
            log_loss: [done.adjustment.log_loss_before, done.adjustment.log_loss_after],
        },
        Err(why) => Confidence::Unadjusted { clips: own.len(), why: why.to_string() },
    })
}
