//! Answers that come back over HTTP. In: bodies, each of a link and a batch. Out: answers in the store, and what became of each row.
//! Left to others: who may send (`desk`), settling.
//!
//! A row is judged as `answers` judges it in a file, by the same code, but for three things: whose it is says the link, whatever the
//! row says; it must be about a clip of the batch; and only a few clips are looked up. What several people send at the same time is
//! kept in one transaction: a disk writes few times a second for good.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::{Answer, BatchId, ClipId, TaskRow, Tombstones, Verdict};
use crate::pipeline::workspace::Workspace;
use crate::tasks::answers::{
    self, AnswerRow, At, Import, KnownAnswers, KnownBatch, Rejection, answer_id,
};
use crate::text::tidy;

/// Most rows of one body: a batch has at most a thousand clips, and checks.
const MOST_ROWS: usize = 4000;

/// How far a device's clock may be off: as in files.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(5);

/// What somebody sent.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Whose it is, as the link says.
    pub validator: String,
    /// For which of their batches.
    pub batch: BatchId,
    /// JSON lines, as the page's download has them.
    pub body: Vec<u8>,
}

/// Why nothing of a body was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The batch is not theirs.
    NotTheirs,
    /// These are no JSON lines.
    NoRows,
    /// There are too many of them.
    TooMany,
}

/// A row that is no answer, and never will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// Its clip, as the row says.
    pub clip: String,
    /// [`Rejection::code`].
    pub code: &'static str,
    /// Why, in words.
    pub why: String,
}

/// What became of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Received {
    /// Rows in it, unanswered ones and headers aside.
    pub received: usize,
    /// New answers.
    pub accepted: usize,
    /// Those that were there, or that a later one of the same person stands instead of.
    pub known: usize,
    /// The others.
    pub refused: Vec<RefusedRow>,
}

/// Keeps what came, all of it or nothing.
///
/// # Errors
/// The disk is full, say: nothing of it was kept, and it can be sent again.
pub fn receive(
    workspace: &mut Workspace,
    uploads: &[Upload],
    now: Timestamp,
) -> Result<Vec<Result<Received, Refusal>>> {
    let withdrawn = workspace.store.tombstones()?;
    let id = workspace.store.workspace()?;
    let (mut done, mut accepted, mut credits) = (Vec::new(), Vec::new(), Vec::new());
    for upload in uploads {
        let theirs = workspace.store.lease_of(&upload.batch, &upload.validator)?;
        let (Some(lease), Ok(rows)) = (&theirs, rows(upload)) else {
            let why = theirs
                .map_or(Refusal::NotTheirs, |_| rows(upload).err().unwrap_or(Refusal::NoRows));
            done.push(Err(why));
            continue;
        };
        let clips = clips_of(&rows);
        let batch = KnownBatch {
            created: lease.created.parse().ok(),
            people: vec![upload.validator.clone()],
        };
        let own = workspace.store.answers_to(&clips, &upload.validator)?;
        let (created, mut rows) = (batch.created.unwrap_or(now), rows);
        for row in rows.iter_mut().filter_map(|row| row.row.as_mut().ok()) {
            in_time(row, &own, created, now);
        }
        let mut known = known(workspace, upload, batch, &clips, (&id, now, &withdrawn), own)?;
        let named: Vec<String> = rows.iter().map(|row| clip(row).to_string()).collect();
        let lines: Vec<At> = rows.iter().map(|row| row.place.at).collect();
        let import = answers::import(rows, &mut known);
        let clip_at = |at: At| {
            let place = lines.iter().position(|line| *line == at);
            place.map_or(String::new(), |n| named[n].clone())
        };
        done.push(Ok(received(&import, clip_at)));
        let wishes = answers::wishes(&upload.body);
        if let Some((_, wish)) =
            wishes.into_iter().next_back().filter(|_| !import.stands.is_empty())
        {
            credits.push((upload.validator.clone(), wish));
        }
        accepted.extend(import.accepted.into_iter().map(|a| (answer_id(&a), a)));
    }
    if !accepted.is_empty() {
        workspace.store.keep_answers(&accepted)?;
    }
    for (validator, wish) in credits {
        let wished = wish.at.filter(|at| *at <= now).map(|at| format!("{at:.6}"));
        workspace.store.keep_credit(&validator, &wish.name, &wished.unwrap_or_default())?;
    }
    Ok(done)
}

