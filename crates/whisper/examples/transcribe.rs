//! Transcribes WAV files (16 kHz mono, 16 bits, at most 30 s): a line of text each, and the tokens that it was unsure of.
//! usage: transcribe MODEL LANGUAGE|auto FILE.wav...

use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};
use whisper::{Ask, Engine, FULL_CONTEXT, LanguageChoice, fastest_weights, models};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, language, files @ ..] = &arguments[..] else {
        bail!("usage: transcribe MODEL LANGUAGE|auto FILE.wav...");
    };
    let language = LanguageChoice::try_from(language.clone()).map_err(anyhow::Error::msg)?;
    let model = models::resolve(model, &models::default_dir(), &mut |_| {})?;
    let engine = Engine::load(&model.path, &model.sha256, fastest_weights())?;
    let (mut worker, stop) = (engine.worker()?, AtomicBool::new(false));
    for file in files {
        let samples: Vec<f32> = hound::WavReader::open(file)?
            .into_samples::<i16>()
            .map(|s| s.map(|s| f32::from(s) / 32768.0))
            .collect::<Result<_, _>>()?;
        let ask = Ask { samples: &samples, max_tokens: 200, language: &language };
        for decoded in worker.decode_all(&[ask], FULL_CONTEXT, &stop)? {
            println!("{}", decoded.text());
            for (bytes, token) in decoded.tokens.iter().filter(|(_, t)| t.logprob < 0.5f64.ln()) {
                println!("  {:?} {:.2}", String::from_utf8_lossy(bytes), token.logprob.exp());
            }
        }
    }
    Ok(())
}
