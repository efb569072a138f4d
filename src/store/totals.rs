//! What was counted as it was written: clips and samples by where they stand. In: the table that
//! triggers keep. Out: an account that adds up to the input, whatever the number of clips. Left to
//! others: showing it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{RecordingState, Store};
use crate::domain::{Account, Samples, State};

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Samples in each state; they add up to the input.
    pub account: Account,
    /// Clips in each state that has any.
    pub clips: BTreeMap<State, u64>,
    /// Of those that wait, the ones that are in a task file.
    pub handed_out: u64,
}

/// The state of a piece, as [`State::of_clip`] says it of clips.
fn state(kind: &str, decision: &str, settled: bool) -> State {
    match (kind, settled, decision) {
        ("silence", ..) => State::NotSpeech,
        ("reject", ..) => State::Dropped,
        (_, true, _) => State::Settled,
        (_, false, "auto") => State::Auto,
        (_, false, "human") => State::Waiting,
        (_, false, "dropped") => State::NoOutput,
        (_, false, _) => State::Pending,
    }
}

impl Store {
    /// Where everything stands.
    pub fn totals(&self) -> Result<Totals> {
        let mut totals = Totals::default();
        let mut statement = self.db.prepare(
            "SELECT kind, decision, settled, handed_out, pieces, samples FROM totals WHERE pieces > 0",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (kind, decision): (String, String) = (row.get(0)?, row.get(1)?);
            let (settled, handed_out): (bool, bool) = (row.get(2)?, row.get(3)?);
            let pieces: u64 = row.get(4)?;
            let state = state(&kind, &decision, settled);
            totals.account.add(state, Samples(row.get(5)?));
            if kind == "clip" {
                *totals.clips.entry(state).or_default() += pieces;
                totals.handed_out += if state == State::Waiting && handed_out { pieces } else { 0 };
            }
        }
        for row in self.recordings()? {
            let length = row.recording.length.unwrap_or_default();
            match row.state {
                RecordingState::Sliced => {}
                RecordingState::Ingested => totals.account.add(State::Pending, length),
                RecordingState::Failed(_) => totals.account.add(State::Failed, length),
            }
        }
        Ok(totals)
    }
}

#[cfg(test)]
pub(super) mod tests;
