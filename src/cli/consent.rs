//! Arguments of the commands about what recordings may be used for and how long things are kept: `consent`, `retention`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Arguments of `consent`.
#[derive(Debug, Args)]
pub struct Consent {
    /// The workspace.
    pub dir: PathBuf,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without it, recordings are listed.
    #[command(subcommand)]
    pub what: Option<ConsentAction>,
}

/// What `consent` can do beside listing.
#[derive(Debug, Subcommand)]
pub enum ConsentAction {
    /// Read statements from a CSV or JSONL file, and say what the change costs.
    #[command(
        after_help = "Example: second-ear consent calls import letters.csv\n\nEach row is about a path, a recording (its \
        id) or a speaker, and fills in some of: consent, consent_by, consent_date, consent_text, consent_purposes \
        (review, train, evaluate, publish, or none), consent_until, licence. An empty cell changes nothing."
    )]
    Import {
        /// The file.
        file: PathBuf,
    },
}

/// Arguments of `retention`.
#[derive(Debug, Args)]
pub struct Retention {
    /// The workspace.
    pub dir: PathBuf,
    /// Show what would be removed, and remove nothing.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
