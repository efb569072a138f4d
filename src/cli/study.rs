//! Arguments of `study`.

use std::path::PathBuf;

use clap::Args;

use super::values::table_format;
use crate::views::study::files::TableFormat;

/// Arguments of `study`.
#[derive(Debug, Args)]
pub struct Study {
    /// The workspace.
    pub dir: PathBuf,
    /// Folder to write to; an older study there is replaced as a whole.
    #[arg(long)]
    pub out: PathBuf,
    /// Format of the tables.
    #[arg(long, value_parser = table_format(), default_value = "csv")]
    pub format: TableFormat,
    /// Call people by their names, and give paths and arguments; without it people have pseudonyms.
    #[arg(long)]
    pub names: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
