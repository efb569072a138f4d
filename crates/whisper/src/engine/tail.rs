//! Another ending for a text that was just decoded. In: tokens that stay, tokens that follow instead.
//! Out: the log-probability of each that follows, and of the end, after the last encoded clip.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};

use super::Worker;
use crate::Language;
use crate::greedy;

impl Worker {
    /// Natural log-probabilities of `ids` after `before` and the prompt, and at the end that of the
    /// end of the text, for clip `clip` of those that were encoded last. `before` is fed at once, so that only what
    /// differs costs a step per token.
    pub fn force_after(
        &mut self,
        clip: usize,
        before: &[usize],
        ids: &[usize],
        language: &Language,
        stop: &AtomicBool,
    ) -> Result<Vec<f64>> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let (mut past, mut next) = self.prompt(clip, language, stop)?;
        if let Some((&last, fed)) = before.split_last() {
            let fed: Vec<i32> =
                std::iter::once(next).chain(fed.iter().map(|&id| id as i32)).collect();
            self.step(&fed, past, stop)?;
            (past, next) = (past + fed.len(), last as i32);
        }
        let mut forced = Vec::with_capacity(ids.len() + 1);
        for (n, &id) in ids.iter().chain([&vocabulary.end_of_text]).enumerate() {
            let first = n == 0 && before.is_empty();
            let logits = self.step(&[next], past, stop)?;
            past += 1;
            let logprob = greedy::forced(logits, id, |id| vocabulary.allows(id, first));
            forced.push(logprob.context("the model gave no numbers (a broken model file?)")?);
            next = id as i32;
        }
        Ok(forced)
    }
}

impl Worker {
    /// Encodes a clip with `context` encoder frames: for each text, given in tokens, the natural logarithm of its probability,
    /// the end included.
    ///
    /// # Errors
    /// The model cannot compute them, or [`super::Stopped`].
    pub fn compare(
        &mut self,
        samples: &[f32],
        context: u32,
        texts: &[Vec<usize>],
        language: &Language,
        stop: &AtomicBool,
    ) -> Result<Vec<f64>> {
        self.encode(&[samples], context, stop)?;
        let of = |text: &Vec<usize>| {
            let logprobs = self.force_after(0, &[], text, language, stop)?;
            Ok(logprobs.iter().sum())
        };
        texts.iter().map(of).collect()
    }

    /// Encodes a clip with `context` encoder frames: natural log-probabilities of given tokens and of the end after it,
    /// among all tokens (nothing is left out as decoding does).
    ///
    /// # Errors
    /// The model cannot compute them, or [`super::Stopped`].
    pub fn log_probabilities(
        &mut self,
        samples: &[f32],
        context: u32,
        ids: &[usize],
        language: &Language,
        stop: &AtomicBool,
    ) -> Result<Vec<f64>> {
        self.encode(&[samples], context, stop)?;
        let end = self.engine.vocabulary.end_of_text;
        let (mut past, mut next) = self.prompt(0, language, stop)?;
        let mut forced = Vec::new();
        for &id in ids.iter().chain([&end]) {
            let logits = self.step(&[next], past, stop)?;
            past += 1;
            forced.push(greedy::softmax(logits)[id].ln());
            next = id as i32;
        }
        Ok(forced)
    }
}
