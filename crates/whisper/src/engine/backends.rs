//! Which library computes Whisper's numbers. In: a model file, how its matrices are held. Out: a loaded model.
//! Left to others: computing (`cpp`, `ctranslate2`), what the numbers mean (`engine`).

use std::path::Path;

use anyhow::Result;

#[cfg(feature = "whisper-cpp")]
use super::cpp;
#[cfg(feature = "ctranslate2")]
use super::ctranslate2;
use super::runtime::Model;
use crate::Weights;

/// Loads a sound model file.
///
/// # Errors
/// The file cannot be read or held in this way, or this build cannot.
pub fn load(path: &Path, weights: Weights) -> Result<Box<dyn Model>> {
    match weights {
        #[cfg(feature = "whisper-cpp")]
        Weights::File | Weights::Bf16 => cpp::load(path, weights),
        #[cfg(not(feature = "whisper-cpp"))]
        Weights::File | Weights::Bf16 => lacking(weights, "whisper-cpp", Weights::Int8),
        #[cfg(feature = "ctranslate2")]
        Weights::Int8 => ctranslate2::load(path),
        #[cfg(not(feature = "ctranslate2"))]
        Weights::Int8 => lacking(weights, "ctranslate2", Weights::File),
    }
}

#[cfg(not(all(feature = "whisper-cpp", feature = "ctranslate2")))]
fn lacking(weights: Weights, feature: &str, other: Weights) -> Result<Box<dyn Model>> {
    anyhow::bail!(
        "decode.weights is {weights}, which this program was built without: build it with `--features \
         {feature}`, or set decode.weights to {other} in the settings"
    )
}

/// How a model's matrices are multiplied fastest by this build on this machine.
pub fn fastest_weights() -> Weights {
    #[cfg(feature = "whisper-cpp")]
    let others = if cpp::multiplies_bf16() { Weights::Bf16 } else { Weights::File };
    #[cfg(not(feature = "whisper-cpp"))]
    let others = Weights::Int8;
    if cfg!(feature = "ctranslate2") { Weights::Int8 } else { others }
}
