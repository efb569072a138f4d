//! Tar files of about the same size. In: members, in order. Out: as many tar files as they fill. The same members make
//! the same bytes on every machine. Left to others: what the members are.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use tar::{Builder, Header};

use super::building::Building;

/// Tar files that are being written, one after another.
pub struct Shards<N> {
    folder: PathBuf,
    name: N,
    limit: u64,
    open: Option<Builder<BufWriter<File>>>,
    number: usize,
    bytes: u64,
}

impl<N: Fn(usize) -> String> Shards<N> {
    /// No file yet; `name` gives that of each, by its number from 0.
    pub fn of(set: &Building, name: N) -> Self {
        let (folder, limit) = (set.folder.to_path_buf(), set.shard_bytes);
        Self { folder, name, limit, open: None, number: 0, bytes: 0 }
    }

    /// The number of the file that takes the next sample, of so many bytes: a new one where it would grow over the
    /// limit. A sample larger than the limit has a file to itself.
    pub fn room_for(&mut self, bytes: usize) -> Result<usize> {
        if self.open.is_some() && self.bytes + bytes as u64 > self.limit {
            self.close()?;
            (self.number, self.bytes) = (self.number + 1, 0);
        }
        if self.open.is_none() {
            let path = self.folder.join((self.name)(self.number));
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
            }
            let file = File::create(&path).with_context(|| format!("make {}", path.display()))?;
            self.open = Some(Builder::new(BufWriter::new(file)));
        }
        self.bytes += bytes as u64;
        Ok(self.number)
    }

    /// Adds a member to the open file.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut header = Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let open = self.open.as_mut().context("no tar file is open")?;
        open.append_data(&mut header, name, bytes)
            .with_context(|| format!("add {name} to a tar file"))
    }

    /// Ends the last file.
    pub fn done(mut self) -> Result<()> {
        self.close()
    }

    fn close(&mut self) -> Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let mut file = open.into_inner().context("end a tar file")?;
        file.flush().context("end a tar file")
    }
}
