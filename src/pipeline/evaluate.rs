//! `evaluate`: the model and decode policy on audio with reference transcripts: WER, speed, and
//! the rows that `calibrate` fits on.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use references::{Reference, load, read};

use super::files::write_whole;
use super::scores;
use crate::audio::level;
use crate::domain::{
    ClipId, DecodePolicy, Features, Hypothesis, Language, LanguageChoice, Pass, RoutingSettings,
    SecondPass, tokens_by_word,
};
use crate::hypotheses::calibrate::Calibration;
use crate::hypotheses::features;
use crate::hypotheses::models;
use crate::hypotheses::second::{self, Judge, Regional};
use crate::hypotheses::transcriber::{Request, Transcriber};
use crate::hypotheses::whisper::Engine;
use crate::hypotheses::word_features::word_features;
use crate::routing::lexicon::Lexicon;
use crate::training::word_errors::{WordErrors, word_errors, wrong_words};
use crate::views::progress::{Console, Unit};
use crate::views::report::percent;

mod references;

/// What may be asked.
#[derive(Clone, Debug)]
pub struct EvaluateOptions {
    /// JSONL manifests with reference transcripts.
    pub manifests: Vec<PathBuf>,
    /// A registered model's name, or a file.
    pub model: String,
    /// For rows that name none.
    pub language: LanguageChoice,
    /// How to decode.
    pub policy: DecodePolicy,
    /// Which clips are decoded a second time.
    pub second_pass: SecondPass,
    /// Threads.
    pub workers: usize,
    /// Where to write one row per clip.
    pub out: Option<PathBuf>,
}

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
}

/// What was measured.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Evaluation {
    /// Model, as named.
    pub model: String,
    /// Decode policy id.
    pub policy: String,
    /// Clips.
    pub clips: usize,
    /// Seconds of audio.
    pub seconds: f64,
    /// Wall seconds, the model's loading aside.
    pub wall_seconds: f64,
    /// Seconds of audio a wall second.
    pub x_real_time: f64,
    /// Word error rate.
    pub wer: Option<f64>,
    /// Word errors.
    pub errors: usize,
    /// Words of the references.
    pub words: usize,
    /// Clips without a word error.
    pub correct_clips: usize,
    /// Clips decoded again with a larger window.
    pub decoded_again: usize,
    /// Clips that failed.
    pub failed: Vec<String>,
}

