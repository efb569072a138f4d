//! What computes Whisper's numbers must offer: states that encode clips and give logits. Left to others: which library
//! does (`backends`), what the logits mean (`engine`).

use anyhow::Result;

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
    /// Encodes clips (16 kHz), at most [`Model::together`], with `context` encoder frames each, 50 per second.
    fn encode(&mut self, clips: &[&[f32]], context: u32) -> Result<()>;

    /// Begins texts for some of the encoded clips, by their numbers.
    fn begin(&mut self, clips: &[usize]) -> Result<()>;

    /// Goes on with some of the texts that are going on, by their rows.
    fn keep(&mut self, rows: &[usize]) -> Result<()>;

    /// Feeds as many tokens for each text that goes on, text after text, after `past` earlier ones; the logits
    /// of a single token each, row by row (of several, they are not to be read).
    fn step(&mut self, tokens: &[i32], past: usize) -> Result<&[f32]>;
}
