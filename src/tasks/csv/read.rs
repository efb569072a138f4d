//! Reads rows from CSV that a spreadsheet, a program or a person saved.
//! In: bytes. Out: a row for each record, or why it is none, with its line. The cells' conventions
//! are told in `tasks/csv.rs`.

use super::{COLUMNS, Rows, refused, unguard};
use crate::domain::TaskRow;
use crate::tables::{Layout, Record, Table};

/// Without these a file holds no answers.
const NEEDED: [&str; 5] = ["workspace", "clip", "draft_digest", "validator", "verdict"];

/// Tables that hold answers, of whatever tool.
pub const LAYOUT: Layout = Layout { known: is_known, ..Layout::STRICT };

/// Columns by which a separator is recognised: ours, and the families of other tools.
fn is_known(name: &str) -> bool {
    let family = ["input.", "answer.", "_"].iter().any(|start| name.starts_with(start));
    family || COLUMNS.iter().any(|c| c.name == name)
}

/// Reads every record: the line it starts on, and the row or why there is none. Columns may stand in
/// any order, more of them too; what else is borne with stands at [`Table::open`].
pub fn read(table: Option<Table>) -> Rows {
    let Some(table) = table else {
        let why = format!("not an answers file: the first line must name the columns {NEEDED:?}");
        return refused(1, why);
    };
    let missing: Vec<_> = NEEDED.iter().filter(|n| !table.has(n)).collect();
    if !missing.is_empty() {
        return refused(table.header_line, format!("columns missing: {missing:?}"));
    }
    Box::new(table.rows(row))
}

fn row(record: &Record) -> Result<TaskRow, String> {
    let mut row = TaskRow::default();
    for column in &COLUMNS {
        if let Some(cell) = record.cell(column.name)? {
            (column.set)(&mut row, &unguard(cell))?;
        }
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tasks::bundle::samples::{hostile_rows, sample_rows};
    use crate::tasks::csv::write;

    fn read(bytes: &[u8]) -> Vec<(u64, Result<TaskRow, String>)> {
        super::read(Table::open(bytes, LAYOUT).unwrap()).collect()
    }

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
        let mut table: Vec<Vec<String>> = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes())
            .byte_records()
            .map(|r| r.unwrap().iter().map(|c| String::from_utf8(c.to_vec()).unwrap()).collect())
            .collect();
        for cells in &mut table {
            cells.reverse();
            cells.push("".into());
        }
        table[1][16] = "12-mai".into(); // `start`, read as a date
        let mut out = ::csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(::csv::Terminator::CRLF)
            .from_writer(b"\xef\xbb\xbf".to_vec());
        table.iter().for_each(|cells| out.write_record(cells).unwrap());
        let empty = [";".repeat(21), "\r\n".into()].concat();
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
            for bytes in [&[&header[..], &bytes].concat(), &bytes] {
                // What begins like UTF-16 and is none has no first line.
                let _ = Table::open(bytes, LAYOUT).map(|table| super::read(table).count());
            }
        }
    }
}
