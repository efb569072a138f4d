//! A round before any work. In: a workspace, what was asked for. Out: the models, clips and recipe of the round, and
//! its record as far as it is known. Left to others: sounds (`prepared`), training, judging.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::gather;
use super::material::{self, Material, Materials};
use super::retention::{self, Purpose, RetentionClip};
use crate::domain::{ClipId, Round, RoundVerdict, SAMPLE_RATE, Used, hex_digest};
use crate::pipeline::scores;
use crate::pipeline::workspace::Workspace;
use whisper::finetune::Recipe;
use whisper::models::ModelFile;

/// Settled clips below which no round is begun.
const LEAST: usize = 20;

/// What may be asked.
#[derive(Clone, Debug)]
pub struct AdaptOptions {
    /// Say what would be learnt from and judged by, and do nothing.
    pub dry_run: bool,
    /// How to train; its rate is for many corrections.
    pub recipe: Recipe,
    /// Highest learning rate, whatever the number of corrections.
    pub rate: Option<f64>,
    /// Parts for the cross-validated verdict of a small round; below 2: none.
    pub folds: usize,
    /// A further retention set: a manifest.
    pub retention: Option<PathBuf>,
    /// Threads that transcribe; overrides the settings.
    pub workers: Option<usize>,
}

/// What all parts of a round need.
pub struct Plan {
    /// How to train.
    pub recipe: Recipe,
    /// Parts for the cross-validated verdict.
    pub folds: usize,
    /// The model in use: the old one of the verdict.
    pub parent: ModelFile,
    /// What training begins from.
    pub start: ModelFile,
    /// Corrections; once the round is prepared, also drafts that are repeated.
    pub materials: Materials,
    /// Clips of other people.
    pub retention: Vec<RetentionClip>,
    /// The record; what is not known yet is empty.
    pub round: Round,
}

impl Plan {
    /// Gathers and splits what there is.
    ///
    /// # Errors
    /// Too few settled clips, a model that is not what it should be, a bad retention set.
    pub fn of(workspace: &mut Workspace, options: &AdaptOptions) -> Result<Self> {
        let parent = workspace.model()?;
        let start = workspace.settings_model().context("training begins from it")?;
        scores::remember(workspace, &start.id(), &start.calibrated_as()?)?;
        let seed = options.recipe.seed;
        let materials = gather::gather(workspace, seed)?;
        let settled = materials.clips.len();
        let barred = gather::without_consent(&materials);
        let also = match barred {
            0 => String::new(),
            n => format!(
                "; {n} more are left out because consent to train or evaluate is missing (`second-ear consent`)"
            ),
        };
        ensure!(
            settled >= LEAST,
            "{settled} clips are settled with a text, and a round takes at least {LEAST}: hand out more \
             (`second-ear tasks`) and import the answers (`second-ear answers`){also}"
        );
        let learnt = materials.of(Used::Train).count();
        ensure!(learnt > 0 || barred == 0, "there is nothing to learn from{also}");
        let judged = materials.of(Used::Test).count();
        ensure!(judged > 0 || barred == 0, "there is nothing to judge a new model by{also}");
        let recipe = match options.rate {
            Some(rate) => options.recipe.clone().with_rate(rate),
            None => options.recipe.clone().for_corrections(learnt),
        };
        let retention = retention::clips(options.retention.as_deref())?;
        let rounds = workspace.store.rounds()?;
        let mut plan = Self {
            round: Round {
                number: rounds.last().map_or(0, |r| r.number) + 1,
                created: String::new(),
                base: workspace.config.model.clone(),
                parent: workspace.round()?,
                parent_model: parent.id(),
                start_model: start.id(),
                seed,
                data_digest: String::new(),
                recipe: serde_json::to_value(&recipe)?,
                clips: BTreeMap::new(),
                train_seconds: 0.0,
                losses: Vec::new(),
                share: 0.0,
                averages: Vec::new(),
                wall_seconds: 0.0,
                measured: Vec::new(),
                verdict: RoundVerdict::Rejected { why: vec!["nothing was done yet".into()] },
            },
            folds: options.folds,
            recipe,
            parent,
            start,
            materials,
            retention: retention::limited(retention, learnt, seed),
        };
        plan.note_data();
        Ok(plan)
    }

    /// Leaves out clips whose audio cannot be read.
    pub fn with_sound(mut self, has_sound: impl Fn(&ClipId) -> bool) -> Self {
        self.materials.clips.retain(|m| has_sound(&m.clip));
        self.note_data();
        self
    }

    /// The same with drafts to be repeated.
    pub fn with_drafts(mut self, drafts: Vec<Material>) -> Self {
        self.materials.clips.extend(drafts);
        self.materials.clips.sort_by(|a, b| a.clip.cmp(&b.clip));
        self.note_data();
        self
    }

    /// Clips that are learnt from.
    pub fn learnt(&self) -> impl Iterator<Item = &Material> {
        self.materials.clips.iter().filter(|m| m.used.learnt())
    }

    /// Retention clips for one purpose.
    pub fn retention(&self, purpose: Purpose) -> impl Iterator<Item = &RetentionClip> {
        self.retention.iter().filter(move |a| a.purpose == purpose)
    }

    /// Records what is learnt from and judged by.
    fn note_data(&mut self) {
        let mut digest = material::digest(&self.materials.clips);
        for clip in &self.retention {
            digest.push_str(clip.sound.clip.as_str());
        }
        self.round.data_digest = hex_digest(digest.as_bytes());
        self.round.clips = self.counts();
        let clips: f64 = self.learnt().map(|m| m.span.len().seconds()).sum();
        let seconds = |a: &RetentionClip| a.sound.samples.len() as f64 / f64::from(SAMPLE_RATE);
        let repeated: f64 = self.retention(Purpose::Replay).map(seconds).sum();
        self.round.train_seconds = clips + repeated;
    }

    /// Clips by use, retention clips too.
    fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = self.materials.counts();
        for clip in &self.retention {
            let name = match clip.purpose {
                Purpose::Replay => format!("retention {} replay", clip.set),
                Purpose::Dev => format!("retention {} dev", clip.set),
                Purpose::Test => format!("retention {} test", clip.set),
            };
            *counts.entry(name).or_default() += 1;
        }
        counts
    }
}
