//! The training of a round: examples of clips and anchors, the model in memory, checkpoints.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use whisper::Vocabulary;
use whisper::bpe::Bpe;
use whisper::finetune::{self, Example, Model, Place, Step, Stopped, Trained};
use whisper::models::weights;

use super::anchors::Purpose;
use super::material::Material;
use super::sounds::Sound;
use super::{Plan, Workspace};
use crate::domain::{ClipId, DecodePolicy, Round, RoundVerdict, SAMPLE_RATE, hex_digest};
use crate::exit::Interrupted;
use crate::hypotheses::transcriber::first_context;
use crate::views::progress::{Console, Progress, Unit};

/// What training left.
pub struct Learnt {
    /// Parameters and losses.
    pub trained: Trained,
    /// The parameters that training began from, for averages.
    pub start: BTreeMap<String, Vec<f32>>,
}

/// Where a round works, and promoted models are.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.dir.join("models")
}

/// One training of a round.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// What the progress display calls it, and its checkpoint.
    pub name: String,
    /// Clips that are not learnt from this time.
    pub without: BTreeSet<ClipId>,
    /// Trainings whose weights are averaged.
    pub trainings: usize,
}

impl Lesson {
    /// The one that makes the new model.
    pub fn whole(plan: &Plan) -> Self {
        let trainings = plan.recipe.trainings;
        Self { name: "training".into(), without: BTreeSet::new(), trainings }
    }

    /// Where training `n`, from 0, leaves what it goes on from.
    pub fn checkpoint(&self, workspace: &Workspace, n: usize) -> PathBuf {
        let Self { name, trainings, .. } = self;
        folder(workspace).join(match trainings {
            1 => format!("{name}.safetensors"),
            all => format!("{name}-{}-of-{all}.safetensors", n + 1),
        })
    }

    /// What is trained on what, as one digest: a checkpoint of anything else is not used.
    pub fn key(&self, plan: &Plan) -> String {
        let Round { data_digest, recipe, .. } = &plan.round;
        let without: Vec<&str> = self.without.iter().map(ClipId::as_str).collect();
        let (start, without) = (&plan.start.sha256, without.join(" "));
        let all = format!("{} {start} {data_digest} {recipe} {without}", finetune::TRAINER);
        hex_digest(all.as_bytes())
    }

    /// Clips that are learnt from.
    fn clips<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = &'a Material> {
        let learnt = plan.materials.clips.iter().filter(|m| m.used.learnt());
        learnt.filter(|m| !self.without.contains(&m.clip))
    }
}

/// Steps of one training.
pub fn steps(plan: &Plan, lesson: &Lesson) -> usize {
    let recipe = &plan.recipe;
    let anchors = plan.anchors.iter().filter(|a| a.purpose == Purpose::Replay).count();
    (lesson.clips(plan).count() + anchors).div_ceil(recipe.batch) * recipe.epochs
}

/// Seconds of sound that are learnt from.
pub fn seconds(plan: &Plan) -> f64 {
    let clips: f64 = Lesson::whole(plan).clips(plan).map(|m| m.span.len().seconds()).sum();
    let anchors = plan.anchors.iter().filter(|a| a.purpose == Purpose::Replay);
    clips + anchors.map(|a| length(a.sound.samples.len())).sum::<f64>()
}

fn length(samples: usize) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE)
}

