//! The state that every second of a recording is in, exactly one at a time.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Consensus, Decision, Samples};

/// The state of a stretch of audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Registered or cut, not yet transcribed and routed.
    Pending,
    /// Its recording could not be decoded.
    Failed,
    /// No speech was detected.
    NotSpeech,
    /// Taken for speech, but the model gave no text for it.
    NoOutput,
    /// The draft was accepted.
    Auto,
    /// Waiting for a person.
    Waiting,
    /// Settled by people.
    Settled,
    /// Left out, with a reason.
    Dropped,
}

impl State {
    /// Every state, in the order of work.
    pub const ALL: [State; 8] = [
        State::Pending,
        State::Failed,
        State::NotSpeech,
        State::NoOutput,
        State::Auto,
        State::Waiting,
        State::Settled,
        State::Dropped,
    ];

    /// The state of a clip: people's word first, then the decision.
    pub fn of_clip(decision: Option<&Decision>, consensus: Option<&Consensus>) -> Self {
        match (consensus, decision) {
            (Some(_), _) => State::Settled,
            (None, None) => State::Pending,
            (None, Some(Decision::Auto { .. })) => State::Auto,
            (None, Some(Decision::Human { .. })) => State::Waiting,
            (None, Some(Decision::Dropped { .. })) => State::NoOutput,
        }
    }

    /// The stable snake_case name used in rows and reports.
    pub fn code(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Failed => "failed",
            State::NotSpeech => "not_speech",
            State::NoOutput => "no_output",
            State::Auto => "auto",
            State::Waiting => "waiting",
            State::Settled => "settled",
            State::Dropped => "dropped",
        }
    }
}

/// Samples per state; they add up to the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account([Samples; 8]);

impl Account {
    /// Adds a stretch.
    pub fn add(&mut self, state: State, length: Samples) {
        self.0[state as usize] += length;
    }

    /// Samples in one state.
    pub fn of(&self, state: State) -> Samples {
        self.0[state as usize]
    }

    /// Samples in all states: the input.
    pub fn sum(&self) -> Samples {
        self.0.iter().copied().sum()
    }

    /// Seconds by the state's code.
    pub fn seconds(&self) -> BTreeMap<&'static str, f64> {
        State::ALL.iter().map(|&s| (s.code(), self.of(s).seconds())).collect()
    }
}
