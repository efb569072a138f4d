//! Answer files of every kind that is accepted, found out by their content.
//! In: the page's download, JSONL rows, CSV, what other tools export. Out: every row with its file and line, or why it is none.
//! Left to others: what each format looks like (`tasks/jsonl.rs`, `tasks/csv.rs`,
//! `tasks/platforms/`).

use std::fmt;
use std::path::Path;

use anyhow::Context;

use super::Rejection;
use crate::domain::TaskRow;
use crate::tasks::csv::{self, Table};
use crate::tasks::jsonl;
use crate::tasks::platforms::{appen, label_studio, turkle};

/// Files above this are refused: thousands of hours of answers are smaller.
const MAX_FILE: u64 = 1 << 30;

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// File as named by the caller.
    pub file: String,
    /// Where in it.
    pub at: At,
}

/// The place of a row in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// On this line, from 1 (where it starts).
    Line(u64),
    /// In this task of a list of tasks, from 1.
    Task(u64),
}

impl fmt::Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            At::Line(line) => write!(f, "{}:{line}", self.file),
            At::Task(task) => write!(f, "{}, task {task}", self.file),
        }
    }
}

/// A row of an answers file, or why it could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerRow {
    /// Where it stands.
    pub place: RowPlace,
    /// The row; an error is always [`Rejection::Malformed`].
    pub row: Result<TaskRow, Rejection>,
}

/// Reads a file. Errors when it cannot be opened or is larger than a gibibyte; bad rows are no error.
pub fn read(path: &Path) -> anyhow::Result<Vec<AnswerRow>> {
    let name = path.display().to_string();
    let size = std::fs::metadata(path).with_context(|| format!("open {name}"))?.len();
    anyhow::ensure!(size <= MAX_FILE, "{name} has {size} bytes; split it into files under 1 GiB");
    let bytes = std::fs::read(path).with_context(|| format!("read {name}"))?;
    Ok(read_bytes(&name, &bytes))
}

/// Reads a file's bytes: JSON lines when the first character is a brace, Label Studio's export when
/// it is a bracket, else a table, whose columns tell whose it is.
pub fn read_bytes(file: &str, bytes: &[u8]) -> Vec<AnswerRow> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = text.trim_ascii_start().first();
    let rows = match first {
        None => Vec::new(),
        Some(b'{') => jsonl::read(text),
        Some(b'[') => label_studio::read(text),
        Some(_) if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") => {
            vec![(1, Err("UTF-16 text: in the spreadsheet, save as \"CSV UTF-8\"".into()))]
        }
        Some(b'<') => {
            let why = "this is a page, not answers: open it and use its download button";
            vec![(1, Err(why.into()))]
        }
        Some(_) => match Table::open(text) {
            Some(table) if turkle::is_results(&table) => turkle::read(&table),
            Some(table) if appen::is_report(&table) => appen::read(&table),
            _ => csv::read(text),
        },
    };
    let at = if first == Some(&b'[') { At::Task } else { At::Line };
    let located = |(number, row): (u64, Result<TaskRow, String>)| AnswerRow {
        place: RowPlace { file: file.to_string(), at: at(number) },
        row: row.map_err(|why| Rejection::Malformed { why }),
    };
    rows.into_iter().map(located).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_file_is_seen_from_its_content() {
        assert!(read_bytes("empty", b" \n").is_empty());
        let page = read_bytes("tasks.html", b"<!doctype html><p>");
        assert!(page[0].row.as_ref().unwrap_err().to_string().contains("download"));
        assert!(read_bytes("x", b"\xef\xbb\xbf{\"clip\":\"c\"}")[0].row.is_ok());
        assert!(read_bytes("x", b"\xff\xfew\0")[0].row.is_err());
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_it() {
        let error = read(Path::new("no/such/answers.jsonl")).unwrap_err();
        assert!(error.to_string().contains("no/such/answers.jsonl"));
    }
}
