//! `tasks --reclaim`: what nobody answered comes back, and can be handed to others. In: batches, or an age. Out: what came back,
//! and what is under way. Left to others: handing it out again.

use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::BatchId;
use crate::pipeline::workspace::Workspace;
use crate::store::{BatchRow, BatchStanding};

/// Which batches are asked for.
#[derive(Clone, Debug)]
pub enum Asked {
    /// These, also where somebody is at work on them.
    Batches(Vec<String>),
    /// Those that went out longer ago, and of which no answer is younger.
    OlderThan(SignedDuration),
}

/// A batch that was looked at.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Looked {
    /// Its id.
    pub batch: String,
    /// To whom it was handed; nobody: it was open to all.
    pub handed_to: Vec<String>,
    /// Since when it was out, RFC 3339.
    pub handed: String,
    /// Clips in it that nobody has answered.
    pub unanswered: u64,
    /// Answers to it.
    pub answers: u64,
}

/// What became of them.
#[derive(Debug, Default, Serialize)]
pub struct Reclaimed {
    /// Taken back.
    pub reclaimed: Vec<Looked>,
    /// Old enough, but answers still come: left alone.
    pub under_way: Vec<Looked>,
}

/// Takes batches back. Answers to them that come later are taken all the same.
///
/// # Errors
/// A batch is not of this workspace, or was taken back before.
pub fn reclaim(workspace: &mut Workspace, asked: &Asked, now: Timestamp) -> Result<Reclaimed> {
    let standings = workspace.store.standings()?;
    let batches = workspace.store.batches()?;
    if let Asked::Batches(wanted) = asked {
        for id in wanted {
            match batches.iter().find(|batch| batch.id.as_str() == id) {
                None => bail!(
                    "no batch is called {id}: `second-ear people DIR --json` lists what is out, and the name of a task \
                     file ends with its batch"
                ),
                Some(batch) if batch.reclaimed.is_some() => {
                    bail!("batch {id} was taken back before")
                }
                Some(_) => {}
            }
        }
    }
    let mut done = Reclaimed::default();
    for batch in batches.into_iter().filter(|batch| batch.reclaimed.is_none()) {
        let standing = standings.get(&batch.id).cloned().unwrap_or_default();
        let looked = |batch: BatchRow, standing: BatchStanding| Looked {
            batch: batch.id.to_string(),
            handed_to: batch.people,
            handed: batch.handed,
            unanswered: standing.unanswered,
            answers: standing.answers,
        };
        match asked {
            Asked::Batches(wanted) if wanted.iter().any(|id| id == batch.id.as_str()) => {
                done.reclaimed.push(looked(batch, standing));
            }
            Asked::Batches(_) => {}
            Asked::OlderThan(age) => match state(&batch, &standing, now, *age) {
                State::Silent => done.reclaimed.push(looked(batch, standing)),
                State::UnderWay => done.under_way.push(looked(batch, standing)),
                State::Young | State::Done => {}
            },
        }
    }
    let ids: Vec<BatchId> =
        done.reclaimed.iter().map(|looked| BatchId::from_stored(&looked.batch)).collect();
    workspace.store.reclaim(&ids, &now.to_string())?;
    Ok(done)
}

/// How a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// All of it was answered.
    Done,
    /// It has not been out for long.
    Young,
    /// Its latest answer is not old.
    UnderWay,
    /// Nothing came for long.
    Silent,
}

fn state(batch: &BatchRow, standing: &BatchStanding, now: Timestamp, age: SignedDuration) -> State {
    let is_old =
        |when: &str| when.parse::<Timestamp>().is_ok_and(|when| now.duration_since(when) >= age);
    match &standing.last {
        _ if standing.unanswered == 0 => State::Done,
        _ if !is_old(&batch.handed) => State::Young,
        Some(last) if !is_old(last) => State::UnderWay,
        _ => State::Silent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_answers_for_a_week_is_silent_and_what_comes_in_slowly_is_under_way() {
        let week = SignedDuration::from_hours(7 * 24);
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        let batch = |handed: &str| BatchRow {
            id: BatchId::from_stored("b"),
            created: handed.into(),
            handed: handed.into(),
            reclaimed: None,
            validators: 1,
            estimate: None,
            pay: None,
            people: Vec::new(),
            served: false,
        };
        let of = |handed: &str, unanswered: u64, last: Option<&str>| {
            let standing = BatchStanding { unanswered, answers: 0, last: last.map(String::from) };
            state(&batch(handed), &standing, now, week)
        };
        let (old, young) = ("2026-11-20T12:00:00Z", "2026-11-29T12:00:00Z");
        assert_eq!(of(old, 3, None), State::Silent);
        assert_eq!(of(young, 3, None), State::Young);
        assert_eq!(of(old, 3, Some("2026-11-28T08:00:00Z")), State::UnderWay);
        assert_eq!(of(old, 3, Some("2026-11-21T08:00:00Z")), State::Silent);
        assert_eq!(of(old, 0, None), State::Done);
    }
}
