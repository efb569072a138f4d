//! What the model decoded from a clip, with everything later stages judge it by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClipId, Language, Millis, Probability};

/// One text token as decoded at temperature 0 (T = 1 in the softmax).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// Piece of text, usually with a leading space at a word's start. A character whose bytes are
    /// spread over several tokens stands whole in the first of them; the rest are empty.
    pub text: String,
    /// Its probability given what came before.
    pub p: Probability,
    /// Natural logarithm of that probability (kept apart: `p` may round to 0).
    pub logprob: f64,
    /// Entropy of the distribution that it was chosen from, nats; `None` where it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entropy: Option<f64>,
    /// Logarithm of how much likelier it was than the second best; `None` where it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// When it starts, from the clip's start.
    pub start: Millis,
    /// When it ends, from the clip's start.
    pub end: Millis,
}

/// Tokens by word: a token that starts with a space starts a word. What has no text at all before the
/// first word belongs to none.
pub fn tokens_by_word(tokens: &[Token]) -> Vec<&[Token]> {
    let first = tokens.iter().position(|t| !t.text.trim().is_empty()).unwrap_or(tokens.len());
    let tokens = &tokens[first..];
    tokens.chunk_by(|_, next| !next.text.starts_with(char::is_whitespace)).collect()
}

/// Which decoding gave the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// Among its neighbours, in a window of the recording.
    Window,
    /// The reduced audio context.
    Short,
    /// The full 30 s window, because the short one looked wrong (or the policy asks for it).
    Full,
    /// Another engine wrote the text, and the model read it.
    Given,
}

/// How loud a clip is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Root mean square of the whole clip, dB relative to full scale.
    pub rms_db: f64,
    /// Largest absolute sample, dB relative to full scale.
    pub peak_db: f64,
    /// 95th minus 10th percentile of the 20 ms frame levels, dB: a cheap signal-to-noise estimate.
    pub range_db: f64,
    /// Share of samples at full scale.
    pub clipped: f64,
}

/// A regional form scored against the standard form that the text has, under the same sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Lexicon term.
    pub term: String,
    /// The form in the text.
    pub standard: String,
    /// The form tried in its place.
    pub regional: String,
    /// Natural logarithm of P(text with the regional form) / P(text as it is).
    pub log_ratio: f64,
}

/// A clip's transcription by one model under one decode policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// The clip.
    pub clip: ClipId,
    /// First 16 hex digits of the model file's SHA-256.
    pub model: String,
    /// [`super::DecodePolicy::id`] of the policy it was decoded under.
    pub policy: String,
    /// The language it was decoded in.
    pub language: Language,
    /// Trimmed text; empty when the model gave no output.
    pub text: String,
    /// Text tokens, in order; no special tokens.
    pub tokens: Vec<Token>,
    /// p(no speech) at the start-of-transcript position; `None` where it is unavailable.
    pub p_no_speech: Option<Probability>,
    /// p(the language it was decoded in), softmax over all languages.
    pub p_language: Option<Probability>,
    /// The most likely language and its probability.
    pub best_language: Option<(Language, Probability)>,
    /// Entropy of the softmax over languages, nats.
    pub language_entropy: Option<f64>,
    /// Which decoding gave the text.
    pub pass: Pass,
    /// The text of the first decoding where it was replaced: a second opinion for later stages.
    pub replaced: Option<String>,
    /// The end-of-text token; `None` when the text ran on, or where it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// What the same model makes of the same sound played more slowly: a second opinion, had only
    /// where it can change a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowed: Option<String>,
    /// What the same model makes of the clip alone, where the text comes from a window: likewise. Where another engine wrote
    /// the text, what the model itself makes of the clip: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Alone>,
    /// The confidence of the engine that wrote the text, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_confidence: Option<Probability>,
    /// Regional forms tried instead of standard ones of the text, which they leave as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// The clip's length, seconds.
    pub seconds: f64,
    /// How loud it is.
    pub level: Level,
}

impl Hypothesis {
    /// Mean of the logarithms of its tokens' probabilities; 0 without tokens.
    pub fn mean_logprob(&self) -> f64 {
        let sum: f64 = self.tokens.iter().map(|token| token.logprob).sum();
        sum / self.tokens.len().max(1) as f64
    }
}

/// What the model itself makes of a clip, as a second opinion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alone {
    /// Its text.
    pub text: String,
    /// Mean of the logarithms of its tokens' probabilities, and ...
    pub mean_logprob: f64,
    /// ... the least of them.
    pub least_logprob: f64,
}

/// How sure the model is that the text is complete.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// Natural logarithm of the end-of-text token's probability.
    pub logprob: f64,
    /// Entropy of the distribution that it was chosen from, nats.
    pub entropy: f64,
}

/// Named numbers of one hypothesis, in the fixed order of `hypotheses/features.rs`, by what they cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// It was decoded among its neighbours: its numbers mean something else.
    #[serde(default)]
    pub in_window: bool,
    /// From the decoding itself: always there.
    #[serde(alias = "heard")] // in rows of earlier versions
    pub decoded: Vec<f64>,
    /// From a word list; `None` for a language without one.
    #[serde(default)]
    pub words: Option<Vec<f64>>,
    /// From a second decoding; `None` where there was none.
    #[serde(default)]
    pub slowed: Option<Vec<f64>>,
    /// The confidence of the engine that wrote the text, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<f64>,
}
