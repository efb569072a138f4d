//! Arguments of the `model` commands.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// The `model` commands.
#[derive(Debug, Subcommand)]
pub enum Model {
    /// List the registered models, and which of them are installed.
    #[command(after_help = "Example: second-ear model list")]
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Download a model and check it.
    #[command(after_help = "Example: second-ear model pull base")]
    Pull {
        /// A registered name.
        name: String,
    },
    /// Check the checksum of a model.
    #[command(after_help = "Example: second-ear model verify base")]
    Verify {
        /// A registered name, or a file.
        model: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Go back to the model of an earlier round of `adapt`.
    #[command(after_help = "Example: second-ear model rollback calls")]
    Rollback {
        /// The workspace.
        dir: PathBuf,
        /// The round to use; 0: the settings' model. By default the round that this one was trained from.
        #[arg(long, value_name = "N", value_parser = super::numbers::within(0_u32, 1_000_000))]
        to: Option<u32>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Convert a Whisper model between ggml, CTranslate2 and Hugging Face transformers.
    #[command(after_help = "Examples:
  second-ear model convert whisper-base-ct2/ --out base.bin --type q8_0
  second-ear model convert base --out base-hf/ --type hf       for another trainer
  second-ear model convert fine-tuned-hf/ --out ours.bin       and back")]
    Convert {
        /// Folder of CTranslate2 (model.bin, tokenizer.json) or transformers (model.safetensors,
        /// config.json, tokenizer) for f16 and q8_0; ggml file for q8_0; registered name or ggml
        /// file for hf.
        source: PathBuf,
        /// The ggml file to write; for hf, the new folder.
        #[arg(long)]
        out: PathBuf,
        /// What to write.
        #[arg(long = "type", value_enum, default_value = "f16")]
        kind: WeightType,
    },
}

/// What `model convert` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WeightType {
    /// A ggml file, 16-bit floating point.
    F16,
    /// A ggml file, 8-bit blocks: half the size, the same speed and accuracy.
    #[value(name = "q8_0")]
    Q8_0,
    /// A folder for Hugging Face transformers, 32-bit floating point.
    Hf,
}
