//! The `memory` commands' arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Json;
use crate::domain::Language;

/// The `memory` commands.
#[derive(Debug, Subcommand)]
pub enum Memory {
    /// List what people wrote where drafts had something else, and what stands behind it.
    #[command(
        after_help = "Example: second-ear memory list calls\n\nA pair is tried on other drafts once two clips, or two \
        people, confirm it (memory.confirm)."
    )]
    List(Json),
    /// Take a pair out: it is not tried any more.
    #[command(after_help = "Example: second-ear memory remove calls appuyer appuyez")]
    Remove(Pair),
    /// Take a pair back in.
    #[command(after_help = "Example: second-ear memory restore calls appuyer appuyez")]
    Restore(Pair),
}

/// A pair of a workspace's memory.
#[derive(Debug, Args)]
pub struct Pair {
    /// The workspace.
    pub dir: PathBuf,
    /// What drafts have.
    pub wrote: String,
    /// What people wrote instead.
    pub said: String,
    /// Its language, where two have the pair.
    #[arg(long)]
    pub language: Option<Language>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
