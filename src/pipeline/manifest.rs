//! Manifests: one row per recording. In: a CSV or JSONL file. Out: entries, and the rows that were
//! refused with line and reason. Left to others: whether the audio can be read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::domain::Facts;

/// Which channels of a file become recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// One recording: the mean of all.
    #[default]
    Mix,
    /// One recording a channel.
    Split,
    /// One channel alone, from 0.
    Only(u16),
}

/// A file to register.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// As given, for people.
    pub path: PathBuf,
    /// Where it was named: `calls.csv line 3`; empty for the command line.
    pub place: String,
    /// What is said about it.
    pub facts: Facts,
    /// Which channels.
    pub channels: Channels,
}

impl Entry {
    /// An entry named on the command line.
    pub fn plain(path: PathBuf) -> Self {
        Self { path, place: String::new(), facts: Facts::default(), channels: Channels::Mix }
    }
}

/// A manifest as read.
#[derive(Debug, Default)]
pub struct Manifest {
    /// Good rows.
    pub entries: Vec<Entry>,
    /// Bad rows: place and reason.
    pub refused: Vec<String>,
    /// Columns that mean nothing here.
    pub ignored: BTreeSet<String>,
}

/// Whether a path looks like a manifest.
pub fn is_manifest(path: &Path) -> bool {
    matches!(extension(path).as_deref(), Some("csv" | "tsv" | "jsonl"))
}

fn extension(path: &Path) -> Option<String> {
    path.extension().map(|e| e.to_string_lossy().to_lowercase())
}

/// Reads a manifest; paths in it are relative to its folder.
pub fn read(path: &Path) -> Result<Manifest> {
    let text = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let text = String::from_utf8(text).ok().with_context(|| {
        format!("{} is not UTF-8 text: save it as UTF-8 and ingest it again", path.display())
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let mut manifest = Manifest::default();
    let base = path.parent().unwrap_or(Path::new(""));
    let mut take = |line: usize, row: Result<BTreeMap<String, String>, String>| {
        let place = format!("{} line {line}", path.display());
        match row.and_then(|row| entry(row, base, &place, &mut manifest.ignored)) {
            Ok(entry) => manifest.entries.push(entry),
            Err(reason) => manifest.refused.push(format!("{place}: {reason}")),
        }
    };
    if extension(path).as_deref() == Some("jsonl") {
        for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            take(n + 1, json_row(line));
        }
    } else {
        let first = text.lines().next().unwrap_or_default();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|d| first.bytes().filter(|b| b == d).count())
            .unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let header = reader.headers().with_context(|| path.display().to_string())?.clone();
        if !header.iter().any(|h| canonical(h) == Some("path")) {
            anyhow::bail!(
                "{} has no column 'path': the first line must name the columns",
                path.display()
            );
        }
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, |p| p.line()) as usize;
                    let row = if record.len() == header.len() {
                        let cells = header.iter().zip(record.iter());
                        Ok(cells.map(|(h, v)| (h.to_string(), v.to_string())).collect())
                    } else {
                        Err(format!("{} cells under {} columns", record.len(), header.len()))
                    };
                    take(line, row);
                }
                Err(e) => take(e.position().map_or(0, |p| p.line()) as usize, Err(e.to_string())),
            }
        }
    }
    Ok(manifest)
}

fn json_row(line: &str) -> Result<BTreeMap<String, String>, String> {
    let value: Value = serde_json::from_str(line).map_err(|e| format!("not JSON: {e}"))?;
    let Value::Object(fields) = value else { return Err("not a JSON object".into()) };
    let text = |v: Value| match v {
        Value::Null => String::new(),
        Value::String(s) => s,
        other => other.to_string(),
    };
    Ok(fields.into_iter().map(|(k, v)| (k, text(v))).collect())
}

/// The column's name here; common names of other tools are understood.
fn canonical(name: &str) -> Option<&'static str> {
    Some(match name.trim().to_lowercase().as_str() {
        "path" | "audio" | "audio_filepath" | "file_name" | "file" => "path",
        "speaker" | "speaker_id" | "client_id" => "speaker",
        "region" => "region",
        "language" | "lang" | "locale" => "language",
        "licence" | "license" => "licence",
        "consent" => "consent",
        "channel" => "channel",
        _ => return None,
    })
}

