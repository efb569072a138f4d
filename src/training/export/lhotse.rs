//! Lhotse: a folder for each split with `recordings.jsonl.gz`, `supervisions.jsonl.gz` and `cuts.jsonl.gz`, and `clips`
//! beside them, whose paths are relative to the dataset. Shar: a folder for each split with `cuts.000000.jsonl.gz` and
//! `recording.000000.tar`, and nothing else: Lhotse takes any other file for a field. In: items. Out: the files.

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::{Value, json};

use super::building::{Building, Output};
use super::item::Item;
use super::shards::Shards;
use crate::domain::SAMPLE_RATE;

/// Where a recording's samples are.
enum Samples {
    /// In a file.
    File(String),
    /// In the tar file beside the cuts.
    Shar,
}

/// Writes manifests and audio files.
pub fn write(set: &mut Building) -> Result<()> {
    for split in set.splits() {
        let folder = set.format.split(split);
        let mut recordings = Lines::create(set, &format!("{folder}/recordings.jsonl.gz"))?;
        let mut supervisions = Lines::create(set, &format!("{folder}/supervisions.jsonl.gz"))?;
        let mut cuts = Lines::create(set, &format!("{folder}/cuts.jsonl.gz"))?;
        for item in set.of(split) {
            set.audio_at(&set.in_clips(item), item)?;
            let recording = recording(item, Samples::File(set.in_clips(item)));
            recordings.add(&recording)?;
            supervisions.add(&supervision(item))?;
            cuts.add(&cut(item, recording))?;
        }
        for lines in [recordings, supervisions, cuts] {
            lines.done()?;
        }
    }
    Ok(())
}

/// Writes tar files, each with its cuts, in the same order.
pub fn write_shar(set: &mut Building) -> Result<()> {
    for split in set.splits() {
        let folder = set.format.split(split);
        let mut shards = Shards::of(set, |n| format!("{folder}/recording.{n:06}.tar"));
        let mut open: Option<(usize, Lines)> = None;
        for item in set.of(split) {
            let bytes = set.bytes(item)?;
            let shard = shards.room_for(bytes.len())?;
            let recording = recording(item, Samples::Shar);
            shards.add(&set.file_name(item), &bytes)?;
            shards.add(&format!("{}.json", item.clip), &serde_json::to_vec(&recording)?)?;
            let mut cuts = match open.take() {
                Some((at, cuts)) if at == shard => cuts,
                other => {
                    other.map_or(Ok(()), |(_, cuts)| cuts.done())?;
                    Lines::create(set, &format!("{folder}/cuts.{shard:06}.jsonl.gz"))?
                }
            };
            cuts.add(&cut(item, recording))?;
            open = Some((shard, cuts));
        }
        open.map_or(Ok(()), |(_, cuts)| cuts.done())?;
        shards.done()?;
    }
    Ok(())
}

fn recording(item: &Item, samples: Samples) -> Value {
    let (kind, source) = match samples {
        Samples::File(path) => ("file", path),
        Samples::Shar => ("shar", String::new()),
    };
    json!({
        "id": item.clip.as_str(),
        "sources": [{ "type": kind, "channels": [0], "source": source }],
        "sampling_rate": SAMPLE_RATE,
        "num_samples": item.samples(),
        "duration": item.seconds(),
        "channel_ids": [0],
    })
}

fn supervision(item: &Item) -> Value {
    json!({
        "id": item.clip.as_str(),
        "recording_id": item.clip.as_str(),
        "start": 0.0,
        "duration": item.seconds(),
        "channel": 0,
        "text": item.text,
        "language": item.language.as_str(),
        "speaker": item.speaker_name(),
        "custom": item.facts(),
    })
}

fn cut(item: &Item, recording: Value) -> Value {
    json!({
        "id": item.clip.as_str(),
        "start": 0.0,
        "duration": item.seconds(),
        "channel": 0,
        "supervisions": [supervision(item)],
        "recording": recording,
        "type": "MonoCut",
    })
}

/// A compressed file of JSON lines.
struct Lines(GzEncoder<Output>);

impl Lines {
    fn create(set: &Building, name: &str) -> Result<Self> {
        Ok(Self(GzEncoder::new(set.create(name)?, Compression::default())))
    }

    fn add(&mut self, value: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.0, value).context("write a row")?;
        std::io::Write::write_all(&mut self.0, b"\n").context("write a row")
    }

    fn done(self) -> Result<()> {
        self.0.finish().context("end a compressed file")?.done()
    }
}
