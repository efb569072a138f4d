//! Separated tables with a header, whatever their columns. In: bytes. Out: records with their lines, cells by column
//! name. Left to others: what the columns mean.

use std::borrow::Cow;

use super::record::{Broken, Cells, Dialect, record};
use super::{MAX_COLUMNS, utf8};

/// What is known of a kind of table before it is read.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Whether a column's name, in lower case, is one that is read; the separator is recognised by them.
    pub known: fn(&str) -> bool,
    /// Whether lines that start with `#` are comments.
    pub comments: bool,
    /// Records with fewer cells than columns are refused below this many; `None`: all must be there.
    pub least: Option<usize>,
    /// Whether nothing is quoted where tabs separate.
    pub plain_tabs: bool,
}

impl Layout {
    /// No known column yet; every cell must be there.
    pub const STRICT: Self =
        Self { known: |_| false, comments: false, least: None, plain_tabs: false };
}

/// A file whose header record was understood.
pub struct Table<'b> {
    layout: Layout,
    dialect: Dialect,
    names: Vec<String>,
    /// The line of the column names, from 1.
    pub header_line: u64,
    body: Cow<'b, [u8]>,
    /// Where the records begin.
    start: usize,
    first_line: u64,
}

/// A record of a [`Table`].
pub struct Record<'t> {
    names: &'t [String],
    cells: &'t Cells,
}

impl<'t> Record<'t> {
    /// The cell under a column (its name in lower case), as it stands; `None` without such a column.
    pub fn cell(&self, name: &str) -> Result<Option<&'t str>, String> {
        let place = self.names.iter().position(|n| n == name);
        let Some(bytes) = place.and_then(|n| self.cells.get(n)) else { return Ok(None) };
        text(name, bytes).map(Some)
    }

    /// Every column that has a name, and its cell; columns that are missing at the end have none.
    pub fn cells(&self) -> impl Iterator<Item = (&'t str, Result<&'t str, String>)> {
        let pairs = self.names.iter().zip(self.cells.iter());
        pairs.filter(|(n, _)| !n.is_empty()).map(|(name, cell)| (name.as_str(), text(name, cell)))
    }
}

fn text<'c>(name: &str, cell: &'c [u8]) -> Result<&'c str, String> {
    std::str::from_utf8(cell)
        .map_err(|_| format!("`{name}` is not UTF-8: in the spreadsheet, save as \"CSV UTF-8\""))
}

impl<'b> Table<'b> {
    /// Understands the header: comma, semicolon, bar or tab separate, whichever gives most known columns (`None` without
    /// any), or what a line `sep=;` in front says. Letter case, a byte-order mark, UTF-16, old line ends and records
    /// without any content do not matter. Nothing is quoted in a table of Common Voice's.
    ///
    /// # Errors
    /// A column that is there twice, too many of them, broken UTF-16: the first line cannot be used.
    pub fn open(bytes: &'b [u8], layout: Layout) -> Result<Option<Self>, String> {
        let body = utf8(bytes)?;
        let (mut start, mut line) = (0, 1);
        let mut separators = vec![b',', b';', b'|', b'\t'];
        if let Some(rest) = body.strip_prefix(b"sep=") {
            (start, line) = (line_end(&body), 2);
            if let [separator @ (b',' | b';' | b'|' | b'\t'), b'\r' | b'\n', ..] = rest {
                separators = vec![*separator];
            }
        }
        (start, line) = skip(&body, start, line, layout.comments);
        let header = |separator| {
            let mut cells = Cells::default();
            let dialect = Dialect { separator, quotes: true, cells: MAX_COLUMNS };
            let length = record(&body[start..], dialect, &mut cells).ok()?;
            let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_lowercase();
            let names: Vec<String> = cells.iter().map(name).collect();
            Some((dialect, names, length))
        };
        let known = |names: &[String]| names.iter().filter(|n| (layout.known)(n)).count();
        let tables = separators.into_iter().filter_map(header);
        let best = tables.max_by_key(|(_, names, _)| known(names));
        let Some((mut dialect, names, length)) = best.filter(|(_, n, _)| known(n) > 0) else {
            return Ok(None);
        };
        if names.len() > MAX_COLUMNS {
            return Err(format!("{} columns; a table has {MAX_COLUMNS} at most", names.len()));
        }
        let twice = |(n, name): &(usize, &String)| !name.is_empty() && names[..*n].contains(name);
        if let Some((_, name)) = names.iter().enumerate().find(twice) {
            return Err(format!("two columns are named '{name}': rename or remove one"));
        }
        dialect.cells = names.len();
        let has = |name: &str| names.iter().any(|n| n == name);
        let common_voice = has("client_id") && has("path");
        dialect.quotes = dialect.separator != b'\t' || !(layout.plain_tabs || common_voice);
        let lines = breaks(&body[start..start + length]);
        let (start, first_line) = (start + length, line + lines);
        Ok(Some(Self { layout, dialect, names, header_line: line, body, start, first_line }))
    }

