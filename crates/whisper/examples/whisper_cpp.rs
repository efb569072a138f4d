//! The peer of `scripts/bench`: whisper.cpp as whisper-rs gives it, on whole recordings, 2 threads.
//! In: a model, a language, 16 kHz mono 16-bit WAV files. Out: one JSON line per file, with text and seconds.
//! Greedy parameters are `FullParams`' own: best of 5, temperature fallback, timestamps, windows of 30 s.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, language, files @ ..] = &arguments[..] else {
        bail!("usage: whisper_cpp MODEL LANGUAGE FILE.wav...");
    };
    whisper_rs::install_logging_hooks();
    let context = WhisperContext::new_with_params(model, WhisperContextParameters::default())
        .context("load the model")?;
    let mut state = context.create_state()?;
    for file in files {
        let started = Instant::now();
        let samples: Vec<f32> = hound::WavReader::open(file)?
            .into_samples::<i16>()
            .map(|s| s.map(|s| f32::from(s) / 32768.0))
            .collect::<Result<_, _>>()?;
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 5 });
        parameters.set_n_threads(2);
        parameters.set_language(Some(language));
        parameters.set_print_progress(false);
        parameters.set_print_realtime(false);
        state.full(parameters, &samples)?;
        let mut text = Vec::new();
        for segment in state.as_iter() {
            text.push(segment.to_str_lossy()?.trim().to_string());
        }
        let seconds = started.elapsed().as_secs_f64();
        println!("{}", serde_json::json!({ "text": text.join(" "), "seconds": seconds }));
    }
    Ok(())
}
