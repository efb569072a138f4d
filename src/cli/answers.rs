//! Arguments of `answers`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `answers`.
#[derive(Debug, Args)]
pub struct Answers {
    /// The workspace.
    pub dir: PathBuf,
    /// Answer files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Import gold clips: rows with clip and a text known to be right. They check people in later
    /// task files and never become training data.
    #[arg(long)]
    pub gold: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
