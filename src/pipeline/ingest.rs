//! `ingest`: files, folders and manifests become registered recordings, known by content.

mod find;
mod folder;
mod guard;
mod said;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Serialize;
use whisper::models;

use self::find::{Finder, hint};
use self::folder::Found;
pub use self::folder::LeftOut;
use self::guard::Guard;
use self::said::Said;
use super::manifest::{self, Channels, Row};
pub use super::manifest::{IGNORED, is_manifest};
use super::workspace::Workspace;
use crate::audio::decode::{self, Probe};
use crate::domain::{
    Channel, ConsentNote, Facts, Failures, Recording, RecordingId, SAMPLE_RATE, Samples, Span,
};
use crate::store::Registration;
use crate::tables;
use crate::text::{composed, consent_note};
use crate::views::progress::{Console, Unit};

/// A part of a file may end this much behind it: durations in manifests are rounded.
const ROUNDING: Samples = Samples(SAMPLE_RATE as u64 / 2);

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
    /// What lies in folders and was left out.
    pub skipped: usize,
    /// The same, by kind: see [`LeftOut`].
    pub skipped_by_kind: BTreeMap<&'static str, usize>,
    /// Recordings of which a note says that consent was refused or withdrawn: they are used for nothing.
    pub refused: Vec<String>,
    /// Columns of manifests that mean nothing here.
    pub ignored_columns: Vec<String>,
    /// Files and rows that failed, with the reason.
    #[serde(flatten)]
    pub failed: Failures,
    /// What was left out, for people.
    #[serde(skip)]
    pub left_out: BTreeMap<LeftOut, usize>,
}

/// Registers everything under `paths`. What manifests say comes first, and holds for the same files in folders too.
/// What was withdrawn before is not taken, unless `again` says that they consented anew. `verbose` names what is left
/// out in folders.
pub fn ingest(
    workspace: &mut Workspace,
    paths: &[PathBuf],
    again: bool,
    verbose: bool,
    console: Console,
) -> Result<Ingested> {
    let guard = Guard::of(workspace, again)?;
    let mut ingest = Ingest {
        guard,
        workspace,
        done: Ingested::default(),
        finder: Finder::default(),
        contents: BTreeMap::new(),
        said: Said::default(),
        parts: BTreeMap::new(),
    };
    let mut plain = Vec::new();
    for path in paths {
        let found = ingest.finder.find(path).unwrap_or_else(|| path.clone());
        if found.is_dir() {
            ingest.folder(&found, verbose, console, &mut plain);
        } else if manifest::is_manifest(&found) {
            if let Err(error) = ingest.manifest(&found, console) {
                ingest.done.failed.push(format!("{error:#}"));
            }
        } else {
            plain.push(found);
        }
    }
    let progress = console.progress("ingest", Unit::Things("files"), plain.len() as u64);
    for path in plain {
        if let Err(error) = ingest.plain(&path) {
            ingest.done.failed.push(format!("{}: {error:#}", path.display()));
        }
        progress.advance(1);
    }
    Ok(ingest.done)
}

/// A file as it is found on disk.
struct Content {
    file: PathBuf,
    bytes: u64,
    modified: i64,
    probe: Probe,
    sha256: String,
}

impl Content {
    /// Estimated from the header, where it says so.
    fn length(&self) -> Option<Samples> {
        self.probe.frames.map(|frames| at_16_khz(frames, self.probe.rate))
    }
}

struct Ingest<'w> {
    guard: Guard,
    workspace: &'w mut Workspace,
    done: Ingested,
    finder: Finder,
    /// Files that were looked at, or why they cannot be used: none is read twice.
    contents: BTreeMap<PathBuf, std::result::Result<Content, String>>,
    said: Said,
    /// Recordings of which a manifest names parts: registered when all of them are known.
    parts: BTreeMap<RecordingId, Recording>,
}

