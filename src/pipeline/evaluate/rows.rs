//! Clips as `evaluate` writes them. In: references with their sound, a transcriber. Out: rows: what was decoded, word
//! errors, numbers. Left to others: threads (`transcribe`), sums (`evaluation`).

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::EvaluateOptions;
use super::references::{Loaded, Reference, load};
use crate::audio::level;
use crate::domain::{Alone, Features, Hypothesis, Language, Pass, tokens_by_word};
use crate::hypotheses::features;
use crate::hypotheses::second::Regional;
use crate::hypotheses::transcriber::{Request, Transcriber, Window};
use crate::hypotheses::word_features::word_features;
use crate::text::word_errors::{WordErrors, word_errors, wrong_words};

/// A transcribed clip with its reference.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EvaluatedClip {
    /// The manifest's folder: which set the clip belongs to.
    pub set: String,
    /// As in the manifest.
    pub audio: PathBuf,
    /// As in the manifest.
    pub speaker: String,
    /// As in the manifest.
    pub region: String,
    /// Decoded in.
    pub language: Language,
    /// As in the manifest.
    pub reference: String,
    /// What the model decoded.
    pub hypothesis: String,
    /// Word errors after normalisation.
    pub errors: usize,
    /// Words of the reference after normalisation.
    pub words: usize,
    /// Length.
    pub seconds: f64,
    /// Which decoding gave the text.
    pub pass: Pass,
    /// Model digest.
    pub model: String,
    /// Decode policy id.
    pub policy: String,
    /// Numbers of the hypothesis.
    pub features: Features,
    /// Of each word of the hypothesis: its numbers, and whether it is wrong.
    #[serde(default, alias = "heard")] // in rows of earlier versions
    pub word_features: Vec<(Vec<f64>, bool)>,
    /// The text of the slowed decoding, where there was one.
    #[serde(default)]
    pub slowed: Option<String>,
    /// The decoding of the clip alone, where the text comes from a window and there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Alone>,
}

/// What came of each reference, window by window.
pub fn rows(
    windows: &[Vec<Reference>],
    transcriber: &mut Transcriber,
    options: &EvaluateOptions,
    regional: &Regional,
) -> Vec<Vec<Result<EvaluatedClip>>> {
    let sounds: Vec<Result<Loaded>> =
        windows.iter().map(|window| load(window, &options.language)).collect();
    let good: Vec<Window> = sounds.iter().flatten().map(window).collect();
    let stop = AtomicBool::new(false);
    let made = transcriber.transcribe_windows(&good, &options.policy, &stop);
    let mut made = made.into_iter();
    let mut row_of =
        |r: &Reference| made.next().context("no hypothesis").flatten().map(|h| row(r, h, regional));
    let rows = windows.iter().zip(&sounds).map(|(window, sound)| match sound {
        Ok(_) => window.iter().map(&mut row_of).collect(),
        Err(error) => window.iter().map(|_| Err(anyhow::anyhow!("{error:#}"))).collect(),
    });
    rows.collect()
}

fn window(sound: &Loaded) -> Window<'_> {
    let clips = sound.clips.iter().zip(&sound.places).enumerate().map(|(n, (clip, place))| {
        let samples = &sound.samples[place.clone()];
        (
            n,
            Request {
                clip,
                samples,
                level: level::measure(samples),
                language: &sound.language,
                given: &[],
            },
        )
    });
    Window { samples: &sound.samples, places: &sound.places, clips: clips.collect() }
}

/// Rows in the order of their files, and what became of the other references.
pub fn by_audio(
    references: &[Reference],
    made: Vec<Result<EvaluatedClip>>,
) -> (Vec<EvaluatedClip>, Vec<String>) {
    let mut all: Vec<_> = references.iter().zip(made).collect();
    all.sort_by(|a, b| a.0.audio.cmp(&b.0.audio));
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for (reference, row) in all {
        match row {
            Ok(row) => rows.push(row),
            Err(error) => failed.push(format!("{}: {error:#}", reference.audio.display())),
        }
    }
    (rows, failed)
}

fn row(r: &Reference, h: Hypothesis, regional: &Regional) -> EvaluatedClip {
    let WordErrors { errors, reference_words, .. } = word_errors(&r.text, &h.text, &h.language);
    EvaluatedClip {
        set: r.set.clone(),
        audio: r.audio.clone(),
        speaker: r.speaker.clone(),
        region: r.region.clone(),
        reference: r.text.clone(),
        errors,
        words: reference_words,
        seconds: h.seconds,
        pass: h.pass,
        features: features::features(&h, &**regional),
        word_features: judged_words(&h, &r.text, &**regional),
        slowed: h.slowed,
        alone: h.alone,
        language: h.language,
        hypothesis: h.text,
        model: h.model,
        policy: h.policy,
    }
}

/// Each word's numbers, and whether the reference has another word, or none, in its place.
fn judged_words(
    h: &Hypothesis,
    reference: &str,
    regional: &dyn Fn(&Language, &str) -> bool,
) -> Vec<(Vec<f64>, bool)> {
    let Some(values) = word_features(h, regional) else { return Vec::new() };
    let spoken: Vec<String> = tokens_by_word(&h.tokens)
        .iter()
        .map(|tokens| tokens.iter().map(|t| t.text.as_str()).collect())
        .collect();
    let wrong = wrong_words(reference, &spoken, &h.language);
    values.into_iter().zip(wrong).filter_map(|(values, wrong)| Some((values?, wrong))).collect()
}

#[cfg(test)]
mod tests;
