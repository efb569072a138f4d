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

use std::io::Write;

use ::csv::{ByteRecord, ReaderBuilder, Writer};
use anyhow::Context;
use serde_json::Value;

use super::jsonl::{self, MAX_LINE};
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
/// Without these a file holds no answers.
const NEEDED: [&str; 5] = ["workspace", "clip", "draft_digest", "validator", "verdict"];

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

/// Reads every record: the line it starts on, and the row or why there is none. Columns may stand in
/// any order, more of them too; comma, semicolon and tab separate; a byte-order mark, `sep=;` and
/// records without any content are left aside.
pub fn read(bytes: &[u8]) -> Vec<(u64, Result<TaskRow, String>)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (skipped, body) = match bytes.strip_prefix(b"sep=") {
        Some(_) => (1, after_line(bytes)),
        None => (0, bytes),
    };
    let Some(layout) = Layout::of(body) else {
        return vec![(
            1 + skipped,
            Err(format!("not an answers file: the first line must name the columns {NEEDED:?}")),
        )];
    };
    let missing: Vec<_> = NEEDED.iter().filter(|n| layout.position(n).is_none()).collect();
    if !missing.is_empty() {
        return vec![(1 + skipped, Err(format!("columns missing: {missing:?}")))];
    }
    let mut rows = Vec::new();
    let (mut rest, mut line) = (after_line(body), 2 + skipped);
    while !rest.is_empty() {
        let (read, consumed, lines) = layout.read_run(rest, line);
        rows.extend(read);
        rest = &rest[consumed.min(rest.len())..];
        line += lines;
    }
    rows
}

/// What stands after the first line break.
fn after_line(bytes: &[u8]) -> &[u8] {
    bytes.iter().position(|b| *b == b'\n').map_or(&[], |i| &bytes[i + 1..])
}

/// Separator and column names of a file.
struct Layout {
    separator: u8,
    names: Vec<String>,
}

impl Layout {
    /// The separator under which most known columns appear; none when no column is known.
    fn of(body: &[u8]) -> Option<Self> {
        let known = |l: &Self| COLUMNS.iter().filter(|c| l.position(c).is_some()).count();
        let layouts = [b',', b';', b'\t'].map(|separator| {
            let header = records(body, separator).next().and_then(Result::ok);
            let names = header
                .iter()
                .flatten()
                .map(|cell| String::from_utf8_lossy(cell).trim().to_lowercase());
            Self { separator, names: names.collect() }
        });
        layouts.into_iter().max_by_key(known).filter(|l| known(l) > 0)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// Reads on until the end or until a record that spoils the ones behind it: a quote that is
    /// never closed swallows lines, so reading starts anew behind the line where such a record
    /// begins. Gives rows, bytes consumed, lines consumed.
    fn read_run(&self, body: &[u8], first_line: u64) -> (Rows, usize, u64) {
        let mut rows = Vec::new();
        for record in records(body, self.separator) {
            let record = match record {
                Ok(record) => record,
                Err(e) => {
                    rows.push((first_line, Err(format!("not readable as CSV ({e})"))));
                    break;
                }
            };
            let (byte, line) = match record.position() {
                Some(p) => (p.byte() as usize, p.line()),
                None => (0, 1),
            };
            let wide = record.len() != self.names.len();
            if wide && record.iter().any(|cell| cell.contains(&b'\n')) {
                let why = "a quotation mark opens a cell and is not closed on the line";
                rows.push((first_line + line - 1, Err(why.into())));
                let start = byte + blank_lines(&body[byte..]);
                let consumed = body.len() - after_line(&body[start..]).len();
                let lines = body[..consumed].iter().filter(|b| **b == b'\n').count();
                return (rows, consumed, lines as u64);
            }
            if record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                rows.push((first_line + line - 1, self.row(&record)));
            }
        }
        (rows, body.len(), 0)
    }

