//! Hugging Face audiofolder: `train`, `validation` and `test` folders of audio, each with its `metadata.jsonl`. In:
//! items. Out: the files. Left to others: the card, which says what type each column has (`card`).
//!
//! The loader infers types from each split by itself and refuses a column that is null in one of them and text in
//! another: here a text that is not known is empty, and a number that may not be known has no column.

use anyhow::Result;
use serde::Serialize;
use serde_json::{Map, Value};

use super::building::Building;
use super::columns::{self, Kind};
use super::item::{Item, ItemFacts};

/// A line of `metadata.jsonl`; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
struct HfRow<'a> {
    file_name: String,
    text: &'a str,
    language: &'a str,
    duration: f64,
    #[serde(flatten)]
    facts: ItemFacts<'a>,
}

/// Writes the files.
pub fn write(set: &mut Building) -> Result<()> {
    for split in set.splits() {
        let folder = set.format.split(split);
        let mut rows = set.create(&format!("{folder}/metadata.jsonl"))?;
        for item in set.of(split) {
            set.audio_at(&format!("{folder}/{}", set.file_name(item)), item)?;
            rows.json(&row(item, set.file_name(item))?)?;
        }
        rows.done()?;
    }
    Ok(())
}

/// A row as it is written.
pub fn row(item: &Item, file_name: String) -> Result<Map<String, Value>> {
    let row = columns::object(&HfRow {
        file_name,
        text: &item.text,
        language: item.language.as_str(),
        duration: item.seconds(),
        facts: item.facts(),
    })?;
    let written = row.into_iter().filter(|(name, _)| !columns::may_lack_number(name));
    let known = |value: Value| if value.is_null() { Value::from("") } else { value };
    Ok(written.map(|(name, value)| (name, known(value))).collect())
}

/// The columns and their types.
pub fn columns(item: &Item) -> Result<Vec<(String, Kind)>> {
    columns::of(&row(item, String::new())?)
}
