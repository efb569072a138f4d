//! `ingest`: files, folders, manifests and corpora become registered recordings, known by content.

mod content;
mod facts;
mod find;
mod folder;
mod guard;
mod said;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Serialize;

pub use self::content::modified;
use self::content::{Content, NO_UTF8, channels, content_of};
use self::facts::{facts, is_late, is_refused};
use self::find::{Finder, hint};
use self::folder::Found;
pub use self::folder::LeftOut;
use self::guard::Guard;
use self::said::Said;
pub use self::texts::References;
use self::texts::Texts;
use super::corpora::Corpus;
pub use super::corpora::is_corpus;
pub use super::manifest::IGNORED;
use super::manifest::{Elsewhere, Row};
use super::references;
use super::workspace::Workspace;
use crate::domain::{
    Channel, Cut, Facts, Failures, Recording, RecordingId, ReferenceUse, SAMPLE_RATE, Samples, Span,
};
use crate::store::Registration;
use crate::text::composed;
use crate::views::progress::{Console, Unit};

/// A part of a file may end this much behind it: durations in manifests are rounded.
const ROUNDING: Samples = Samples(SAMPLE_RATE as u64 / 2);

/// How many folders above that of a corpus its paths may begin in: Kaldi's recipes run two above `data/train`.
const ABOVE: usize = 2;

/// What may be asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct IngestOptions {
    /// Take what was withdrawn before.
    pub again: bool,
    /// Name what is left out in folders.
    pub verbose: bool,
    /// What becomes of reference texts; `None`: nobody said.
    pub references: Option<References>,
    /// What becomes of given segments; `None`: nobody said.
    pub cut: Option<Cut>,
}

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
    /// Rows with a text of what is said.
    pub references_seen: usize,
    /// Of these, the texts that are kept.
    pub references_kept: usize,
    /// Clips whose text is known now.
    pub gold: usize,
    /// Common Voice's accents that no region was found for, and how many rows have each.
    pub accents_without_region: BTreeMap<String, usize>,
    /// Files and rows that failed, with the reason.
    #[serde(flatten)]
    pub failed: Failures,
    /// What was left out, for people.
    #[serde(skip)]
    pub left_out: BTreeMap<LeftOut, usize>,
}

