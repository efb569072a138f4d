//! WebDataset: `train-000000.tar` and on, in which the parts of a sample stand next to each other: audio, `json`, `txt`.
//! In: items. Out: the files. A key is a clip id: it has no dot, at which WebDataset ends a key, and no slash.

use anyhow::Result;
use serde::Serialize;

use super::building::Building;
use super::item::ItemFacts;
use super::shards::Shards;

/// The JSON of a sample; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
struct SampleRow<'a> {
    text: &'a str,
    language: &'a str,
    duration: f64,
    #[serde(flatten)]
    facts: ItemFacts<'a>,
}

/// Writes the files.
pub fn write(set: &mut Building) -> Result<()> {
    for split in set.splits() {
        let name = set.format.split(split);
        let mut shards = Shards::of(set, |n| format!("{name}-{n:06}.tar"));
        for item in set.of(split) {
            let bytes = set.bytes(item)?;
            let (text, language) = (item.text.as_str(), item.language.as_str());
            let row = SampleRow { text, language, duration: item.seconds(), facts: item.facts() };
            shards.room_for(bytes.len())?;
            shards.add(&set.file_name(item), &bytes)?;
            shards.add(&format!("{}.json", item.clip), &serde_json::to_vec(&row)?)?;
            shards.add(&format!("{}.txt", item.clip), item.text.as_bytes())?;
        }
        shards.done()?;
    }
    Ok(())
}
