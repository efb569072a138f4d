//! Answer files of every kind that is accepted, found out by their content.
//! In: the page's download, JSONL rows, CSV, what other tools export. Out: every row with its file and line, or why it is none.
//! Left to others: what each format looks like (`tasks/jsonl.rs`, `tasks/csv.rs`,
//! `tasks/platforms/`).

use std::fmt;

use super::Rejection;
use crate::domain::TaskRow;
use crate::tables::Table;
use crate::tasks::csv::{self, Rows, refused};
use crate::tasks::jsonl;
use crate::tasks::platforms::{appen, label_studio, turkle};

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

/// The rows in a file's bytes, read as they are asked for: JSON lines when the first character is a brace, Label Studio's
/// export when it is a bracket, else a table, whose columns tell whose it is. `file` names it in places.
pub fn rows<'b>(file: &'b str, bytes: &'b [u8]) -> impl Iterator<Item = AnswerRow> + use<'b> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = text.trim_ascii_start().first();
    let rows: Rows = match first {
        None => Box::new(std::iter::empty()),
        Some(b'{') => jsonl::read(text),
        Some(b'[') => label_studio::read(text),
        Some(b'<') => {
            refused(1, "this is a page, not answers: open it and use its download button")
        }
        Some(_) => match Table::open(text, csv::LAYOUT) {
            Err(why) => refused(1, why),
            Ok(Some(table)) if turkle::is_results(&table) => turkle::read(table),
            Ok(Some(table)) if appen::is_report(&table) => appen::read(table),
            Ok(table) => csv::read(table),
        },
    };
    let at = if first == Some(&b'[') { At::Task } else { At::Line };
    rows.map(move |(number, row)| AnswerRow {
        place: RowPlace { file: file.to_string(), at: at(number) },
        row: row.map_err(|why| Rejection::Malformed { why }),
    })
}

/// All rows at once.
#[cfg(test)]
pub fn read_bytes(file: &str, bytes: &[u8]) -> Vec<AnswerRow> {
    rows(file, bytes).collect()
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
        let twice = read_bytes("x", b"clip,verdict,Clip\nc,skip,c\n");
        assert!(twice[0].row.as_ref().unwrap_err().to_string().contains("named 'clip'"));
        let wide = "workspace\tclip\tdraft_digest\tvalidator\tverdict\r\nw\tc\td\tv\tskip";
        let wide: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(read_bytes("x", &[b"\xff\xfe", &wide[..]].concat())[0].row.is_ok());
    }
}
