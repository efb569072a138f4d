//! A recording: one channel, or the mix of all, of one audio file known by its content.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::consent::{Consent, Day};
use super::reference::merged;
use super::{Cut, Language, RecordingId, Reference, Region, Samples, Span};

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
    /// The day on which it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Day>,
    /// Consent note or reference.
    pub consent: Option<String>,
    /// What was agreed to, beside the note.
    #[serde(default, skip_serializing_if = "Consent::is_empty")]
    pub agreed: Consent,
    /// The parts of the recording that a manifest names, in order of time, none over another; empty: all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    /// What is said in it, as far as that is known and kept; in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// How it becomes clips, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
}

/// A part of a recording, and who speaks in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Where.
    pub span: Span,
    /// Who speaks.
    pub speaker: Option<String>,
    /// Declared region.
    pub region: Option<Region>,
}

impl Facts {
    /// What is said here, and where nothing is, what is said there.
    pub fn or(self, there: Self) -> Self {
        let segments = if self.segments.is_empty() { there.segments } else { self.segments };
        Self {
            speaker: self.speaker.or(there.speaker),
            region: self.region.or(there.region),
            language: self.language.or(there.language),
            licence: self.licence.or(there.licence),
            recorded: self.recorded.or(there.recorded),
            consent: self.consent.or(there.consent),
            agreed: self.agreed.or(there.agreed),
            segments,
            references: merged(self.references, there.references),
            cut: self.cut.or(there.cut),
        }
    }

    /// Who speaks in a part of the recording, as far as that was declared.
    pub fn speaker_in(&self, span: Span) -> Option<&str> {
        let segment = self.segments.iter().find(|segment| span.start < segment.span.end);
        segment.and_then(|segment| segment.speaker.as_deref()).or(self.speaker.as_deref())
    }

    /// The first fact of which both say something and not the same: its name, what is said here, and there.
    pub fn contradiction(&self, there: &Self) -> Option<(&'static str, String, String)> {
        let region = |facts: &Self| facts.region.as_ref().map(Region::to_string);
        let language = |facts: &Self| facts.language.as_ref().map(Language::to_string);
        let recorded = |facts: &Self| facts.recorded.as_ref().map(Day::to_string);
        let facts = [
            ("speaker", self.speaker.clone(), there.speaker.clone()),
            ("region", region(self), region(there)),
            ("language", language(self), language(there)),
            ("licence", self.licence.clone(), there.licence.clone()),
            ("recorded", recorded(self), recorded(there)),
            ("consent", self.consent.clone(), there.consent.clone()),
        ];
        let (here, there) = (self.agreed.columns(), there.agreed.columns());
        let agreed = here.into_iter().zip(there).map(|((name, a), (_, b))| (name, a, b));
        facts.into_iter().chain(agreed).find_map(|(name, here, there)| {
            let (here, there) = (here?, there?);
            (here != there).then_some((name, here, there))
        })
    }
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
    /// Who is declared to speak in a clip: in the segment that it shares most with, else in the recording.
    pub fn speaker(&self, clip: Span) -> Option<&str> {
        let of_segment = self.segment(clip).and_then(|segment| segment.speaker.as_deref());
        of_segment.or(self.facts.speaker.as_deref())
    }

    /// The region that is declared for a clip, likewise.
    pub fn region(&self, clip: Span) -> Option<&Region> {
        let of_segment = self.segment(clip).and_then(|segment| segment.region.as_ref());
        of_segment.or(self.facts.region.as_ref())
    }

    /// The speaker's name for grouping: the declared one, else the recording itself.
    pub fn speaker_key(&self, clip: Span) -> String {
        let unknown = || Self::key_without_speaker(self.id.as_str());
        self.speaker(clip).map_or_else(unknown, String::from)
    }

    /// The name for grouping of clips whose speaker nobody declared.
    pub fn key_without_speaker(id: &str) -> String {
        format!("recording-{id}")
    }

    fn segment(&self, clip: Span) -> Option<&Segment> {
        let shared = |segment: &&Segment| {
            let start = segment.span.start.max(clip.start);
            segment.span.end.min(clip.end).saturating_sub(start)
        };
        // Segments are in order: those before the clip are passed over at once.
        let first = self.facts.segments.partition_point(|s| s.span.end <= clip.start);
        let over = self.facts.segments[first..].iter().take_while(|s| s.span.start < clip.end);
        over.max_by_key(shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start: u64, end: u64, speaker: &str) -> Segment {
        let span = Span::new(Samples(start), Samples(end));
        Segment { span, speaker: Some(speaker.into()), region: None }
    }

    #[test]
    fn a_clip_is_of_the_speaker_whose_segment_it_shares_most_with() {
        let mut recording = Recording {
            id: RecordingId::from_stored("r"),
            sha256: String::new(),
            path: String::new(),
            file: PathBuf::new(),
            bytes: 0,
            modified: 0,
            channel: Channel::Mix,
            length: None,
            facts: Facts::default(),
        };
        let clip = |start, end| Span::new(Samples(start), Samples(end));
        assert_eq!(recording.speaker_key(clip(0, 9)), "recording-r");
        recording.facts.segments = vec![segment(10, 20, "ana"), segment(20, 50, "bob")];
        assert_eq!(recording.speaker(clip(10, 20)), Some("ana"));
        assert_eq!(recording.speaker(clip(18, 30)), Some("bob"));
        assert_eq!(recording.speaker(clip(0, 10)), None);
        recording.facts.speaker = Some("eve".into());
        assert_eq!(recording.speaker(clip(0, 10)), Some("eve"));
    }

    #[test]
    fn only_what_both_say_can_contradict() {
        let ana = Facts { speaker: Some("ana".into()), ..Facts::default() };
        let bob = Facts { speaker: Some("bob".into()), ..Facts::default() };
        let free = Facts { licence: Some("CC0-1.0".into()), ..Facts::default() };
        assert_eq!(ana.contradiction(&free), None);
        assert_eq!(ana.contradiction(&bob), Some(("speaker", "ana".into(), "bob".into())));
        let both = free.or(ana.clone());
        assert_eq!((both.speaker, both.licence.is_some()), (ana.speaker, true));
    }
}
