//! What goes on beside the requests: batches are made ahead and lie ready, leases expire, answers are settled, pages that nobody opens
//! any more go. In: the workspace, at any time. Out: what was done. Left to others: when (`serve`), who gets a batch (`desk`).

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::PAGES;
use super::desk::until;
use crate::domain::BatchId;
use crate::files::folder::OutFolder;
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{random, settle, tasks};
use crate::store::{FileLock, Lock};
use crate::tasks::bundle::Format;
use crate::views::progress::Console;

/// Batches made in one go, least and most: who wants to hand out or decide waits so long. To look at all answers costs the same for
/// one batch and for many, so that a server for many people makes many.
const AT_ONCE: (usize, usize) = (4, 32);

/// How long nothing is tried again where nothing waited.
const PAUSE: Duration = Duration::from_secs(3);

/// Settling takes at most this part of the time.
const SETTLING: u32 = 20;

/// How long pages of closed batches stay: for who comes back to look.
const KEEP_PAGES: SignedDuration = SignedDuration::from_hours(24);

/// How the shelf stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Batches that lie ready.
    pub ready: usize,
    /// Whether nothing more waits that could be put there.
    pub is_exhausted: bool,
    /// How often it was looked at.
    pub looks: u64,
}

/// Somebody who found nothing on the shelf that is fit for them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Who.
    pub validator: String,
    /// In which session.
    pub session: Option<String>,
}

/// Keeps the shelf full and the rest in order.
pub struct Keeper {
    workspace: Workspace,
    shelf: Shelf,
    /// When nothing waited.
    exhausted: Option<(Instant, i64)>,
    /// What was settled last, when, and how long it took.
    settled: (Option<String>, Instant, Duration),
    swept: Option<Instant>,
    /// What was said of clips that are left out.
    told: BTreeSet<String>,
}

impl Keeper {
    /// For a workspace that is served.
    pub fn new(workspace: Workspace) -> Self {
        let settled = (None, Instant::now(), Duration::ZERO);
        Self {
            workspace,
            shelf: Shelf::default(),
            exhausted: None,
            settled,
            swept: None,
            told: BTreeSet::new(),
        }
    }

    /// Looks once at everything. `wanted`: people who found nothing on the shelf that is fit for them.
    pub fn look(&mut self, wanted: &BTreeSet<Wanted>, console: Console) -> Result<Shelf> {
        self.shelf.looks += 1;
        if self.workspace.store.forgetting()?.is_some() {
            return Ok(self.shelf); // nothing goes out before a withdrawal is through
        }
        if self.workspace.store.expire(&Timestamp::now().to_string())? > 0 {
            self.exhausted = None;
        }
        self.clear()?;
        for person in wanted {
            self.make_for(person, console)?;
        }
        self.fill(console)?;
        self.settle()?;
        self.sweep()?;
        Ok(self.shelf)
    }

    /// Batches of which a clip was settled meanwhile are for nobody: their other clips are free again.
    fn clear(&mut self) -> Result<()> {
        let unfit = self.workspace.store.unfit("")?;
        if unfit.is_empty() {
            return Ok(());
        }
        let Some(_lock) = FileLock::take_briefly(&self.workspace.dir, Lock::HandOut)? else {
            return Ok(());
        };
        self.exhausted = None;
        self.workspace.store.reclaim(&unfit, &Timestamp::now().to_string())
    }

    /// Makes a batch for one person, of what is free for them; then, if that is nothing, of what lies ready for others alone.
    fn make_for(&mut self, person: &Wanted, console: Console) -> Result<()> {
        // Meanwhile something may have come to lie ready, and be theirs.
        if self.has_some(person)? {
            return Ok(());
        }
        let Some(_lock) = FileLock::take_briefly(&self.workspace.dir, Lock::HandOut)? else {
            return Ok(());
        };
        let mut made = self.make(vec![person.validator.clone()], 1, console)?;
        if made.is_empty() {
            let unfit = self.workspace.store.unfit(&person.validator)?;
            if unfit.is_empty() {
                return Ok(());
            }
            self.workspace.store.reclaim(&unfit, &Timestamp::now().to_string())?;
            made = self.make(vec![person.validator.clone()], 1, console)?;
            self.exhausted = None;
        }
        let now = Timestamp::now();
        let until = until(&self.workspace, now);
        let is_late = self.has_some(person)?;
        for batch in &made {
            let batch = BatchId::from_stored(batch);
            if is_late {
                self.workspace.store.reclaim(&[batch], &now.to_string())?;
                continue;
            }
            self.workspace.store.begin_lease(&batch, person.session.as_deref(), &until)?;
        }
        Ok(())
    }

