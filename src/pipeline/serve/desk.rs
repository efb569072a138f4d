//! The desk: who comes in, which batch they get, what they have done of it. In: tokens and times. Out: pages' files and states. Left
//! to others: making batches (`shelf`), rows (`receive`), HTTP.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::receive::{self, Received, Refusal, Upload};
use super::shelf::batch_of;
use super::{Codes, PAGES, links, progress};
use crate::domain::{Answer, BatchId, Link, LinkRole, SessionEnd, is_token, token_hash};
use crate::pipeline::workspace::Workspace;
use crate::store::{FileLock, Lock};

/// Batches of a person that are looked at for one that is not done.
const RECENT: usize = 50;

/// A lease is put off at most so often within its time.
const OFTEN: i32 = 20;

/// What a link shows when it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A batch: this file.
    Page(PathBuf),
    /// The session's batch was answered: its code, and where to go.
    Done { code: String, return_address: Option<String> },
    /// The session gave its batch back, or its time is over.
    Over,
    /// Nothing that is fit for this person lies ready.
    Nothing,
}

/// How a batch stands with its person, as the page reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BatchState {
    /// Clips that they have answered.
    pub answered: u64,
    /// Clips in it.
    pub clips: u64,
    /// Until when it is kept for them, RFC 3339.
    pub expires: Option<String>,
    /// Whether all of it is answered.
    pub done: bool,
    /// The completion code, once it is done.
    pub code: Option<String>,
    /// Where to go then.
    pub return_address: Option<String>,
    /// Whether the link gives another batch.
    pub next: bool,
}

/// Until when a batch is kept whose person was there just now.
pub(super) fn until(workspace: &Workspace, now: Timestamp) -> String {
    (now + SignedDuration::from_mins(i64::from(workspace.config.serve.lease_minutes))).to_string()
}

/// A workspace that is served.
pub struct Desk {
    workspace: Workspace,
    codes: Codes,
    /// When each lease was last put off.
    extended: BTreeMap<BatchId, Timestamp>,
}

impl Desk {
    /// Opens a workspace for serving.
    ///
    /// # Errors
    /// It is served already, or is no workspace.
    pub fn open(dir: &Path) -> Result<Self> {
        let mut workspace = Workspace::serve(dir)?;
        let codes = Codes::of(&mut workspace)?;
        workspace.store.end_unbegun(&Timestamp::now().to_string())?;
        let desk = Self { workspace, codes, extended: BTreeMap::new() };
        desk.drop_without_page()?;
        Ok(desk)
    }

    /// The workspace behind it.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Ends the entry of the log.
    pub fn close(mut self) -> Result<()> {
        self.workspace.end("done".into())
    }

    /// Batches that lay ready when a server died, and whose page is gone, are taken back.
    fn drop_without_page(&self) -> Result<()> {
        let mut beside = self.workspace.beside()?;
        let Some(_lock) = FileLock::take_briefly(&beside.dir, Lock::HandOut)? else {
            return Ok(());
        };
        let mut gone = beside.store.ready()?;
        gone.retain(|batch| self.page(batch).is_none());
        beside.store.reclaim(&gone, &Timestamp::now().to_string())
    }

    /// The link of a token, if it opens something.
    pub fn link(&self, token: &str) -> Result<Option<Link>> {
        if !is_token(token) {
            return Ok(None);
        }
        Ok(self.workspace.store.link(&token_hash(token))?.filter(Link::is_open))
    }

    /// Where the page of a batch is.
    fn page(&self, batch: &BatchId) -> Option<PathBuf> {
        let dir = self.workspace.dir.join(PAGES);
        let entries = fs::read_dir(&dir).ok()?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names
            .filter(|name| batch_of(name).as_ref() == Some(batch))
            .map(|name| dir.join(name))
            .next()
    }

    fn until(&self, now: Timestamp) -> String {
        until(&self.workspace, now)
    }

    /// What a link shows: the batch that is theirs and not done, else the next one that is fit for them.
    pub fn open_link(&mut self, link: &Link, now: Timestamp) -> Result<Shown> {
        let Some(name) = link.validator.as_deref() else { return Ok(Shown::Nothing) };
        let session = link.session.as_deref();
        let until = self.until(now);
        if matches!(link.ended, Some(SessionEnd::Returned | SessionEnd::TimedOut)) {
            return Ok(Shown::Over);
        }
        // Whoever works here for months has many; what is not done is among the latest.
        for lease in self.workspace.store.leases(name, session)?.into_iter().take(RECENT) {
            let standing = self.workspace.store.standing(&lease.batch, name)?;
            if standing.is_done() {
                match link.role {
                    LinkRole::Session => return Ok(self.done(&lease.batch, name)),
                    _ => continue,
                }
            }
            match self.page(&lease.batch) {
                // Something of it was withdrawn: what is left goes out anew.
                None if !lease.is_taken_back => {
                    self.workspace.store.reclaim(&[lease.batch], &now.to_string())?;
                }
                None => {}
                Some(page) => {
                    let store = &mut self.workspace.store;
                    let is_theirs = match lease.is_taken_back {
                        true => store.renew(&lease.batch, &until)?,
                        false => store.extend(&lease.batch, &until).map(|()| true)?,
                    };
                    if is_theirs {
                        return Ok(Shown::Page(page));
                    }
                }
            }
        }
        if self.workspace.store.forgetting()?.is_some() {
            return Ok(Shown::Nothing);
        }
        while let Some(lease) =
            self.workspace.store.lease(name, session, &now.to_string(), &until)?
        {
            match self.page(&lease.batch) {
                Some(page) => return Ok(Shown::Page(page)),
                None => self.workspace.store.reclaim(&[lease.batch], &now.to_string())?,
            }
        }
        Ok(Shown::Nothing)
    }

