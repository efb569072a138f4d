//! Task and answer rows as CSV: the columns of the JSONL in the same order, for spreadsheets.
//! In: rows, or bytes that a spreadsheet may have saved. Out: CSV, or a row or a reason for each record.
//! Left to others: whether a row makes sense in this workspace ([`super::answers`]).
//!
//! `reasons` is joined by `|`, `tags` is a JSON list in its cell. A text cell that a spreadsheet would
//! take for a formula (it starts with `=`, `+`, `-`, `@`, tab or return, or does so behind a `;`, a tab
//! or a line break, where some begin a new cell) or for a number (it is made
//! of digits and number signs alone, as some digests are) gets an apostrophe in front; so does a cell
//! that starts with apostrophes before such a text (`text/cells.rs`). Reading takes exactly one apostrophe off where
//! the rule would have put it, so every text comes back as it was, and what a person types without
//! an apostrophe is taken as typed.

mod columns;
mod read;

use std::io::Write;

pub(super) use crate::tables::number;
use ::csv::Writer;
use anyhow::Context;
pub(super) use columns::{COLUMNS, Column, task_columns};
pub use read::{LAYOUT, read};

use crate::domain::TaskRow;
pub(super) use crate::text::cells::{guard, unguard};

/// Line numbers from 1, each with its row or why there is none; read as they are asked for.
pub type Rows<'b> = Box<dyn Iterator<Item = (u64, Result<TaskRow, String>)> + 'b>;

/// The rows of a file that has none: the line, and why.
pub(super) fn refused<'b>(line: u64, why: impl Into<String>) -> Rows<'b> {
    Box::new(std::iter::once((line, Err(why.into()))))
}

/// Writes the rows for spreadsheets that separate by semicolons and write decimal commas, as those of French and German systems
/// do: with a byte-order mark, so that they see UTF-8. Errors are those of the writer.
pub fn write_for_spreadsheets<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
) -> anyhow::Result<()> {
    out.write_all("\u{feff}".as_bytes()).context("write the CSV")?;
    let mut writer = ::csv::WriterBuilder::new().delimiter(b';').from_writer(out);
    writer.write_record(COLUMNS.iter().map(|c| c.name)).context("write the CSV header")?;
    for row in rows {
        let cells = COLUMNS.iter().map(|column| match (column.get)(row) {
            cell if column.text => guard(&cell).into_owned(),
            number => number.replace('.', ","),
        });
        writer.write_record(cells).with_context(|| format!("write clip {}", row.clip))?;
    }
    writer.flush().context("write the CSV")
}

/// Writes a header record and one record per row, UTF-8 without byte-order mark, comma-separated.
/// Errors are those of the writer.
pub fn write<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
) -> anyhow::Result<()> {
    write_table(out, &COLUMNS, &[], rows.into_iter().map(|row| (row, Vec::new())))
}

/// Writes the columns given and, behind them, `more`: columns whose guarded cells come with each row.
pub(super) fn write_table<'a>(
    out: &mut impl Write,
    columns: &[Column],
    more: &[&str],
    rows: impl IntoIterator<Item = (&'a TaskRow, Vec<String>)>,
) -> anyhow::Result<()> {
    let mut writer = Writer::from_writer(out);
    let names = columns.iter().map(|c| c.name).chain(more.iter().copied());
    writer.write_record(names).context("write the CSV header")?;
    for (row, cells) in rows {
        let own = columns.iter().map(|column| match (column.get)(row) {
            cell if column.text => guard(&cell).into_owned(),
            number => number,
        });
        let record = own.chain(cells.iter().map(|cell| guard(cell).into_owned()));
        writer.write_record(record).with_context(|| format!("write clip {}", row.clip))?;
    }
    writer.flush().context("write the CSV")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::bundle::samples::hostile_rows;

    fn written(rows: &[TaskRow]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, rows).unwrap();
        bytes
    }

    #[test]
    fn what_a_french_spreadsheet_opens_comes_back_as_it_was() {
        let rows = hostile_rows();
        let mut bytes = Vec::new();
        write_for_spreadsheets(&mut bytes, &rows).unwrap();
        assert!(bytes.starts_with("\u{feff}workspace;batch;".as_bytes()));
        let table = crate::tables::Table::open(&bytes, LAYOUT).unwrap();
        let back: Vec<TaskRow> = read(table).map(|(_, row)| row.unwrap()).collect();
        assert_eq!(back, rows);
    }

    #[test]
    fn no_text_cell_starts_like_a_formula() {
        let rows = hostile_rows();
        for record in ::csv::Reader::from_reader(&written(&rows)[..]).byte_records() {
            for cell in record.unwrap().iter() {
                assert!(!cell.starts_with(b"=") && !cell.starts_with(b"@"), "{cell:?}");
                assert!(!cell.starts_with(b"+") && !cell.starts_with(b"-"), "{cell:?}");
            }
        }
    }
}
