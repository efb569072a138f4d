//! `adapt`: a round. Settled corrections train the model further; held-out clips, anchors and silence
//! judge the outcome; what is better and nowhere worse takes the old model's place.

mod anchors;
mod confidence;
mod cross;
mod learn;
mod material;
mod sounds;
mod stop;
#[cfg(all(test, feature = "whisper-cpp"))]
mod tests;
mod verdict;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use whisper::finetune::Recipe;
use whisper::models::ModelFile;

use super::workspace::Workspace;
use crate::domain::{Round, RoundVerdict, Used, hex_digest};
use crate::views::progress::Console;
use anchors::{Anchor, Purpose};
pub use confidence::Confidence;
use learn::Lesson;
use material::Materials;

/// Settled clips below which no round is begun.
const LEAST: usize = 20;

/// What may be asked.
#[derive(Clone, Debug)]
pub struct Options {
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

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Adapted {
    /// The round; of a dry run, only what is known beforehand.
    #[serde(flatten)]
    pub round: Round,
    /// Whether this is what would be done.
    pub dry_run: bool,
    /// What no two of train, dev and test share.
    pub split_by: &'static str,
    /// Settled clips that are not learnt from, by reason.
    pub excluded: BTreeMap<&'static str, usize>,
    /// Steps of training.
    pub steps: usize,
    /// What became of the confidence score.
    pub confidence: Option<Confidence>,
    /// Words and idioms that validators confirmed, in use in the lexicon.
    pub lexicon_confirmed: usize,
    /// Recordings that could not be read, with the reason.
    pub failed: Vec<String>,
}

/// What all parts of a round need.
struct Plan<'a> {
    options: &'a Options,
    recipe: Recipe,
    /// The model in use: the old one of the verdict.
    parent: ModelFile,
    /// What training begins from.
    start: ModelFile,
    materials: Materials,
    anchors: Vec<Anchor>,
    round: Round,
}

/// Makes a round.
///
/// # Errors
/// Too few settled clips, a model that cannot be trained (quantised), bad anchors; stopped.
pub fn adapt(workspace: &mut Workspace, options: &Options, console: Console) -> Result<Adapted> {
    let mut plan = plan(workspace, options)?;
    let whole = Lesson::whole(&plan);
    let steps = whole.trainings * learn::steps(&plan, &whole);
    let mut adapted = Adapted {
        round: plan.round.clone(),
        dry_run: options.dry_run,
        split_by: match plan.materials.unit {
            crate::training::split::Unit::Speaker => "speaker",
            crate::training::split::Unit::Recording => "recording",
            crate::training::split::Unit::Text => "text",
        },
        excluded: plan.materials.left_out.clone(),
        steps,
        confidence: None,
        lexicon_confirmed: super::lexicon::confirmed_in_use(workspace)?,
        failed: Vec::new(),
    };
    if options.dry_run {
        return Ok(adapted);
    }
    let stop = stop::on_ctrl_c();
    let recordings = workspace.store.recordings_by_id()?;
    let sounds = sounds::load(&plan.materials.clips, &recordings, &mut adapted.failed);
    plan.materials.clips.retain(|m| sounds.contains_key(&m.clip));
    plan.note_data();
    let began = Instant::now();
    let learnt = learn::learn(workspace, &plan, &sounds, &whole, &stop, console)?;
    let (losses, wall_seconds) = (learnt.trained.losses.clone(), began.elapsed().as_secs_f64());
    let judged = verdict::judge(workspace, &plan, &sounds, learnt, &stop, console)?;
    let round = Round {
        created: jiff::Timestamp::now().to_string(),
        losses,
        wall_seconds,
        share: judged.share,
        averages: judged.averages,
        measured: judged.measured.clone(),
        verdict: judged.verdict.clone(),
        ..plan.round.clone()
    };
    if let RoundVerdict::Promoted { model, .. } = &round.verdict {
        let file = workspace.dir.join(&judged.file);
        adapted.confidence =
            Some(confidence::refit(workspace, &plan, &sounds, (&file, model), &stop, console)?);
    }
    let used: Vec<_> = plan.materials.clips.iter().map(|m| (m.clip.clone(), m.used)).collect();
    workspace.store.keep_round(&round, &used)?;
    learn::clean(workspace, &round)?;
    adapted.round = round;
    Ok(adapted)
}

/// What is known before any work.
fn plan<'a>(workspace: &mut Workspace, options: &'a Options) -> Result<Plan<'a>> {
    let parent = workspace.model()?;
    let start = workspace.settings_model().context("training begins from it")?;
    let seed = options.recipe.seed;
    let materials = material::gather(workspace, seed)?;
    let settled = materials.clips.iter().filter(|m| m.used != Used::Replay).count();
    ensure!(
        settled >= LEAST,
        "{settled} clips are settled with a text, and a round takes at least {LEAST}: hand out more \
         (`second-ear tasks`) and import the answers (`second-ear answers`)"
    );
    let learnt = materials.of(Used::Train).count();
    let recipe = match options.rate {
        Some(rate) => options.recipe.clone().with_rate(rate),
        None => options.recipe.clone().for_corrections(learnt),
    };
    let anchors = anchors::anchors(options.retention.as_deref())?;
    let anchors = anchors::limited(anchors, learnt, seed);
    let rounds = workspace.store.rounds()?;
    let mut plan = Plan {
        options,
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
        recipe,
        parent,
        start,
        materials,
        anchors,
    };
    plan.note_data();
    Ok(plan)
}

impl Plan<'_> {
    /// Records what is learnt from and judged by.
    fn note_data(&mut self) {
        let mut digest = material::digest(&self.materials.clips);
        for anchor in &self.anchors {
            digest.push_str(anchor.sound.clip.as_str());
        }
        self.round.data_digest = hex_digest(digest.as_bytes());
        self.round.clips = counts(self);
        self.round.train_seconds = learn::seconds(self);
    }
}

/// Clips by use, anchors too.
fn counts(plan: &Plan) -> BTreeMap<String, usize> {
    let mut counts = plan.materials.counts();
    for anchor in &plan.anchors {
        let name = match anchor.purpose {
            Purpose::Replay => format!("retention {} replay", anchor.set),
            Purpose::Dev => format!("retention {} dev", anchor.set),
            Purpose::Test => format!("retention {} test", anchor.set),
        };
        *counts.entry(name).or_default() += 1;
    }
    counts
}
