//! What corpora look like: tables and JSON lines of many tools, Kaldi's data folders, Lhotse's manifests. In: a path that
//! somebody names or that lies in a folder. Out: rows of a manifest, whatever the shape. Left to others: finding the audio,
//! registering it (`ingest`), columns by their names (`manifest`).

mod kaldi;
mod lhotse;
mod shape;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::manifest::{self, BadRow, Row};
use crate::tables;
pub use shape::{Role, is_corpus, role};

/// A corpus whose files were read.
pub struct Corpus {
    /// Paths in it are relative to this folder.
    pub folder: PathBuf,
    /// The files that it is made of.
    pub files: Vec<PathBuf>,
    body: Body,
}

enum Body {
    Table(Text),
    Kaldi(kaldi::Files),
    Recordings { recordings: Text, supervisions: Option<Text> },
    Cuts(Text),
}

/// A text file.
pub struct Text {
    /// Its path, for people.
    pub name: String,
    /// What it says, in UTF-8.
    pub bytes: Vec<u8>,
}

impl Text {
    fn read(path: &Path) -> Result<Self> {
        Ok(Self { name: path.display().to_string(), bytes: tables::read(path)? })
    }

    fn lines(&self) -> usize {
        self.bytes.iter().filter(|b| **b == b'\n').count()
    }
}

impl Corpus {
    /// Reads the files of a corpus, of which one is named: of Kaldi's `wav.scp`, of Lhotse's recordings or supervisions (the
    /// other lies beside it) or cuts, else a table or JSON lines.
    ///
    /// # Errors
    /// A file cannot be read, or the one that belongs to it is not there.
    pub fn open(path: &Path) -> Result<Self> {
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        if shape::is_kaldi(path) {
            let (body, files) = kaldi::Files::read(&folder)?;
            return Ok(Self { folder, files, body: Body::Kaldi(body) });
        }
        let text = Text::read(path)?;
        let first = text.bytes.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty());
        let mut files = vec![path.to_path_buf()];
        let body = match lhotse::kind(first.unwrap_or_default()) {
            None => Body::Table(text),
            Some(lhotse::Kind::Cuts) => Body::Cuts(text),
            Some(lhotse::Kind::Recordings) => {
                let beside = shape::beside(path, "recordings", "supervisions");
                let supervisions = beside.as_deref().map(Text::read).transpose()?;
                files.extend(beside);
                Body::Recordings { recordings: text, supervisions }
            }
            Some(lhotse::Kind::Supervisions) => {
                let beside = shape::beside(path, "supervisions", "recordings");
                let beside = beside.with_context(|| {
                    format!(
                        "{} holds Lhotse's supervisions, which name no audio: put the recordings beside it, as \
                         recordings.jsonl.gz is beside supervisions.jsonl.gz, or ingest the cuts",
                        text.name
                    )
                })?;
                let recordings = Text::read(&beside)?;
                files.push(beside);
                Body::Recordings { recordings, supervisions: Some(text) }
            }
            Some(lhotse::Kind::Other(kind)) => bail!(
                "{} holds Lhotse's {kind}, which name no audio: ingest recordings and supervisions, or cuts",
                text.name
            ),
        };
        Ok(Self { folder, files, body })
    }

    /// About how many rows it has.
    pub fn lines(&self) -> usize {
        match &self.body {
            Body::Table(text) | Body::Cuts(text) => text.lines(),
            Body::Kaldi(files) => files.lines(),
            Body::Recordings { recordings, supervisions } => {
                supervisions.as_ref().map_or(0, Text::lines).max(recordings.lines())
            }
        }
    }

    /// Hands `take` each row, or why it is none with its file and line; gives the columns that mean nothing here.
    ///
    /// # Errors
    /// A table's first line does not name the columns.
    pub fn rows(&self, take: &mut dyn FnMut(Result<Row, BadRow>)) -> Result<BTreeSet<String>> {
        match &self.body {
            Body::Table(text) => manifest::read(&text.name, &text.bytes, take),
            Body::Kaldi(files) => Ok(files.rows(take)),
            Body::Recordings { recordings, supervisions } => {
                Ok(lhotse::rows(recordings, supervisions.as_ref(), take))
            }
            Body::Cuts(text) => Ok(lhotse::cuts(text, take)),
        }
    }
}
