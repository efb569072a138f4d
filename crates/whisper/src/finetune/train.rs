//! The training loop. In: a model, examples, a recipe. Out: the trained parameters and the losses.
//! Left to others: choosing examples and judging the result (`gate`, the pipeline).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail, ensure};
use candle_core::{Device, Tensor, Var};
use rayon::prelude::*;

use super::adam::Moments;
use super::batches::{Example, batches, parts, texts};
use super::checkpoint::{self, Done};
use super::frames::Frames;
use super::network::{EncoderOutput, Network, Shape, padded};
use super::ops::{self, GradientSink};
use super::recipe::Recipe;
use super::weights::{Parameter, Parameters, Weights, average};
use crate::log_mel;
use crate::models::weights::Loaded;

/// A model to be trained further.
pub struct Model {
    /// Its heads and layers.
    pub shape: Shape,
    /// Its mel filters, bands rows of 201.
    pub filters: Vec<f32>,
    /// Its parameters.
    pub parameters: Parameters,
}

impl Model {
    /// Of a model file's content.
    ///
    /// # Errors
    /// Sizes and numbers of a tensor do not fit.
    pub fn of(loaded: Loaded) -> Result<Self> {
        let header = &loaded.header;
        let shape = Shape {
            audio_heads: header.n_audio_head as usize,
            audio_layers: header.n_audio_layer as usize,
            text_heads: header.n_text_head as usize,
            text_layers: header.n_text_layer as usize,
        };
        let of = |(name, (dims, values))| Ok((name, Parameter::new(dims, values)?));
        let parameters = loaded.tensors.into_iter().map(of).collect::<Result<_>>()?;
        Ok(Model { shape, filters: loaded.filters, parameters })
    }

    /// The numbers of a parameter, row after row.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn values(&self, name: &str) -> Result<Vec<f32>> {
        let parameter = self.parameters.get(name);
        Ok(parameter.with_context(|| format!("the model has no {name}"))?.values()?)
    }
}

/// Encoder frames that are computed together at most, those of Whisper's window; a batch is added up of such parts. It
/// bounds the memory, and few large products are faster than many small ones.
const TOGETHER: usize = 1500;

/// Where a training leaves what it goes on from.
#[derive(Clone, Debug)]
pub struct CheckpointFile {
    /// Where it is.
    pub path: PathBuf,
    /// What is trained on what; a checkpoint of another key is not used.
    pub key: String,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// From 1.
    pub step: usize,
    /// All steps.
    pub steps: usize,
    /// From 1.
    pub epoch: usize,
    /// Mean loss of the epoch so far, nats per token.
    pub loss: f64,
}

/// The outcome.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The trained parameters; all others are the parent's.
    pub values: BTreeMap<String, Vec<f32>>,
    /// Mean loss of each epoch, over all trainings.
    pub losses: Vec<f64>,
}

impl Trained {
    /// The average of some trainings; nothing of none.
    pub fn mean(all: impl Iterator<Item = Self>) -> Option<Self> {
        let mean = all.zip(1..).reduce(|(mean, n), (one, next)| (mean.and(one, n), next))?;
        Some(mean.0)
    }

    /// The average of this outcome of `n` trainings and of one more.
    fn and(mut self, one: Self, n: u32) -> Self {
        let share = 1.0 / (f64::from(n) + 1.0);
        for (name, values) in &mut self.values {
            if let Some(new) = one.values.get(name) {
                *values = average(values, new, share as f32);
            }
        }
        let losses = self.losses.iter_mut().zip(&one.losses);
        losses.for_each(|(mean, loss)| *mean += share * (loss - *mean));
        self
    }
}

/// Work was stopped from outside; the last epoch's checkpoint is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped in the middle of an epoch; the same command goes on from the last whole one")]
pub struct Stopped;

/// Trains. After every epoch a checkpoint is written; the caller removes it when the outcome is safe.
///
/// # Errors
/// No examples, numbers that are no longer finite, a full disk, [`Stopped`].
pub fn train(
    model: &Model,
    examples: &[Example],
    recipe: &Recipe,
    file: &CheckpointFile,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(Step),
) -> Result<Trained> {
    ensure!(!examples.is_empty(), "there is nothing to learn from");
    let weights = Weights::new(&model.parameters, recipe)?;
    let variables = weights.variables();
    let mut moments = vec![Moments::default(); variables.len()];
    let mut done = checkpoint::read(&file.path, &file.key, &variables, &mut moments)
        .unwrap_or(Done { key: file.key.clone(), losses: Vec::new(), steps: 0 });
    let mut sounds = Sounds::new(model, examples, recipe, &weights, stop)?;
    let lengths: Vec<usize> = examples.iter().map(|e| e.frames).collect();
    let a_pass = examples.len().div_ceil(recipe.batch);
    let steps = a_pass * recipe.epochs;
    for epoch in done.losses.len()..recipe.epochs {
        let mut sum = 0.0;
        for (n, batch) in
            batches(&lengths, recipe.batch, recipe.seed, epoch).into_iter().enumerate()
        {
            if stop.load(Ordering::Relaxed) {
                return Err(Stopped.into());
            }
            let mut gradient = Gradient::default();
            for part in parts(&batch, &lengths, TOGETHER) {
                let chosen: Vec<&Example> = part.iter().map(|&i| &examples[i]).collect();
                let texts = texts(&chosen, recipe);
                let weight = texts.targets.weights.iter().map(|w| f64::from(*w)).sum();
                let (loss, sink) = {
                    let network = Network::new(model.shape, weights.now());
                    let encoded = sounds.encoded(&network, part)?;
                    (network.loss(&encoded, &texts)?, network.sink())
                };
                gradient.add(loss, &sink, weight, &variables)?;
            }
            let step = epoch * a_pass + n;
            let value = gradient.mean();
            gradient.descend(&variables, &mut moments, recipe, (step, steps))?;
            sum += value;
            let mean = sum / (n + 1) as f64;
            tell(Step { step: step + 1, steps, epoch: epoch + 1, loss: mean });
        }
        done.losses.push(sum / a_pass as f64);
        done.steps = (epoch + 1) * a_pass;
        checkpoint::write(&file.path, &done, &variables, &moments)?;
    }
    Ok(Trained { values: weights.trained()?, losses: done.losses })
}

