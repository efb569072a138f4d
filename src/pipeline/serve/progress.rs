//! What a lead sees: how much waits, who is at work, since when. In: the workspace. Out: numbers and lines. Left to others: the page.

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

use crate::domain::State;
use crate::pipeline::people;
use crate::pipeline::workspace::Workspace;
use crate::views::ledger::PersonLine;

/// How it goes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Progress {
    /// When this was counted, RFC 3339.
    pub at: String,
    /// Clips that wait for a person, whoever has them.
    pub waiting: u64,
    /// Clips that people have settled.
    pub settled: u64,
    /// Batches that lie ready.
    pub ready: usize,
    /// People whose batch is kept for them.
    pub at_work: usize,
    /// Current answers of all people.
    pub answers: u64,
    /// Everybody who was handed something or answered something, by name.
    pub people: Vec<PersonLine>,
}

/// Counts it.
pub fn progress(workspace: &Workspace, now: Timestamp) -> Result<Progress> {
    let store = &workspace.store;
    let totals = store.totals()?;
    let clips = |state: State| totals.clips.get(&state).copied().unwrap_or(0);
    let ledger = people::ledger(workspace, now)?;
    Ok(Progress {
        at: now.to_string(),
        waiting: clips(State::Waiting),
        settled: clips(State::Settled),
        ready: store.ready()?.len(),
        at_work: store.leases_by_person()?.len(),
        answers: ledger.people.iter().map(|line| line.answered).sum(),
        people: ledger.people,
    })
}
