//! A clip's samples become a hypothesis. In: samples, policy. Out: a `Hypothesis`. Left to others: which
//! decodings that takes (`together`), one decoding (`whisper`), what the numbers mean (`features`, `calibrate`).

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use whisper::bpe::Bpe;
use whisper::{Decoded, FULL_CONTEXT, Stopped, Worker};

use super::given::GivenText;
use super::scripted::Script;
use super::second::Judge;
use super::variants::Swaps;
use super::{text, timing};
use crate::domain::{
    ClipId, DecodePolicy, End, Hypothesis, LanguageChoice, Level, Millis, Pass, Probability,
    SAMPLE_RATE, Token,
};

mod drafts;
mod reading;
mod together;

/// Who transcribes: the model, or a script in tests.
pub enum Transcriber {
    /// The model, and what it is asked beside the text.
    Whisper(Box<Worker>, Asked),
    /// Rows of a file.
    Scripted(Script),
}

/// What a model is asked beside the text.
#[derive(Default)]
pub struct Asked {
    /// When a second, slowed decoding is worth its time.
    judge: Option<Judge>,
    /// Regional forms to try.
    swaps: Option<Arc<Swaps>>,
    /// What whoever waits should know, since that was last asked for.
    remarks: Vec<String>,
    /// The model's way to cut text: made for the first text that another engine wrote.
    bpe: OnceLock<Bpe>,
}

impl From<Worker> for Transcriber {
    fn from(worker: Worker) -> Self {
        Self::Whisper(Box::new(worker), Asked::default())
    }
}

impl From<Script> for Transcriber {
    fn from(script: Script) -> Self {
        Self::Scripted(script)
    }
}

impl Transcriber {
    /// Decodes a second time, more slowly, where `judge` wants it.
    pub fn judged(self, judge: Judge) -> Self {
        self.asked(|asked| asked.judge = Some(judge))
    }

    /// Tries regional forms instead of standard ones; texts and their numbers stay.
    pub fn with_swaps(self, swaps: Arc<Swaps>) -> Self {
        self.asked(|asked| asked.swaps = Some(swaps))
    }

    fn asked(mut self, ask: impl FnOnce(&mut Asked)) -> Self {
        if let Self::Whisper(_, asked) = &mut self {
            ask(asked);
        }
        self
    }

    /// Clips that are worth handing over at once.
    pub fn at_once(&self) -> usize {
        match self {
            Self::Whisper(worker, _) => worker.engine().at_once(),
            Self::Scripted(script) => script.at_once(),
        }
    }

