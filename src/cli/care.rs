//! Arguments of the commands that look after a workspace: `doctor`, `backup`, `log`.

use std::path::PathBuf;

use clap::Args;

use super::numbers::within;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The workspace.
    pub dir: PathBuf,
    /// Compare the content of every recording, not only its size and time.
    #[arg(long)]
    pub deep: bool,
    /// Remove temporary files of killed commands.
    #[arg(long)]
    pub fix: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The workspace.
    pub dir: PathBuf,
    /// The tar file to write; it must not exist.
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `log`.
#[derive(Debug, Args)]
pub struct Log {
    /// The workspace.
    pub dir: PathBuf,
    /// Only the last N commands.
    #[arg(long, value_name = "N", value_parser = within(1_usize, 1_000_000), default_value_t = 1_000_000, hide_default_value = true)]
    pub last: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
