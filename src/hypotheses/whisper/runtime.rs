//! Who computes Whisper's numbers. In: a model file, how its matrices are held. Out: a model whose states encode
//! clips and give logits. Left to others: what the logits mean (`whisper`).

use std::path::Path;

use anyhow::Result;

use super::cpp;
use crate::domain::Weights;

/// A loaded model.
pub trait Model: Send + Sync {
    /// Buffers for one worker.
    fn state(&self) -> Result<Box<dyn State>>;

    /// Clips that are worth decoding together, in step.
    fn together(&self) -> usize {
        1
    }
}

/// The buffers of one worker, and the clips that it encoded last.
pub trait State: Send {
    /// Encodes clips (16 kHz), at most [`Model::together`], with `context` encoder frames each, 50 a second.
    fn encode(&mut self, clips: &[&[f32]], context: u32) -> Result<()>;

    /// Begins texts for some of the encoded clips, by their numbers.
    fn begin(&mut self, clips: &[usize]) -> Result<()>;

    /// Goes on with some of the texts that are going on, by their rows.
    fn keep(&mut self, rows: &[usize]) -> Result<()>;

    /// Feeds as many tokens for each text that goes on, text after text, after `past` earlier ones; the logits
    /// of a single token each, row by row (of several, they are not to be read).
    fn step(&mut self, tokens: &[i32], past: usize) -> Result<&[f32]>;
}

/// Loads a sound model file.
///
/// # Errors
/// The file cannot be read or held in this way, or this build cannot.
pub fn load(path: &Path, weights: Weights) -> Result<Box<dyn Model>> {
    match weights {
        Weights::File | Weights::Bf16 => cpp::load(path, weights),
        #[cfg(feature = "ctranslate2")]
        Weights::Int8 => super::ctranslate2::load(path),
        #[cfg(not(feature = "ctranslate2"))]
        Weights::Int8 => anyhow::bail!(
            "decode.weights is int8, which this program was built without: build it with `--features \
             ctranslate2`, or set decode.weights to file in the settings"
        ),
    }
}

/// How a model's matrices are multiplied fastest by this build on this machine.
pub fn fastest_weights() -> Weights {
    if cfg!(feature = "ctranslate2") {
        Weights::Int8
    } else if cpp::multiplies_bf16() {
        Weights::Bf16
    } else {
        Weights::File
    }
}
