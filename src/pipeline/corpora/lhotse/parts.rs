//! The objects of Lhotse's manifests, and the row that a part of a recording is. In: JSON. Out: cells of a manifest. Left to
//! others: which part (`lhotse`).

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::pipeline::manifest::{self, BadRow, Elsewhere, Row};

/// Durations are rounded.
const ROUNDING: f64 = 0.025;

/// Audio.
#[derive(Clone, Debug, Deserialize)]
pub struct Recording {
    /// Its name.
    pub id: String,
    /// Where its channels lie.
    sources: Vec<Source>,
    /// Seconds.
    pub duration: f64,
    /// What is done to the audio when it is loaded.
    #[serde(default)]
    transforms: Option<Vec<Value>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Source {
    #[serde(rename = "type")]
    kind: String,
    channels: Vec<u16>,
    source: Value,
}

/// What is said in a part of a recording.
#[derive(Clone, Debug, Deserialize)]
pub struct Supervision {
    /// Of which recording.
    pub recording_id: String,
    /// Seconds; in a cut, from where the cut begins.
    pub start: f64,
    /// Seconds.
    pub duration: f64,
    /// One channel, or several.
    #[serde(default)]
    pub channel: Option<Channel>,
    text: Option<String>,
    language: Option<String>,
    speaker: Option<String>,
    #[serde(default)]
    custom: Option<Map<String, Value>>,
}

/// A part of a recording.
#[derive(Clone, Debug, Deserialize)]
pub struct Cut {
    #[serde(rename = "type")]
    kind: String,
    /// Seconds.
    #[serde(default)]
    pub start: f64,
    /// Seconds; one that is mixed has none.
    #[serde(default)]
    pub duration: f64,
    /// One channel, or several.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// What is said in it.
    #[serde(default)]
    pub supervisions: Vec<Supervision>,
    recording: Option<Recording>,
}

/// As supervisions and cuts name channels.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Channel {
    /// One.
    One(u16),
    /// Several.
    Some(Vec<u16>),
}

/// Where a part lies in a recording, seconds.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// From its beginning.
    pub start: f64,
    /// How long.
    pub duration: f64,
}

impl Cut {
    /// Its recording.
    ///
    /// # Errors
    /// It is mixed of several, or names none.
    pub fn recording(&self, manifest: &str) -> Result<&Recording, String> {
        match self.kind.as_str() {
            "MonoCut" | "MultiCut" | "Cut" => self.recording.as_ref().ok_or_else(|| {
                "the cut has no recording, perhaps features alone: no audio to transcribe".into()
            }),
            kind => Err(format!(
                "a {kind} of Lhotse's is mixed of several recordings: write it to files (`save_audios`), and ingest what \
                 {manifest} is then"
            )),
        }
    }
}

/// The row of a part of a recording.
pub fn row(
    recording: &Recording,
    part: Span,
    channel: Option<Channel>,
    supervision: Option<&Supervision>,
    ignored: &mut BTreeSet<String>,
) -> Result<Row, BadRow> {
    let mut cells = audio(recording, channel)?;
    let mut say = |name: &str, cell: String| cells.push((name.to_string(), cell));
    let all = part.start <= ROUNDING && (part.duration - recording.duration).abs() <= ROUNDING;
    if !all {
        say("offset", part.start.to_string());
        say("duration", part.duration.to_string());
    }
    if let Some(said) = supervision {
        let columns =
            [("text", &said.text), ("language", &said.language), ("speaker", &said.speaker)];
        for (name, cell) in columns {
            say(name, cell.clone().unwrap_or_default());
        }
        for field in said.custom.iter().flatten() {
            let (name, cell) = manifest::cell((field.0.clone(), field.1.clone()));
            match manifest::canonical(&name) {
                // What Lhotse has fields of its own for is said there.
                Some("path" | "offset" | "duration" | "start" | "end" | "channel" | "text")
                | None => {
                    if ignored.len() < manifest::IGNORED {
                        ignored.insert(format!(
                            "custom.{}",
                            name.chars().take(60).collect::<String>()
                        ));
                    }
                }
                Some(_) => say(&name, cell),
            }
        }
    }
    manifest::row_of(cells.into_iter(), Elsewhere::Above, ignored)
}

/// The cells of file and channel.
fn audio(recording: &Recording, channel: Option<Channel>) -> Result<Vec<(String, String)>, String> {
    let changed = recording.transforms.iter().flatten().any(|transform| {
        let name = transform.get("name").or(transform.get("transform")).and_then(Value::as_str);
        name != Some("Resample")
    });
    if changed {
        return Err("its recording is transformed when it is loaded (speed, volume, reverberation ...): write it to files \
                    first"
            .into());
    }
    let all: Vec<u16> = recording.sources.iter().flat_map(|s| s.channels.iter().copied()).collect();
    let wanted = match channel {
        Some(Channel::One(n)) => vec![n],
        Some(Channel::Some(some)) => some,
        None => all.clone(),
    };
    let cell = |source: &Source, n: Option<usize>| {
        let path = source.path()?;
        let mut cells = vec![("path".to_string(), path)];
        cells.extend(n.map(|n| ("channel".to_string(), n.to_string())));
        Ok(cells)
    };
    match (wanted.as_slice(), recording.sources.as_slice()) {
        (_, []) => Err("its recording has no source".into()),
        ([channel], sources) => {
            let holds = |source: &&Source| source.channels.contains(channel);
            let source = sources.iter().find(holds);
            let source = source.ok_or_else(|| format!("its recording has no channel {channel}"))?;
            let place = source.channels.iter().position(|c| c == channel);
            cell(source, place.filter(|_| source.channels.len() > 1))
        }
        (some, [source]) if some.len() == all.len() => cell(source, None),
        _ => {
            Err("it is of several channels, but not of all channels of one file: name one channel"
                .into())
        }
    }
}

impl Source {
    fn path(&self) -> Result<String, String> {
        match (self.kind.as_str(), self.source.as_str()) {
            ("file", Some(path)) => Ok(path.to_string()),
            ("command", _) => {
                Err("its source is a command, which is never run: write the audio to a file".into())
            }
            (kind, _) => Err(format!("its source is of the type '{kind}': only files are read")),
        }
    }
}