/// The rows of a body as those of whose link it is.
fn rows(upload: &Upload) -> Result<Vec<AnswerRow>, Refusal> {
    if upload.body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refusal::NoRows);
    }
    let mut rows = Vec::new();
    for AnswerRow { place, row } in answers::rows("upload", &upload.body) {
        if rows.len() == MOST_ROWS {
            return Err(Refusal::TooMany);
        }
        let row = row.and_then(|row| match row.batch.trim() == upload.batch.as_str() {
            true => Ok(TaskRow { validator: upload.validator.clone(), ..row }),
            false => Err(Rejection::Malformed { why: "it is of another batch".into() }),
        });
        rows.push(AnswerRow { place, row });
    }
    Ok(rows)
}

fn clip(row: &AnswerRow) -> &str {
    row.row.as_ref().map_or("", |row| row.clip.trim())
}

fn clips_of(rows: &[AnswerRow]) -> Vec<ClipId> {
    let named: BTreeSet<&str> = rows.iter().map(clip).filter(|clip| !clip.is_empty()).collect();
    named.into_iter().map(ClipId::from_stored).collect()
}

/// A device whose clock is wrong says a time that cannot be: then it counts when the row came. Sent again, it is the answer that it
/// was. Without this a correction from such a device would be taken for the older one.
fn in_time(row: &mut TaskRow, own: &[(String, Answer, bool)], created: Timestamp, now: Timestamp) {
    let Ok(said) = row.answered_at.trim().parse::<Timestamp>() else { return };
    if said <= now + CLOCKS_APART && said >= created - CLOCKS_APART {
        return;
    }
    let is_it = |answer: &Answer| {
        answer.clip.as_str() == row.clip.trim()
            && answer.draft_digest == row.draft_digest.trim()
            && answer.verdict.code() == row.verdict.trim()
            && (answer.text == tidy(&row.text) || answer.verdict == Verdict::AsIs)
            && answer.tags == row.tags
    };
    let before = own.iter().find(|(_, answer, current)| *current && is_it(answer));
    row.answered_at = before.map_or(now.to_string(), |(_, answer, _)| answer.answered_at.clone());
}

/// What is known of these clips and this person: the drafts of the batch, and their earlier answers.
fn known(
    workspace: &Workspace,
    upload: &Upload,
    batch: KnownBatch,
    clips: &[ClipId],
    (id, now, withdrawn): (&str, Timestamp, &Tombstones),
    own: Vec<(String, Answer, bool)>,
) -> Result<KnownAnswers> {
    let store = &workspace.store;
    let mut known = KnownAnswers::new(id).with_rules(now, workspace.config.tasks.assigned_only);
    known.batch(upload.batch.clone(), batch);
    for out in store.handed_out_for(clips)? {
        if out.batch.as_ref() == Some(&upload.batch) {
            known.hand_out(out);
        }
    }
    known.withdrawn(withdrawn.clone());
    known.lengths(store.lengths(clips)?);
    let (mut current, mut earlier): (Vec<Answer>, BTreeSet<String>) = Default::default();
    for (id, answer, is_current) in own {
        match is_current {
            true => current.push(answer),
            false => drop(earlier.insert(id)),
        }
    }
    known.earlier(earlier, std::slice::from_ref(&upload.validator));
    for answer in current {
        known.record(answer);
    }
    Ok(known)
}

fn received(import: &Import, clip_at: impl Fn(At) -> String) -> Received {
    let is_known =
        |why: &Rejection| matches!(why, Rejection::Duplicate { .. } | Rejection::Superseded { .. });
    let refused: Vec<RefusedRow> = import
        .rejected
        .iter()
        .filter(|(_, why)| !is_known(why))
        .map(|(place, why)| RefusedRow {
            clip: clip_at(place.at),
            code: why.code(),
            why: why.to_string(),
        })
        .collect();
    let rejected: usize = import.rejected_by_code.values().sum();
    Received {
        received: import.accepted.len() + rejected,
        accepted: import.accepted.len(),
        known: import.rejected.iter().filter(|(_, why)| is_known(why)).count(),
        refused,
    }
}
