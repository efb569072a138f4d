//! `evaluate`: the model and decode policy on audio with reference transcripts: WER, speed, and
//! the rows that `calibrate` fits on.

mod evaluation;
mod kept;
mod references;
mod rows;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use whisper::Engine;
use whisper::models;

use super::{scores, transcribe};
use crate::domain::{DecodePolicy, Failures, LanguageChoice, RoutingSettings, SecondPass};
use crate::files::write_whole;
use crate::hypotheses::calibrate::Calibration;
use crate::hypotheses::second::{self, Judge, Regional};
use crate::hypotheses::transcriber::Transcriber;
use crate::routing::lexicon::Lexicon;
use crate::views::progress::{Console, Unit};
use evaluation::Evaluation;
pub use rows::EvaluatedClip;

/// What may be asked.
#[derive(Clone, Debug)]
pub struct EvaluateOptions {
    /// Manifests with reference transcripts, and workspaces that keep some.
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

/// Transcribes every clip of the manifests and compares.
pub fn evaluate(options: &EvaluateOptions, console: Console) -> Result<Evaluation> {
    let (mut references, mut failed) = (Vec::new(), Failures::default());
    for manifest in &options.manifests {
        references.extend(match manifest.is_dir() {
            true => kept::of_workspace(manifest, &mut failed, console)?,
            false => references::read(manifest, &mut failed)?,
        });
    }
    let regional = scores::regional(Arc::new(Lexicon::built_in()?));
    let transcribers = transcribers(options, &regional)?;
    let windows = references::windows(references, &options.policy);
    let progress = console.progress("evaluate", Unit::Things("windows"), windows.len() as u64);
    let started = Instant::now();
    let made = transcribe::on_threads(transcribers, &windows, &progress, |transcriber, some| {
        rows::rows(some, transcriber, options, &regional)
    });
    let wall_seconds = started.elapsed().as_secs_f64();
    drop(progress);
    let made = made.into_iter().flatten().collect();
    let references: Vec<_> = windows.into_iter().flatten().collect();
    let (rows, not_decoded) = rows::by_audio(&references, made);
    failed.extend(not_decoded);
    if let Some(out) = &options.out {
        write(out, &rows)?;
    }
    Ok(Evaluation::of(options, &rows, failed, wall_seconds))
}

/// One for each thread, all with the same model.
fn transcribers(options: &EvaluateOptions, regional: &Regional) -> Result<Vec<Transcriber>> {
    let model = models::resolve(&options.model, &models::default_dir(), &mut |_| {})?;
    let engine = Engine::load(&model.path, &model.sha256, options.policy.weights)?;
    let judge = Judge {
        when: options.second_pass,
        doubtful: second::doubtful(&RoutingSettings::default()),
        calibration: match options.second_pass {
            SecondPass::Doubtful => Some(Arc::new(Calibration::shipped(&options.policy.id())?)),
            SecondPass::Never | SecondPass::Always => None,
        },
        regional: regional.clone(),
    };
    let threads = match options.workers {
        0 => std::thread::available_parallelism().map_or(1, |n| n.get()),
        n => n,
    };
    transcribe::workers(&engine, threads, |worker| worker.judged(judge.clone()))
}

/// Writes one row per clip.
fn write(out: &Path, rows: &[EvaluatedClip]) -> Result<()> {
    write_whole(out, |file| {
        for row in rows {
            serde_json::to_writer(&mut *file, row)?;
            writeln!(file)?;
        }
        Ok(())
    })
}
