//! Records of a CSV file that a spreadsheet, a program or a person saved, whatever its columns.
//! In: bytes. Out: records with their lines, cells by column name. Left to others: what the columns
//! mean.

use std::borrow::Cow;

use ::csv::{ByteRecord, Reader, ReaderBuilder};

use super::COLUMNS;
use crate::domain::TaskRow;
use crate::tasks::jsonl::MAX_LINE;

/// Line numbers from 1, each with its row or why there is none.
pub type Rows = Vec<(u64, Result<TaskRow, String>)>;

/// A file whose header record was understood.
pub struct Table<'b> {
    separator: u8,
    names: Vec<String>,
    /// The line of the column names, from 1.
    pub header_line: u64,
    body: Cow<'b, [u8]>,
}

/// A record of a [`Table`].
pub struct Record<'t> {
    table: &'t Table<'t>,
    cells: &'t ByteRecord,
}

impl Record<'_> {
    /// The cell under a column (its name in lower case), guard and all; `None` without such a column.
    pub fn cell(&self, name: &str) -> Result<Option<&str>, String> {
        let Some(bytes) = self.table.position(name).and_then(|i| self.cells.get(i)) else {
            return Ok(None);
        };
        std::str::from_utf8(bytes).map(Some).map_err(|_| {
            format!("`{name}` is not UTF-8: in the spreadsheet, save as \"CSV UTF-8\"")
        })
    }
}

impl<'b> Table<'b> {
    /// Understands the header: comma, semicolon or tab separate, whichever gives most known columns
    /// (`None` without any); letter case, a byte-order mark, `sep=;`, old line ends and records without any content do
    /// not matter.
    pub fn open(bytes: &'b [u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut body = Cow::Borrowed(bytes);
        if !bytes.contains(&b'\n') && bytes.contains(&b'\r') {
            body.to_mut().iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
        }
        let mut header_line = 1;
        if body.starts_with(b"sep=") {
            header_line = 2;
            body = match body {
                Cow::Borrowed(b) => Cow::Borrowed(after_line(b)),
                Cow::Owned(b) => Cow::Owned(after_line(&b).to_vec()),
            };
        }
        let tables = [b',', b';', b'\t'].map(|separator| {
            let header = reader(&body, separator).into_byte_records().next().and_then(Result::ok);
            let names = header
                .iter()
                .flatten()
                .map(|cell| String::from_utf8_lossy(cell).trim().to_lowercase());
            (separator, names.collect::<Vec<_>>())
        });
        let known = |names: &[String]| names.iter().filter(|n| is_known(n)).count();
        let (separator, names) =
            tables.into_iter().max_by_key(|(_, n)| known(n)).filter(|(_, n)| known(n) > 0)?;
        Some(Self { separator, names, header_line, body })
    }

    /// Whether there is such a column (its name in lower case).
    pub fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// Every record made a row; the record's line is the one that it starts on.
    pub fn rows(&self, make: impl Fn(&Record) -> Result<TaskRow, String>) -> Rows {
        let mut rows = Vec::new();
        let (mut rest, mut line) = (after_line(&self.body), self.header_line + 1);
        while !rest.is_empty() {
            let (read, consumed, lines) = self.read_run(rest, line, &make);
            rows.extend(read);
            rest = &rest[consumed.min(rest.len())..];
            line += lines;
        }
        rows
    }

    /// Reads on until the end or until a record that spoils the ones behind it: a quote that is
    /// never closed swallows lines, so reading starts anew behind the line where such a record
    /// begins. Gives rows, bytes consumed, lines consumed.
    fn read_run(
        &self,
        body: &[u8],
        first_line: u64,
        make: &impl Fn(&Record) -> Result<TaskRow, String>,
    ) -> (Rows, usize, u64) {
        let mut rows = Vec::new();
        let mut reader = reader(body, self.separator);
        let mut record = ByteRecord::new();
        loop {
            let from = reader.position().clone();
            let blank = blank_lines(&body[from.byte() as usize..]);
            let start = from.byte() as usize + blank;
            let blank = body[start - blank..start].iter().filter(|b| **b == b'\n').count();
            let line = first_line + from.line() - 1 + blank as u64;
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return (rows, body.len(), 0),
                Err(e) => {
                    rows.push((line, Err(format!("not readable as CSV ({e})"))));
                    return (rows, body.len(), 0);
                }
            }
            let end = reader.position().byte() as usize;
            let quotes = body[start..end].iter().filter(|b| **b == b'"').count();
            let lines = record.iter().any(|cell| cell.contains(&b'\n'));
            if lines && (record.len() != self.names.len() || quotes % 2 == 1) {
                let why = "a quotation mark opens a cell and is not closed on the line";
                rows.push((line, Err(why.into())));
                let consumed = body.len() - after_line(&body[start..]).len();
                return (rows, consumed, line + 1 - first_line);
            }
            if record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                rows.push((line, self.row(&record, make)));
            }
        }
    }

    fn row(
        &self,
        cells: &ByteRecord,
        make: &impl Fn(&Record) -> Result<TaskRow, String>,
    ) -> Result<TaskRow, String> {
        let (found, wanted) = (cells.len(), self.names.len());
        if found != wanted {
            return Err(format!("{found} cells where the header has {wanted}"));
        }
        if cells.as_slice().len() > MAX_LINE {
            return Err(format!("the record has {} bytes", cells.as_slice().len()));
        }
        make(&Record { table: self, cells })
    }
}

/// Columns by which a separator is recognised: ours, and the families of other tools.
fn is_known(name: &str) -> bool {
    let family = ["input.", "answer.", "_"].iter().any(|start| name.starts_with(start));
    family || COLUMNS.iter().any(|c| c.name == name)
}

/// What stands after the first line break.
fn after_line(bytes: &[u8]) -> &[u8] {
    bytes.iter().position(|b| *b == b'\n').map_or(&[], |i| &bytes[i + 1..])
}

pub(super) fn reader(body: &[u8], separator: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(body)
}

/// Bytes of the line breaks at the start: the reader skips empty lines before a record.
fn blank_lines(body: &[u8]) -> usize {
    body.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count()
}
