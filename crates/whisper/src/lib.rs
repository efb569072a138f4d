//! Whisper and nothing else: who needs what of it is elsewhere.
#![doc = include_str!("../README.md")]

mod align;
pub mod bpe;
mod engine;
#[cfg(feature = "finetune")]
pub mod finetune;
pub mod greedy;
mod language;
pub mod models;
#[cfg(test)]
mod mutate;
pub mod random;
mod spectrogram;
mod url;
mod weights;

pub use engine::{
    Ask, Decoded, Engine, FULL_CONTEXT, MAX_SAMPLES, Stopped, Vocabulary, Worker, fastest_weights,
};
pub use language::{LANGUAGES, Language, LanguageChoice};
pub use models::checksum::hex_digest;
pub use spectrogram::log_mel;
pub use url::{Url, redact};
pub use weights::Weights;

#[cfg(not(any(feature = "whisper-cpp", feature = "ctranslate2")))]
compile_error!(
    "nothing can compute: build with the feature `whisper-cpp` or `ctranslate2`, or with both"
);
