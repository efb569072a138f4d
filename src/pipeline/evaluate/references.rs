//! Clips with reference transcripts. In: manifests in JSON lines or tables. Out: rows, and the sound of each. Left to others: transcribing
//! them (`evaluate`).

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::audio::cut;
use crate::audio::decode::{self, Source};
use crate::domain::{
    Channel, Clip, ClipId, DecodePolicy, Failures, Language, LanguageChoice, RecordingId, Samples,
    Span, hex_digest,
};
use crate::hypotheses::windows::{self, Neighbour};
use crate::tables::{self, Layout, Record, Table};
use crate::text::tidy;

/// A manifest row: a clip and what is said in it.
#[derive(Clone, Debug, Deserialize)]
pub struct Reference {
    /// Its file.
    #[serde(alias = "path", alias = "audio_filepath", alias = "file_name")]
    pub audio: PathBuf,
    /// What is said.
    #[serde(alias = "sentence")]
    pub text: String,
    /// The language it is transcribed in, if the row says so.
    #[serde(alias = "lang")]
    pub language: Option<Language>,
    /// Who speaks, or nothing.
    #[serde(default, deserialize_with = "or_nothing")]
    pub speaker: String,
    /// From where, or nothing.
    #[serde(default, deserialize_with = "or_nothing")]
    pub region: String,
    /// Where in the file it begins, seconds.
    pub start: Option<f64>,
    /// Where it ends, seconds.
    pub end: Option<f64>,
    /// The manifest's folder.
    #[serde(skip)]
    pub set: String,
}

/// A text, or null.
fn or_nothing<'de, D: serde::Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(value)?.unwrap_or_default())
}

/// Tells a row of a dataset (`dataset --format hf,nemo`) from others: its file is the clip, and its
/// start and end say where in a recording the clip was.
#[derive(Deserialize)]
struct Named {
    clip: Option<serde::de::IgnoredAny>,
    audio_filepath: Option<serde::de::IgnoredAny>,
    file_name: Option<serde::de::IgnoredAny>,
}

impl Named {
    fn is_dataset_row(&self) -> bool {
        self.clip.is_some() && (self.audio_filepath.is_some() || self.file_name.is_some())
    }
}

/// The columns of a table of references, with their other names; others mean nothing here.
const COLUMNS: [&str; 13] = [
    "audio",
    "path",
    "audio_filepath",
    "file_name",
    "text",
    "sentence",
    "language",
    "lang",
    "speaker",
    "region",
    "start",
    "end",
    "clip",
];

/// The rows of a manifest, in JSON lines or a table; those that make no sense are named in `failed`.
///
/// # Errors
/// The file cannot be read, or no row makes sense.
pub fn read(manifest: &Path, failed: &mut Failures) -> Result<Vec<Reference>> {
    rows(manifest, &tables::read(manifest)?, failed)
}

fn rows(manifest: &Path, bytes: &[u8], failed: &mut Failures) -> Result<Vec<Reference>> {
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let set = folder.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
    let name = manifest.display();
    let (mut rows, mut first) = (Vec::new(), None);
    let mut take =
        |line: u64, row: Result<Map<String, Value>, String>| match row.and_then(reference) {
            Ok(row) => {
                let (audio, set) = (folder.join(&row.audio), set.clone());
                rows.push(Reference { audio, set, ..row });
            }
            Err(why) => {
                let why = format!("{name} line {line}: {why}");
                first.get_or_insert_with(|| why.clone());
                failed.push(why);
            }
        };
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        tables::lines(bytes).for_each(|(line, text)| take(line, text.and_then(tables::object)));
    } else {
        let layout = Layout { known: |name| COLUMNS.contains(&name), ..Layout::STRICT };
        let table = Table::open(bytes, layout).map_err(|why| anyhow!("{name}: {why}"))?;
        let table = table.with_context(|| {
            format!(
                "{name} has no rows: write JSON lines, or a table with the columns audio and text"
            )
        })?;
        table.rows(object).for_each(|(line, row)| take(line, row));
    }
    match (rows.is_empty(), first) {
        (true, Some(why)) => bail!("{why}"),
        (true, None) => bail!("{name} has no rows"),
        (false, _) => Ok(rows),
    }
}

/// A record of a table as the object that it would be in JSON lines.
fn object(record: &Record) -> Result<Map<String, Value>, String> {
    let mut object = Map::new();
    for (name, cell) in record.cells() {
        let cell = cell?.trim();
        let value = match name {
            _ if cell.is_empty() || !COLUMNS.contains(&name) => continue,
            "start" | "end" => tables::number(cell)
                .map(Value::from)
                .ok_or_else(|| format!("`{name}` must be seconds, not '{cell}'"))?,
            _ => Value::from(cell),
        };
        object.insert(name.to_string(), value);
    }
    Ok(object)
}

fn reference(object: Map<String, Value>) -> Result<Reference, String> {
    let object = Value::Object(object);
    let whole = Named::deserialize(&object).is_ok_and(|named| named.is_dataset_row());
    let mut row = Reference::deserialize(&object).map_err(|e| e.to_string())?;
    (row.speaker, row.region) = (tidy(&row.speaker), tidy(&row.region));
    if whole {
        (row.start, row.end) = (None, None);
    }
    Ok(row)
}

