//! Files of tables. In: a folder, a format, rows. Out: one file per table, with a count of its rows. Left to others: the
//! folder, and which rows.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Result, bail};
use serde_json::Value;

use super::StudyRow;
use super::columns::{Column, cells, columns};
use super::csv_file::CsvFile;
use super::parquet_file::ParquetFile;
use super::schema::of_row;

/// How tables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl TableFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Parquet];

    /// The name on the command line, and the ending of the files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// What it is, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Self::Csv => "comma-separated values, UTF-8",
            Self::Parquet => "Apache Parquet, with types",
        }
    }
}

impl FromStr for TableFormat {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|f| f.code() == s);
        found.ok_or_else(|| format!("'{s}' is not a format of tables"))
    }
}

/// A folder that tables are written into.
pub struct TableFolder {
    /// Where.
    pub path: PathBuf,
    /// How.
    pub format: TableFormat,
    /// Rows of each table that is finished.
    pub rows: BTreeMap<&'static str, u64>,
}

impl TableFolder {
    /// Begins a table.
    pub fn open<R: StudyRow>(&self) -> Result<TableFile<R>> {
        let columns = columns(&of_row::<R>());
        let path = self.path.join(format!("{}.{}", R::TABLE, self.format.code()));
        let file = match self.format {
            TableFormat::Csv => Out::Csv(CsvFile::create(&path, &columns)?),
            TableFormat::Parquet => Out::Parquet(ParquetFile::create(&path, &columns)?),
        };
        Ok(TableFile { columns, file, rows: 0, of: PhantomData })
    }

    /// Ends a table.
    pub fn close<R: StudyRow>(&mut self, table: TableFile<R>) -> Result<()> {
        self.rows.insert(R::TABLE, table.rows);
        match table.file {
            Out::Csv(file) => file.finish(),
            Out::Parquet(file) => file.finish(),
        }
    }

    /// A whole table.
    pub fn write<R: StudyRow>(&mut self, rows: impl IntoIterator<Item = R>) -> Result<()> {
        let mut table = self.open::<R>()?;
        rows.into_iter().try_for_each(|row| table.put(&row))?;
        self.close(table)
    }
}

/// A file in one of the formats.
enum Out {
    Csv(CsvFile),
    Parquet(ParquetFile),
}

/// A table under construction.
pub struct TableFile<R> {
    columns: Vec<Column>,
    file: Out,
    rows: u64,
    of: PhantomData<R>,
}

impl<R: StudyRow> TableFile<R> {
    /// Adds a row.
    pub fn put(&mut self, row: &R) -> Result<()> {
        self.rows += 1;
        let fields = match serde_json::to_value(row)? {
            Value::Object(fields) => fields,
            other => bail!("a row of {} is no object: {other}", R::TABLE),
        };
        let cells = cells(&self.columns, &fields);
        match &mut self.file {
            Out::Csv(file) => file.put(&cells),
            Out::Parquet(file) => file.put(cells),
        }
    }
}
