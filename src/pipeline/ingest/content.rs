//! A file as it is found on disk. In: a path. Out: its size, digest, channels and length, read once. Left to others: what is
//! said of it.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use whisper::models;

use crate::audio::decode::{self, Probe};
use crate::domain::{Channel, SAMPLE_RATE, Samples};
use crate::pipeline::manifest::Channels;

/// What is known of a file.
pub struct Content {
    /// Where it is, without links.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it was written, milliseconds since 1970.
    pub modified: i64,
    /// What its header says.
    pub probe: Probe,
    /// Of its bytes.
    pub sha256: String,
}

impl Content {
    /// Estimated from the header, where it says so.
    pub fn length(&self) -> Option<Samples> {
        self.probe.frames.map(|frames| at_16_khz(frames, self.probe.rate))
    }
}

/// Why a path is refused.
pub const NO_UTF8: &str = "its name, or that of a folder above, is not UTF-8 text: rename it";

/// Reads a file.
pub fn content_of(file: PathBuf) -> Result<Content> {
    file.to_str().context(NO_UTF8)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        bail!("is neither a file nor a folder but a pipe, a socket or a device");
    }
    if meta.len() == 0 {
        bail!("is empty (0 bytes)");
    }
    let probe = decode::probe(&file)?;
    let sha256 = models::file_sha256(&file)?;
    Ok(Content { bytes: meta.len(), modified: modified(&meta), probe, sha256, file })
}

/// The channels of a file that a row wants.
pub fn channels(wanted: Channels, probe: &Probe) -> Result<Vec<Channel>> {
    Ok(match wanted {
        Channels::Mix => vec![Channel::Mix],
        Channels::Split if probe.channels == 1 => vec![Channel::Mix],
        Channels::Split => (0..probe.channels).map(Channel::Only).collect(),
        Channels::Only(n) if n < probe.channels => vec![Channel::Only(n)],
        Channels::Only(n) => {
            bail!("has {} channel(s), numbered from 0: no channel {n}", probe.channels)
        }
    })
}

fn at_16_khz(frames: u64, rate: u32) -> Samples {
    Samples((frames as f64 * f64::from(SAMPLE_RATE) / f64::from(rate.max(1))).round() as u64)
}

/// Modification time, milliseconds since 1970.
pub fn modified(meta: &std::fs::Metadata) -> i64 {
    meta.modified()
        .ok()
        .and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |d| d.as_millis() as i64)
}
