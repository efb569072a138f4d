//! A table as CSV: comma, UTF-8, `.` in numbers, one header line. In: columns, cells. Out: the file. An empty cell is
//! nothing at all. Left to others: what the cells say.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};

use super::columns::{Cell, Column};
use crate::text::cells::guard_formulas;

/// A CSV file under construction.
pub struct CsvFile(csv::Writer<BufWriter<File>>);

impl CsvFile {
    /// Begins the file with its header.
    pub fn create(path: &Path, columns: &[Column]) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("write {}", path.display()))?;
        let mut writer = csv::Writer::from_writer(BufWriter::new(file));
        writer.write_record(columns.iter().map(|column| &column.name))?;
        Ok(Self(writer))
    }

    /// Adds a row.
    pub fn put(&mut self, cells: &[Cell]) -> Result<()> {
        Ok(self.0.write_record(cells.iter().map(text))?)
    }

    /// Puts everything into the file.
    pub fn finish(mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}

/// A cell as text. Numbers are the shortest that read back as the same number; no spreadsheet takes a text for a formula.
fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => guard_formulas(text).into_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Float(number) => format!("{number:?}"),
        Cell::Boolean(yes) => yes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_they_were_and_no_text_is_a_formula() {
        for number in [0.1, 1.0, 1e-7, 2.5e300, -3.0, 1.0 / 3.0] {
            assert_eq!(
                text(&Cell::Float(number)).parse::<f64>().unwrap().to_bits(),
                f64::to_bits(number)
            );
        }
        assert_eq!(text(&Cell::Text("=1+1".into())), "'=1+1");
        assert_eq!(text(&Cell::Text("bonjour, toi".into())), "bonjour, toi");
        assert_eq!(text(&Cell::Empty), "");
    }
}
