//! Arguments of `adapt`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use whisper::finetune::{Part, Recipe};

use super::numbers;

/// Arguments of `adapt`.
#[derive(Debug, Args)]
pub struct Adapt {
    /// The workspace.
    pub dir: PathBuf,
    /// Show what would be trained and tested on, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do nothing unless so many clips were settled that no round has used: for timers.
    #[arg(long, value_name = "N", value_parser = numbers::within(0_u64, 1_000_000_000))]
    pub at_least: Option<u64>,
    /// What is trained.
    #[arg(long, value_enum, default_value = "full")]
    pub mode: Mode,
    /// Training runs in different orders, whose weights are averaged (default: 2; with the decoder alone 1).
    #[arg(long, value_name = "N", value_parser = numbers::within(1_usize, 100))]
    pub runs: Option<usize>,
    /// Epochs per training run (default: 3; with the decoder alone 4).
    #[arg(long, value_name = "N", value_parser = numbers::within(1_usize, 1000))]
    pub epochs: Option<usize>,
    /// Highest learning rate (default: 2e-5; less for fewer than 150 corrections).
    #[arg(long, value_name = "X", value_parser = numbers::within(1e-12, 0.999))]
    pub learning_rate: Option<f64>,
    /// Label smoothing: share of each target that is spread over all tokens (0: none).
    #[arg(long, value_name = "X", default_value_t = 0.1, value_parser = numbers::within(0.0, 0.999))]
    pub label_smoothing: f64,
    /// Folds of the cross-validation that decides when fewer than 30 clips are set aside for testing;
    /// 0 or 1: none.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = numbers::within(0_usize, 100))]
    pub folds: usize,
    /// A further retention set, which checks forgetting: a JSONL manifest (audio, start, end, text, language, use: replay, dev or test).
    #[arg(long, value_name = "MANIFEST")]
    pub retention: Option<PathBuf>,
    /// Seed of every draw.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads that transcribe (0: one per core); overrides the settings.
    #[arg(long, value_parser = numbers::threads())]
    pub workers: Option<usize>,
    /// Leave out whoever was withdrawn (`forget`). Every round does, so the round is the same without this option.
    #[arg(long)]
    pub without_withdrawn: bool,
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
}

impl Adapt {
    /// The recipe asked for, except the learning rate, which depends on the corrections.
    pub fn recipe(&self) -> Recipe {
        let recipe = match self.mode {
            Mode::Full => Recipe::of(Part::All, self.seed),
            Mode::Decoder => Recipe::of(Part::Decoder, self.seed),
        };
        let trainings = self.runs.unwrap_or(recipe.trainings).max(1);
        let epochs = self.epochs.unwrap_or(recipe.epochs).max(1);
        Recipe { trainings, epochs, smoothing: self.label_smoothing, ..recipe }
    }
}
