//! A clip with everything known about it, whichever way it was stored.

use crate::domain::{Clip, Consensus, Hypothesis, Routed, State};

/// A clip with everything known about it.
#[derive(Clone, Debug)]
pub struct ClipRow {
    /// The clip.
    pub clip: Clip,
    /// Its draft.
    pub hypothesis: Option<Hypothesis>,
    /// What was decided.
    pub routed: Option<Routed>,
    /// What people settled.
    pub consensus: Option<Consensus>,
    /// Whether it was handed out or answered: its decision stands.
    pub frozen: bool,
    /// The word error rate that was expected of the draft decided on, and by which scoring
    /// ([`super::Store::scoring`]); `None` where that is not known any more.
    pub expected: Option<(i64, Option<f64>)>,
}

impl ClipRow {
    /// Where the clip stands.
    pub fn state(&self) -> State {
        State::of_clip(self.routed.as_ref().map(|r| &r.decision), self.consensus.as_ref())
    }

    /// The draft's text, empty when there is none.
    pub fn draft(&self) -> &str {
        self.hypothesis.as_ref().map_or("", |h| h.text.as_str())
    }
}
