//! What second-ear wrote into a folder: a hidden file there, lines as `sha256sum` writes them. In: names and digests.
//! Out: whether a file is as it was written. Left to others: what to do with one that is not.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::may_write;

/// The record of a folder; lines are added before a file gets its name, so a file may have several.
pub struct Record {
    path: PathBuf,
    written: BTreeMap<String, Vec<String>>,
}

impl Record {
    /// Reads the record `name` of a folder; empty where there is none.
    pub fn read(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        may_write(&path)?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (digest, name) in text.lines().filter_map(|line| line.split_once("  ")) {
            written.entry(name.into()).or_default().push(digest.into());
        }
        Ok(Self { path, written })
    }

    /// Whether a file with this digest was written under this name.
    pub fn has(&self, name: &str, digest: &str) -> bool {
        self.written.get(name).is_some_and(|digests| digests.iter().any(|d| d == digest))
    }

    /// Whether a file was ever written under this name.
    pub fn names(&self, name: &str) -> bool {
        self.written.contains_key(name)
    }

    /// Adds a file that is about to get its name.
    pub fn add(&mut self, name: &str, digest: &str) -> Result<()> {
        if self.has(name, digest) {
            return Ok(());
        }
        let append = || {
            may_write(&self.path)?;
            let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
            file.write_all(line(name, digest).as_bytes())
        };
        append().with_context(|| format!("write {}", self.path.display()))?;
        self.written.entry(name.into()).or_default().push(digest.into());
        Ok(())
    }

    /// Takes the lines of a file away, and the record with the last of them.
    pub fn remove(&mut self, name: &str) -> Result<()> {
        if self.written.remove(name).is_none() {
            return Ok(());
        }
        may_write(&self.path)?;
        if self.written.is_empty() {
            let remove = || fs::remove_file(&self.path);
            return remove().with_context(|| format!("remove {}", self.path.display()));
        }
        let lines = |(name, digests): (&String, &Vec<String>)| -> String {
            digests.iter().map(|digest| line(name, digest)).collect()
        };
        super::write_text(&self.path, &self.written.iter().map(lines).collect::<String>())
    }
}

/// A line of a record.
pub fn line(name: &str, digest: &str) -> String {
    format!("{digest}  {name}\n")
}
