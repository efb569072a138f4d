//! What is left of what was withdrawn: hashes under a key of the workspace's own, so that it is known again and says
//! nothing to anybody else. In: a key, hashes with dates; names, ids, digests. Out: hashes, dates. Pure. Left to others:
//! keeping them (store), refusing what is known (`ingest`, `answers`).

use std::collections::BTreeMap;

use super::keyed::keyed;
use super::{Channel, ClipId, RecordingId};

/// What a hash stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace<'a> {
    /// One channel, or the mix, of a file with this SHA-256.
    Content(&'a str, Channel),
    /// Any part of a file with this SHA-256.
    PartOf(&'a str),
    /// A recording, by its id.
    Recording(&'a RecordingId),
    /// A clip, by its id.
    Clip(&'a ClipId),
    /// A speaker's name.
    Speaker(&'a str),
    /// One of the looks of a validator's name (`text::names::looks`).
    Validator(&'a str),
}

impl Trace<'_> {
    /// What is hashed: no two traces have the same.
    fn text(self) -> String {
        match self {
            Self::Content(sha256, Channel::Mix) => format!("content\nmix\n{sha256}"),
            Self::Content(sha256, Channel::Only(n)) => format!("content\n{n}\n{sha256}"),
            Self::PartOf(sha256) => format!("part of\n{sha256}"),
            Self::Recording(id) => format!("recording\n{id}"),
            Self::Clip(id) => format!("clip\n{id}"),
            Self::Speaker(name) => format!("speaker\n{name}"),
            Self::Validator(look) => format!("validator\n{look}"),
        }
    }
}

/// The tombstones of a workspace.
#[derive(Clone, Default)]
pub struct Tombstones {
    key: Vec<u8>,
    /// When each was made, RFC 3339, by hash.
    dates: BTreeMap<String, String>,
}

impl std::fmt::Debug for Tombstones {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tombstones", self.dates.len())
    }
}

impl Tombstones {
    /// Those of a key, with the time of each (RFC 3339), by hash.
    pub fn new(key: Vec<u8>, dates: BTreeMap<String, String>) -> Self {
        Self { key, dates }
    }

    /// Whether nothing was ever withdrawn.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty()
    }

    /// The hash of a trace: HMAC-SHA-256 under the key, hexadecimal.
    pub fn hash(&self, trace: Trace<'_>) -> String {
        keyed(&self.key, &trace.text())
    }

    /// The day on which something was withdrawn (YYYY-MM-DD); `None`: it was not.
    pub fn day(&self, trace: Trace<'_>) -> Option<&str> {
        match self.dates.is_empty() {
            true => None,
            false => self.dates.get(&self.hash(trace)).map(|date| day(date)),
        }
    }

    /// The day on which a channel of a file was withdrawn, or what that channel has sound of.
    pub fn content(&self, sha256: &str, channel: Channel) -> Option<&str> {
        let whole = || self.day(Trace::Content(sha256, Channel::Mix));
        let part = || self.day(Trace::PartOf(sha256)).filter(|_| channel == Channel::Mix);
        self.day(Trace::Content(sha256, channel)).or_else(whole).or_else(part)
    }

    /// The day on which a clip was withdrawn, by itself or with its recording.
    pub fn clip(&self, clip: &ClipId) -> Option<&str> {
        let recording = clip.as_str().rsplitn(3, '_').nth(2).map(RecordingId::from_stored);
        let with_recording = || self.day(Trace::Recording(recording.as_ref()?));
        self.day(Trace::Clip(clip)).or_else(with_recording)
    }
}

/// The day of a time as RFC 3339 writes it.
pub fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_file_is_known_in_its_mix_and_a_clip_by_its_recording() {
        let mut tombstones = Tombstones::new(vec![7; 32], BTreeMap::new());
        let recording = RecordingId::from_stored("0123-c1");
        let traces = [
            Trace::Content("0123", Channel::Only(1)),
            Trace::PartOf("0123"),
            Trace::Recording(&recording),
        ];
        let dates = traces.map(|t| (tombstones.hash(t), "2026-11-30T10:00:00Z".to_string()));
        tombstones.dates.extend(dates);
        for (channel, known) in
            [(Channel::Mix, true), (Channel::Only(1), true), (Channel::Only(0), false)]
        {
            assert_eq!(tombstones.content("0123", channel).is_some(), known, "{channel:?}");
        }
        let clip = |id: &str| ClipId::from_stored(format!("{id}_0000000000_0000016000"));
        assert_eq!(tombstones.clip(&clip("0123-c1")), Some("2026-11-30"));
        assert_eq!(tombstones.clip(&clip("0123-c0")), None);
        assert_eq!(tombstones.day(Trace::Speaker("0123")), None);
    }
}
