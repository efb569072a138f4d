//! NeMo manifests: `train.json`, `dev.json`, `test.json` beside a folder `clips`; paths are relative to the manifest, as
//! NeMo reads them. Tarred: a folder for each split with `manifest_N.json` and `audio_N.tar`. In: items. Out: the files.
//!
//! Manifests are JSON lines and end in `.json` all the same: NeMo takes `.jsonl` for a manifest of Lhotse and fails
//! (NVIDIA-NeMo/Speech issue 14287).

use anyhow::Result;
use serde::Serialize;

use super::building::Building;
use super::item::{Item, ItemFacts};
use super::shards::Shards;
use crate::domain::SAMPLE_RATE;

/// A line of a manifest; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
pub struct NemoRow<'a> {
    audio_filepath: String,
    duration: f64,
    text: &'a str,
    lang: &'a str,
    sampling_rate: u32,
    pred_text: Option<&'a str>,
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard_id: Option<usize>,
    #[serde(flatten)]
    facts: ItemFacts<'a>,
}

/// Writes manifests and audio files.
pub fn write(set: &mut Building) -> Result<()> {
    for split in set.splits() {
        let mut rows = set.create(&format!("{}.json", set.format.split(split)))?;
        for item in set.of(split) {
            set.audio_at(&set.in_clips(item), item)?;
            rows.json(&row(item, set.in_clips(item), None))?;
        }
        rows.done()?;
    }
    Ok(())
}

/// Writes tar files, each with its manifest. Shards count from 0, and a member's name is its row's `audio_filepath`.
pub fn write_tarred(set: &mut Building) -> Result<()> {
    for split in set.splits() {
        let folder = set.format.split(split);
        let mut shards = Shards::of(set, |n| format!("{folder}/audio_{n}.tar"));
        let mut rows = None;
        for item in set.of(split) {
            let bytes = set.bytes(item)?;
            let shard = shards.room_for(bytes.len())?;
            let (at, mut file) = match rows.take() {
                Some((at, file)) if at == shard => (at, file),
                other => {
                    finish(other)?;
                    (shard, set.create(&format!("{folder}/manifest_{shard}.json"))?)
                }
            };
            shards.add(&set.file_name(item), &bytes)?;
            file.json(&row(item, set.file_name(item), Some(shard)))?;
            rows = Some((at, file));
        }
        finish(rows)?;
        shards.done()?;
    }
    Ok(())
}

fn finish(rows: Option<(usize, super::building::Output)>) -> Result<()> {
    rows.map_or(Ok(()), |(_, file)| file.done())
}

/// A row as it is written.
pub fn row(item: &Item, audio_filepath: String, shard_id: Option<usize>) -> NemoRow<'_> {
    NemoRow {
        audio_filepath,
        duration: item.seconds(),
        text: &item.text,
        lang: item.language.as_str(),
        sampling_rate: SAMPLE_RATE,
        pred_text: item.draft.as_deref(),
        score: item.score,
        shard_id,
        facts: item.facts(),
    }
}
