//! Hugging Face audiofolder: `train`, `validation` and `test` folders of audio, each with its `metadata.jsonl`. In:
//! items. Out: the files. Left to others: the card, which says what type each column has (`card`).

use anyhow::Result;
use serde::Serialize;

use super::building::Building;
use super::item::{Item, ItemFacts};

/// A line of `metadata.jsonl`; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
pub struct HfRow<'a> {
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
            rows.json(&row(item, set.file_name(item)))?;
        }
        rows.done()?;
    }
    Ok(())
}

/// A row as it is written.
pub fn row(item: &Item, file_name: String) -> HfRow<'_> {
    HfRow {
        file_name,
        text: &item.text,
        language: item.language.as_str(),
        duration: item.seconds(),
        facts: item.facts(),
    }
}