    fn done(&self, batch: &BatchId, name: &str) -> Shown {
        let code = self.codes.code(batch, name);
        Shown::Done { return_address: self.return_address(&code), code }
    }

    fn return_address(&self, code: &str) -> Option<String> {
        let set = &self.workspace.config.serve.return_address;
        (!set.is_empty()).then(|| set.replace("{code}", code))
    }

    /// How a batch of theirs stands; `None`: it is not theirs.
    pub fn state(&self, link: &Link, batch: &BatchId) -> Result<Option<BatchState>> {
        let store = &self.workspace.store;
        let Some(name) = link.validator.as_deref() else { return Ok(None) };
        let Some(lease) = store.lease_of(batch, name)? else { return Ok(None) };
        let standing = store.standing(batch, name)?;
        let code = standing.is_done().then(|| self.codes.code(batch, name));
        let of_session = link.role == LinkRole::Session;
        Ok(Some(BatchState {
            answered: standing.answered,
            clips: standing.clips,
            expires: lease.expires.filter(|_| !lease.is_taken_back && !standing.is_done()),
            done: standing.is_done(),
            return_address: code
                .as_ref()
                .filter(|_| of_session)
                .and_then(|code| self.return_address(code)),
            code,
            next: !of_session,
        }))
    }

    /// The rows that a person gave for a batch, as in the download: for their other devices.
    pub fn given(&self, link: &Link, batch: &BatchId) -> Result<Vec<Value>> {
        let store = &self.workspace.store;
        let Some(name) = link.validator.as_deref() else { return Ok(Vec::new()) };
        let handed = store.batch_clips(batch)?;
        let clips: Vec<_> = handed.iter().map(|out| out.clip.clone()).collect();
        let answers = store.answers_to(&clips, name)?;
        let is_it = |digest: &str, clip| {
            handed.iter().any(|out| out.clip == clip && out.digest() == digest)
        };
        let theirs = answers.into_iter().filter(|(_, answer, current)| {
            *current && is_it(&answer.draft_digest, answer.clip.clone())
        });
        let id = store.workspace()?;
        let row = |(_, answer, _): (String, Answer, bool)| {
            json!({
                "workspace": id,
                "batch": batch,
                "clip": answer.clip,
                "draft_digest": answer.draft_digest,
                "validator": answer.validator,
                "verdict": answer.verdict.code(),
                "text": answer.text,
                "tags": answer.tags,
                "active_seconds": answer.active_seconds,
                "answered_at": answer.answered_at,
                "listened": answer.listened,
            })
        };
        Ok(theirs.map(row).collect())
    }

    /// The name by which a person wants to be credited, or nothing.
    pub fn credit(&self, link: &Link) -> Result<String> {
        let wish = self.workspace.store.wish_of(link.validator.as_deref().unwrap_or_default())?;
        Ok(wish.map_or(String::new(), |(name, _)| name))
    }

    /// Keeps what people sent, and puts off when their batches expire.
    ///
    /// # Errors
    /// Nothing was kept.
    pub fn receive(
        &mut self,
        uploads: &[Upload],
        now: Timestamp,
    ) -> Result<Vec<Result<Received, Refusal>>> {
        let done = receive::receive(&mut self.workspace, uploads, now)?;
        let until = self.until(now);
        let lease = SignedDuration::from_mins(i64::from(self.workspace.config.serve.lease_minutes));
        for (upload, _) in uploads.iter().zip(&done).filter(|(_, done)| done.is_ok()) {
            // Every write waits for the disk: once in a while is often enough.
            let last = self.extended.get(&upload.batch);
            if last.is_none_or(|last| now.duration_since(*last) * OFTEN > lease) {
                self.workspace.store.extend(&upload.batch, &until)?;
                self.extended.insert(upload.batch.clone(), now);
            }
        }
        Ok(done)
    }

    /// A session whose batch is done has ended.
    pub fn note_end(&mut self, link: &Link, now: Timestamp) -> Result<()> {
        if link.role == LinkRole::Session && link.ended.is_none() {
            self.workspace.store.end_session(&link.hash, SessionEnd::Done, &now.to_string())?;
        }
        Ok(())
    }

    /// A person gives a batch back: others get what is left of it; whether it was theirs.
    pub fn give_back(&mut self, link: &Link, batch: &BatchId, now: Timestamp) -> Result<bool> {
        let Some(name) = link.validator.as_deref() else { return Ok(false) };
        let now = now.to_string();
        if self.workspace.store.lease_of(batch, name)?.is_none() {
            return Ok(false);
        }
        if !self.workspace.store.standing(batch, name)?.is_done() {
            self.workspace.store.reclaim(std::slice::from_ref(batch), &now)?;
            if link.role == LinkRole::Session {
                self.workspace.store.end_session(&link.hash, SessionEnd::Returned, &now)?;
            }
        }
        Ok(true)
    }

    /// A participant of a crowd platform comes in: the token of their session.
    ///
    /// # Errors
    /// These are no ids, or they have withdrawn.
    pub fn enter(
        &mut self,
        study: &Link,
        who: &str,
        session: &str,
        now: Timestamp,
    ) -> Result<String> {
        links::enter(&mut self.workspace, &self.codes, study, who, session, now)
    }

    /// What a lead sees.
    pub fn progress(&self, now: Timestamp) -> Result<progress::Progress> {
        progress::progress(&self.workspace, now)
    }
}
