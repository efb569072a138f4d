//! Whisper, one clip at a time. In: a checked model file, a clip's samples. Out: one greedy decoding
//! of it. Left to others: the numbers (`backends`: whisper.cpp, or CTranslate2), which
//! context to use and what to make of the text (the caller).
//!
//! The loop over tokens is ours: whisper.cpp's own reads p(no speech) from a row that was never
//! written, encodes twice to detect a language, and cannot stop early.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};

use super::greedy::Choice;
use super::models::ggml;
use crate::{Language, Weights};
use runtime::State;

mod backends;
#[cfg(feature = "whisper-cpp")]
mod cpp;
#[cfg(feature = "ctranslate2")]
mod ctranslate2;
mod decode;
mod given;
#[cfg(feature = "ctranslate2")]
mod heads;
mod runtime;
mod search;
mod tail;
mod vocabulary;

pub use backends::fastest_weights;
pub use decode::Ask;
pub use vocabulary::Vocabulary;

/// Samples in the longest clip: Whisper's window of 30 s.
pub const MAX_SAMPLES: usize = 30 * 16_000;
/// Encoder frames of the full window.
pub const FULL_CONTEXT: u32 = 1500;
/// Tokens of a pattern that count as a decoder's loop.
const LOOP_TOKENS: usize = 12;

/// Work was stopped from outside (Ctrl-C); the clip is to be transcribed another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped before the clip was transcribed")]
pub struct Stopped;

/// A loaded model, shared by its workers.
pub struct Engine {
    runtime: Box<dyn runtime::Model>,
    vocabulary: Vocabulary,
    model: String,
}

/// One decoding.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Text tokens, bytes and numbers.
    pub tokens: Vec<(Vec<u8>, Choice)>,
    /// The end-of-text token, when it was reached; else the text ran on.
    pub end: Option<Choice>,
    /// p(no speech).
    pub p_no_speech: f64,
    /// Its language.
    pub language: Language,
    /// Probabilities of all languages, in the model's order; empty for English-only models.
    pub languages: Vec<(Language, f64)>,
    /// When each token is said: start and end, seconds. Empty where it was decoded greedily.
    pub times: Vec<(f64, f64)>,
}

impl Decoded {
    /// The text; bytes that form no character (cut off by the token limit) are left out.
    pub fn text(&self) -> String {
        let bytes: Vec<u8> = self.tokens.iter().flat_map(|(bytes, _)| bytes).copied().collect();
        let text: String = bytes.utf8_chunks().map(|chunk| chunk.valid()).collect();
        text.trim().to_string()
    }
}

impl Engine {
    /// Loads a model file whose checksum the caller has verified (whisper.cpp may abort the
    /// process on a broken one); `sha256` names it in every hypothesis.
    pub fn load(path: &Path, sha256: &str, weights: Weights) -> Result<Arc<Self>> {
        let file = ggml::open(path)?;
        ensure!(
            file.header.n_audio_ctx == FULL_CONTEXT,
            "the model {} has an audio context of {}; only {FULL_CONTEXT} is supported",
            path.display(),
            file.header.n_audio_ctx
        );
        let vocabulary = Vocabulary::of(&file.header, file.tokens)?;
        let runtime = backends::load(path, weights)
            .with_context(|| format!("load the model {}", path.display()))?;
        let model = sha256.chars().take(16).collect();
        Ok(Arc::new(Self { runtime, vocabulary, model }))
    }

    /// First 16 hex digits of the model file's SHA-256.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Its tokens.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Whether it can search for the likeliest text and tell when it is said ([`Worker::search_all`]).
    pub fn searches(&self) -> bool {
        self.runtime.reads()
    }

    /// Clips that are worth decoding together.
    pub fn together(&self) -> usize {
        self.runtime.together()
    }

    /// Clips that are worth handing over at once: enough that many of like lengths are among them.
    pub fn at_once(&self) -> usize {
        match self.together() {
            1 => 1,
            together => 4 * together,
        }
    }

    /// A worker with its own buffers (some 200 MB for `base`) and one thread. As many workers as
    /// cores are faster than one worker with as many threads.
    pub fn worker(self: &Arc<Self>) -> Result<Worker> {
        let mut state =
            self.runtime.state().context("make a Whisper state (is there memory left?)")?;
        let (never, never_first) = self.vocabulary.banned();
        state.write(self.vocabulary.end_of_text, &never, never_first)?;
        Ok(Worker { engine: Arc::clone(self), state })
    }
}

/// One state and one thread: `Send`, to be kept on a blocking thread.
pub struct Worker {
    engine: Arc<Engine>,
    state: Box<dyn State>,
}

impl Worker {
    /// The model it runs.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Feeds all of the prompt but its last token for one of the clips that were encoded last: how many were fed, and
    /// the last.
    fn prompt(
        &mut self,
        clip: usize,
        language: &Language,
        stop: &AtomicBool,
    ) -> Result<(usize, i32)> {
        self.state.begin(&[clip])?;
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let mut prompt = vec![vocabulary.start];
        prompt.extend(vocabulary.task(language));
        self.step(&prompt, 0, stop)?;
        Ok((prompt.len(), vocabulary.no_timestamps))
    }

    fn encode(&mut self, clips: &[&[f32]], context: u32, stop: &AtomicBool) -> Result<()> {
        check(stop)?;
        self.state.encode(clips, context.min(FULL_CONTEXT))
    }

    /// Feeds as many tokens for each clip that goes on, clip after clip, after `past` earlier ones; the logits of
    /// a single token each (of several, they are not to be read).
    fn step(&mut self, tokens: &[i32], past: usize, stop: &AtomicBool) -> Result<&[f32]> {
        check(stop)?;
        self.state.step(tokens, past)
    }
}

fn check(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::Relaxed) { Err(Stopped.into()) } else { Ok(()) }
}
