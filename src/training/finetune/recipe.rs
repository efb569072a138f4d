//! How a model is trained. In: settings. Out: what they mean. Left to others: doing it.

use serde::{Deserialize, Serialize};

use super::adam::Schedule;
use crate::statistics::bootstrap;

/// Which parameters are trained. Token embedding, positions and convolutions never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Encoder and decoder.
    All,
    /// The decoder alone, on encoder frames computed once: several times faster, forgets more.
    Decoder,
    /// The encoder's upper half and the decoder.
    Upper,
}

impl Part {
    /// Whether the parameter `name` of a model with `audio_layers` encoder layers is trained.
    pub fn trains(self, name: &str, audio_layers: usize) -> bool {
        let encoder = name.starts_with("encoder.blocks.") || name.starts_with("encoder.ln_post.");
        let decoder = name.starts_with("decoder.blocks.") || name.starts_with("decoder.ln.");
        let layer = name.split('.').nth(2).and_then(|n| n.parse::<usize>().ok());
        let upper = layer.is_none_or(|layer| layer >= audio_layers / 2);
        match self {
            Part::All => encoder || decoder,
            Part::Decoder => decoder,
            Part::Upper => (encoder && upper) || decoder,
        }
    }

    /// Whether what the encoder gives stays the same.
    pub fn keeps_encoder(self) -> bool {
        self == Part::Decoder
    }
}

/// Corrections from which a round takes its steps at the full rate.
pub const FULL_RATE: usize = 150;

/// Settings of one training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Which parameters.
    pub part: Part,
    /// Rank of low-rank adapters on every trained matrix; 0: the matrices themselves are trained.
    pub adapter_rank: usize,
    /// Trainings, each with the examples in another order; their weights are averaged (Wortsman et al., "Model soups", 2022).
    #[serde(default = "once")]
    pub trainings: usize,
    /// Times that every example is seen in one training.
    pub epochs: usize,
    /// Examples of a step.
    pub batch: usize,
    /// Learning rate and what goes with it.
    pub schedule: Schedule,
    /// Whether stretches of time and bands of the spectrogram are hidden (SpecAugment).
    pub hide: bool,
    /// Whether examples are heard slower and faster too (speed perturbation).
    pub pace: bool,
    /// Share of each target that is spread over all tokens (label smoothing).
    pub smoothing: f64,
    /// Share of each target that follows what the model expected before it was trained (self-distillation: Li and
    /// Hoiem, "Learning without forgetting", 2016).
    #[serde(default)]
    pub teaching: f64,
    /// Seed of every draw.
    pub seed: u64,
}

/// Of rounds that were recorded before there were several.
fn once() -> usize {
    1
}

impl Recipe {
    /// The recipe that measured best for a part (docs/lab/adapt.md has the table).
    pub fn of(part: Part, seed: u64) -> Self {
        let (trainings, epochs) = if part.keeps_encoder() { (1, 4) } else { (2, 3) };
        let schedule = Schedule { rate: 2e-5, warm_up: 0.1, clip: 1.0, decay: 0.01 };
        Self {
            part,
            adapter_rank: 0,
            trainings,
            epochs,
            batch: 4,
            schedule,
            hide: false,
            pace: false,
            smoothing: 0.1,
            teaching: 0.0,
            seed,
        }
    }

    /// The same for a round that learns from `corrections` clips: the rate is for [`FULL_RATE`] of them or more, and
    /// falls with the square root of their number below. Found by trying (docs/lab/adapt.md): at the full rate 41 clips
    /// taught the model to stop after a sentence.
    pub fn for_corrections(self, corrections: usize) -> Self {
        let share = (corrections as f64 / FULL_RATE as f64).min(1.0);
        let rate = self.schedule.rate * share.sqrt();
        self.with_rate(rate)
    }

    /// The same for training `n` of several, from 0: every draw is another one.
    pub fn training(&self, n: usize) -> Self {
        let seed = if n == 0 { self.seed } else { bootstrap::word(self.seed, n as u64) };
        Self { seed, ..self.clone() }
    }

    /// The same with another highest learning rate.
    pub fn with_rate(self, rate: f64) -> Self {
        Self { schedule: Schedule { rate, ..self.schedule }, ..self }
    }

    /// The same with low-rank adapters, which want larger steps.
    pub fn with_adapters(self, rank: usize) -> Self {
        Self { adapter_rank: rank, ..self.with_rate(4e-4) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_rounds_take_smaller_steps() {
        let rate = |n| Recipe::of(Part::All, 1).for_corrections(n).schedule.rate;
        assert_eq!([rate(150), rate(1000)], [2e-5, 2e-5]);
        assert!((rate(41) - 1.0456e-5).abs() < 1e-9, "{}", rate(41));
        assert!(rate(14) > 6e-6);
    }

    #[test]
    fn every_training_draws_anew_and_the_first_as_if_it_were_alone() {
        let recipe = Recipe::of(Part::All, 7);
        let seeds: std::collections::BTreeSet<u64> =
            (0..5).map(|n| recipe.training(n).seed).collect();
        assert_eq!((recipe.training(0), seeds.len()), (recipe.clone(), 5));
        let mut recorded = serde_json::to_value(&recipe).unwrap();
        recorded.as_object_mut().unwrap().remove("trainings");
        let recorded: Recipe = serde_json::from_value(recorded).unwrap();
        assert_eq!(
            (recorded.trainings, recipe.trainings),
            (1, 2),
            "recorded before there were several"
        );
    }

    #[test]
    fn each_part_trains_what_it_says() {
        let names = [
            "encoder.conv1.weight",
            "encoder.blocks.2.mlp.0.weight",
            "encoder.blocks.3.attn.key.weight",
            "encoder.ln_post.bias",
            "decoder.token_embedding.weight",
            "decoder.blocks.0.cross_attn.value.weight",
            "decoder.ln.weight",
            "decoder.positional_embedding",
        ];
        let trained = |part: Part| names.map(|n| u8::from(part.trains(n, 6)));
        assert_eq!(trained(Part::All), [0, 1, 1, 1, 0, 1, 1, 0]);
        assert_eq!(trained(Part::Decoder), [0, 0, 0, 0, 0, 1, 1, 0]);
        assert_eq!(trained(Part::Upper), [0, 0, 1, 1, 0, 1, 1, 0]);
    }
}
