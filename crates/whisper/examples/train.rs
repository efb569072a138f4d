//! Trains a model further on one clip, to show how: its text becomes likelier, and a model file is written.
//! usage: train MODEL OUT.bin FILE.wav TEXT      (a WAV file of French: 16 kHz mono, 16 bits, at most 30 s)

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use whisper::finetune::{self, CheckpointFile, Example, Model, Part, Recipe};
use whisper::models::{self, weights};
use whisper::{FULL_CONTEXT, Language, Vocabulary};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, out, file, text] = &arguments[..] else {
        bail!("usage: train MODEL OUT.bin FILE.wav TEXT");
    };
    let parent = models::resolve(model, &models::default_dir(), &mut |_| {})?;
    let vocabulary = Vocabulary::open(&parent.path)?;
    let language: Language = "fr".parse().map_err(anyhow::Error::msg)?;
    let ids = vocabulary.bpe().ids(&format!(" {text}")).context("the model cannot write this")?;
    let samples = hound::WavReader::open(file)?
        .into_samples::<i16>()
        .map(|s| s.map(|s| f32::from(s) / 32768.0))
        .collect::<Result<_, _>>()?;
    let example = Example {
        samples,
        frames: FULL_CONTEXT as usize,
        prompt: vocabulary.prompt(&language),
        text: ids.into_iter().map(|id| id as u32).collect(),
        end: vocabulary.end_of_text(),
        weight: 1.0,
    };
    let model = Model::of(weights::load(&parent.path)?)?;
    let checkpoint = Path::new(out).with_extension("checkpoint");
    let file = CheckpointFile { path: checkpoint.clone(), key: parent.sha256.clone() };
    let (recipe, stop) = (Recipe::of(Part::Decoder, 1), AtomicBool::new(false));
    let trained = finetune::train(&model, &[example], &recipe, &file, &stop, &mut |step| {
        println!("step {} of {}, loss {:.3}", step.step, step.steps, step.loss);
    })?;
    let sha256 = weights::rewrite(&parent.path, Path::new(out), &trained.values)?;
    std::fs::remove_file(checkpoint)?;
    println!("{out} (sha256 {sha256})");
    Ok(())
}
