//! What a workspace knows when answers come back, and which of two answers is the newer.
//! In: drafts handed out, answers kept. Pure; the pipeline fills it from the store.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use crate::domain::{Answer, ClipId, HandedOut, Purpose, hex_digest};

/// What a workspace knows when answers come back.
#[derive(Clone, Debug, Default)]
pub struct KnownAnswers {
    workspace: String,
    drafts: BTreeMap<ClipId, Vec<HandedOut>>,
    answers: BTreeMap<Slot, Answer>,
}

impl KnownAnswers {
    /// Nothing handed out yet by this workspace (its id).
    pub fn new(workspace: impl Into<String>) -> Self {
        Self { workspace: workspace.into(), ..Self::default() }
    }

    /// A draft was handed out; several may be for one clip, in different rounds.
    pub fn hand_out(&mut self, handed_out: HandedOut) {
        self.drafts.entry(handed_out.clip.clone()).or_default().push(handed_out);
    }

    /// This answer is stored, instead of any other of its slot.
    pub fn record(&mut self, answer: Answer) {
        self.answers.insert(slot(&answer), answer);
    }

    /// The answers kept, by clip and validator.
    #[cfg(test)]
    pub fn answers(&self) -> Vec<&Answer> {
        self.answers.values().collect()
    }

    pub(super) fn workspace(&self) -> &str {
        &self.workspace
    }

    /// What was handed out for a clip; `None` when the clip is unknown.
    pub(super) fn drafts(&self, clip: &ClipId) -> Option<&[HandedOut]> {
        self.drafts.get(clip).map(Vec::as_slice)
    }

    /// How an answer stands to the one kept from the same validator on the same clip.
    pub(super) fn standing(&self, answer: &Answer) -> Standing {
        match self.answers.get(&slot(answer)) {
            Some(kept) if answer_id(kept) == answer_id(answer) => Standing::Known,
            Some(kept) if newness(kept) > newness(answer) => Standing::Older,
            _ => Standing::Newest,
        }
    }
}

/// One answer is kept for each: the same clip may be a task today and a check of its hearer later.
type Slot = (ClipId, String, Purpose);

pub(super) fn slot(answer: &Answer) -> Slot {
    (answer.clip.clone(), answer.validator.clone(), answer.purpose)
}

/// See [`KnownAnswers::standing`].
pub(super) enum Standing {
    /// There is none, or it is older.
    Newest,
    /// It is the very same.
    Known,
    /// It is newer.
    Older,
}

/// Names an answer by its content: 16 hex digits. The batch does not count: the same words about
/// the same draft are the same answer.
pub fn answer_id(answer: &Answer) -> String {
    let mut content = json!([
        answer.clip,
        answer.validator,
        answer.verdict,
        answer.text,
        answer.draft_digest,
        answer.tags,
        answer.active_seconds,
        answer.answered_at,
    ]);
    if let (true, Some(list)) = (answer.purpose != Purpose::Task, content.as_array_mut()) {
        list.push(json!(answer.purpose));
    }
    hex_digest(content.to_string().as_bytes())[..16].to_string()
}

/// Sorts the answers of one validator on one clip; the largest stays.
fn newness(answer: &Answer) -> (Option<Timestamp>, u64, String) {
    let seconds = answer.active_seconds.unwrap_or(0.0);
    // Bits of non-negative floats sort like the numbers.
    (answer.answered_at.parse().ok(), seconds.to_bits(), answer_id(answer))
}