    /// Whether somebody has a batch that is not done; in a session, whether they have had any: it is one batch.
    fn has_some(&self, person: &Wanted) -> Result<bool> {
        let store = &self.workspace.store;
        for lease in store.leases(&person.validator, person.session.as_deref())? {
            // One that was made for them just now has no end yet.
            let is_begun = lease.expires.is_some() && !lease.is_taken_back;
            let is_open = is_begun && !store.standing(&lease.batch, &person.validator)?.is_done();
            if is_open || (person.session.is_some() && lease.expires.is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes so many batches; their ids.
    fn make(&mut self, to: Vec<String>, files: usize, console: Console) -> Result<Vec<String>> {
        let options = tasks::TaskOptions {
            out: self.workspace.dir.join(PAGES),
            formats: vec![Format::Html],
            clips_per_file: self.workspace.config.serve.clips_per_batch,
            files: Some(files),
            validators: self.workspace.config.tasks.validators,
            served: Some(format!("serve {}", random::hex::<8>()?)),
            to,
            ..tasks::TaskOptions::default()
        };
        let quiet = Console { quiet: true, ..console };
        let written = tasks::write_alone(&mut self.workspace, &options, quiet)?;
        let consent =
            written.without_consent.lines(console.lang, console.lang.phrase("aside.tasks"));
        for line in written.failed.into_iter().chain(consent) {
            // Each batch would say it again.
            if self.told.insert(line.clone()) {
                console.problem(line);
            }
        }
        Ok(written.batches)
    }

    /// Makes batches where too few lie ready.
    fn fill(&mut self, console: Console) -> Result<()> {
        let target = self.workspace.config.serve.ready;
        self.shelf.ready = self.workspace.store.ready()?.len();
        let version = self.workspace.store.version()?;
        let paused =
            self.exhausted.is_some_and(|(when, seen)| when.elapsed() < PAUSE || seen == version);
        if self.shelf.ready >= target || paused {
            return Ok(());
        }
        let Some(_lock) = FileLock::take_briefly(&self.workspace.dir, Lock::HandOut)? else {
            return Ok(());
        };
        let missing = target - self.shelf.ready;
        // Where somebody may be waiting, the first few come first.
        let most = if self.shelf.ready == 0 {
            AT_ONCE.0
        } else {
            (target / 2).clamp(AT_ONCE.0, AT_ONCE.1)
        };
        let made = self.make(Vec::new(), missing.min(most), console)?;
        self.shelf.ready += made.len();
        self.shelf.is_exhausted = made.is_empty();
        // Our own writing is no change that another look would find something by.
        let version = self.workspace.store.version()?;
        self.exhausted = self.shelf.is_exhausted.then(|| (Instant::now(), version));
        Ok(())
    }

    /// Settles what came in, where no command writes; else that command, or the next one, does it.
    fn settle(&mut self) -> Result<()> {
        let Some(note) = self.workspace.store.unsettled()? else { return Ok(()) };
        let (before, when, took) = &self.settled;
        if before.as_ref() == Some(&note) || when.elapsed() < *took * SETTLING {
            return Ok(());
        }
        let Some(_lock) = FileLock::take_briefly(&self.workspace.dir, Lock::Write)? else {
            return Ok(());
        };
        let begun = Instant::now();
        settle::settle(&mut self.workspace)?;
        self.settled = (Some(note), Instant::now(), begun.elapsed());
        Ok(())
    }

    /// Removes the pages of batches that are closed, once an hour, and at the beginning those that were never finished.
    fn sweep(&mut self) -> Result<()> {
        let first = self.swept.is_none();
        if self.swept.is_some_and(|when| when.elapsed() < Duration::from_secs(3600)) {
            return Ok(());
        }
        self.swept = Some(Instant::now());
        let dir = self.workspace.dir.join(PAGES);
        if !dir.is_dir() {
            return Ok(());
        }
        let before = Timestamp::now() - KEEP_PAGES;
        let closed = self.workspace.store.closed_before(&before.to_string())?;
        let batches = self.workspace.store.batches()?;
        let known: BTreeSet<&str> = batches.iter().map(|batch| batch.id.as_str()).collect();
        let mut folder = OutFolder::open(&dir)?;
        for entry in fs::read_dir(&dir)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let Some(batch) = batch_of(&name) else { continue };
            let unfinished = first && !known.contains(batch.as_str());
            if unfinished || closed.contains(&batch) {
                folder.remove(&name)?;
            }
        }
        Ok(())
    }
}

/// The batch that a page's file is of.
pub(super) fn batch_of(name: &str) -> Option<BatchId> {
    let (_, id) = name.strip_suffix(".html")?.rsplit_once('-')?;
    Some(BatchId::from_stored(id))
}
