//! The arguments of `generate`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `generate`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Generate {
    /// Folder to write to: `share` of an installation.
    #[arg(long, required = true)]
    pub out: Option<PathBuf>,
    /// What to print instead.
    #[command(subcommand)]
    pub printed: Option<Printed>,
}

/// What is printed.
#[derive(Debug, Subcommand)]
pub enum Printed {
    /// The JSON schema of what a command prints with --json.
    Schema {
        /// The command.
        of: SchemaOf,
    },
    /// The codebook of `study`, as Markdown.
    Codebook,
}

/// Commands whose JSON has a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaOf {
    /// `report --json`
    Report,
    /// `status --json`
    Status,
    /// `study --json`, and the rows of its tables
    Study,
}
