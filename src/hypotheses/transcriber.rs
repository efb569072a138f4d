//! A clip's samples become a hypothesis: a short decoding, and a full one when that looks wrong.
//! In: samples, policy. Out: a `Hypothesis`. Left to others: one decoding (`whisper`), what looks
//! wrong (`guard`), what the numbers mean (`features`, `calibrate`).

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

use super::guard::{self, Sign};
use super::scripted::Script;
use super::variants::{self, Swaps};
use super::whisper::{self, Decoded, FULL_CONTEXT, Worker};
use super::{greedy, text, timing};
use crate::domain::{
    ClipId, DecodePolicy, Hypothesis, LanguageChoice, Level, Pass, Probability, SAMPLE_RATE, Token,
};

/// Who transcribes: the model, or a script in tests.
pub enum Transcriber {
    /// The model, and the regional forms to try.
    Whisper(Box<Worker>, Option<Arc<Swaps>>),
    /// Rows of a file.
    Scripted(Script),
}

impl From<Worker> for Transcriber {
    fn from(worker: Worker) -> Self {
        Self::Whisper(Box::new(worker), None)
    }
}

impl From<Script> for Transcriber {
    fn from(script: Script) -> Self {
        Self::Scripted(script)
    }
}

impl Transcriber {
    /// The same, trying regional forms in the place of standard ones; texts and their numbers stay.
    pub fn with_swaps(self, swaps: Arc<Swaps>) -> Self {
        match self {
            Self::Whisper(worker, _) => Self::Whisper(worker, Some(swaps)),
            Self::Scripted(script) => Self::Scripted(script),
        }
    }

    /// Transcribes one clip (16 kHz mono, at most 30 s). `stop` ends it early with
    /// [`whisper::Stopped`].
    pub fn transcribe(
        &mut self,
        clip: &ClipId,
        samples: &[f32],
        level: Level,
        language: &LanguageChoice,
        policy: &DecodePolicy,
        stop: &AtomicBool,
    ) -> Result<Hypothesis> {
        match self {
            Self::Scripted(script) => script.transcribe(clip, samples, level, language, policy),
            Self::Whisper(worker, swaps) => {
                let (decoded, pass, replaced) = guarded(worker, samples, language, policy, stop)?;
                let variants = match swaps {
                    Some(swaps) => variants::score(worker, &decoded, swaps, stop)?,
                    None => Vec::new(),
                };
                let model = worker.engine().model().to_string();
                let h = hypothesis(clip, samples, level, policy, decoded, (pass, replaced), model);
                Ok(Hypothesis { variants, ..h })
            }
        }
    }
}

/// The context of the first decoding: the clip and a margin, rounded up to 64 frames.
fn short_context(seconds: f64, policy: &DecodePolicy) -> u32 {
    let frames = ((seconds + policy.context_margin_seconds) * 50.0 / 64.0).ceil() * 64.0;
    (frames as u32).max(policy.min_context).min(FULL_CONTEXT)
}

/// Decodes, and decodes again where the result looks wrong; with which pass the text was had,
/// and the text that was replaced.
pub(super) fn guarded(
    worker: &mut Worker,
    samples: &[f32],
    language: &LanguageChoice,
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Result<(Decoded, Pass, Option<String>)> {
    let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE);
    let max_tokens =
        policy.max_tokens_base as usize + (policy.max_tokens_per_second * seconds) as usize;
    let context = if policy.full_window { FULL_CONTEXT } else { short_context(seconds, policy) };
    let pass = |context| whisper::Pass { context, max_tokens, language, stop_loops: true };
    let first = worker.decode(samples, pass(context), stop)?;
    if policy.full_window || context == FULL_CONTEXT {
        return Ok((first, Pass::Full, None));
    }
    let heard = written(&first);
    let mut signs = guard::look(&heard, seconds);
    if first.end.is_none() {
        signs.push(Sign::RanOn);
    }
    if !policy.guard || signs.is_empty() {
        return Ok((first, Pass::Short, None));
    }
    let second = worker.decode(samples, pass(FULL_CONTEXT), stop)?;
    Ok((second, Pass::Full, Some(heard)))
}

fn written(decoded: &Decoded) -> String {
    let bytes: Vec<Vec<u8>> = decoded.tokens.iter().map(|(bytes, _)| bytes.clone()).collect();
    text::pieces(&bytes).concat().trim().to_string()
}

fn hypothesis(
    clip: &ClipId,
    samples: &[f32],
    level: Level,
    policy: &DecodePolicy,
    decoded: Decoded,
    (pass, replaced): (Pass, Option<String>),
    model: String,
) -> Hypothesis {
    let text = written(&decoded);
    let bytes: Vec<Vec<u8>> = decoded.tokens.iter().map(|(bytes, _)| bytes.clone()).collect();
    let pieces = text::pieces(&bytes);
    let times = timing::spread(samples, &pieces);
    let tokens = pieces.into_iter().zip(&decoded.tokens).zip(times);
    let tokens = tokens
        .map(|((text, (_, choice)), (start, end))| Token {
            text,
            p: Probability::clamped(choice.logprob.exp()),
            logprob: choice.logprob,
            start,
            end,
        })
        .collect();
    let p: Vec<f64> = decoded.languages.iter().map(|(_, p)| *p).collect();
    let best = decoded.languages.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let own = decoded.languages.iter().find(|(l, _)| *l == decoded.language);
    Hypothesis {
        clip: clip.clone(),
        model,
        policy: policy.id(),
        tokens,
        text,
        p_no_speech: Probability::new(decoded.p_no_speech),
        p_language: own.map(|(_, p)| Probability::clamped(*p)),
        best_language: best.map(|(l, p)| (l.clone(), Probability::clamped(*p))),
        language_entropy: (!p.is_empty()).then(|| greedy::entropy(&p)),
        language: decoded.language,
        pass,
        replaced,
        variants: Vec::new(),
        seconds: samples.len() as f64 / f64::from(SAMPLE_RATE),
        level,
    }
}
