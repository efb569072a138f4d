//! Arguments of `adapt`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::training::finetune::{Part, Recipe};

/// Arguments of `adapt`.
#[derive(Debug, Args)]
pub struct Adapt {
    /// The workspace.
    pub dir: PathBuf,
    /// Show what would be trained and tested on, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What is trained.
    #[arg(long, value_enum, default_value = "full")]
    pub mode: Mode,
    /// Training runs in different orders, whose weights are averaged (default: 2; with the decoder alone 1).
    #[arg(long, value_name = "N")]
    pub runs: Option<usize>,
    /// Epochs per training run (default: 3; with the decoder alone 4).
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Highest learning rate (default: 2e-5, adapters 4e-4; less for fewer than 150 corrections).
    #[arg(long, value_name = "X")]
    pub learning_rate: Option<f64>,
    /// Hide bands and stretches of each spectrogram at random (SpecAugment).
    #[arg(long)]
    pub hide: bool,
    /// Hear each example slower or faster at two looks of three (speed perturbation).
    #[arg(long)]
    pub pace: bool,
    /// Label smoothing: share of each target that is spread over all tokens (0: none).
    #[arg(long, value_name = "X", default_value_t = 0.1)]
    pub label_smoothing: f64,
    /// Share of each target that follows what the model expected before (self-distillation; 0: none).
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    pub teach: f64,
    /// Train low-rank adapters of this rank instead of the matrices themselves.
    #[arg(long, value_name = "RANK", default_value_t = 0)]
    pub adapters: usize,
    /// Folds of the cross-validation that decides when fewer than 30 clips are set aside for testing;
    /// 0 or 1: none.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub folds: usize,
    /// Train the model in use further, instead of the settings' model anew on all corrections.
    #[arg(long)]
    pub go_on: bool,
    /// A further retention set, which checks forgetting: a JSONL manifest (audio, start, end, text, language, use: replay, dev or test).
    #[arg(long, value_name = "MANIFEST")]
    pub retention: Option<PathBuf>,
    /// Seed of every draw.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads that transcribe (0: one per core); overrides the settings.
    #[arg(long)]
    pub workers: Option<usize>,
    /// Then transcribe and route again, with the new model, every clip that nobody was handed yet.
    #[arg(long)]
    pub then_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Encoder and decoder.
    Full,
    /// The decoder alone, on encoder frames computed once: faster, learns less.
    Decoder,
    /// The encoder's upper half and the decoder.
    Upper,
}

impl Adapt {
    /// The recipe asked for, except the learning rate, which depends on the corrections.
    pub fn recipe(&self) -> Recipe {
        let recipe = match self.mode {
            Mode::Full => Recipe::of(Part::All, self.seed),
            Mode::Decoder => Recipe::of(Part::Decoder, self.seed),
            Mode::Upper => Recipe::of(Part::Upper, self.seed),
        };
        let recipe = match self.adapters {
            0 => recipe,
            rank => recipe.with_adapters(rank),
        };
        let trainings = self.runs.unwrap_or(recipe.trainings).max(1);
        let epochs = self.epochs.unwrap_or(recipe.epochs).max(1);
        let encoder = self.mode != Mode::Decoder;
        let (hide, pace) = (self.hide && encoder, self.pace && encoder);
        let (smoothing, teaching) = (self.label_smoothing, self.teach);
        Recipe { trainings, epochs, hide, pace, smoothing, teaching, ..recipe }
    }
}
