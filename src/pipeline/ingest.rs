//! `ingest`: files, folders and manifests become registered recordings, known by content.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use whisper::models;

pub use super::manifest::is_manifest;
use super::manifest::{self, Channels, Entry};
use super::workspace::Workspace;
use crate::audio::decode;
use crate::domain::{Channel, Facts, Recording, RecordingId, SAMPLE_RATE, Samples};
use crate::store::Registration;
use crate::views::progress::{Console, Unit};

/// Endings that are looked at in folders; a file named by hand is always tried.
const AUDIO: [&str; 22] = [
    "wav", "wave", "flac", "mp3", "ogg", "oga", "opus", "m4a", "mp4", "aac", "aif", "aiff", "aifc",
    "caf", "webm", "mka", "mkv", "wma", "amr", "au", "3gp", "mov",
];

/// What `ingest` did.
#[derive(Debug, Default, Serialize)]
pub struct Ingested {
    /// New recordings.
    pub added: usize,
    /// Recordings known already, nothing new said about them.
    pub known: usize,
    /// Recordings about which something new was said.
    pub updated: usize,
    /// Recordings found again at another place.
    pub moved: usize,
    /// Files whose content has changed since: new recordings beside the old ones.
    pub changed: Vec<String>,
    /// Files in folders that are not audio by their ending.
    pub skipped: usize,
    /// Columns of manifests that mean nothing here.
    pub ignored_columns: Vec<String>,
    /// Files and rows that failed, with the reason.
    pub failed: Vec<String>,
}

/// Registers everything under `paths`.
pub fn ingest(workspace: &mut Workspace, paths: &[PathBuf], console: Console) -> Result<Ingested> {
    let mut done = Ingested::default();
    let mut entries = Vec::new();
    for path in paths {
        if let Err(error) = collect(path, &mut entries, &mut done) {
            done.failed.push(format!("{error:#}"));
        }
    }
    let progress = console.progress("ingest", Unit::Things("files"), entries.len() as u64);
    for entry in entries {
        if let Err(error) = register(workspace, &entry, &mut done) {
            let place =
                if entry.place.is_empty() { String::new() } else { format!("{}: ", entry.place) };
            done.failed.push(format!("{place}{}: {error:#}", entry.path.display()));
        }
        progress.advance(1);
    }
    Ok(done)
}

fn collect(path: &Path, entries: &mut Vec<Entry>, done: &mut Ingested) -> Result<()> {
    if path.is_dir() {
        for found in walkdir::WalkDir::new(path).sort_by_file_name() {
            let found = match found {
                Ok(found) => found,
                Err(e) => {
                    done.failed.push(format!("{e}"));
                    continue;
                }
            };
            if !found.file_type().is_file() {
                continue;
            }
            let ending = found.path().extension().map(|e| e.to_string_lossy().to_lowercase());
            if ending.is_some_and(|e| AUDIO.contains(&e.as_str())) {
                entries.push(Entry::plain(found.into_path()));
            } else {
                done.skipped += 1;
            }
        }
    } else if manifest::is_manifest(path) {
        let manifest = manifest::read(path)?;
        entries.extend(manifest.entries);
        done.failed.extend(manifest.refused);
        done.ignored_columns.extend(manifest.ignored);
    } else {
        entries.push(Entry::plain(path.to_path_buf()));
    }
    Ok(())
}

fn register(workspace: &mut Workspace, entry: &Entry, done: &mut Ingested) -> Result<()> {
    let file = entry.path.canonicalize().context("cannot be found or opened")?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        bail!("is not a file");
    }
    if meta.len() == 0 {
        bail!("is empty (0 bytes)");
    }
    let probe = decode::probe(&file)?;
    let sha256 = models::file_sha256(&file)?;
    let channels: Vec<Channel> = match entry.channels {
        Channels::Mix => vec![Channel::Mix],
        Channels::Split if probe.channels == 1 => vec![Channel::Mix],
        Channels::Split => (0..probe.channels).map(Channel::Only).collect(),
        Channels::Only(n) if n < probe.channels => vec![Channel::Only(n)],
        Channels::Only(n) => {
            bail!("has {} channel(s), numbered from 0: no channel {n}", probe.channels)
        }
    };
    let mut changed = false;
    for (n, &channel) in channels.iter().enumerate() {
        let recording = Recording {
            id: RecordingId::derive(&sha256, channel),
            sha256: sha256.clone(),
            path: entry.path.to_string_lossy().into_owned(),
            file: file.clone(),
            bytes: meta.len(),
            modified: modified(&meta),
            channel,
            length: probe.frames.map(|f| at_16_khz(f, probe.rate)),
            facts: facts(&entry.facts, n, channels.len()),
        };
        changed |= workspace.store.earlier_content(&recording)?.is_some();
        match workspace.store.register(&recording)? {
            Registration::New => done.added += 1,
            Registration::Same => done.known += 1,
            Registration::Updated => done.updated += 1,
            Registration::Moved => done.moved += 1,
        }
    }
    if changed {
        done.changed.push(entry.path.display().to_string());
    }
    Ok(())
}

/// Each channel of a split file is a speaker of its own: `agent|client` names them in order,
/// a single name gets the channel's number.
fn facts(facts: &Facts, n: usize, of: usize) -> Facts {
    let speaker = facts.speaker.as_ref().filter(|_| of > 1).map(|name| {
        let names: Vec<_> = name.split('|').map(str::trim).collect();
        if names.len() == of { names[n].to_string() } else { format!("{name} (channel {n})") }
    });
    Facts { speaker: speaker.or_else(|| facts.speaker.clone()), ..facts.clone() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_a_split_file_are_speakers_of_their_own() {
        let named = |s: &str| Facts { speaker: Some(s.into()), ..Facts::default() };
        assert_eq!(facts(&named("agent|client"), 1, 2).speaker.unwrap(), "client");
        assert_eq!(facts(&named("call 7"), 1, 2).speaker.unwrap(), "call 7 (channel 1)");
        assert_eq!(facts(&named("a|b"), 0, 1).speaker.unwrap(), "a|b");
    }
}