/// References that share a window, as the clips of a recording do: those of one file in order of time.
pub fn windows(mut references: Vec<Reference>, policy: &DecodePolicy) -> Vec<Vec<Reference>> {
    let start = |r: &Reference| r.start.unwrap_or(0.0);
    references.sort_by(|a, b| a.audio.cmp(&b.audio).then(start(a).total_cmp(&start(b))));
    let mut windows = Vec::new();
    let of_one = |a: &Reference, b: &Reference| {
        a.audio == b.audio && a.language == b.language && a.span().is_some() && b.span().is_some()
    };
    for file in references.chunk_by(of_one) {
        let spans: Option<Vec<Span>> = file.iter().map(Reference::span).collect();
        let neighbour = |&span: &Span| Neighbour { span, speaker: None, apart: false };
        match spans {
            Some(spans) => {
                let neighbours: Vec<Neighbour> = spans.iter().map(neighbour).collect();
                let planned = windows::plan(&neighbours, policy);
                windows.extend(planned.into_iter().map(|window| file[window].to_vec()));
            }
            None => windows.extend(file.iter().map(|r| vec![r.clone()])),
        }
    }
    windows
}

/// The sound of references that share a window.
pub struct Loaded {
    /// From the start of the first to the end of the last.
    pub samples: Vec<f32>,
    /// Where each lies in it.
    pub places: Vec<Range<usize>>,
    /// Names each.
    pub clips: Vec<ClipId>,
    /// The language that they are transcribed in.
    pub language: LanguageChoice,
}

impl Reference {
    /// Where it lies in its file, if the row says so and it makes sense.
    fn span(&self) -> Option<Span> {
        let (start, end) = (self.start?, self.end?);
        (start < end).then(|| Span::new(Samples::from_seconds(start), Samples::from_seconds(end)))
    }
}

/// The sound of a window.
pub fn load(window: &[Reference], otherwise: &LanguageChoice) -> Result<Loaded> {
    let r = window.first().context("an empty window")?;
    let source = Source::file(&r.audio, Channel::Mix);
    let mut samples = Vec::new();
    let spans: Option<Vec<Span>> = window.iter().map(Reference::span).collect();
    let spans = match spans {
        Some(spans) => {
            let start = spans[0].start;
            let end = spans.iter().map(|span| span.end).max().unwrap_or(start);
            cut::cut(&source, &[Span::new(start, end)], &mut |_, cut| {
                samples = cut;
                Ok(())
            })?;
            spans
        }
        None if r.start.is_none() && r.end.is_none() => {
            decode::stream(&source, &mut |block| {
                samples.extend_from_slice(block);
                if samples.len() > 30 * 16_000 {
                    bail!("is longer than 30 s: give start and end, or cut it");
                }
                Ok(())
            })?;
            vec![Span::new(Samples(0), Samples(samples.len() as u64))]
        }
        None => bail!("start and end must both be given, in order"),
    };
    let name = hex_digest(r.audio.to_string_lossy().as_bytes());
    let recording = RecordingId::from_stored(&name[..16]);
    let place =
        |span: &Span| (span.start - spans[0].start).index()..(span.end - spans[0].start).index();
    Ok(Loaded {
        places: spans.iter().map(place).collect(),
        clips: spans.iter().map(|span| Clip::new(&recording, *span).id).collect(),
        language: r.language.clone().map_or(otherwise.clone(), LanguageChoice::Fixed),
        samples,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_a_dataset_is_its_whole_file_wherever_it_was_cut_from() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("test.jsonl");
        let rows = [
            r#"{"audio_filepath": "c.wav", "text": "oui", "lang": "fr", "clip": "a", "start": 7.0, "end": 9.5, "region": null}"#,
            r#"{"file_name": "c.wav", "text": "oui", "language": "fr", "clip": "a", "start": 7.0, "end": 9.5}"#,
            r#"{"path": "r.wav", "text": "oui", "clip": "a", "start": 7.0, "end": 9.5}"#,
            r#"{"audio_filepath": "r.wav", "text": "oui", "start": 7.0, "end": 9.5}"#,
        ];
        std::fs::write(&manifest, rows.join("\n")).unwrap();
        let read = read(&manifest, &mut Failures::default()).unwrap();
        for (row, start) in read.iter().zip([None, None, Some(7.0), Some(7.0)]) {
            assert_eq!(row.start, start, "{row:?}");
            assert_eq!(row.end.is_some(), start.is_some());
        }
        assert_eq!(read[0].audio, folder.path().join("c.wav"));
        assert_eq!(read[0].language, Some("fr".parse().unwrap()));
        assert_eq!(read[1].language, read[0].language);
    }

    #[test]
    fn a_table_is_read_and_a_bad_row_costs_itself() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("test.csv");
        let text =
            "path;sentence;start;end\na.wav;\"oui; non\";1,5;2\nb.wav;oui;soon;2\n;oui;1;2\n";
        std::fs::write(&manifest, text).unwrap();
        let mut failed = Failures::default();
        let rows = read(&manifest, &mut failed).unwrap();
        assert_eq!((rows.len(), rows[0].text.as_str(), rows[0].start), (1, "oui; non", Some(1.5)));
        assert!(failed.first()[0].contains("line 3: `start`"), "{failed:?}");
        assert!(failed.first()[1].contains("line 4") && failed.total() == 2, "{failed:?}");
        std::fs::write(&manifest, "{oops\n").unwrap();
        let error = read(&manifest, &mut failed).unwrap_err().to_string();
        assert!(error.contains("test.csv line 1"), "{error}");
    }
}