/// The gradient of a batch, added up over parts of it; empty before the first.
#[derive(Default)]
struct Gradient {
    sums: Vec<Vec<f32>>,
    loss: f64,
    weight: f64,
}

impl Gradient {
    /// Adds a part whose mean loss is `loss` and whose tokens weigh `weight`.
    fn add(
        &mut self,
        loss: Tensor,
        sink: &GradientSink,
        weight: f64,
        variables: &[(String, Var)],
    ) -> Result<()> {
        let value = f64::from(loss.to_scalar::<f32>()?);
        ensure!(value.is_finite(), "the loss is no number any more: lower the learning rate");
        let gradients = loss.backward()?;
        drop(loss);
        let first = self.sums.is_empty();
        for (n, (name, var)) in variables.iter().enumerate() {
            let part = sink.take(var).or_else(|| gradients.get(var).cloned());
            let part = part.with_context(|| format!("{name} got no gradient"))?;
            if first {
                self.sums.push(vec![0.0; var.elem_count()]);
            }
            let sums = &mut self.sums[n];
            ops::read(&part, |part| {
                const PART: usize = 1 << 15;
                sums.par_chunks_mut(PART).zip(part.par_chunks(PART)).for_each(|(sums, part)| {
                    sums.iter_mut().zip(part).for_each(|(s, g)| *s += g * weight as f32);
                });
            })?;
        }
        self.loss += value * weight;
        self.weight += weight;
        Ok(())
    }

    /// Mean loss, nats per token.
    fn mean(&self) -> f64 {
        self.loss / self.weight
    }

    /// One step against it, clipped to a norm.
    fn descend(
        &self,
        variables: &[(String, Var)],
        moments: &mut [Moments],
        recipe: &Recipe,
        (step, steps): (usize, usize),
    ) -> Result<()> {
        let square = |g: &Vec<f32>| g.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
        let squares: Vec<f64> = self.sums.par_iter().map(square).collect();
        let norm = squares.iter().sum::<f64>().sqrt() / self.weight;
        if !norm.is_finite() {
            bail!("the gradient is no number any more: lower the learning rate");
        }
        let schedule = &recipe.schedule;
        let scale = ((schedule.clip / norm.max(1e-12)).min(1.0) / self.weight) as f32;
        let rate = schedule.rate(step, steps) as f32;
        for (((_, var), sums), m) in variables.iter().zip(&self.sums).zip(moments) {
            let mut values = ops::numbers(var.as_tensor())?;
            m.update(&mut values, sums, scale, rate, schedule.decay as f32, step as i32 + 1);
            var.set(&Tensor::from_vec(values, var.shape(), &Device::Cpu)?)?;
        }
        Ok(())
    }
}

/// What the decoder listens to: encoded at every step, or once.
struct Sounds<'a> {
    model: &'a Model,
    examples: &'a [Example],
    once: Option<Frames>,
}

impl<'a> Sounds<'a> {
    fn new(
        model: &'a Model,
        examples: &'a [Example],
        recipe: &Recipe,
        weights: &Weights,
        stop: &AtomicBool,
    ) -> Result<Self> {
        let mut sounds = Self { model, examples, once: None };
        if recipe.part.keeps_encoder() {
            let frozen = weights.now().into_iter().map(|(name, t)| (name, t.detach())).collect();
            let network = Network::new(model.shape, frozen);
            let mut frames = Frames::new()?;
            for example in examples {
                if stop.load(Ordering::Relaxed) {
                    return Err(Stopped.into());
                }
                let mel = log_mel(&example.samples, &model.filters, 2 * example.frames);
                let encoded = network.encode(&[network.stem(&mel, example.frames)?])?;
                frames.push(&encoded.frames.squeeze(0)?)?;
            }
            sounds.once = Some(frames);
        }
        Ok(sounds)
    }

    /// The encoder frames of a batch.
    fn encoded(&mut self, network: &Network, batch: &[usize]) -> Result<EncoderOutput> {
        if let Some(frames) = &mut self.once {
            let frames = batch.iter().map(|&i| frames.get(i)).collect::<Result<Vec<_>>>()?;
            return Ok(padded(&frames)?);
        }
        let mut stems = Vec::with_capacity(batch.len());
        for &i in batch {
            let Example { samples, frames, .. } = &self.examples[i];
            let mel = log_mel(samples, &self.model.filters, 2 * frames);
            stems.push(network.stem(&mel, *frames)?);
        }
        Ok(network.encode(&stems)?)
    }
}
