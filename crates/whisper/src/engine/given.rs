//! A text that somebody else wrote, as the model sees it. In: a sound, the text's tokens. Out: as a decoding of it gives, each token
//! with the numbers of a choice. Left to others: how the text became tokens (`bpe`), what the numbers mean.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, ensure};

use super::decode::{Ask, NO_NUMBERS};
use super::{Decoded, Worker};
use crate::greedy::{self, Choice};

impl Worker {
    /// Encodes a clip with `context` encoder frames and reads a given text of it to its end, instead of choosing one. A token
    /// that another one is likelier than has a negative margin. Where the engine [searches](super::Engine::searches), tokens
    /// have times.
    ///
    /// # Errors
    /// The clip cannot be encoded, the text is longer than the model can write, or [`super::Stopped`].
    pub fn read_given(
        &mut self,
        ask: &Ask<'_>,
        context: u32,
        ids: &[usize],
        stop: &AtomicBool,
    ) -> Result<Decoded> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let most = vocabulary.most_tokens();
        ensure!(
            ids.len() < most,
            "the text has {} tokens; the model writes {most} at most",
            ids.len()
        );
        let (texts, mut past) = self.begin(std::slice::from_ref(ask), context, stop)?;
        let text = texts.into_iter().next().context("no clip was encoded")?;
        if engine.searches() {
            let read = self.read(0, text, ids, true, context, ask.samples.len())?;
            return Ok(below_one(read));
        }
        let mut next = vocabulary.no_timestamps;
        let mut choices = Vec::with_capacity(ids.len() + 1);
        for (n, &id) in ids.iter().chain([&vocabulary.end_of_text]).enumerate() {
            let logits = self.step(&[next], past, stop)?;
            past += 1;
            let choice = greedy::given(logits, id, |id| vocabulary.allows(id, n == 0));
            choices.push(choice.context(NO_NUMBERS)?);
            next = id as i32;
        }
        let end = choices.pop();
        Ok(below_one(text.of_choices(choices, end).decoded(vocabulary)))
    }
}

/// A token that decoding never chooses may be likelier than all that it chooses from: its probability among these is no
/// more than 1.
fn below_one(mut read: Decoded) -> Decoded {
    let choices = read.tokens.iter_mut().map(|(_, choice)| choice).chain(&mut read.end);
    choices.for_each(|choice: &mut Choice| choice.logprob = choice.logprob.min(0.0));
    read
}