fn entry(
    row: BTreeMap<String, String>,
    base: &Path,
    place: &str,
    ignored: &mut BTreeSet<String>,
) -> Result<Entry, String> {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in row {
        match canonical(&name) {
            None => drop(ignored.insert(name)),
            Some(_) if value.trim().is_empty() => {}
            Some(column) => {
                if known.insert(column, value.trim().to_string()).is_some() {
                    return Err(format!("two columns say '{column}'"));
                }
            }
        }
    }
    let path = known.remove("path").ok_or("no path")?;
    let parse = |e: String| e;
    Ok(Entry {
        path: base.join(path),
        place: place.to_string(),
        channels: known.remove("channel").map_or(Ok(Channels::Mix), |c| channels(&c))?,
        facts: Facts {
            speaker: known.remove("speaker"),
            region: known.remove("region").map(|r| r.parse()).transpose().map_err(parse)?,
            language: known.remove("language").map(|l| l.parse()).transpose().map_err(parse)?,
            licence: known.remove("licence"),
            consent: known.remove("consent"),
        },
    })
}

fn channels(text: &str) -> Result<Channels, String> {
    match text.to_lowercase().as_str() {
        "mix" => Ok(Channels::Mix),
        "split" => Ok(Channels::Split),
        number => number.parse().map(Channels::Only).map_err(|_| {
            format!("channel '{text}' is unknown; write mix, split, or a channel's number from 0")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, text: &str) -> Manifest {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        read(&path).unwrap()
    }

    #[test]
    fn a_bad_row_is_named_by_line_and_the_good_ones_go_in() {
        let m = manifest(
            "calls.csv",
            "path,speaker,region,language,channel\na.wav,ana,fr-CA-QC,fr,split\nb.wav,bob,fr CA,fr,\n\
             ,carl,,,\nd.wav,dora,,french,\ne.wav,eve,,,left\nf.wav,fay\ng.wav,gus,,,1\n",
        );
        assert_eq!(m.entries.len(), 2);
        assert_eq!(m.entries[0].channels, Channels::Split);
        assert_eq!(m.entries[1].channels, Channels::Only(1));
        let lines: Vec<_> = m.refused.iter().map(|r| r.split(" line ").nth(1).unwrap()).collect();
        assert!(lines[0].starts_with("3: 'fr CA' is not a region"), "{lines:?}");
        assert!(lines[1].starts_with("4: no path"), "{lines:?}");
        assert!(lines[2].starts_with("5: 'french' is not a language"), "{lines:?}");
        assert!(lines[3].starts_with("6: channel 'left'"), "{lines:?}");
        assert!(lines[4].starts_with("7: 2 cells under 5 columns"), "{lines:?}");
    }

    #[test]
    fn jsonl_rows_of_other_tools_are_understood() {
        let m = manifest(
            "m.jsonl",
            "{\"audio_filepath\": \"x.wav\", \"license\": \"CC0-1.0\", \"duration\": 3.2}\n\n{oops\n[1]\n",
        );
        assert_eq!(m.entries[0].facts.licence.as_deref(), Some("CC0-1.0"));
        assert!(m.ignored.contains("duration"));
        assert!(m.refused[0].contains("line 3: not JSON"), "{:?}", m.refused);
        assert!(m.refused[1].contains("line 4: not a JSON object"), "{:?}", m.refused);
    }

    #[test]
    fn a_spreadsheet_saved_with_semicolons_and_a_byte_order_mark_is_read() {
        let m = manifest("m.csv", "\u{feff}path;speaker\r\n\"a;b.wav\";\"l'été \"\"x\"\"\"\r\n");
        assert!(m.entries[0].path.ends_with("a;b.wav"));
        assert_eq!(m.entries[0].facts.speaker.as_deref(), Some("l'été \"x\""));
    }

    #[test]
    fn a_manifest_without_a_path_column_is_refused_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m.csv");
        std::fs::write(&path, "speaker\nana\n").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("no column 'path'"));
    }
}
