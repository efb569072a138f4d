//! Arguments of the commands that measure: `report`, `evaluate`, `calibrate`.

use std::path::PathBuf;

use clap::Args;

use super::numbers;
use super::values::language;
use crate::domain::{LanguageChoice, SecondPass, Weights};

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The workspace.
    pub dir: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Also write the report as an HTML page.
    #[arg(long, value_name = "PATH")]
    pub html: Option<PathBuf>,
    /// Also write one row per clip, from which every rate can be computed again (FORMATS.md).
    #[arg(long, value_name = "PATH")]
    pub csv: Option<PathBuf>,
    /// Call people by their names in JSON, HTML and CSV; without it they have pseudonyms there.
    #[arg(long)]
    pub names: bool,
}

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// Manifests (JSON lines or tables) with reference transcripts, or workspaces that keep some (`ingest --references
    /// evaluate`).
    #[arg(required = true)]
    pub manifests: Vec<PathBuf>,
    /// A registered model's name, or the path of a ggml file.
    #[arg(long, default_value = "base")]
    pub model: String,
    /// Language of rows that name none.
    #[arg(long, value_parser = language, default_value = "fr")]
    pub language: LanguageChoice,
    /// Decode with the full 30 s window instead of the default policy.
    #[arg(long)]
    pub full_window: bool,
    /// Number format of the model's matrices: file, bf16, or int8 (needs a build with CTranslate2)
    /// [default: the fastest on this machine].
    #[arg(long)]
    pub weights: Option<Weights>,
    /// Which clips get a second pass, which improves the score: never, doubtful, always. Rows for
    /// `calibrate` need `always`.
    #[arg(long, default_value = "never")]
    pub second_pass: SecondPass,
    /// Threads that transcribe (0: one per core).
    #[arg(long, default_value_t = 0, value_parser = numbers::threads())]
    pub workers: usize,
    /// Write one row per clip: reference, hypothesis, errors, features.
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
pub struct Calibrate {
    /// The workspace.
    #[arg(required_unless_present = "rows", conflicts_with = "rows")]
    pub dir: Option<PathBuf>,
    /// Rows that `evaluate --second-pass always --out` wrote.
    #[arg(long, num_args = 1.., requires = "out")]
    pub rows: Vec<PathBuf>,
    /// The calibration file to write.
    #[arg(long, requires = "rows")]
    pub out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