    fn row(&self, record: &ByteRecord) -> Result<TaskRow, String> {
        if record.len() != self.names.len() {
            return Err(format!(
                "{} cells where the header has {}",
                record.len(),
                self.names.len()
            ));
        }
        if record.as_slice().len() > MAX_LINE {
            return Err(format!("the record has {} bytes", record.as_slice().len()));
        }
        let cell = |name: &str| -> Result<String, String> {
            let bytes = self.position(name).and_then(|i| record.get(i)).unwrap_or_default();
            let text = std::str::from_utf8(bytes).map_err(|_| {
                format!("`{name}` is not UTF-8: in the spreadsheet, save as \"CSV UTF-8\"")
            })?;
            Ok(unguard(text).to_string())
        };
        let reasons = cell("reasons")?;
        let tags = match cell("tags")?.trim() {
            "" => Value::Null,
            json => serde_json::from_str(json)
                .map_err(|e| format!("`tags` must be empty or a JSON list ({e})"))?,
        };
        let seconds = match cell("active_seconds")?.trim() {
            "" => None,
            text => Some(number(text).ok_or_else(|| {
                format!("`active_seconds` must be empty or a number, not '{text}'")
            })?),
        };
        Ok(TaskRow {
            workspace: cell("workspace")?,
            batch: cell("batch")?,
            clip: cell("clip")?,
            path: cell("path")?,
            // Spreadsheets turn "12.5" into a date; the clip id holds the true bounds.
            start: number(&cell("start")?).unwrap_or(0.0),
            end: number(&cell("end")?).unwrap_or(0.0),
            audio: cell("audio")?,
            draft: cell("draft")?,
            draft_digest: cell("draft_digest")?,
            reasons: reasons.split('|').filter(|r| !r.is_empty()).map(String::from).collect(),
            region: cell("region")?,
            context_before: cell("context_before")?,
            context_after: cell("context_after")?,
            validator: cell("validator")?,
            verdict: cell("verdict")?,
            text: cell("text")?,
            tags: jsonl::tags(&tags)?,
            active_seconds: seconds,
            answered_at: cell("answered_at")?,
        })
    }
}

type Rows = Vec<(u64, Result<TaskRow, String>)>;

fn records(body: &[u8], separator: u8) -> impl Iterator<Item = ::csv::Result<ByteRecord>> + '_ {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(body)
        .into_byte_records()
}

/// Bytes of the line breaks at the start: the reader skips empty lines before a record.
fn blank_lines(body: &[u8]) -> usize {
    body.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count()
}

/// A number with a decimal point or comma.
fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok().filter(|n: &f64| n.is_finite())
}

/// Whether a spreadsheet would make something else of the text.
fn tempts(text: &str) -> bool {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
        || digits && text.chars().all(|c| c.is_ascii_digit() || " .,:/-+eE%".contains(c))
}

fn guard(text: &str) -> String {
    match tempts(text.trim_start_matches('\'')) {
        true => format!("'{text}"),
        false => text.to_string(),
    }
}

