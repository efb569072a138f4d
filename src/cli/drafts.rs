//! Arguments of `drafts`: what other engines wrote.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::domain::EngineName;

/// What `--help` adds.
pub const AFTER_HELP: &str = "Examples: second-ear drafts calls\n          second-ear drafts calls import canary.jsonl \
    --engine canary\n\nTo use them, set engine = \"canary\" under [decode] in the settings.";

/// Arguments of `drafts`.
#[derive(Debug, Args)]
pub struct Drafts {
    /// The workspace.
    pub dir: PathBuf,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without it, engines are listed.
    #[command(subcommand)]
    pub what: Option<DraftsAction>,
}

/// What `drafts` can do beside listing.
#[derive(Debug, Subcommand)]
pub enum DraftsAction {
    /// Read what an engine wrote; what it had for the same recordings is replaced.
    #[command(
        after_help = "Example: second-ear drafts calls import asr/*.json --engine nova\n\nThe shape is recognised by \
        content: JSON lines with audio_filepath and pred_text (NeMo), or with path and text; JSON of openai-whisper, \
        faster-whisper, stable-ts, whisper-timestamped, WhisperX, whisper.cpp (-ojf), Amazon Transcribe, AssemblyAI, \
        Azure, Deepgram, Google; CTM. A file without a path in it is of the recording that has its name."
    )]
    Import {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// What you call the engine: letters, digits, '.', '-' and '_'.
        #[arg(long, value_name = "NAME")]
        engine: EngineName,
    },
    /// Take out all that an engine wrote.
    #[command(after_help = "Example: second-ear drafts calls remove --engine canary")]
    Remove {
        /// The engine.
        #[arg(long, value_name = "NAME")]
        engine: EngineName,
    },
}
