//! Whisper's numbers by whisper.cpp; the only file that names `whisper_rs`. In: samples, tokens. Out: logits.
//!
//! `full` serves only to set the audio context: asked for 100 ms of audio it computes the spectrogram, stores
//! the context and returns before it encodes.

use std::path::Path;

use anyhow::{Result, bail};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

use super::runtime::{Model, State};
use crate::Weights;
use crate::models::recast;

/// Shorter clips are padded with zeros to this: 1.1 s.
const MIN_SAMPLES: usize = 17_600;
/// Whether a GPU is asked for; what it gives was not measured here.
const GPU: bool = cfg!(any(feature = "cuda", feature = "metal", feature = "vulkan"));

/// Whether bf16 matrices are multiplied with instructions of their own.
pub fn multiplies_bf16() -> bool {
    !GPU && whisper_rs::print_system_info().contains("AVX512_BF16 = 1")
}

/// Loads a sound model file.
pub fn load(path: &Path, weights: Weights) -> Result<Box<dyn Model>> {
    whisper_rs::install_logging_hooks(); // without a log backend: silence
    let mut parameters = WhisperContextParameters::default();
    parameters.use_gpu(GPU).flash_attn(false);
    let recast = match weights {
        Weights::Bf16 => recast::as_bf16(path)?,
        _ => None,
    };
    let context = match recast {
        Some(bytes) => WhisperContext::new_from_buffer_with_params(&bytes, parameters),
        None => WhisperContext::new_with_params(path, parameters),
    };
    Ok(Box::new(context.map_err(|e| anyhow::anyhow!("{e}"))?))
}

impl Model for WhisperContext {
    fn state(&self) -> Result<Box<dyn State>> {
        Ok(Box::new(self.create_state().map_err(|e| anyhow::anyhow!("{e}"))?))
    }
}

impl State for WhisperState {
    fn encode(&mut self, clips: &[&[f32]], context: u32) -> Result<()> {
        let [samples] = clips else { bail!("whisper.cpp transcribes one clip at a time") };
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(1);
        params.set_audio_ctx(context as i32);
        params.set_duration_ms(100); // spectrogram and context only; see the head of the file
        params.set_print_progress(false);
        let mut padded = samples.to_vec();
        padded.resize(samples.len().max(MIN_SAMPLES), 0.0);
        self.full(params, &padded).map_err(|e| anyhow::anyhow!("spectrogram: {e}"))?;
        WhisperState::encode(self, 0, 1).map_err(|e| anyhow::anyhow!("encoder: {e}"))
    }

    fn begin(&mut self, _: &[usize]) -> Result<()> {
        Ok(())
    }

    fn keep(&mut self, _: &[usize]) -> Result<()> {
        Ok(())
    }

    fn step(&mut self, tokens: &[i32], past: usize) -> Result<&[f32]> {
        self.decode(tokens, past, 1).map_err(|e| anyhow::anyhow!("decoder: {e}"))?;
        self.get_logits().map_err(|e| anyhow::anyhow!("decoder: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use crate::LANGUAGES;

    #[test]
    fn languages_are_those_of_whisper_cpp() {
        for (id, code) in (0..).zip(LANGUAGES) {
            assert_eq!(whisper_rs::get_lang_str(id), Some(code));
        }
        assert_eq!(whisper_rs::get_lang_max_id() as usize, LANGUAGES.len() - 1);
    }
}
