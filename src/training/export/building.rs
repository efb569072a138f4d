//! A dataset under construction: a folder, the clips that go into it, their audio. In: names within the folder. Out:
//! files there. Left to others: what stands in them (a file for each format), the folder's place (`files::replaced`).

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::format::{Codec, Format};
use super::item::Item;
use crate::training::split::Split;

/// Gives a clip's audio, encoded as was asked: a whole file of 16 kHz, mono, 16 bits.
pub type ReadAudio<'a> = dyn FnMut(&Item, Codec) -> Result<Vec<u8>> + 'a;

/// A dataset that is being written.
pub struct Building<'a, 'b> {
    /// The folder.
    pub folder: &'a Path,
    /// Its format.
    pub format: Format,
    /// The clips; each has a text.
    pub items: &'a [Item],
    /// How audio is encoded.
    pub codec: Codec,
    /// Bytes of audio after which a new shard begins.
    pub shard_bytes: u64,
    /// Where audio comes from.
    pub audio: &'a mut ReadAudio<'b>,
}

impl<'a> Building<'a, '_> {
    /// The splits that have clips.
    pub fn splits(&self) -> Vec<Split> {
        splits(self.items)
    }

    /// The clips of a split.
    pub fn of(&self, split: Split) -> impl Iterator<Item = &'a Item> + use<'a> {
        self.items.iter().filter(move |item| item.split == split)
    }

    /// The file name of a clip's audio; clip ids are safe in file names and have no dot.
    pub fn file_name(&self, item: &Item) -> String {
        format!("{}.{}", item.clip, self.codec.code())
    }

    /// Where a clip's audio is in a folder for all of them.
    pub fn in_clips(&self, item: &Item) -> String {
        format!("clips/{}", self.file_name(item))
    }

    /// A clip's audio.
    pub fn bytes(&mut self, item: &Item) -> Result<Vec<u8>> {
        (self.audio)(item, self.codec).with_context(|| format!("the audio of {}", item.clip))
    }

    /// Writes a clip's audio to a file of its own.
    pub fn audio_at(&mut self, name: &str, item: &Item) -> Result<()> {
        let bytes = self.bytes(item)?;
        let mut file = self.create(name)?;
        file.write_all(&bytes)?;
        file.done()
    }

    /// Writes the audio of all clips into `clips`.
    pub fn all_in_clips(&mut self) -> Result<()> {
        self.items.iter().try_for_each(|item| self.audio_at(&self.in_clips(item), item))
    }

    /// A new file, in folders that are made for it.
    pub fn create(&self, name: &str) -> Result<Output> {
        let path = self.folder.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        let file = File::create(&path).with_context(|| format!("make {}", path.display()))?;
        Ok(Output(BufWriter::new(file)))
    }
}

/// The splits of clips.
pub fn splits(items: &[Item]) -> Vec<Split> {
    Split::ALL.into_iter().filter(|split| items.iter().any(|item| item.split == *split)).collect()
}

/// A file that is being written.
pub struct Output(BufWriter<File>);

impl Output {
    /// Writes a value as a line of JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.0, value).context("write a row")?;
        self.0.write_all(b"\n").context("write a row")
    }

    /// Writes cells with a tab between them. They hold no tab and no line break.
    pub fn cells(&mut self, cells: &[&str]) -> Result<()> {
        self.0.write_all((cells.join("\t") + "\n").as_bytes()).context("write a row")
    }

    /// All that was written is in the file.
    pub fn done(mut self) -> Result<()> {
        self.0.flush().context("write a file of a dataset")
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
