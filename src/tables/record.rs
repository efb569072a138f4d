//! One record of a separated table. In: bytes that begin with it. Out: its cells and how long it is, or what breaks it.
//! Left to others: which record it is and how many cells it should have.
//!
//! The rules are those of RFC 4180, held to the letter where a cell is quoted: what stands behind its closing mark must
//! be a separator or the line's end. So a mark that was opened by mistake is seen where the next one stands, and costs
//! its own line; a lenient reader (the crate csv is one) takes everything up to there for the cell, and goes on.

use super::MAX_RECORD;

/// How cells are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between two cells.
    pub separator: u8,
    /// Whether a quotation mark at a cell's start quotes it.
    pub quotes: bool,
    /// Cells of a record that goes over several lines, at most.
    pub cells: usize,
}

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// No closing mark, or one that closes something else.
    #[error("a quotation mark opens a cell and is not closed on the line")]
    OpenQuote,
    /// As in `"Oui" dit-il`.
    #[error("text stands behind a closing quotation mark: write a mark within a quoted cell twice")]
    BehindQuote,
    /// More than [`MAX_RECORD`] bytes.
    #[error("the record has over 1 MiB; no row is that long")]
    TooLong,
}

/// The cells of a record; kept from one to the next, so that nothing is allocated anew.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Whether a cell goes over several lines.
    pub over_lines: bool,
}

impl Cells {
    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// One of them, from 0.
    pub fn get(&self, n: usize) -> Option<&[u8]> {
        let end = *self.ends.get(n)?;
        let start = if n == 0 { 0 } else { self.ends[n - 1] };
        Some(&self.bytes[start..end])
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|n| self.get(n))
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > MAX_RECORD { Err(Broken::TooLong) } else { Ok(()) }
    }

    fn end(&mut self) {
        self.ends.push(self.bytes.len());
    }
}

/// Reads the record that `bytes` begin with into `cells`; gives its length with its line end.
pub fn record(bytes: &[u8], dialect: Dialect, cells: &mut Cells) -> Result<usize, Broken> {
    *cells =
        Cells { bytes: take(&mut cells.bytes), ends: take(&mut cells.ends), ..Cells::default() };
    let mut at = 0;
    loop {
        if dialect.quotes && bytes.get(at) == Some(&b'"') {
            at = quoted(bytes, at + 1, cells)?;
        } else {
            let ends = |b: &u8| *b == dialect.separator || *b == b'\n';
            let rest = &bytes[at..];
            // The line may be longer than any record.
            let long = rest.iter().take(MAX_RECORD + 1).position(ends);
            let end = long.unwrap_or(rest.len().min(MAX_RECORD + 1));
            let (cell, last) = (&rest[..end], rest.get(end) != Some(&dialect.separator));
            cells.push(if last { cell.strip_suffix(b"\r").unwrap_or(cell) } else { cell })?;
            at += end;
        }
        cells.end();
        if cells.over_lines && cells.len() > dialect.cells {
            return Err(Broken::OpenQuote);
        }
        match &bytes[at..] {
            [] => return Ok(at),
            [b'\n', ..] => return Ok(at + 1),
            [b'\r', b'\n', ..] => return Ok(at + 2),
            [b'\r'] => return Ok(at + 1),
            [next, ..] if *next == dialect.separator => at += 1,
            _ if cells.over_lines => return Err(Broken::OpenQuote),
            _ => return Err(Broken::BehindQuote),
        }
    }
}

fn take<T>(from: &mut Vec<T>) -> Vec<T> {
    let mut taken = std::mem::take(from);
    taken.clear();
    taken
}

/// Reads a quoted cell from behind its opening mark; gives where its closing mark is behind.
fn quoted(bytes: &[u8], mut at: usize, cells: &mut Cells) -> Result<usize, Broken> {
    loop {
        let rest = &bytes[at..];
        let Some(end) = rest.iter().take(MAX_RECORD).position(|b| *b == b'"') else {
            return Err(Broken::OpenQuote);
        };
        cells.over_lines |= rest[..end].contains(&b'\n');
        cells.push(&rest[..end])?;
        at += end + 1;
        if bytes.get(at) != Some(&b'"') {
            return Ok(at);
        }
        cells.push(b"\"")?;
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Dialect = Dialect { separator: b',', quotes: true, cells: 3 };

    fn read(text: &str, dialect: Dialect) -> Result<(Vec<String>, usize), Broken> {
        let mut cells = Cells::default();
        let length = record(text.as_bytes(), dialect, &mut cells)?;
        Ok((cells.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect(), length))
    }

    #[test]
    fn cells_and_where_the_record_ends() {
        let (cells, length) = read("a,\"b,\"\"\n\",c 5\" d\r\nnext", COMMA).unwrap();
        assert_eq!(
            (cells.as_slice(), length),
            (&["a", "b,\"\n", "c 5\" d"].map(String::from)[..], 18)
        );
        assert_eq!(read("\r\nx", COMMA), Ok((vec![String::new()], 2)));
        assert_eq!(read("a,", COMMA), Ok((vec!["a".into(), String::new()], 2)));
        let plain = Dialect { separator: b'\t', quotes: false, cells: 3 };
        assert_eq!(read("a\t\"b\n", plain), Ok((vec!["a".into(), "\"b".into()], 5)));
    }

    #[test]
    fn what_breaks_a_record_is_told_apart() {
        assert_eq!(read("\"a", COMMA), Err(Broken::OpenQuote));
        assert_eq!(read("\"Oui\" dit-il,b", COMMA), Err(Broken::BehindQuote));
        // The next line's mark does not close it: text stands behind.
        assert_eq!(read("a,\"open\nb,\"text\"\n", COMMA), Err(Broken::OpenQuote));
        assert_eq!(read("a,\"open\nb,\"text\n", COMMA), Err(Broken::OpenQuote));
        assert_eq!(read("\"a\n\",b,c,d,e,f\n", COMMA), Err(Broken::OpenQuote));
        assert_eq!(read(&"x".repeat(MAX_RECORD + 1), COMMA), Err(Broken::TooLong));
    }

    proptest! {
        #[test]
        fn what_the_crate_csv_writes_comes_back(cells in prop::collection::vec("(?s)[\",;\n\r'a ]{0,4}.{0,2}", 1..5)) {
            let mut out = csv::Writer::from_writer(Vec::new());
            out.write_record(&cells).unwrap();
            let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
            let dialect = Dialect { cells: cells.len(), ..COMMA };
            prop_assert_eq!(read(&text, dialect), Ok((cells, text.len())));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = record(&bytes, COMMA, &mut Cells::default());
        }
    }
}