    /// Whether there is such a column (its name in lower case).
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    /// The columns' names, in lower case.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Every record made a row, with the line that it starts on, from 1.
    pub fn rows<T, F>(
        self,
        make: F,
    ) -> impl Iterator<Item = (u64, Result<T, String>)> + use<'b, T, F>
    where
        F: FnMut(&Record) -> Result<T, String>,
    {
        let (at, line) = (self.start, self.first_line);
        TableRows { table: self, make, cells: Cells::default(), at, line }
    }

    /// Reads the record at `at`; what cannot be read costs its own line alone.
    fn record(&self, at: usize, cells: &mut Cells) -> (usize, Result<(), String>) {
        let rest = &self.body[at..];
        let read = record(rest, self.dialect, cells);
        // A record over several lines with too few cells begins with a mark that some other line closes.
        let read = read.and_then(|length| match cells.over_lines && self.misfit(cells).is_some() {
            true => Err(Broken::OpenQuote),
            false => Ok(length),
        });
        match read {
            Ok(length) => (length, self.misfit(cells).map_or(Ok(()), Err)),
            Err(broken) => {
                let length = line_end(rest);
                // Tables with tabs come from programs that quote nothing, too.
                let plain = Dialect { quotes: false, ..self.dialect };
                let fits = self.dialect.separator == b'\t'
                    && record(rest, plain, cells).is_ok()
                    && self.misfit(cells).is_none();
                (length, if fits { Ok(()) } else { Err(broken.to_string()) })
            }
        }
    }

    /// Why a record has another number of cells than it should; empty ones at its end do not count.
    fn misfit(&self, cells: &Cells) -> Option<String> {
        let (found, wanted) = (cells.len(), self.names.len());
        let least = self.layout.least.unwrap_or(wanted).min(wanted);
        let more = cells.iter().skip(wanted).any(|cell| !cell.trim_ascii().is_empty());
        (found < least || more).then(|| format!("{found} cells under {wanted} columns"))
    }
}

struct TableRows<'b, F> {
    table: Table<'b>,
    make: F,
    cells: Cells,
    at: usize,
    line: u64,
}

impl<T, F: FnMut(&Record) -> Result<T, String>> Iterator for TableRows<'_, F> {
    type Item = (u64, Result<T, String>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Self { table, make, cells, at, line } = self;
            (*at, *line) = skip(&table.body, *at, *line, table.layout.comments);
            if *at >= table.body.len() {
                return None;
            }
            let (length, read) = table.record(*at, cells);
            let number = *line;
            *line += breaks(&table.body[*at..*at + length]);
            *at += length;
            if read.is_ok() && cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            let row = read.and_then(|()| make(&Record { names: &table.names, cells }));
            return Some((number, row));
        }
    }
}

/// Behind empty lines, and comments where there are any: the place and its line.
fn skip(body: &[u8], mut at: usize, mut line: u64, comments: bool) -> (usize, u64) {
    loop {
        let length = match &body[at..] {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            rest @ [b'#', ..] if comments => line_end(rest),
            _ => return (at, line),
        };
        line += breaks(&body[at..at + length]);
        at += length;
    }
}

/// How long the first line is, with its end.
fn line_end(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| i + 1)
}