/// Transcribes every clip of the manifests and compares.
pub fn evaluate(options: &EvaluateOptions, console: Console) -> Result<Evaluation> {
    let mut references = Vec::new();
    for manifest in &options.manifests {
        references.extend(read(manifest)?);
    }
    let model = models::resolve(&options.model, &models::default_dir(), &mut |_| {})?;
    let engine = Engine::load(&model.path, &model.sha256, options.policy.weights)?;
    let workers = match options.workers {
        0 => std::thread::available_parallelism().map_or(1, |n| n.get()),
        n => n,
    };
    let calibration = match options.second_pass {
        SecondPass::Doubtful => Some(Arc::new(Calibration::shipped()?)),
        SecondPass::Never | SecondPass::Always => None,
    };
    let regional = scores::regional(Arc::new(Lexicon::built_in()?));
    let mut transcribers = Vec::new();
    for _ in 0..workers {
        let judge = Judge {
            when: options.second_pass,
            doubtful: second::doubtful(&RoutingSettings::default()),
            calibration: calibration.clone(),
            regional: regional.clone(),
        };
        transcribers.push(Transcriber::from(engine.worker()?).judged(judge));
    }
    let progress = console.progress("evaluate", Unit::Things("clips"), references.len() as u64);
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let started = Instant::now();
    std::thread::scope(|scope| {
        for mut transcriber in transcribers {
            let (next, rows, references, progress) = (&next, &rows, &references, &progress);
            let regional = &regional;
            scope.spawn(move || {
                loop {
                    let at_once = transcriber.at_once();
                    let first = next.fetch_add(at_once, Ordering::Relaxed).min(references.len());
                    let taken = &references[first..references.len().min(first + at_once)];
                    if taken.is_empty() {
                        break;
                    }
                    let done = transcribe(taken, &mut transcriber, options, regional);
                    if let Ok(mut rows) = rows.lock() {
                        rows.extend(taken.iter().zip(done).map(|(r, row)| {
                            let row = row.with_context(|| r.audio.display().to_string());
                            (r.audio.clone(), row)
                        }));
                    }
                    progress.advance(taken.len() as u64);
                }
            });
        }
    });
    let wall_seconds = started.elapsed().as_secs_f64();
    drop(progress);
    let mut rows = rows.into_inner().unwrap_or_default();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let mut done = Evaluation {
        model: options.model.clone(),
        policy: options.policy.id(),
        wall_seconds,
        ..Evaluation::default()
    };
    let mut good = Vec::new();
    for (_, row) in rows {
        match row {
            Ok(row) => good.push(row),
            Err(error) => done.failed.push(format!("{error:#}")),
        }
    }
    let mut sum = WordErrors::default();
    for row in &good {
        sum.errors += row.errors;
        sum.reference_words += row.words;
        done.clips += 1;
        done.seconds += row.seconds;
        done.correct_clips += usize::from(row.errors == 0);
        done.decoded_again += usize::from(row.pass == Pass::Full);
    }
    done.x_real_time = done.seconds / wall_seconds.max(1e-9);
    (done.errors, done.words, done.wer) = (sum.errors, sum.reference_words, sum.rate());
    if let Some(out) = &options.out {
        write_whole(out, |file| {
            for row in &good {
                serde_json::to_writer(&mut *file, row)?;
                writeln!(file)?;
            }
            Ok(())
        })?;
    }
    Ok(done)
}

/// Rows in the order of the references.
fn transcribe(
    references: &[Reference],
    transcriber: &mut Transcriber,
    options: &EvaluateOptions,
    regional: &Regional,
) -> Vec<Result<EvaluatedClip>> {
    let sounds: Vec<Result<(ClipId, Vec<f32>, LanguageChoice)>> =
        references.iter().map(|r| load(r, &options.language)).collect();
    let good = sounds.iter().flatten().map(|(clip, samples, language)| Request {
        clip,
        samples,
        level: level::measure(samples),
        language,
    });
    let good: Vec<Request> = good.collect();
    let stop = AtomicBool::new(false);
    let mut transcribed = transcriber.transcribe_all(&good, &options.policy, &stop).into_iter();
    let mut rows = Vec::with_capacity(references.len());
    for (r, sound) in references.iter().zip(&sounds) {
        rows.push(match sound {
            Ok(_) => {
                transcribed.next().context("no hypothesis").flatten().map(|h| row(r, h, regional))
            }
            Err(error) => Err(anyhow::anyhow!("{error:#}")),
        });
    }
    rows
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
    regional: &dyn Fn(&str) -> bool,
) -> Vec<(Vec<f64>, bool)> {
    let Some(values) = word_features(h, regional) else { return Vec::new() };
    let spoken: Vec<String> = tokens_by_word(&h.tokens)
        .iter()
        .map(|tokens| tokens.iter().map(|t| t.text.as_str()).collect())
        .collect();
    let wrong = wrong_words(reference, &spoken, &h.language);
    values.into_iter().zip(wrong).filter_map(|(values, wrong)| Some((values?, wrong))).collect()
}

impl Evaluation {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        format!(
            "{} clips, {:.1} min, model {}, {}\nWER {} ({} errors, {} words); {} clips without error; \
             {} decoded again\n{:.1} s, {:.1} times real time\n",
            self.clips,
            self.seconds / 60.0,
            self.model,
            self.policy,
            percent(self.wer),
            self.errors,
            self.words,
            self.correct_clips,
            self.decoded_again,
            self.wall_seconds,
            self.x_real_time
        )
    }
}
