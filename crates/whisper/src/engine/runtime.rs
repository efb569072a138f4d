//! What computes Whisper's numbers must offer: states that encode clips and give logits. Left to others: which library
//! does (`backends`), what the logits mean (`engine`).

use anyhow::{Result, bail};

/// A loaded model.
pub trait Model: Send + Sync {
    /// Buffers for one worker.
    fn state(&self) -> Result<Box<dyn State>>;

    /// Whether its states search and read ([`State::search`], [`State::read`]).
    fn reads(&self) -> bool {
        false
    }

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

    /// What a search may write: the token that ends a text, those that it never writes, those that do not come first. A runtime
    /// without a search takes no notice.
    fn write(&mut self, _end: usize, _never: &[usize], _never_first: &[usize]) -> Result<()> {
        Ok(())
    }

    /// The likeliest texts after `last`, one for each text that goes on, that a beam search finds which follows `beams` at once;
    /// without their ends, `most` tokens at most. What goes on is over then.
    fn search(
        &mut self,
        _last: i32,
        _past: usize,
        _beams: usize,
        _most: usize,
    ) -> Result<Vec<Vec<usize>>> {
        bail!("this runtime has no beam search")
    }

    /// Reads a whole text, prompt included, for one of the encoded clips: for each of its tokens the logits of the next, and
    /// for each of the heads that follow the sound a score for each encoder frame, before the softmax.
    fn read(&mut self, _clip: usize, _tokens: &[i32]) -> Result<(&[f32], &[f32])> {
        bail!("this runtime does not tell where the decoder looks")
    }
}
