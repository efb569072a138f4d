//! Arguments of `tasks`: what goes to people, and what is taken back.

use std::path::PathBuf;

use clap::Args;
use jiff::{SignedDuration, Span, SpanRelativeTo};

use super::numbers;
use super::values::task_format;
use crate::tasks::bundle;

/// What `--help` adds.
pub const AFTER_HELP: &str = "Examples: second-ear tasks calls --out to-validate/ --format html,csv\n          \
    second-ear tasks calls --out week-1/ --to ana,ben,zoé --files 1\n          second-ear tasks calls --out week-1/ --to \
    people.csv --validators 2\n          second-ear tasks calls --reclaim 8f31c02a77de\n          second-ear tasks calls \
    --older-than 7d\n          second-ear tasks calls --out ls/ --format label-studio";

/// Arguments of `tasks`.
#[derive(Debug, Args)]
pub struct Tasks {
    /// The workspace.
    pub dir: PathBuf,
    /// Folder to write to.
    #[arg(long, required_unless_present_any = ["reclaim", "older_than"])]
    pub out: Option<PathBuf>,
    /// One or several formats.
    #[arg(long, value_parser = task_format(), value_delimiter = ',', default_value = "html")]
    pub format: Vec<bundle::Format>,
    /// Clips per task file; overrides the settings.
    #[arg(long, value_parser = numbers::within(1_usize, 100_000))]
    pub clips_per_file: Option<usize>,
    /// Write at most this many files (with --to: for each person), with the most urgent clips.
    #[arg(long, value_parser = numbers::within(1_usize, 1_000_000))]
    pub files: Option<usize>,
    /// Answers wanted for each clip; overrides the settings.
    #[arg(long, value_parser = numbers::within(1_u32, 1000))]
    pub validators: Option<u32>,
    /// Leave out clips that are in a task file already.
    #[arg(long)]
    pub only_new: bool,
    /// Only clips on which people disagree, with what they wrote, for an adjudicator.
    #[arg(long, conflicts_with = "only_new")]
    pub adjudicate: bool,
    /// To whom: names, or a CSV file with a column `name`. Each gets clips of their own that nobody else has.
    #[arg(long, alias = "for", value_name = "NAME", value_delimiter = ',')]
    pub to: Vec<String>,
    /// Take these batches back: what nobody answered of them can be handed to others.
    #[arg(long, value_name = "BATCH", value_delimiter = ',', conflicts_with_all = ["out", "to", "older_than"])]
    pub reclaim: Vec<String>,
    /// Take back what went out longer ago, such as 7d or 36h, and what nobody has answered since.
    #[arg(long, value_name = "AGE", value_parser = age, conflicts_with_all = ["out", "to"])]
    pub older_than: Option<SignedDuration>,
    /// CSV that spreadsheets of French and German systems open with a double click: `;` between fields.
    #[arg(long)]
    pub spreadsheet: bool,
    /// Encrypt the pages under a passphrase, which is asked for and not shown (html alone).
    #[arg(long)]
    pub passphrase: bool,
    /// The same, with the passphrase in the first line of a file.
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase")]
    pub passphrase_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// An age: `7d`, `36h`, `90 min`; a day has 24 hours.
fn age(typed: &str) -> Result<SignedDuration, String> {
    let wrong = |_| "it must be a time such as 7d, 36h or 2w".to_string();
    let span: Span = typed.parse().map_err(wrong)?;
    let age = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(wrong)?;
    match age.is_negative() {
        true => Err("it must not be negative".into()),
        false => Ok(age),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_read_as_people_write_it() {
        for (typed, hours) in [("7d", 168), ("36h", 36), ("2w", 336), ("1 day", 24), ("PT48H", 48)]
        {
            assert_eq!(age(typed).unwrap(), SignedDuration::from_hours(hours), "{typed}");
        }
        for typed in ["", "7", "week", "-3d", "1 month"] {
            assert!(age(typed).is_err(), "{typed}");
        }
    }
}