impl Ingest<'_> {
    fn folder(&mut self, folder: &Path, verbose: bool, console: Console, plain: &mut Vec<PathBuf>) {
        let (audio, done) = (plain.len(), &mut self.done);
        let before = done.skipped + done.failed.total();
        folder::search(folder, &mut |found| match found {
            Found::Audio(path) => plain.push(path),
            Found::LeftOut(why, path) => {
                done.skipped += 1;
                *done.skipped_by_kind.entry(why.code()).or_default() += 1;
                *done.left_out.entry(why).or_default() += 1;
                if verbose {
                    console.say(format!("left out, {}: {}", why.one(), path.display()));
                }
            }
            Found::Failed(why) => done.failed.push(why),
        });
        if plain.len() == audio {
            let other = done.skipped + done.failed.total() - before;
            let what =
                if other == 0 { "is empty".into() } else { format!("holds {other} other things") };
            done.failed.push(format!("{}: no audio in this folder; it {what}", folder.display()));
        }
    }

    fn manifest(&mut self, path: &Path, console: Console) -> Result<()> {
        let bytes = tables::read(path)?;
        let lines = bytes.iter().filter(|b| **b == b'\n').count();
        let progress = console.progress("ingest", Unit::Things("rows"), lines as u64);
        let name = path.display().to_string();
        let ignored = manifest::read(&name, &bytes, &mut |row| {
            progress.advance(1);
            let row = row.map_err(|bad| {
                // What the row says is not known, so nothing is taken for granted: no folder brings the file in.
                let found = bad.about.and_then(|row| self.found(path, &row));
                if let Some(content) = found.and_then(|found| self.content(&found).ok()) {
                    let sha256 = content.sha256.clone();
                    self.said.bar(&sha256, &bad.why);
                }
                bad.why
            });
            let registered = row.and_then(|row| {
                let place = format!("{name} line {}", row.line);
                let about = |why: String| format!("{place}: {}: {why}", row.path);
                let found = self.found(path, &row);
                let missing = || about(format!("cannot be found{}", hint(&row.path)));
                let found = found.ok_or_else(missing)?;
                self.row(&found, &row, &place).map_err(|error| about(format!("{error:#}")))
            });
            if let Err(why) = registered {
                self.done.failed.push(why);
            }
        })?;
        self.done.ignored_columns.extend(ignored);
        for (id, mut recording) in std::mem::take(&mut self.parts) {
            recording.facts = self.said.facts(&id, recording.length);
            self.register(&recording)?;
        }
        Ok(())
    }

    /// The file that a row names.
    fn found(&mut self, manifest: &Path, row: &Row) -> Option<PathBuf> {
        let folder = manifest.parent().unwrap_or(Path::new(""));
        let found = self.finder.find(&folder.join(&row.path));
        let clips = || Some(folder.join("clips").join(&row.path)).filter(|_| row.in_clips);
        found.or_else(|| self.finder.find(&clips()?))
    }

    /// A row of a manifest, whose file is there.
    fn row(&mut self, found: &Path, row: &Row, place: &str) -> Result<()> {
        let content = self.content(found)?;
        let (sha256, channels) = (content.sha256.clone(), channels(row.channels, &content.probe)?);
        if let (Some(part), Some(length)) = (row.span, content.length()) {
            let (end, all) = (part.end.seconds(), length.seconds());
            ensure!(
                part.end <= length + ROUNDING,
                "ends at {end:.2} s, and the file at {all:.2} s"
            );
        }
        for (n, &channel) in channels.iter().enumerate() {
            let id = RecordingId::derive(&sha256, channel);
            let facts = facts(&row.facts, n, channels.len());
            self.guard.may_take(&sha256, channel, facts.speaker.as_deref())?;
            self.said.channel(&sha256, channel, place).map_err(anyhow::Error::msg)?;
            let refusal = facts.consent.clone().filter(|_| is_refused(&facts));
            if let Err(why) = self.said.add(&id, facts, row.span, place) {
                // Of two rows that contradict each other the first one stays, but a refusal is one wherever it stands.
                if let Some(note) = refusal {
                    self.said.refuse(&id, note);
                    self.keep(found, channel, row.span)?;
                }
                bail!(why);
            }
        }
        for channel in channels {
            self.keep(found, channel, row.span)?;
        }
        Ok(())
    }

    /// A file that was named by hand or lies in a folder: it is taken as a mix, unless a manifest says how to take it.
    fn plain(&mut self, path: &Path) -> Result<()> {
        let sha256 = self.content(path)?.sha256.clone();
        if let Some(why) = self.said.barred(&sha256) {
            bail!("was not taken, because a row about it has an error ({why}): correct the row");
        }
        if self.said.knows(&sha256) {
            self.done.known += 1;
            return Ok(());
        }
        self.keep(path, Channel::Mix, None)
    }

    /// Registers a channel of a file whose content is known, or puts it off until all its parts are.
    fn keep(&mut self, path: &Path, channel: Channel, part: Option<Span>) -> Result<()> {
        let shown = path.to_str().context(NO_UTF8)?;
        let shown = composed(shown).into_owned();
        let sha256 = self.content(path)?.sha256.clone();
        self.guard.may_take(&sha256, channel, None)?;
        let content = self.content(path)?;
        let id = RecordingId::derive(&content.sha256, channel);
        let recording = Recording {
            sha256: content.sha256.clone(),
            path: shown,
            file: content.file.clone(),
            bytes: content.bytes,
            modified: content.modified,
            channel,
            length: content.length(),
            facts: Facts::default(),
            id: id.clone(),
        };
        if part.is_some() {
            self.parts.entry(id).or_insert(recording);
            return Ok(());
        }
        let facts = self.said.facts(&id, recording.length);
        self.register(&Recording { facts, ..recording })
    }

    fn register(&mut self, recording: &Recording) -> Result<()> {
        let store = &mut self.workspace.store;
        store.lift(&self.guard.lifted(recording))?;
        if store.earlier_content(recording)?.is_some()
            && !self.done.changed.contains(&recording.path)
        {
            self.done.changed.push(recording.path.clone());
        }
        match store.register(recording)? {
            Registration::New => self.done.added += 1,
            Registration::Same => self.done.known += 1,
            Registration::Updated => self.done.updated += 1,
            Registration::Moved => self.done.moved += 1,
        }
        let known = store.recording(&recording.id)?;
        let refused = known.is_some_and(|known| is_refused(&known.recording.facts));
        if refused && !self.done.refused.contains(&recording.path) {
            self.done.refused.push(recording.path.clone());
        }
        Ok(())
    }

    /// What a path leads to; each file is read once.
    fn content(&mut self, path: &Path) -> Result<&Content> {
        let written = path.to_string_lossy();
        let about = || format!("cannot be found or opened{}", hint(&written));
        let file = path.canonicalize().with_context(about)?;
        let content = self.contents.entry(file.clone());
        let content = content.or_insert_with(|| content_of(file).map_err(|e| format!("{e:#}")));
        content.as_ref().map_err(|why| anyhow!("{why}"))
    }
}

const NO_UTF8: &str = "its name, or that of a folder above, is not UTF-8 text: rename it";

fn content_of(file: PathBuf) -> Result<Content> {
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

fn channels(wanted: Channels, probe: &Probe) -> Result<Vec<Channel>> {
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

/// Each channel of a split file is a speaker of its own: `agent|client` names them in order,
/// a single name gets the channel's number.
fn facts(facts: &Facts, n: usize, of: usize) -> Facts {
    let speaker = facts.speaker.as_ref().filter(|_| of > 1).map(|name| {
        let names: Vec<_> = name.split('|').map(str::trim).collect();
        if names.len() == of { names[n].to_string() } else { format!("{name} (channel {n})") }
    });
    Facts { speaker: speaker.or_else(|| facts.speaker.clone()), ..facts.clone() }
}

/// Whether the note on consent is a refusal.
fn is_refused(facts: &Facts) -> bool {
    let note = facts.consent.as_deref().map(consent_note);
    note == Some(ConsentNote::Refused)
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
