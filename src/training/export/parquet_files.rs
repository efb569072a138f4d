//! Parquet that Hugging Face datasets and NeMo both read: `data/train-00000-of-00001.parquet`, with the audio of each
//! clip in the column `audio` and what type each column has in the file's metadata. In: items. Out: the files.
//!
//! Row groups are small, so that a reader needs a hundred clips in memory and no more. Nothing is compressed: the audio
//! is already, and the rest is little.

use std::fs::{self, File};
use std::sync::Arc;

use anyhow::{Context, Result};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::building::Building;
use super::columns::{self, Kind};
use super::item::{Item, ItemFacts};
use crate::training::split::Split;

/// Clips in a row group.
const GROUP: usize = 100;

/// The columns beside `audio`; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
pub struct ParquetRow<'a> {
    id: &'a str,
    text: &'a str,
    lang: &'a str,
    duration: f64,
    #[serde(flatten)]
    facts: ItemFacts<'a>,
}

/// A row as it is written, its audio aside.
pub fn row(item: &Item) -> ParquetRow<'_> {
    ParquetRow {
        id: item.clip.as_str(),
        text: &item.text,
        lang: item.language.as_str(),
        duration: item.seconds(),
        facts: item.facts(),
    }
}

/// Writes the files.
pub fn write(set: &mut Building) -> Result<()> {
    let Some(first) = set.items.first() else { return Ok(()) };
    let columns = columns::of(&row(first))?;
    for split in set.splits() {
        let shards = write_split(set, split, &columns)?;
        for shard in 0..shards {
            let name = format!("{}-{shard:05}-of-{shards:05}.parquet", set.format.split(split));
            let to = set.folder.join("data").join(name);
            fs::rename(set.folder.join(passing(split, shard)), &to)
                .with_context(|| format!("name {}", to.display()))?;
        }
    }
    Ok(())
}

/// A file's name until it is known how many there are.
fn passing(split: Split, shard: usize) -> String {
    format!("data/{}-{shard}.part", split.name())
}

fn write_split(set: &mut Building, split: Split, columns: &[(String, Kind)]) -> Result<usize> {
    let (mut shards, mut bytes, mut open) = (0, 0, None);
    let mut group = Vec::new();
    for item in set.of(split) {
        let audio = set.bytes(item)?;
        if open.is_some() && bytes + audio.len() as u64 > set.shard_bytes {
            end(open.take(), &mut group, set, columns)?;
            bytes = 0;
        }
        if open.is_none() {
            open = Some(start(set, &passing(split, shards), columns)?);
            shards += 1;
        }
        bytes += audio.len() as u64;
        group.push((item, audio));
        if group.len() == GROUP
            && let Some(file) = &mut open
        {
            write_group(file, &mut group, set, columns)?;
        }
    }
    end(open, &mut group, set, columns)?;
    Ok(shards)
}

type Group<'a> = Vec<(&'a Item, Vec<u8>)>;
type Writer = SerializedFileWriter<File>;

fn start(set: &Building, name: &str, columns: &[(String, Kind)]) -> Result<Writer> {
    let path = set.folder.join(name);
    fs::create_dir_all(set.folder.join("data")).context("make a folder for Parquet")?;
    let file = File::create(&path).with_context(|| format!("make {}", path.display()))?;
    let features = KeyValue::new("huggingface".to_string(), features(columns).to_string());
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_key_value_metadata(Some(vec![features]))
        .set_created_by(format!("second-ear {}", env!("CARGO_PKG_VERSION")))
        .build();
    let writer = SerializedFileWriter::new(file, schema(columns)?, Arc::new(properties));
    writer.context("start a Parquet file")
}

fn end(
    open: Option<Writer>,
    group: &mut Group,
    set: &Building,
    columns: &[(String, Kind)],
) -> Result<()> {
    let Some(mut file) = open else { return Ok(()) };
    write_group(&mut file, group, set, columns)?;
    file.close().context("end a Parquet file").map(drop)
}

fn write_group(
    file: &mut Writer,
    group: &mut Group,
    set: &Building,
    columns: &[(String, Kind)],
) -> Result<()> {
    if group.is_empty() {
        return Ok(());
    }
    let group = std::mem::take(group);
    let names: Vec<String> = group.iter().map(|(item, _)| set.file_name(item)).collect();
    let rows: Vec<Map<String, Value>> =
        group.iter().map(|(item, _)| columns::object(&row(item))).collect::<Result<_>>()?;
    let mut out = file.next_row_group()?;
    let audio = group.into_iter().map(|(_, audio)| Some(ByteArray::from(audio)));
    column::<ByteArrayType>(&mut out, audio, 2)?;
    let paths = names.iter().map(|name| Some(ByteArray::from(name.as_str())));
    column::<ByteArrayType>(&mut out, paths, 2)?;
    for (name, kind) in columns {
        let cells = rows.iter().map(|row| &row[name]);
        match kind {
            Kind::Number => column::<DoubleType>(&mut out, cells.map(Value::as_f64), 1)?,
            Kind::Text => column::<ByteArrayType>(&mut out, cells.map(text), 1)?,
        }
    }
    out.close().context("end a row group").map(drop)
}

fn text(cell: &Value) -> Option<ByteArray> {
    cell.as_str().map(ByteArray::from)
}

type Groups<'a> = SerializedRowGroupWriter<'a, File>;

/// A column; `depth` is the definition level of a cell that is there.
fn column<T: DataType>(
    out: &mut Groups,
    cells: impl Iterator<Item = Option<T::T>>,
    depth: i16,
) -> Result<()> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(if cell.is_some() { depth } else { 0 });
        values.extend(cell);
    }
    let mut column = out.next_column()?.context("there is no such column")?;
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    Ok(column.close()?)
}

fn schema(columns: &[(String, Kind)]) -> Result<TypePtr> {
    let leaf = |name: &str, kind: Physical, text: bool| -> Result<TypePtr> {
        let logical = text.then_some(LogicalType::String);
        let leaf = Type::primitive_type_builder(name, kind)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(leaf))
    };
    let bytes = leaf("bytes", Physical::BYTE_ARRAY, false)?;
    let path = leaf("path", Physical::BYTE_ARRAY, true)?;
    let audio = Type::group_type_builder("audio").with_fields(vec![bytes, path]);
    let mut fields = vec![Arc::new(audio.with_repetition(Repetition::OPTIONAL).build()?)];
    for (name, kind) in columns {
        fields.push(match kind {
            Kind::Number => leaf(name, Physical::DOUBLE, false)?,
            Kind::Text => leaf(name, Physical::BYTE_ARRAY, true)?,
        });
    }
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

/// The types of the columns, as Hugging Face datasets writes them.
fn features(columns: &[(String, Kind)]) -> Value {
    let mut features = Map::new();
    let rate = crate::domain::SAMPLE_RATE;
    features.insert("audio".into(), json!({ "sampling_rate": rate, "_type": "Audio" }));
    for (name, kind) in columns {
        features.insert(name.clone(), json!({ "dtype": kind.dtype(), "_type": "Value" }));
    }
    json!({ "info": { "features": features } })
}
