//! The likeliest text of a longer sound, and when each of its tokens is said. In: sounds, how much context. Out: as greedy decoding
//! gives, with times. Left to others: the search itself and the decoder's attention (`runtime`), times from attention (`align`).
//!
//! A beam search returns tokens alone. So each text is read once more, all of it at once, which gives every choice its numbers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};

use super::decode::{Ask, NO_NUMBERS, Text};
use super::{Decoded, Worker, check};
use crate::align::Attention;
use crate::greedy;

/// Samples a second.
const SAMPLE_RATE: f64 = 16_000.0;
/// Samples of an encoder frame.
const FRAME: usize = 320;

impl Worker {
    /// Finds texts of clips that get the same context by a search over `beams` of them, without timestamps or earlier text; in
    /// their order, with the times of their tokens. The most tokens that one of them may have count for all. Only where the engine [searches](super::Engine::searches). `stop` is
    /// looked at between clips.
    ///
    /// # Errors
    /// One clip that cannot be decoded fails them all.
    pub fn search_all(
        &mut self,
        asks: &[Ask<'_>],
        context: u32,
        beams: usize,
        stop: &AtomicBool,
    ) -> Result<Vec<Decoded>> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let (texts, past) = self.begin(asks, context, stop)?;
        let most = asks.iter().map(|ask| ask.max_tokens).max().unwrap_or(0);
        let most = most.min(vocabulary.most_tokens());
        let found = self.state.search(vocabulary.no_timestamps, past, beams, most)?;
        let mut all = Vec::new();
        for (clip, (text, ids)) in texts.into_iter().zip(found).enumerate() {
            check(stop)?;
            let ended = ids.len() < most;
            all.push(self.read(clip, text, &ids, ended, context, asks[clip].samples.len())?);
        }
        Ok(all)
    }

    /// Reads a text of clip `clip` of those that were encoded last, all of it at once: each token with the numbers of a choice,
    /// and its times. Only where the engine [searches](super::Engine::searches).
    pub(super) fn read(
        &mut self,
        clip: usize,
        text: Text,
        ids: &[usize],
        ended: bool,
        context: u32,
        samples: usize,
    ) -> Result<Decoded> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let mut fed: Vec<i32> = vec![vocabulary.start];
        fed.extend(vocabulary.task(&text.language));
        let prompt = fed.len();
        fed.push(vocabulary.no_timestamps);
        fed.extend(ids.iter().map(|&id| id as i32));
        let (logits, attention) = self.state.read(clip, &fed)?;
        let last = ended.then_some(vocabulary.end_of_text);
        let mut choices = Vec::with_capacity(ids.len() + 1);
        let rows = logits.chunks_exact(vocabulary.size).skip(prompt);
        for (n, (logits, &id)) in rows.zip(ids.iter().chain(&last)).enumerate() {
            let choice = greedy::given(logits, id, |id| vocabulary.allows(id, n == 0));
            choices.push(choice.context(NO_NUMBERS)?);
        }
        let end = if ended { choices.pop() } else { None };
        let frames = context as usize;
        let of_row = attention.len() / fed.len();
        // From the token before the first of the text on: each row looks where the next token is.
        let looking = Attention {
            heads: of_row / frames,
            frames,
            scores: attention[prompt * of_row..].to_vec(),
        };
        let times = times(&looking.starts(samples.div_ceil(FRAME)), ids.len(), samples);
        let decoded = text.of_choices(choices, end).decoded(vocabulary);
        Ok(Decoded { times, ..decoded })
    }
}

/// Start and end of each of `count` tokens, seconds, from the frame at which each begins; the last row's is the end of the text.
fn times(starts: &[usize], count: usize, samples: usize) -> Vec<(f64, f64)> {
    let last = samples as f64 / SAMPLE_RATE;
    let at = |row: usize| {
        starts.get(row).map_or(last, |frame| ((frame * FRAME) as f64 / SAMPLE_RATE).min(last))
    };
    (0..count).map(|n| (at(n), at(n + 1))).collect()
}