    /// Transcribes clips (16 kHz mono, at most 30 s), in their order, each with the hypothesis that it gets alone. `stop`
    /// ends it early with [`Stopped`].
    pub fn transcribe_all(
        &mut self,
        requests: &[Request<'_>],
        policy: &DecodePolicy,
        stop: &AtomicBool,
    ) -> Vec<Result<Hypothesis>> {
        let windows: Vec<Window> = requests.iter().map(Window::alone).collect();
        self.transcribe_windows(&windows, policy, stop)
    }

    /// Transcribes the clips of windows, in their order, each with the hypothesis that it gets with its window alone. `stop`
    /// ends it early with [`Stopped`].
    pub fn transcribe_windows(
        &mut self,
        windows: &[Window<'_>],
        policy: &DecodePolicy,
        stop: &AtomicBool,
    ) -> Vec<Result<Hypothesis>> {
        match self {
            Self::Scripted(script) => {
                let one = |r: &Request| match stop.load(Ordering::Relaxed) {
                    false => script.transcribe(r.clip, r.samples, r.level, r.language, policy),
                    true => Err(Stopped.into()),
                };
                windows.iter().flat_map(|w| &w.clips).map(|(_, r)| one(r)).collect()
            }
            Self::Whisper(worker, asked) => {
                let (hypotheses, remarks) =
                    drafts::transcribe(worker, asked, windows, policy, stop);
                asked.remarks.extend(remarks);
                hypotheses
            }
        }
    }

    /// The same with a draft for each engine of the policy: its text of the clip as the model reads it, or the model's own
    /// draft where it has none. Without an engine, the model's own alone.
    pub fn transcribe_given(
        &mut self,
        windows: &[Window<'_>],
        policy: &DecodePolicy,
        stop: &AtomicBool,
    ) -> Vec<Result<Vec<Hypothesis>>> {
        let own = self.transcribe_windows(windows, policy, stop);
        let requests: Vec<&Request> =
            windows.iter().flat_map(|w| &w.clips).map(|(_, r)| r).collect();
        let mut all = Vec::with_capacity(own.len());
        for (request, own) in requests.into_iter().zip(own) {
            all.push(own.and_then(|own| match self {
                Self::Whisper(worker, asked) => {
                    reading::drafts(worker, asked, request, own, policy, stop)
                }
                Self::Scripted(_) => Ok(reading::of_each(own, policy)),
            }));
        }
        all
    }

    /// What whoever waits should know of clips that were transcribed since this was last asked.
    pub fn take_remarks(&mut self) -> Vec<String> {
        match self {
            Self::Whisper(_, asked) => std::mem::take(&mut asked.remarks),
            Self::Scripted(_) => Vec::new(),
        }
    }
}

/// A clip to be transcribed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Names the hypothesis.
    pub clip: &'a ClipId,
    /// 16 kHz mono, at most 30 s.
    pub samples: &'a [f32],
    /// How loud it is.
    pub level: Level,
    /// The language, or detection.
    pub language: &'a LanguageChoice,
    /// What each engine of the policy wrote for it, in their order; empty where none is named.
    pub given: &'a [Option<GivenText>],
}

/// Neighbouring clips in the sound of their recording as it is, or a clip alone.
#[derive(Clone, Debug)]
pub struct Window<'a> {
    /// From the start of the first clip to the end of the last; 16 kHz mono, at most 30 s.
    pub samples: &'a [f32],
    /// Where each of its clips lies in it, in order.
    pub places: &'a [Range<usize>],
    /// Those that are asked for, by their numbers; all in one language.
    pub clips: Vec<(usize, Request<'a>)>,
}

impl<'a> Window<'a> {
    /// A clip without neighbours.
    pub fn alone(request: &Request<'a>) -> Self {
        Self { samples: request.samples, places: &[], clips: vec![(0, *request)] }
    }

    /// Whether its clips have neighbours.
    pub fn is_shared(&self) -> bool {
        self.places.len() > 1
    }
}

/// The encoder frames that the first decoding of a clip gets.
pub fn first_context(seconds: f64, policy: &DecodePolicy) -> u32 {
    if policy.full_window { FULL_CONTEXT } else { short_context(seconds, policy) }
}

/// The context of the first decoding: the clip and a margin, rounded up to 64 frames.
fn short_context(seconds: f64, policy: &DecodePolicy) -> u32 {
    let frames = ((seconds + policy.context_margin_seconds) * 50.0 / 64.0).ceil() * 64.0;
    (frames as u32).max(policy.min_context).min(FULL_CONTEXT)
}

fn max_tokens(seconds: f64, policy: &DecodePolicy) -> usize {
    policy.max_tokens_base as usize + (policy.max_tokens_per_second * seconds) as usize
}

fn written(decoded: &Decoded) -> String {
    let bytes: Vec<Vec<u8>> = decoded.tokens.iter().map(|(bytes, _)| bytes.clone()).collect();
    text::pieces(&bytes).concat().trim().to_string()
}

fn millis(seconds: f64) -> Millis {
    Millis((seconds * 1000.0) as u64)
}

/// Four decimals: more would only fill the store.
fn rounded(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
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
    let times = match decoded.times.len() == pieces.len() {
        true => decoded.times.iter().map(|(start, end)| (millis(*start), millis(*end))).collect(),
        false => timing::spread(samples, &pieces),
    };
    let tokens = pieces.into_iter().zip(&decoded.tokens).zip(times);
    let tokens = tokens
        .map(|((text, (_, choice)), (start, end))| Token {
            text,
            p: Probability::clamped(choice.logprob.exp()),
            logprob: choice.logprob,
            entropy: Some(rounded(choice.entropy)),
            margin: Some(rounded(choice.margin)),
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
        language_entropy: (!p.is_empty()).then(|| whisper::greedy::entropy(&p)),
        language: decoded.language,
        pass,
        replaced,
        end: decoded.end.map(|c| End { logprob: c.logprob, entropy: rounded(c.entropy) }),
        slowed: None,
        alone: None,
        engine_confidence: None,
        variants: Vec::new(),
        seconds: samples.len() as f64 / f64::from(SAMPLE_RATE),
        level,
    }
}