fn breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| **b == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAYOUT: Layout =
        Layout { known: |n| ["path", "client_id", "text"].contains(&n), ..Layout::STRICT };

    fn rows(bytes: &[u8]) -> Vec<(u64, Result<Vec<String>, String>)> {
        let table = Table::open(bytes, LAYOUT).unwrap().unwrap();
        let cells = |r: &Record| r.cells().map(|(_, c)| c.map(String::from)).collect();
        table.rows(cells).collect()
    }

    #[track_caller]
    fn good(bytes: &[u8], wanted: &[(u64, &[&str])]) {
        let read = rows(bytes);
        let good: Vec<_> = read.iter().filter_map(|(n, r)| Some((*n, r.as_ref().ok()?))).collect();
        let good: Vec<(u64, Vec<&str>)> =
            good.into_iter().map(|(n, r)| (n, r.iter().map(String::as_str).collect())).collect();
        assert_eq!(
            good,
            wanted.iter().map(|(n, r)| (*n, r.to_vec())).collect::<Vec<_>>(),
            "{read:?}"
        );
    }

    #[test]
    fn two_open_quotes_cost_two_rows() {
        let text = b"path,text\na,\"open\nb,\"open\nc,3\nd,\"4\n4\"\ne,\"5\" 5\nf,6\ng,\"open\n";
        good(text, &[(4, &["c", "3"]), (5, &["d", "4\n4"]), (8, &["f", "6"])]);
        let bad: Vec<u64> = rows(text).iter().filter(|r| r.1.is_err()).map(|r| r.0).collect();
        assert_eq!(bad, [2, 3, 7, 9]);
    }

    #[test]
    fn a_table_of_common_voice_quotes_nothing() {
        let text = b"client_id\tpath\ttext\nx\ta.mp3\t\"Oui\ny\tb.mp3\t\"Non\"\n";
        good(text, &[(2, &["x", "a.mp3", "\"Oui"]), (3, &["y", "b.mp3", "\"Non\""])]);
        // Other tables with tabs are quoted where that makes sense.
        let text = b"path\ttext\na\t\"Oui\nb\t\"N\ton\"\"\"\nc\t\"3\n3\"\n";
        good(text, &[(2, &["a", "\"Oui"]), (3, &["b", "N\ton\""]), (4, &["c", "3\n3"])]);
    }

    #[test]
    fn separators_marks_and_empty_lines() {
        good(b"\xef\xbb\xbf\r\nPath ;TEXT;\r\n;;\r\n\r\na,b;2;;\r\n", &[(5, &["a,b", "2"])]);
        good(b"sep=|\npath|text\na,b;c,d|2", &[(3, &["a,b;c,d", "2"])]);
        good(b"path\na,b;c|d\n", &[(2, &["a,b;c|d"])]);
        let wide: Vec<u8> =
            "path\ttext\r\né\t2".encode_utf16().flat_map(u16::to_le_bytes).collect();
        good(&[b"\xff\xfe", &wide[..]].concat(), &[(2, &["é", "2"])]);
    }

    #[test]
    fn a_header_that_cannot_be_used_is_named() {
        let refused = |text: &str| Table::open(text.as_bytes(), LAYOUT).err().unwrap();
        assert!(refused("path,text, Text\n").contains("two columns are named 'text'"));
        assert!(refused(&format!("path{}", ",x".repeat(MAX_COLUMNS))).contains("1001 columns"));
        assert!(Table::open(b"name,age\n", LAYOUT).unwrap().is_none());
        assert!(Table::open(b"", LAYOUT).unwrap().is_none());
    }

    #[test]
    fn records_that_may_end_early_and_comments() {
        let layout = Layout { comments: true, least: Some(1), ..LAYOUT };
        let table = Table::open(b"# x,\npath,text\n#y\na\n\nb,2\n", layout).unwrap().unwrap();
        let read: Vec<_> = table.rows(|r| Ok(r.cells().count())).collect();
        assert_eq!(read, [(4, Ok(1)), (6, Ok(2))]);
    }

    #[test]
    fn hostile_marks_cost_time_in_proportion() {
        // Each line closes the mark of the one before and opens another.
        let lines = "x\"y,\"z\nx\",\"z\n".repeat(100_000);
        let text = format!("path,text\n{lines}");
        let started = std::time::Instant::now();
        assert!(rows(text.as_bytes()).iter().any(|(_, row)| row.is_err()));
        assert!(started.elapsed().as_secs() < 10);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_every_line_is_told(body in "(?s)[\",;\n\r\ta# ]{0,40}") {
            let text = format!("path,text\n{body}");
            let read = rows(text.as_bytes());
            prop_assert!(read.iter().all(|(n, _)| *n >= 2 && *n <= 2 + breaks(body.as_bytes())));
            prop_assert!(read.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
    }
}
