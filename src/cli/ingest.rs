//! Arguments of `ingest`.

use std::path::PathBuf;

use clap::Args;

use super::values::{cut, references};
use crate::domain::Cut;
use crate::pipeline::ingest::References;

/// Examples, corpora, columns.
pub const AFTER_HELP: &str = "Examples: second-ear ingest calls interviews/ calls.csv\n          \
    second-ear ingest calls cv-corpus/fr/validated.tsv --references gold --segments keep\n          \
    second-ear ingest calls data/train/wav.scp --references evaluate\n\n\
    Corpora: tables of Common Voice (clips/ beside them), folders of Hugging Face with metadata.jsonl or metadata.csv, \
    manifests of NeMo, data folders of Kaldi (wav.scp), recordings, supervisions and cuts of Lhotse; packed by gzip \
    or not. A command in wav.scp is never run.\n\n\
    Manifest columns: path, speaker, region, language, licence, consent, consent_by, consent_date, consent_text, \
    consent_purposes, consent_until, channel (mix, split, or a number from 0), offset and duration (seconds, of a \
    part), text (what is said in it), accents, variant; only path is needed.";

/// Arguments of `ingest`.
#[derive(Debug, Args)]
pub struct Ingest {
    /// The workspace.
    pub dir: PathBuf,
    /// Audio files, folders (searched recursively), .csv, .tsv, .jsonl or .json manifests, corpora.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// What becomes of reference texts that rows have [default: they are counted, not kept].
    #[arg(long, value_parser = references())]
    pub references: Option<References>,
    /// What becomes of segments that rows give [default: slice].
    #[arg(long, value_parser = cut())]
    pub segments: Option<Cut>,
    /// Name everything in folders that is left out.
    #[arg(long, short)]
    pub verbose: bool,
    /// Take what was withdrawn before (`forget`), because they consented anew.
    #[arg(long)]
    pub again: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
