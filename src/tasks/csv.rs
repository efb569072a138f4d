//! Task and answer rows as CSV: the columns of the JSONL in the same order, for spreadsheets.
//! In: rows, or bytes that a spreadsheet may have saved. Out: CSV, or a row or a reason for each record.
//! Left to others: whether a row makes sense in this workspace ([`super::answers`]).
//!
//! `reasons` is joined by `|`, `tags` is a JSON list in its cell. A text cell that a spreadsheet would
//! take for a formula (it starts with `=`, `+`, `-`, `@`, tab or return) or for a number (it is made
//! of digits and number signs alone, as some digests are) gets an apostrophe in front; so does a cell
//! that starts with apostrophes before such a text. Reading takes exactly one apostrophe off where
//! the rule would have put it, so every text comes back as it was, and what a person types without
//! an apostrophe is taken as typed.

mod guard;
mod read;

use std::io::Write;

use ::csv::Writer;
use anyhow::Context;
use guard::guard;
pub(super) use guard::unguard;
pub use read::read;

use crate::domain::TaskRow;

/// Columns in the order of the format, which is that of [`TaskRow`].
pub const COLUMNS: [&str; 19] = [
    "workspace",
    "batch",
    "clip",
    "path",
    "start",
    "end",
    "audio",
    "draft",
    "draft_digest",
    "reasons",
    "region",
    "context_before",
    "context_after",
    "validator",
    "verdict",
    "text",
    "tags",
    "active_seconds",
    "answered_at",
];

/// Writes a header record and one record a row, UTF-8 without byte-order mark, comma-separated.
/// Errors are those of the writer.
pub fn write<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
) -> anyhow::Result<()> {
    let mut writer = Writer::from_writer(out);
    writer.write_record(COLUMNS).context("write the CSV header")?;
    for row in rows {
        let tags =
            if row.tags.is_empty() { String::new() } else { serde_json::to_string(&row.tags)? };
        let seconds = row.active_seconds.map(|s| s.to_string()).unwrap_or_default();
        let record = [
            guard(&row.workspace),
            guard(&row.batch),
            guard(&row.clip),
            guard(&row.path),
            row.start.to_string(),
            row.end.to_string(),
            guard(&row.audio),
            guard(&row.draft),
            guard(&row.draft_digest),
            guard(&row.reasons.join("|")),
            guard(&row.region),
            guard(&row.context_before),
            guard(&row.context_after),
            guard(&row.validator),
            guard(&row.verdict),
            guard(&row.text),
            tags,
            seconds,
            guard(&row.answered_at),
        ];
        writer.write_record(&record).with_context(|| format!("write clip {}", row.clip))?;
    }
    writer.flush().context("write the CSV")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::tasks::bundle::samples::hostile_rows;

    fn written(rows: &[TaskRow]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, rows).unwrap();
        bytes
    }

    #[test]
    fn columns_are_the_fields_of_a_task_row_in_their_order() {
        let Value::Object(fields) = serde_json::to_value(TaskRow::default()).unwrap() else {
            panic!("a row is an object")
        };
        assert_eq!(fields.keys().collect::<Vec<_>>(), COLUMNS);
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
