//! A recording: one channel, or the mix of all, of one audio file known by its content.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Language, RecordingId, Region, Samples};

/// Which channels of a file a recording is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The mean of all channels.
    Mix,
    /// One channel alone, from 0: two-speaker calls.
    Only(u16),
}

impl RecordingId {
    /// From the SHA-256 of the file's bytes: 16 hex digits, and `-c0`, `-c1` for single channels.
    pub fn derive(sha256_hex: &str, channel: Channel) -> Self {
        match channel {
            Channel::Mix => Self::from_stored(&sha256_hex[..16]),
            Channel::Only(n) => Self::from_stored(format!("{}-c{n}", &sha256_hex[..16])),
        }
    }
}

/// What a team says about a recording beforehand: manifest columns, all optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Who speaks, under any name the team likes.
    pub speaker: Option<String>,
    /// Declared region.
    pub region: Option<Region>,
    /// Spoken language, where it differs from the workspace's.
    pub language: Option<Language>,
    /// Licence of the audio, SPDX where possible.
    pub licence: Option<String>,
    /// Consent note or reference.
    pub consent: Option<String>,
}

/// A registered recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Derived from content and channel.
    pub id: RecordingId,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// The path as it was ingested, for people and outputs.
    pub path: String,
    /// Where the file is opened.
    pub file: PathBuf,
    /// File size, bytes, when its content was hashed.
    pub bytes: u64,
    /// Modification time, milliseconds since 1970, when its content was hashed.
    pub modified: i64,
    /// Which channels.
    pub channel: Channel,
    /// Length after decoding to 16 kHz; `None` until it was sliced.
    pub length: Option<Samples>,
    /// What the team said about it.
    pub facts: Facts,
}

impl Recording {
    /// The speaker's name for grouping: the declared one, else the recording itself.
    pub fn speaker_key(&self) -> String {
        self.facts.speaker.clone().unwrap_or_else(|| format!("recording-{}", self.id))
    }
}
