//! How a model is trained. In: settings. Out: what they mean. Left to others: doing it.

use serde::{Deserialize, Serialize};

use super::adam::Schedule;
use crate::random;

/// Which parameters are trained. Token embedding, positions and convolutions never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Encoder and decoder.
    All,
    /// The decoder alone, on encoder frames computed once: several times faster, forgets more.
    Decoder,
}

impl Part {
    /// Whether the parameter `name` is trained.
    pub fn trains(self, name: &str) -> bool {
        let encoder = name.starts_with("encoder.blocks.") || name.starts_with("encoder.ln_post.");
        let decoder = name.starts_with("decoder.blocks.") || name.starts_with("decoder.ln.");
        match self {
            Part::All => encoder || decoder,
            Part::Decoder => decoder,
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
    /// Trainings, each with the examples in another order; their weights are averaged (Wortsman et al., "Model soups", 2022).
    pub trainings: usize,
    /// Times that every example is seen in one training.
    pub epochs: usize,
    /// Examples of a step.
    pub batch: usize,
    /// Learning rate and what goes with it.
    pub schedule: Schedule,
    /// Share of each target that is spread over all tokens (label smoothing).
    pub smoothing: f64,
    /// Seed of every draw.
    pub seed: u64,
}

impl Recipe {
    /// The recipe that measured best for a part (docs/lab/adapt.md has the table).
    pub fn of(part: Part, seed: u64) -> Self {
        let (trainings, epochs) = if part.keeps_encoder() { (1, 4) } else { (2, 3) };
        let schedule = Schedule { rate: 2e-5, warm_up: 0.1, clip: 1.0, decay: 0.01 };
        Self { part, trainings, epochs, batch: 4, schedule, smoothing: 0.1, seed }
    }

    /// The same for a round that learns from `corrections` clips: the rate is for `FULL_RATE` of them or more, and
    /// falls with the square root of their number below. Found by trying (docs/lab/adapt.md): at the full rate 41 clips
    /// taught the model to stop after a sentence.
    pub fn for_corrections(self, corrections: usize) -> Self {
        let share = (corrections as f64 / FULL_RATE as f64).min(1.0);
        let rate = self.schedule.rate * share.sqrt();
        self.with_rate(rate)
    }

    /// The same for training `n` of several, from 0: every draw is another one.
    pub fn training(&self, n: usize) -> Self {
        let seed = if n == 0 { self.seed } else { random::word(self.seed, n as u64) };
        Self { seed, ..self.clone() }
    }

    /// The same with another highest learning rate.
    pub fn with_rate(self, rate: f64) -> Self {
        Self { schedule: Schedule { rate, ..self.schedule }, ..self }
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
        let trained = |part: Part| names.map(|n| u8::from(part.trains(n)));
        assert_eq!(trained(Part::All), [0, 1, 1, 1, 0, 1, 1, 0]);
        assert_eq!(trained(Part::Decoder), [0, 0, 0, 0, 0, 1, 1, 0]);
    }
}
