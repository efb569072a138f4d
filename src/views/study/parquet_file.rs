//! A table as Parquet: typed columns, nothing compressed. In: columns, cells. Out: the file. Texts are as they are: no
//! spreadsheet opens it. Left to others: what the cells say.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::columns::{Cell, Column, Kind};

/// Rows in a row group: what a reader, and this writer, has in memory.
const GROUP: usize = 10_000;

/// A Parquet file under construction.
pub struct ParquetFile {
    writer: SerializedFileWriter<File>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl ParquetFile {
    /// Begins the file.
    pub fn create(path: &Path, columns: &[Column]) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("write {}", path.display()))?;
        let made_by = format!("second-ear {}", env!("CARGO_PKG_VERSION"));
        let properties = WriterProperties::builder().set_created_by(made_by).build();
        let writer = SerializedFileWriter::new(file, schema(columns)?, Arc::new(properties))?;
        Ok(Self { writer, columns: columns.to_vec(), rows: Vec::new() })
    }

    /// Adds a row.
    pub fn put(&mut self, cells: Vec<Cell>) -> Result<()> {
        self.rows.push(cells);
        if self.rows.len() == GROUP { self.write_group() } else { Ok(()) }
    }

    /// Puts everything into the file.
    pub fn finish(mut self) -> Result<()> {
        if !self.rows.is_empty() {
            self.write_group()?;
        }
        self.writer.close().context("end a Parquet file").map(drop)
    }

    fn write_group(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let mut group = self.writer.next_row_group()?;
        for (n, column) in self.columns.iter().enumerate() {
            let cells = rows.iter().map(|row| &row[n]);
            let optional = column.missing.is_some();
            match column.kind {
                Kind::Text => write::<ByteArrayType>(&mut group, optional, cells.map(text)),
                Kind::Integer => write::<Int64Type>(&mut group, optional, cells.map(integer)),
                Kind::Float => write::<DoubleType>(&mut group, optional, cells.map(float)),
                Kind::Boolean => write::<BoolType>(&mut group, optional, cells.map(boolean)),
            }
            .with_context(|| format!("write the column {}", column.name))?;
        }
        group.close().context("end a row group").map(drop)
    }
}

fn text(cell: &Cell) -> Option<ByteArray> {
    if let Cell::Text(text) = cell { Some(ByteArray::from(text.as_str())) } else { None }
}

fn integer(cell: &Cell) -> Option<i64> {
    if let Cell::Integer(number) = cell { Some(*number) } else { None }
}

fn float(cell: &Cell) -> Option<f64> {
    if let Cell::Float(number) = cell { Some(*number) } else { None }
}

fn boolean(cell: &Cell) -> Option<bool> {
    if let Cell::Boolean(yes) = cell { Some(*yes) } else { None }
}

/// One column of a row group. A column that has no empty cells has no definition levels.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<File>,
    optional: bool,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<()> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let mut column = group.next_column()?.context("there is no such column")?;
    let levels = optional.then_some(levels.as_slice());
    column.typed::<T>().write_batch(&values, levels, None)?;
    Ok(column.close()?)
}

fn schema(columns: &[Column]) -> Result<TypePtr> {
    let leaf = |column: &Column| -> Result<TypePtr> {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, None),
            Kind::Float => (Physical::DOUBLE, None),
            Kind::Boolean => (Physical::BOOLEAN, None),
        };
        let repetition = match column.missing {
            Some(_) => Repetition::OPTIONAL,
            None => Repetition::REQUIRED,
        };
        let leaf = Type::primitive_type_builder(&column.name, physical);
        Ok(Arc::new(leaf.with_repetition(repetition).with_logical_type(logical).build()?))
    };
    let fields = columns.iter().map(leaf).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}
