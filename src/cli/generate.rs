//! The arguments of `generate`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// Folder to write to: `share` of an installation.
    #[arg(long)]
    pub out: PathBuf,
}
