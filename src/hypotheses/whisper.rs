//! Whisper through whisper.cpp; the only file that names `whisper_rs`.
//! In: a checked model file, a clip's samples. Out: one greedy decoding (`Pass`-by-pass) of it.
//! Left to others: which context to use and what to make of the text (`transcriber`).
//!
//! The loop over tokens is ours: whisper.cpp's own reads p(no speech) from a row that was never
//! written, encodes twice to detect a language, and cannot stop early. `full` serves only to set
//! the audio context: asked for 100 ms of sound it computes the spectrogram, stores the context
//! and returns before it encodes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail, ensure};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

use super::greedy::{self, Choice};
use super::models::recast;
use crate::domain::{Language, LanguageChoice, Weights};

mod tail;

/// Samples in the longest clip: Whisper's window of 30 s.
pub const MAX_SAMPLES: usize = 30 * 16_000;
/// Shorter clips are padded with zeros to this: 1.1 s.
const MIN_SAMPLES: usize = 17_600;
/// Encoder frames of the full window.
pub const FULL_CONTEXT: u32 = 1500;
/// Whether a GPU is asked for; what it gives was not measured here.
const GPU: bool = cfg!(any(feature = "cuda", feature = "metal", feature = "vulkan"));
/// Tokens of a pattern that count as a decoder's loop.
const LOOP_TOKENS: usize = 12;

/// Work was stopped from outside (Ctrl-C); the clip is to be transcribed another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped before the clip was transcribed")]
pub struct Stopped;

/// How a model's matrices are multiplied fastest by this build on this machine.
pub fn fastest_weights() -> Weights {
    let multiplies_bf16 = !GPU && whisper_rs::print_system_info().contains("AVX512_BF16 = 1");
    if multiplies_bf16 { Weights::Bf16 } else { Weights::File }
}

/// A loaded model, shared by its workers.
pub struct Engine {
    context: WhisperContext,
    vocabulary: Vocabulary,
    model: String,
}

/// The special tokens of a model and what is never written.
struct Vocabulary {
    end_of_text: usize,
    start: i32,
    no_speech: usize,
    no_timestamps: i32,
    transcribe: i32,
    /// Codes in the order of their tokens, which follow `start`; empty for English-only models.
    languages: Vec<Language>,
    /// Text tokens that are not speech: brackets, notes, lone quotes.
    suppressed: Vec<bool>,
    /// Tokens that may not come first: they say nothing.
    blank: Vec<usize>,
}

/// How one decoding is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// Encoder frames, 50 a second; at most [`FULL_CONTEXT`].
    pub context: u32,
    /// Most text tokens.
    pub max_tokens: usize,
    /// The language, or detection.
    pub language: &'a LanguageChoice,
    /// Stop when the text runs in a loop.
    pub stop_loops: bool,
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
}

impl Engine {
    /// Loads a model file whose checksum the caller has verified (whisper.cpp may abort the
    /// process on a broken one); `sha256` names it in every hypothesis.
    pub fn load(path: &Path, sha256: &str, weights: Weights) -> Result<Arc<Self>> {
        whisper_rs::install_logging_hooks(); // without a log backend: silence
        let mut parameters = WhisperContextParameters::default();
        parameters.use_gpu(GPU).flash_attn(false);
        let recast = match weights {
            Weights::File => None,
            Weights::Bf16 => recast::as_bf16(path)?,
        };
        let context = match recast {
            Some(bytes) => WhisperContext::new_from_buffer_with_params(&bytes, parameters),
            None => WhisperContext::new_with_params(path, parameters),
        };
        let context = context
            .map_err(|e| anyhow::anyhow!("{e}"))
            .with_context(|| format!("load the model {}", path.display()))?;
        let vocabulary = Vocabulary::of(&context)?;
        ensure!(
            context.n_audio_ctx() == FULL_CONTEXT as i32,
            "the model {} has an audio context of {}; only {FULL_CONTEXT} is supported",
            path.display(),
            context.n_audio_ctx()
        );
        let model = sha256.chars().take(16).collect();
        Ok(Arc::new(Self { context, vocabulary, model }))
    }

    /// First 16 hex digits of the model file's SHA-256.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// A worker with its own buffers (some 200 MB for `base`) and one thread. As many workers as
    /// cores are faster than one worker with as many threads.
    pub fn worker(self: &Arc<Self>) -> Result<Worker> {
        let state = self
            .context
            .create_state()
            .map_err(|e| anyhow::anyhow!("{e}"))
            .context("make a Whisper state (is there memory left?)")?;
        Ok(Worker { engine: Arc::clone(self), state })
    }
}

