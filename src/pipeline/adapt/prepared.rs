//! A round about to work. In: a plan. Out: the sounds of its clips, the drafts that it repeats, and the models that a new
//! one is compared with, loaded once for all who need them; engines and hypotheses of others. Left to others: training,
//! judging.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use super::files::RoundFiles;
use super::plan::Plan;
use super::repeat;
use super::sounds::{self, Sound};
use crate::domain::{ClipId, DecodePolicy, Hypothesis};
use crate::exit::Interrupted;
use crate::hypotheses::transcriber::Transcriber;
use crate::pipeline::stop;
use crate::pipeline::transcribe;
use crate::pipeline::workspace::Workspace;
use crate::views::progress::{Console, Unit};
use whisper::Engine;
use whisper::models::ModelFile;

/// What the work of a round needs.
pub struct Prepared {
    /// Of clips whose sound is there.
    pub plan: Plan,
    /// The sound of each clip.
    pub sounds: BTreeMap<ClipId, Sound>,
    /// Clips that the model in use has learnt from.
    pub learnt_before: BTreeSet<ClipId>,
    /// Recordings that could not be read, with the reason.
    pub failed: Vec<String>,
    /// The model in use, which the new one must do better than.
    pub old: Arc<Engine>,
    /// The model that training begins from, which other people's speech and silence must not suffer against. Were this
    /// the model in use, half a point could be lost in every round, and one model's luck with the retention
    /// sets would hold up all that follow.
    pub start: Arc<Engine>,
    /// Where it works.
    pub files: RoundFiles,
    /// How to decode.
    pub policy: DecodePolicy,
    /// P(no speech) from which nobody speaks, as routing takes it.
    pub no_speech: f64,
    /// Set by Ctrl-C.
    pub stop: Arc<AtomicBool>,
    /// Progress goes there.
    pub console: Console,
    threads: usize,
}

impl Prepared {
    /// Cuts the sounds out and loads the models.
    pub fn load(
        workspace: &Workspace,
        plan: Plan,
        workers: Option<usize>,
        console: Console,
    ) -> Result<Self> {
        let stop = stop::on_ctrl_c();
        let recordings = workspace.store.recordings_by_id()?;
        let mut failed = Vec::new();
        let mut plan = plan;
        let tried = std::mem::take(&mut plan.materials.unreviewed);
        let clips = [&plan.materials.clips[..], &tried].concat();
        let sounds = sounds::load(&clips, &recordings, &mut failed);
        let plan = plan.with_sound(|clip| sounds.contains_key(clip));
        let policy = workspace.config.decode.own();
        let engine = |file: &ModelFile| Engine::load(&file.path, &file.sha256, policy.weights);
        let start = engine(&plan.start)?;
        let old = match plan.parent.sha256 == plan.start.sha256 {
            true => Arc::clone(&start),
            false => engine(&plan.parent)?,
        };
        let mut prepared = Self {
            threads: workspace.config.worker_count(workers),
            learnt_before: workspace.store.clips_learnt_by(plan.round.parent)?,
            files: RoundFiles::of(&workspace.dir)?,
            plan,
            sounds,
            failed,
            old,
            start,
            policy,
            no_speech: workspace.config.routing.no_speech,
            stop,
            console,
        };
        let drafts = repeat::drafts(&prepared, workspace, &tried)?;
        prepared.plan = prepared.plan.with_drafts(drafts);
        let used: BTreeSet<ClipId> =
            prepared.plan.materials.used().into_iter().map(|u| u.0).collect();
        prepared.sounds.retain(|clip, _| used.contains(clip));
        Ok(prepared)
    }

    /// Loads a model that the round made.
    pub fn engine(&self, path: &Path, sha256: &str) -> Result<Arc<Engine>> {
        Engine::load(path, sha256, self.policy.weights)
    }

    /// What a model makes of sounds, in their order; `asked`: beside the text.
    pub fn transcribe(
        &self,
        engine: &Arc<Engine>,
        sounds: &[&Sound],
        what: &str,
        asked: impl Fn(Transcriber) -> Transcriber,
    ) -> Result<Vec<Hypothesis>> {
        let transcribers = transcribe::workers(engine, self.threads, asked)?;
        let progress = self.console.progress(what, Unit::Things("clips"), sounds.len() as u64);
        let made = transcribe::on_threads(transcribers, sounds, &progress, |transcriber, some| {
            sounds::transcribe(transcriber, some, &self.policy, &self.stop)
        });
        if self.stop.load(Ordering::Relaxed) {
            return Err(Interrupted.into());
        }
        made.into_iter().collect::<Result<_>>().context("transcribe held-out clips")
    }
}
