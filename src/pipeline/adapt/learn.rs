//! The training of a round: what it is trained on, the model in memory, checkpoints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use anyhow::{Context, Result};

use super::material::Material;
use super::plan::Plan;
use super::prepared::Prepared;
use super::retention::Purpose;
use super::sounds::Sound;
use crate::domain::{ClipId, DecodePolicy, Round, SAMPLE_RATE, hex_digest};
use crate::exit::Interrupted;
use crate::hypotheses::transcriber::first_context;
use crate::views::progress::{Console, Progress, Unit};
use whisper::Vocabulary;
use whisper::bpe::Bpe;
use whisper::finetune::{self, CheckpointFile, Example, Model, Step, Stopped, Trained};
use whisper::models::weights;

/// What training gave.
pub struct TrainedWeights {
    /// Parameters and losses.
    pub trained: Trained,
    /// The parameters that training began from, for averages.
    pub start: BTreeMap<String, Vec<f32>>,
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

    /// What is trained on what, as one digest: a checkpoint of anything else is not used.
    pub fn key(&self, plan: &Plan) -> String {
        let Round { data_digest, recipe, .. } = &plan.round;
        let without: Vec<&str> = self.without.iter().map(ClipId::as_str).collect();
        let (start, without) = (&plan.start.sha256, without.join(" "));
        let all = format!("{} {start} {data_digest} {recipe} {without}", finetune::TRAINER);
        hex_digest(all.as_bytes())
    }

    /// Steps of each training.
    pub fn steps(&self, plan: &Plan) -> usize {
        let examples = self.clips(plan).count() + plan.retention(Purpose::Replay).count();
        examples.div_ceil(plan.recipe.batch) * plan.recipe.epochs
    }

    /// Clips that are learnt from.
    fn clips<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = &'a Material> {
        plan.learnt().filter(|m| !self.without.contains(&m.clip))
    }
}

/// Trains, two trainings side by side; goes on from the last whole epoch of the same training, if one was killed.
pub fn learn(round: &Prepared, lesson: &Lesson) -> Result<TrainedWeights> {
    let Prepared { plan, files, .. } = round;
    let loaded = weights::load(&plan.start.path)?;
    let examples = examples(round, lesson);
    let model = Model::of(loaded)?;
    let file = |n| CheckpointFile {
        path: files.checkpoint(&lesson.name, n, lesson.trainings),
        key: format!("{} {n}", lesson.key(plan)),
    };
    let checkpoints: Vec<CheckpointFile> = (0..lesson.trainings).map(file).collect();
    let bar = Bar::new(&lesson.name, checkpoints.len(), lesson.steps(plan), round.console);
    let one = |n: usize| {
        let (checkpoint, recipe) = (&checkpoints[n], plan.recipe.training(n));
        let mut tell = |step| bar.tell(n, step);
        let trained =
            finetune::train(&model, &examples, &recipe, checkpoint, &round.stop, &mut tell);
        trained.map_err(|e| match e.is::<Stopped>() {
            true => Interrupted.into(),
            false => e,
        })
    };
    let trained = finetune::side_by_side(checkpoints.len(), one)?;
    let trained = Trained::mean(trained.into_iter()).context("nothing was to be trained")?;
    let start = trained.values.keys().map(|name| Ok((name.clone(), model.values(name)?)));
    let start = start.collect::<Result<_>>()?;
    Ok(TrainedWeights { trained, start })
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

fn examples(round: &Prepared, lesson: &Lesson) -> Vec<Example> {
    let Prepared { plan, sounds, start, policy, console, .. } = round;
    let vocabulary = start.vocabulary();
    let bpe = vocabulary.bpe();
    let clips = lesson.clips(plan);
    let clips = clips.filter_map(|m| Some((sounds.get(&m.clip)?, &*m.text, m.weight)));
    let repeated = plan.retention(Purpose::Replay).map(|a| (&a.sound, &*a.text, 1.0));
    let mut examples = Vec::new();
    for (sound, text, weight) in clips.chain(repeated) {
        match example(vocabulary, &bpe, sound, text, weight, policy) {
            Ok(example) => examples.push(example),
            Err(why) => console.problem(format!("excluded: clip {}: {why:#}", sound.clip)),
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
    let seconds = sound.samples.len() as f64 / f64::from(SAMPLE_RATE);
    let ids = bpe.ids(&format!(" {}", text.trim())).context("the model cannot write its text")?;
    anyhow::ensure!(
        ids.len() <= vocabulary.most_tokens(),
        "its text is too long: {} tokens",
        ids.len()
    );
    Ok(Example {
        frames: first_context(seconds, policy) as usize,
        samples: sound.samples.clone(),
        prompt: vocabulary.prompt(&sound.language),
        text: ids.into_iter().map(|id| id as u32).collect(),
        end: vocabulary.end_of_text(),
        weight,
    })
}