/// Trains, two trainings side by side; goes on from the last whole epoch of the same training, if one was killed.
pub fn learn(
    workspace: &Workspace,
    plan: &Plan,
    sounds: &BTreeMap<ClipId, Sound>,
    lesson: &Lesson,
    stop: &AtomicBool,
    console: Console,
) -> Result<Learnt> {
    std::fs::create_dir_all(folder(workspace))?;
    let loaded = weights::load(&plan.start.path)?;
    let vocabulary = Vocabulary::open(&plan.start.path)?;
    let examples = examples(&vocabulary, plan, lesson, sounds, &workspace.config.decode, console);
    let model = Model::of(loaded)?;
    let place = |n| Place {
        checkpoint: lesson.checkpoint(workspace, n),
        key: format!("{} {n}", lesson.key(plan)),
    };
    let places: Vec<Place> = (0..lesson.trainings).map(place).collect();
    let bar = Bar::new(&lesson.name, places.len(), steps(plan, lesson), console);
    let one = |n: usize| {
        let (place, recipe) = (&places[n], plan.recipe.training(n));
        let mut tell = |step| bar.tell(n, step);
        let trained = finetune::train(&model, &examples, &recipe, place, stop, &mut tell);
        trained.map_err(|e| match e.is::<Stopped>() {
            true => Interrupted.into(),
            false => e,
        })
    };
    let trained = finetune::side_by_side(places.len(), one)?;
    let trained = Trained::mean(trained.into_iter()).context("nothing was to be trained")?;
    let start = trained.values.keys().map(|name| Ok((name.clone(), model.values(name)?)));
    let start = start.collect::<Result<_>>()?;
    Ok(Learnt { trained, start })
}

/// The progress of trainings side by side.
struct Bar {
    progress: Progress,
    /// Steps done, by training.
    at: Mutex<Vec<usize>>,
}

impl Bar {
    /// Of so many trainings of so many steps each.
    fn new(what: &str, trainings: usize, steps: usize, console: Console) -> Self {
        let progress = console.progress(what, Unit::Things("steps"), (trainings * steps) as u64);
        Self { progress, at: Mutex::new(vec![0; trainings]) }
    }

    /// Training `n` is so far.
    fn tell(&self, n: usize, Step { step, steps, epoch, loss }: Step) {
        let Ok(mut at) = self.at.lock() else { return };
        at[n] = step;
        self.progress.note(format!("epoch {epoch}, loss {loss:.3}"));
        self.progress.set(at.iter().sum::<usize>() as u64, (at.len() * steps) as u64);
    }
}

fn examples(
    vocabulary: &Vocabulary,
    plan: &Plan,
    lesson: &Lesson,
    sounds: &BTreeMap<ClipId, Sound>,
    policy: &DecodePolicy,
    console: Console,
) -> Vec<Example> {
    let bpe = vocabulary.bpe();
    let clips = lesson.clips(plan).filter_map(|m| Some((sounds.get(&m.clip)?, &*m.text, m.weight)));
    let anchors = plan.anchors.iter().filter(|a| a.purpose == Purpose::Replay);
    let all = clips.chain(anchors.map(|a| (&a.sound, &*a.text, 1.0)));
    let mut examples = Vec::new();
    for (sound, text, weight) in all {
        match example(vocabulary, &bpe, sound, text, weight, policy) {
            Ok(example) => examples.push(example),
            Err(why) => console.problem(format!("left out: clip {}: {why:#}", sound.clip)),
        }
    }
    examples
}

/// A clip as training sees it: what decoding would give the encoder and the decoder, and the text.
pub fn example(
    vocabulary: &Vocabulary,
    bpe: &Bpe,
    sound: &Sound,
    text: &str,
    weight: f32,
    policy: &DecodePolicy,
) -> Result<Example> {
    let ids = bpe.ids(&format!(" {}", text.trim())).context("the model cannot write its text")?;
    anyhow::ensure!(
        ids.len() <= vocabulary.most_tokens(),
        "its text is too long: {} tokens",
        ids.len()
    );
    Ok(Example {
        frames: first_context(length(sound.samples.len()), policy) as usize,
        samples: sound.samples.clone(),
        prompt: vocabulary.prompt(&sound.language),
        text: ids.into_iter().map(|id| id as u32).collect(),
        end: vocabulary.end_of_text(),
        weight,
    })
}

/// Removes what only an unfinished round needs: checkpoint, candidates that were not taken.
pub fn clean(workspace: &Workspace, round: &Round) -> Result<()> {
    let kept = match &round.verdict {
        RoundVerdict::Promoted { file, .. } => Some(workspace.dir.join(file)),
        RoundVerdict::Rejected { .. } => None,
    };
    for entry in std::fs::read_dir(folder(workspace))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // `.tmp`: a checkpoint in the middle of which a round was killed.
        let passing = ["candidate-", "training", "fold-", ".tmp"];
        let passing = passing.iter().any(|p| name.starts_with(p));
        if passing && Some(entry.path()) != kept {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