/// Registers everything under `paths`. What manifests say comes first, and holds for the same files in folders too.
/// What was withdrawn before is not taken, unless the options say that they consented anew.
pub fn ingest(
    workspace: &mut Workspace,
    paths: &[PathBuf],
    options: IngestOptions,
    console: Console,
) -> Result<Ingested> {
    let guard = Guard::of(workspace, options.again)?;
    let texts = Texts::of(options, &workspace.config.slice);
    let mut ingest = Ingest {
        guard,
        workspace,
        done: Ingested::default(),
        finder: Finder::default(),
        contents: BTreeMap::new(),
        said: Said::default(),
        parts: BTreeMap::new(),
        texts,
        read: BTreeSet::new(),
        of_folders: BTreeSet::new(),
    };
    let mut plain = Vec::new();
    for path in paths {
        let found = ingest.finder.find(path).unwrap_or_else(|| path.clone());
        if found.is_dir() {
            ingest.folder(&found, options.verbose, console, &mut plain);
        } else if is_corpus(&found) {
            ingest.corpus(&found, false, console);
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
    let mut done = ingest.done;
    if options.references == Some(References::Keep(ReferenceUse::Gold)) {
        let given = references::give(workspace)?;
        done.gold = given.gold;
        done.failed.extend(given.ungiven);
    }
    Ok(done)
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
    texts: Texts,
    /// Files of corpora that were read: none is read twice.
    read: BTreeSet<PathBuf>,
    /// Audio that corpora in folders name: it is not told again with the folder.
    of_folders: BTreeSet<PathBuf>,
}

impl Ingest<'_> {
    fn folder(&mut self, folder: &Path, verbose: bool, console: Console, plain: &mut Vec<PathBuf>) {
        let (audio, done) = (plain.len(), &mut self.done);
        let before = done.skipped + done.failed.total();
        let mut corpora = Vec::new();
        folder::search(folder, &mut |found| match found {
            Found::Audio(path) => plain.push(path),
            Found::Corpus(path) => corpora.push(path),
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
        if plain.len() == audio && corpora.is_empty() {
            let other = done.skipped + done.failed.total() - before;
            let what =
                if other == 0 { "is empty".into() } else { format!("holds {other} other things") };
            done.failed.push(format!("{}: no audio in this folder; it {what}", folder.display()));
        }
        for path in corpora {
            self.corpus(&path, true, console);
        }
    }

    /// A corpus that is named, or lies in a folder that is.
    fn corpus(&mut self, path: &Path, in_folder: bool, console: Console) {
        if self.read.contains(path) {
            return;
        }
        if let Err(error) = self.rows(path, in_folder, console) {
            self.done.failed.push(format!("{error:#}"));
        }
    }

    fn rows(&mut self, path: &Path, in_folder: bool, console: Console) -> Result<()> {
        let corpus = Corpus::open(path)?;
        self.workspace.imports(&corpus.files);
        self.read.extend(corpus.files.iter().cloned());
        let progress = console.progress("ingest", Unit::Things("rows"), corpus.lines() as u64);
        let ignored = corpus.rows(&mut |row| {
            progress.advance(1);
            let row = row.map_err(|bad| {
                // What the row says is not known, so nothing is taken for granted: no folder brings the file in.
                let found = bad.about.and_then(|row| self.found(&corpus.folder, &row));
                if let Some(content) = found.and_then(|found| self.content(&found).ok()) {
                    let sha256 = content.sha256.clone();
                    self.said.bar(&sha256, &bad.why);
                }
                bad.why
            });
            let registered = row.and_then(|row| {
                let about = |why: String| format!("{}: {}: {why}", row.place, row.path);
                let found = self.found(&corpus.folder, &row);
                let missing = || about(format!("cannot be found{}", hint(&row.path)));
                let found = found.ok_or_else(missing)?;
                if in_folder {
                    self.of_folders.extend(found.canonicalize());
                }
                self.row(&found, &row).map_err(|error| about(format!("{error:#}")))
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
    fn found(&mut self, folder: &Path, row: &Row) -> Option<PathBuf> {
        let found = self.finder.find(&folder.join(&row.path));
        found.or_else(|| match row.elsewhere {
            Elsewhere::No => None,
            Elsewhere::Clips => self.finder.find(&folder.join("clips").join(&row.path)),
            Elsewhere::Above => {
                let above =
                    folder.ancestors().skip(1).take(ABOVE).filter(|f| !f.as_os_str().is_empty());
                let found =
                    above.map(|folder| folder.join(&row.path)).find_map(|p| self.finder.find(&p));
                found.or_else(|| self.finder.find(Path::new(&row.path)))
            }
        })
    }

    /// A row of a manifest, whose file is there.
    fn row(&mut self, found: &Path, row: &Row) -> Result<()> {
        self.done.references_seen += usize::from(row.text.is_some());
        let content = self.content(found)?;
        let (sha256, channels) = (content.sha256.clone(), channels(row.channels, &content.probe)?);
        let length = content.length();
        if let (Some(part), Some(length)) = (row.span, length) {
            let (end, all) = (part.end.seconds(), length.seconds());
            ensure!(
                part.end <= length + ROUNDING,
                "ends at {end:.2} s, and the file at {all:.2} s"
            );
        }
        let fitted = self.texts.fit(row, length, channels.len());
        for (n, &channel) in channels.iter().enumerate() {
            let id = RecordingId::derive(&sha256, channel);
            let facts = Facts {
                references: fitted.reference.clone().into_iter().collect(),
                cut: self.texts.cut,
                ..facts(&row.facts, n, channels.len())
            };
            self.guard.may_take(&sha256, channel, facts.speaker.as_deref())?;
            self.said.channel(&sha256, channel, &row.place).map_err(anyhow::Error::msg)?;
            let refusal = facts.consent.clone().filter(|_| is_refused(&facts));
            if let Err(why) = self.said.add(&id, facts, row.span, &row.place) {
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
        self.done.references_kept += usize::from(fitted.reference.is_some());
        for accent in &row.without_region {
            let told = &mut self.done.accents_without_region;
            if told.len() < IGNORED || told.contains_key(accent) {
                *told.entry(accent.clone()).or_default() += 1;
            }
        }
        match fitted.remark {
            Some(remark) => bail!(remark),
            None => Ok(()),
        }
    }

    /// A file that was named by hand or lies in a folder: it is taken as a mix, unless a manifest says how to take it.
    fn plain(&mut self, path: &Path) -> Result<()> {
        if path.canonicalize().is_ok_and(|file| self.of_folders.contains(&file)) {
            return Ok(());
        }
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
        let old = store.recording(&recording.id)?;
        if old.as_ref().is_some_and(|old| is_late(old, &recording.facts)) {
            self.done.failed.push(format!(
                "{}: an earlier run cut it into clips, which stay as they are: `--segments keep` is for recordings \
                 that no run has read",
                recording.path
            ));
        }
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
