//! Which transcripts there are. In: recordings, their rows, what was not decided on. Out: one for each recording that
//! is through, one for the channels of a file together, and what is missing with the reason.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::domain::{Channel, ClipId, Recording, RecordingId, Samples};
use crate::store::{ClipRow, RecordingRow, RecordingState, Store};
use crate::views::transcripts::names::Named;
use crate::views::transcripts::{TranscriptRow, Voices};

/// A recording, or the conversation of a file's channels.
pub struct Talk {
    path: String,
    id: String,
    channel: Option<u16>,
    /// Its rows.
    pub rows: Vec<TranscriptRow>,
    /// How long it is.
    pub length: Samples,
    /// Whether lines say who speaks.
    pub voices: Voices,
}

impl Talk {
    /// What its files are called after.
    pub fn named(&self) -> Named<'_> {
        Named { path: &self.path, id: &self.id, channel: self.channel }
    }

    /// The channels of one file, in order of time.
    fn of_channels(
        channels: &[&Recording],
        rows: &BTreeMap<RecordingId, Vec<TranscriptRow>>,
    ) -> Self {
        let last = channels[channels.len() - 1];
        let all = channels.iter().flat_map(|channel| {
            let name = label(channel);
            rows.get(&channel.id).into_iter().flatten().cloned().map(move |mut row| {
                if row.speaker.trim().is_empty() {
                    row.speaker.clone_from(&name);
                }
                row
            })
        });
        Self {
            path: last.path.clone(),
            id: last.sha256[..16].to_string(),
            channel: None,
            rows: all.collect(),
            length: channels.iter().filter_map(|c| c.length).max().unwrap_or_default(),
            voices: Voices::Named,
        }
    }
}

fn label(recording: &Recording) -> String {
    match recording.channel {
        Channel::Mix => String::new(),
        Channel::Only(n) => format!("channel {n}"),
    }
}

/// A transcript for each recording that is not left out, then one for the channels of a file, in order of ingestion.
pub fn talks(
    all: &[RecordingRow],
    rows: BTreeMap<RecordingId, Vec<TranscriptRow>>,
    left_out: &BTreeSet<RecordingId>,
) -> Vec<Talk> {
    let mut channels: BTreeMap<&str, Vec<&Recording>> = BTreeMap::new();
    for recording in all.iter().map(|row| &row.recording) {
        if let Channel::Only(_) = recording.channel {
            channels.entry(&recording.sha256).or_default().push(recording);
        }
    }
    channels.retain(|_, of| of.len() > 1);
    let mut talks = Vec::new();
    for recording in all.iter().map(|row| &row.recording) {
        let of_file = match recording.channel {
            Channel::Mix => None,
            Channel::Only(n) => channels.get(&*recording.sha256).map(|of| (n, of)),
        };
        if !left_out.contains(&recording.id) {
            talks.push(Talk {
                path: recording.path.clone(),
                id: recording.id.to_string(),
                channel: of_file.map(|(n, _)| n),
                rows: rows.get(&recording.id).cloned().unwrap_or_default(),
                length: recording.length.unwrap_or_default(),
                voices: Voices::Unnamed,
            });
        }
        if let Some((_, of)) = of_file
            && of.last().is_some_and(|last| last.id == recording.id)
            && !of.iter().any(|channel| left_out.contains(&channel.id))
        {
            talks.push(Talk::of_channels(of, &rows));
        }
    }
    talks
}

/// Clips that were not decided on, by recording.
#[derive(Debug, Default)]
pub struct Undecided(BTreeMap<RecordingId, BTreeSet<ClipId>>);

impl Undecided {
    /// Looks at one more clip.
    pub fn look(&mut self, row: &ClipRow) {
        if row.routed.is_none() {
            self.0.entry(row.clip.recording.clone()).or_default().insert(row.clip.id.clone());
        }
    }
}

/// What has no transcript.
#[derive(Debug, Default)]
pub struct Missing {
    /// Recordings that get no file.
    pub left_out: BTreeSet<RecordingId>,
    /// These, and clips that failed, with the reason.
    pub said: Vec<String>,
}

impl Missing {
    /// Looks at all recordings.
    pub fn of(store: &Store, undecided: &Undecided) -> Result<Self> {
        let mut missing = Self::default();
        let mut failed: BTreeMap<RecordingId, Vec<_>> = BTreeMap::new();
        for (clip, path, error) in store.failed_clips()? {
            failed.entry(clip.recording.clone()).or_default().push((clip, path, error));
        }
        for RecordingRow { recording, state } in store.recordings()? {
            let failed = failed.remove(&recording.id).unwrap_or_default();
            let ids: BTreeSet<_> = failed.iter().map(|(clip, ..)| &clip.id).collect();
            let waiting = undecided.0.get(&recording.id);
            let waiting =
                waiting.map_or(0, |clips| clips.iter().filter(|id| !ids.contains(id)).count());
            let why = match state {
                RecordingState::Failed(error) => Some(error),
                RecordingState::Ingested => Some("waits for `second-ear run`".into()),
                RecordingState::Sliced if waiting > 0 => {
                    Some(format!("{waiting} clips wait for `second-ear run`"))
                }
                RecordingState::Sliced => None,
            };
            let channel = label(&recording);
            let channel = if channel.is_empty() { channel } else { format!(" ({channel})") };
            if let Some(why) = why {
                missing.said.push(format!("{}{channel}: no transcript: {why}", recording.path));
                missing.left_out.insert(recording.id);
                continue;
            }
            for (clip, path, error) in failed {
                let (start, end) = (clip.span.start.seconds(), clip.span.end.seconds());
                missing.said.push(format!("{path}{channel} {start:.3}-{end:.3} s: {error}"));
            }
        }
        Ok(missing)
    }
}