impl Vocabulary {
    fn of(context: &WhisperContext) -> Result<Self> {
        let start = context.token_sot();
        let end_of_text = usize::try_from(context.token_eot())?;
        let mut suppressed = Vec::with_capacity(end_of_text);
        let mut blank = vec![end_of_text];
        for id in 0..end_of_text {
            let bytes = context.token_to_bytes(id as i32).unwrap_or_default();
            suppressed.push(is_not_speech(&String::from_utf8_lossy(bytes)));
            if bytes == b" " {
                blank.push(id);
            }
        }
        let mut languages = Vec::new();
        if context.is_multilingual() {
            for id in 0..context.token_translate() - start - 1 {
                let code = whisper_rs::get_lang_str(id).context("a language without a code")?;
                languages.push(code.parse().map_err(anyhow::Error::msg)?);
            }
        }
        Ok(Self {
            end_of_text,
            start,
            no_speech: usize::try_from(context.token_beg() - 2)?,
            no_timestamps: context.token_not(),
            transcribe: context.token_transcribe(),
            languages,
            suppressed,
            blank,
        })
    }

    /// Whether a token may be written; `first`: at the start of the text.
    fn allows(&self, id: usize, first: bool) -> bool {
        id <= self.end_of_text
            && !self.suppressed.get(id).copied().unwrap_or(false)
            && !(first && self.blank.contains(&id))
    }
}

/// Tokens of brackets, notes and typography; a hyphen or an apostrophe only where it would begin a
/// word. The same idea as OpenAI's list of "non-speech tokens".
fn is_not_speech(token: &str) -> bool {
    const SYMBOLS: &str = "\"#()*+/:;<=>@[\\]^_`{|}~「」『』♩♪♫♬♭♮♯";
    let body = token.strip_prefix(' ').unwrap_or(token);
    let opening = matches!(token, " -" | " '" | "--" | "---" | " --" | " ---");
    let bracketed = matches!(body, "-(" | "-[" | "('");
    opening || bracketed || (!body.is_empty() && body.chars().all(|c| SYMBOLS.contains(c)))
}

/// One state and one thread: `Send`, to be kept on a blocking thread.
pub struct Worker {
    engine: Arc<Engine>,
    state: WhisperState,
}

impl Worker {
    /// The model it runs.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Decodes a clip once, greedily at temperature 0, without timestamps or earlier text.
    /// `stop` is looked at before the encoder and before every token; one encoder run of `base`
    /// over the full window takes about a second and is not interrupted.
    pub fn decode(
        &mut self,
        samples: &[f32],
        pass: Pass<'_>,
        stop: &AtomicBool,
    ) -> Result<Decoded> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        ensure!(!samples.is_empty(), "the clip is empty");
        ensure!(samples.len() <= MAX_SAMPLES, "the clip is longer than 30 s");
        self.encode(samples, pass.context, stop)?;

        // The start token alone: its logits tell the language and whether anybody speaks.
        let mut prompt = vec![vocabulary.start];
        let logits = self.step(&prompt, 0, stop)?;
        let p_no_speech =
            greedy::softmax(logits).get(vocabulary.no_speech).copied().unwrap_or(f64::NAN);
        ensure!(p_no_speech.is_finite(), "the model gave no numbers (a broken model file?)");
        let first = vocabulary.start as usize + 1;
        let p = greedy::softmax(&logits[first..first + vocabulary.languages.len()]);
        let languages: Vec<_> = vocabulary.languages.iter().cloned().zip(p).collect();
        let language = spoken(pass.language, &languages)?;
        if let Some(index) = vocabulary.languages.iter().position(|l| *l == language) {
            prompt.extend([vocabulary.start + 1 + index as i32, vocabulary.transcribe]);
            self.step(&prompt[1..], 1, stop)?;
        }
        let mut logits = self.step(&[vocabulary.no_timestamps], prompt.len(), stop)?;
        let mut past = prompt.len() + 1;

