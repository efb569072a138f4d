//! Arguments of `adapt`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::training::finetune::{Part, Recipe};

/// Arguments of `adapt`.
#[derive(Debug, Args)]
pub struct Adapt {
    /// The workspace.
    pub dir: PathBuf,
    /// Say what would be learnt from and judged by, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What is trained.
    #[arg(long, value_enum, default_value = "full")]
    pub mode: Mode,
    /// Trainings in different orders, whose weights are averaged (default: 2; the decoder alone 1).
    #[arg(long, value_name = "N")]
    pub trainings: Option<usize>,
    /// Times that every example is seen in a training (default: 3; the decoder alone 4).
    #[arg(long, value_name = "N")]
    pub epochs: Option<usize>,
    /// Highest learning rate (default: 2e-5; less for fewer than 150 corrections).
    #[arg(long, value_name = "X")]
    pub rate: Option<f64>,
    /// Share of each target that is spread over all tokens (label smoothing; 0: none).
    #[arg(long, value_name = "X", default_value_t = 0.1)]
    pub smooth: f64,
    /// Trainings that each leave a part out and are judged on it, where fewer than 30 clips are kept for the
    /// verdict; 0 or 1: none.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub folds: usize,
    /// More anchors: a JSONL manifest (audio, start, end, text, language, use: replay, dev or test).
    #[arg(long, value_name = "MANIFEST")]
    pub anchors: Option<PathBuf>,
    /// Seed of every draw.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads that transcribe (0: one a core); overrides the settings.
    #[arg(long)]
    pub workers: Option<usize>,
    /// Transcribe and route again what nobody was handed yet, with the new model.
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
    /// The recipe that was asked for, but for the rate, which depends on the corrections.
    pub fn recipe(&self) -> Recipe {
        let recipe = match self.mode {
            Mode::Full => Recipe::of(Part::All, self.seed),
            Mode::Decoder => Recipe::of(Part::Decoder, self.seed),
        };
        let trainings = self.trainings.unwrap_or(recipe.trainings).max(1);
        let epochs = self.epochs.unwrap_or(recipe.epochs).max(1);
        Recipe { trainings, epochs, smoothing: self.smooth, ..recipe }
    }
}