/// Undoes [`guard`]; texts that it would not have touched stay as they are.
pub(super) fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if tempts(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tasks::bundle::samples::{hostile_rows, sample_rows};

    fn written(rows: &[TaskRow]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, rows).unwrap();
        bytes
    }

    fn reread(bytes: &[u8]) -> Vec<TaskRow> {
        read(bytes).into_iter().map(|(_, row)| row.unwrap()).collect()
    }

    #[test]
    fn columns_are_the_fields_of_a_task_row_in_their_order() {
        let Value::Object(fields) = serde_json::to_value(TaskRow::default()).unwrap() else {
            panic!("a row is an object")
        };
        assert_eq!(fields.keys().collect::<Vec<_>>(), COLUMNS);
    }

    #[test]
    fn hostile_texts_come_back_whole() {
        assert_eq!(reread(&written(&hostile_rows())), hostile_rows());
    }

    #[test]
    fn no_text_cell_starts_like_a_formula() {
        let rows = hostile_rows();
        for record in records(&written(&rows), b',').skip(1) {
            for cell in record.unwrap().iter() {
                assert!(!cell.starts_with(b"=") && !cell.starts_with(b"@"), "{cell:?}");
                assert!(!cell.starts_with(b"+") && !cell.starts_with(b"-"), "{cell:?}");
            }
        }
    }

    #[test]
    fn what_french_excel_saves_is_read() {
        let rows = sample_rows(2);
        let text = String::from_utf8(written(&rows)).unwrap();
        let mut table: Vec<Vec<String>> = records(text.as_bytes(), b',')
            .map(|r| r.unwrap().iter().map(|c| String::from_utf8(c.to_vec()).unwrap()).collect())
            .collect();
        for cells in &mut table {
            cells.reverse();
            cells.push("".into());
        }
        table[1][14] = "12-mai".into(); // `start`, read as a date
        let mut out = ::csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(::csv::Terminator::CRLF)
            .from_writer(b"\xef\xbb\xbf".to_vec());
        table.iter().for_each(|cells| out.write_record(cells).unwrap());
        let empty = [";".repeat(19), "\r\n".into()].concat();
        let bytes = [out.into_inner().unwrap(), empty.into_bytes()].concat();
        let back = reread(&bytes);
        assert_eq!(back[0], TaskRow { start: 0.0, ..rows[0].clone() });
        assert_eq!(back[1], rows[1]);
    }

    #[test]
    fn an_open_quote_costs_its_own_row_alone() {
        let text = "workspace,clip,draft_digest,validator,verdict,text\n\
            w,c1,d,v,corrected,\"one\ntwo\"\nw,c2,d,v,corrected,\"open\nw,c3,d,v,skip,\n\
            w,c4,d,v,skip\nw,c5,d,v,skip,";
        let read = read(text.as_bytes());
        let got: Vec<_> =
            read.iter().map(|(n, r)| (*n, r.as_ref().ok().map(|r| r.clip.as_str()))).collect();
        assert_eq!(got[0], (2, Some("c1")));
        assert_eq!(got[1].0, 4);
        assert!(got[2..].contains(&(5, Some("c3"))), "{got:?}");
        assert!(got[2..].contains(&(6, None)), "{got:?}");
        assert!(got[2..].contains(&(7, Some("c5"))), "{got:?}");
    }

    #[test]
    fn a_table_of_something_else_is_refused_once() {
        assert_eq!(read(b"name,age\nx,7\ny,8\n").len(), 1);
        let missing = read(b"clip,text\nx,7\ny,8\n");
        assert_eq!(missing.len(), 1);
        assert!(missing[0].1.as_ref().unwrap_err().contains("verdict"));
    }

    #[test]
    fn windows_letters_are_refused_with_what_to_do() {
        let read = read(b"workspace,clip,draft_digest,validator,verdict,text\nw,c,d,v,corrected,\xe9t\xe9\nw,c,d,v,skip,\n");
        assert!(read[0].1.as_ref().unwrap_err().contains("CSV UTF-8"));
        assert!(read[1].1.is_ok());
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_its_guard(text in "['=+@\t0-9e.a-]{0,6}.{0,3}") {
            let guarded = guard(&text);
            prop_assert_eq!(unguard(&guarded), text.as_str());
        }

        #[test]
        fn any_row_comes_back(draft in "(?s).{0,30}", text in "['\"=;,\n\r|a-]{0,8}", n in -1e6..1e6f64) {
            let row = TaskRow { draft, text, start: n, active_seconds: Some(n.abs()), ..Default::default() };
            prop_assert_eq!(reread(&written(std::slice::from_ref(&row))), vec![row]);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let header = b"workspace,clip,draft_digest,validator,verdict,text\n";
            read(&[&header[..], &bytes].concat());
            read(&bytes);
        }
    }
}