        let most = pass.max_tokens.min(engine.context.n_text_ctx() as usize / 2 - 4);
        let mut ids = Vec::new();
        let mut choices: Vec<Choice> = Vec::new();
        let mut end = None;
        loop {
            let choice = greedy::choose(logits, |id| vocabulary.allows(id, ids.is_empty()))
                .context("the model gave no numbers (a broken model file?)")?;
            if choice.id == vocabulary.end_of_text {
                end = Some(choice);
                break;
            }
            ids.push(choice.id);
            choices.push(choice);
            if ids.len() >= most || (pass.stop_loops && greedy::loops(&ids, LOOP_TOKENS)) {
                break;
            }
            logits = self.step(&[choice.id as i32], past, stop)?;
            past += 1;
        }
        let bytes = |id: usize| {
            let bytes = engine.context.token_to_bytes(id as i32).unwrap_or_default();
            bytes.to_vec()
        };
        let tokens = choices.into_iter().map(|c| (bytes(c.id), c)).collect();
        Ok(Decoded { tokens, end, p_no_speech, language, languages })
    }

    #[cfg(test)]
    /// What the model makes of given tokens after the last encoded clip (teacher forcing): one choice
    /// a token, with the entropy and margin of the distribution that it was drawn from, and at the
    /// end the end-of-text token.
    pub fn force(
        &mut self,
        ids: &[usize],
        language: &Language,
        stop: &AtomicBool,
    ) -> Result<Vec<Choice>> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let (mut past, mut next) = self.prompt(language, stop)?;
        let mut forced = Vec::with_capacity(ids.len() + 1);
        for (n, &id) in ids.iter().chain([&vocabulary.end_of_text]).enumerate() {
            let logits = self.step(&[next], past, stop)?;
            past += 1;
            let choice = greedy::forced(logits, id, |id| vocabulary.allows(id, n == 0));
            forced.push(choice.context("the model gave no numbers (a broken model file?)")?);
            next = id as i32;
        }
        Ok(forced)
    }

    #[cfg(test)]
    /// One text drawn at temperature `t` from the last encoded clip; `random` gives numbers in [0, 1).
    pub fn sample(
        &mut self,
        t: f64,
        max_tokens: usize,
        language: &Language,
        random: &mut dyn FnMut() -> f64,
        stop: &AtomicBool,
    ) -> Result<Vec<(Vec<u8>, usize)>> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let (mut past, mut next) = self.prompt(language, stop)?;
        let most = max_tokens.min(engine.context.n_text_ctx() as usize / 2 - 4);
        let mut drawn: Vec<(Vec<u8>, usize)> = Vec::new();
        while drawn.len() < most {
            let first = drawn.is_empty();
            let logits = self.step(&[next], past, stop)?;
            past += 1;
            let id = greedy::draw(logits, t, random(), |id| vocabulary.allows(id, first))
                .context("the model gave no numbers (a broken model file?)")?;
            if id == vocabulary.end_of_text {
                break;
            }
            let bytes = engine.context.token_to_bytes(id as i32).unwrap_or_default();
            drawn.push((bytes.to_vec(), id));
            next = id as i32;
        }
        Ok(drawn)
    }

    /// Feeds all of the prompt but its last token: how many were fed, and the last.
    fn prompt(&mut self, language: &Language, stop: &AtomicBool) -> Result<(usize, i32)> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let mut prompt = vec![vocabulary.start];
        if let Some(index) = vocabulary.languages.iter().position(|l| l == language) {
            prompt.extend([vocabulary.start + 1 + index as i32, vocabulary.transcribe]);
        }
        self.step(&prompt, 0, stop)?;
        Ok((prompt.len(), vocabulary.no_timestamps))
    }

    #[cfg(test)]
    /// Encodes a clip without decoding it.
    pub fn listen(&mut self, samples: &[f32], context: u32, stop: &AtomicBool) -> Result<()> {
        self.encode(samples, context, stop)
    }

    fn encode(&mut self, samples: &[f32], context: u32, stop: &AtomicBool) -> Result<()> {
        check(stop)?;
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(1);
        params.set_audio_ctx(context.min(FULL_CONTEXT) as i32);
        params.set_duration_ms(100); // spectrogram and context only; see the head of the file
        params.set_print_progress(false);
        let mut padded = samples.to_vec();
        padded.resize(samples.len().max(MIN_SAMPLES), 0.0);
        self.state.full(params, &padded).map_err(|e| anyhow::anyhow!("spectrogram: {e}"))?;
        check(stop)?;
        self.state.encode(0, 1).map_err(|e| anyhow::anyhow!("encoder: {e}"))
    }

    /// Feeds tokens after `past` earlier ones; the logits of a single token (of several, those of
    /// the first were not computed: do not read them).
    fn step(&mut self, tokens: &[i32], past: usize, stop: &AtomicBool) -> Result<&[f32]> {
        check(stop)?;
        self.state.decode(tokens, past, 1).map_err(|e| anyhow::anyhow!("decoder: {e}"))?;
        self.state.get_logits().map_err(|e| anyhow::anyhow!("decoder: {e}"))
    }
}

fn check(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::Relaxed) { Err(Stopped.into()) } else { Ok(()) }
}

/// The language to decode in.
fn spoken(choice: &LanguageChoice, languages: &[(Language, f64)]) -> Result<Language> {
    if languages.is_empty() {
        let english: Language = "en".parse().map_err(anyhow::Error::msg)?;
        if let LanguageChoice::Fixed(other) = choice
            && *other != english
        {
            bail!("the model knows English only; '{other}' needs a multilingual one such as base");
        }
        return Ok(english);
    }
    match choice {
        LanguageChoice::Fixed(fixed) => {
            let known = languages.iter().any(|(l, _)| l == fixed);
            ensure!(known, "Whisper does not know the language '{fixed}'");
            Ok(fixed.clone())
        }
        LanguageChoice::Auto => languages
            .iter()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(l, _)| l.clone())
            .context("no language"),
    }
}
