//! Corrections -> a better model: Whisper's forward and backward pass on the CPU, in candle.
//! In: a model's parameters, examples, a recipe. Out: trained parameters. Left to others: reading and
//! writing model files (`models::weights`), choosing what to learn from, judging the outcome.
//!
//! The only place that names `candle_core`.

mod adam;
mod batches;
mod checkpoint;
mod frames;
mod network;
mod ops;
mod recipe;
mod side_by_side;
mod train;
mod weights;

#[cfg(test)]
mod tests;

pub use batches::Example;
pub use network::Shape;
pub use recipe::{Part, Recipe};
pub use side_by_side::side_by_side;
pub use train::{CheckpointFile, Model, Step, Stopped, Trained, train};
pub use weights::{Parameter, average};

/// Changes where the same recipe would train otherwise than before: a checkpoint of another trainer is not gone on from.
pub const TRAINER: u32 = 2;

/// ln p of each token of an example's text and of its end, given those before (teacher forcing).
///
/// # Errors
/// A parameter that the model lacks, or an example that does not fit it.
pub fn log_probabilities(model: &Model, example: &Example) -> anyhow::Result<Vec<f32>> {
    let tensors = model.parameters.iter();
    let tensors = tensors.map(|(name, p)| (name.clone(), p.0.clone()));
    let network = network::Network::new(model.shape, tensors.collect());
    let mel = crate::log_mel(&example.samples, &model.filters, 2 * example.frames);
    let encoded = network.encode(&[network.stem(&mel, example.frames)?])?;
    let plain = Recipe::of(Part::All, 0);
    let all = network.log_probabilities(&encoded, &batches::texts(&[example], &plain))?;
    Ok(all[example.prompt.len() - 1..].to_vec())
}
