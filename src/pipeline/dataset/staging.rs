//! The audio of a dataset's clips, cut once for all formats. In: items, their recordings. Out: a WAV of each in a passing
//! folder, and its bytes in the encoding that a format wants. Left to others: where a format puts them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use whisper::models::file_sha256;

use crate::audio::decode::Source;
use crate::audio::{cut, flac, wav};
use crate::domain::{ClipId, Recording, RecordingId, Span};
use crate::pipeline::run::unchanged;
use crate::training::export::{Codec, Item};
use crate::views::progress::{Console, Unit};

/// A folder of WAVs.
pub struct Staging<'a> {
    folder: &'a Path,
}

impl<'a> Staging<'a> {
    /// In a folder of its own.
    pub fn of(folder: &'a Path) -> Self {
        Self { folder }
    }

    /// Cuts each item's audio, every recording decoded once; items whose recording cannot be read leave the list and
    /// are named in `failed`.
    pub fn fill(
        &self,
        items: &mut Vec<Item>,
        recordings: &BTreeMap<RecordingId, Recording>,
        failed: &mut Vec<String>,
        console: Console,
    ) -> Result<()> {
        let progress = console.progress("audio", Unit::Things("clips"), items.len() as u64);
        let mut lost = BTreeSet::new();
        for items in items.chunk_by(|a, b| a.recording == b.recording) {
            let Some((id, recording)) =
                items.first().and_then(|i| recordings.get_key_value(&i.recording))
            else {
                continue;
            };
            let spans: Vec<Span> = items.iter().map(|i| Span::new(i.start, i.end)).collect();
            let done = unchanged(recording).and_then(|()| {
                cut::cut(&Source::recording(recording), &spans, &mut |n, samples| {
                    progress.advance(1);
                    // It lies here in passing: no need to wait until it is on the disk.
                    let path = self.path(&items[n]);
                    std::fs::write(&path, wav::bytes(&samples)?)
                        .with_context(|| format!("write {}", path.display()))
                })
            });
            if let Err(error) = done {
                failed.push(format!("{}: {error:#}", recording.path));
                lost.insert(id);
            }
        }
        items.retain(|item| {
            recordings.contains_key(&item.recording) && !lost.contains(&item.recording)
        });
        Ok(())
    }

    /// Each clip with the SHA-256 of its WAV, which is the same whatever the format.
    pub fn sums(&self, items: &[Item]) -> Result<Vec<(ClipId, Option<String>)>> {
        let sum = |item: &Item| Ok((item.clip.clone(), Some(file_sha256(&self.path(item))?)));
        items.iter().map(sum).collect()
    }

    /// A clip's audio as a whole file.
    pub fn audio(&self, item: &Item, codec: Codec) -> Result<Vec<u8>> {
        let path = self.path(item);
        match codec {
            Codec::Wav => std::fs::read(&path).with_context(|| format!("read {}", path.display())),
            Codec::Flac => flac::encode(&wav::read(&path)?),
        }
    }

    fn path(&self, item: &Item) -> PathBuf {
        self.folder.join(format!("{}.wav", item.clip))
    }
}
