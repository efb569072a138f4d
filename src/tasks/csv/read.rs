//! Reads rows from CSV that a spreadsheet, a program or a person saved.
//! In: bytes. Out: a row for each record, or why it is none, with its line. The cells' conventions
//! are told in `tasks/csv.rs`.

use ::csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::Value;

use super::COLUMNS;
use super::guard::unguard;
use crate::domain::TaskRow;
use crate::tasks::jsonl::{self, MAX_LINE};

/// Without these a file holds no answers.
const NEEDED: [&str; 5] = ["workspace", "clip", "draft_digest", "validator", "verdict"];

/// Reads every record: the line it starts on, and the row or why there is none. Columns may stand in
/// any order, more of them too; comma, semicolon and tab separate; a byte-order mark, `sep=;` and
/// records without any content are left aside.
pub fn read(bytes: &[u8]) -> Vec<(u64, Result<TaskRow, String>)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !bytes.contains(&b'\n') && bytes.contains(&b'\r') {
        let lines: Vec<u8> = bytes.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect();
        return read(&lines);
    }
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
            let header = reader(body, separator).into_byte_records().next().and_then(Result::ok);
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
                rows.push((line, self.row(&record)));
            }
        }
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

fn reader(body: &[u8], separator: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(body)
}

/// Bytes of the line breaks at the start: the reader skips empty lines before a record.
fn blank_lines(body: &[u8]) -> usize {
    body.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count()
}

/// A number with a decimal point or comma.
fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok().filter(|n: &f64| n.is_finite())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tasks::bundle::samples::{hostile_rows, sample_rows};
    use crate::tasks::csv::write;

    fn written(rows: &[TaskRow]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, rows).unwrap();
        bytes
    }

    fn reread(bytes: &[u8]) -> Vec<TaskRow> {
        read(bytes).into_iter().map(|(_, row)| row.unwrap()).collect()
    }

    #[test]
    fn hostile_texts_come_back_whole() {
        assert_eq!(reread(&written(&hostile_rows())), hostile_rows());
    }

    #[test]
    fn what_french_excel_saves_is_read() {
        let rows = sample_rows(2);
        let text = String::from_utf8(written(&rows)).unwrap();
        let mut table: Vec<Vec<String>> = reader(text.as_bytes(), b',')
            .byte_records()
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
    fn line_numbers_count_empty_lines_and_sep() {
        let text = "sep=;\r\nworkspace;clip;draft_digest;validator;verdict\r\n\r\nw;c1;d;v;skip\r\n\r\n\r\nw;c2;d;v;skip";
        let lines: Vec<u64> = read(text.as_bytes()).iter().map(|(n, _)| *n).collect();
        assert_eq!(lines, [4, 7]);
        let old_mac = text.replace("\r\n", "\r");
        assert_eq!(read(old_mac.as_bytes()).len(), 2);
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
