//! What a workspace knows when answers come back, and which of two answers is the newer.
//! In: batches and drafts handed out, answers kept. Pure; the pipeline fills it from the store.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;

use super::rejection::Kept;
use crate::domain::{
    Answer, BatchId, ClipId, HandedOut, Mark, Purpose, Samples, Tombstones, Trace, hex_digest,
};
use crate::text::names::{Names, looks};

/// What a workspace knows when answers come back.
#[derive(Clone, Debug, Default)]
pub struct KnownAnswers {
    workspace: String,
    now: Option<Timestamp>,
    assigned_only: bool,
    batches: BTreeMap<BatchId, KnownBatch>,
    drafts: BTreeMap<ClipId, Vec<HandedOut>>,
    lengths: BTreeMap<ClipId, Samples>,
    answers: BTreeMap<Slot, Answer>,
    earlier: BTreeSet<String>,
    names: Names,
    withdrawn: Tombstones,
}

/// A batch that was handed out.
#[derive(Clone, Debug, Default)]
pub struct KnownBatch {
    /// When it was made, where that is known.
    pub created: Option<Timestamp>,
    /// To whom it was handed; nobody: it is open to all.
    pub people: Vec<String>,
}

impl KnownAnswers {
    /// Nothing handed out yet by this workspace (its id).
    pub fn new(workspace: impl Into<String>) -> Self {
        Self { workspace: workspace.into(), ..Self::default() }
    }

    /// The time of the import, and whether only those answer a batch to whom it was handed.
    pub fn with_rules(self, now: Timestamp, assigned_only: bool) -> Self {
        Self { now: Some(now), assigned_only, ..self }
    }

    /// What was withdrawn.
    pub fn withdrawn(&mut self, tombstones: Tombstones) {
        self.withdrawn = tombstones;
    }

    /// The day on which a clip was withdrawn.
    pub(super) fn clip_withdrawn(&self, clip: &ClipId) -> Option<&str> {
        self.withdrawn.clip(clip)
    }

    /// The day on which a validator withdrew.
    pub(super) fn validator_withdrawn(&self, name: &str) -> Option<String> {
        if self.withdrawn.is_empty() {
            return None;
        }
        let day = |look: &String| self.withdrawn.day(Trace::Validator(look)).map(String::from);
        looks(name).iter().find_map(day)
    }

    /// A batch was made.
    pub fn batch(&mut self, id: BatchId, batch: KnownBatch) {
        self.batches.insert(id, batch);
    }

    /// A draft was handed out; several may be for one clip, in different rounds.
    pub fn hand_out(&mut self, handed_out: HandedOut) {
        self.drafts.entry(handed_out.clip.clone()).or_default().push(handed_out);
    }

    /// How long clips are.
    pub fn lengths(&mut self, lengths: BTreeMap<ClipId, Samples>) {
        self.lengths = lengths;
    }

    /// Answers (ids) that were accepted once and replaced since, and everybody who ever answered, the
    /// first one first.
    pub fn earlier(&mut self, ids: BTreeSet<String>, names: &[String]) {
        self.earlier = ids;
        names.iter().for_each(|name| self.names.meet(name));
    }

    /// This answer is stored, instead of any other of its slot; whether there was one.
    pub fn record(&mut self, answer: Answer) -> bool {
        self.names.meet(&answer.validator);
        self.earlier.remove(&answer_id(&answer));
        let before = self.answers.insert(slot(&answer), answer);
        before.is_some_and(|before| {
            self.earlier.insert(answer_id(&before));
            true
        })
    }

    /// The clips that something was handed out for.
    pub fn clips(&self) -> impl Iterator<Item = &ClipId> {
        self.drafts.keys()
    }

    /// The answers kept, by clip and validator.
    #[cfg(test)]
    pub fn answers(&self) -> Vec<&Answer> {
        self.answers.values().collect()
    }

    pub(super) fn workspace(&self) -> &str {
        &self.workspace
    }

    pub(super) fn now(&self) -> Option<Timestamp> {
        self.now
    }

    pub(super) fn assigned_only(&self) -> bool {
        self.assigned_only
    }

    pub(super) fn known_batch(&self, id: &BatchId) -> Option<&KnownBatch> {
        self.batches.get(id)
    }

    pub(super) fn length(&self, clip: &ClipId) -> Option<Samples> {
        self.lengths.get(clip).copied()
    }

    /// The name that a name stands for.
    pub(super) fn name(&self, name: &str) -> String {
        self.names.one(name)
    }

    /// Whether somebody has an answer to an ordinary task about the clip.
    pub(super) fn has_voted(&self, clip: &ClipId, validator: &str) -> bool {
        self.answers.contains_key(&(clip.clone(), validator.to_string(), Purpose::Task))
    }

    /// What was handed out for a clip; `None` when the clip is unknown.
    pub(super) fn drafts(&self, clip: &ClipId) -> Option<&[HandedOut]> {
        self.drafts.get(clip).map(Vec::as_slice)
    }

    /// How an answer stands to the one kept from the same validator on the same clip: the later time
    /// stays, then the longer work, then the larger id. Where neither has a time that can be, the one
    /// imported later stays.
    pub(super) fn standing(&self, answer: &Answer) -> Standing {
        let id = answer_id(answer);
        let kept = self.answers.get(&slot(answer));
        if kept.is_some_and(|kept| answer_id(kept) == id) {
            return Standing::Known;
        }
        if self.earlier.contains(&id) {
            return Standing::Older(Kept::Replaced);
        }
        let Some(kept) = kept else { return Standing::Newest };
        // Bits of non-negative floats sort like the numbers.
        let seconds = |a: &Answer| a.active_seconds.unwrap_or(0.0).to_bits();
        match (kept.time(), answer.time()) {
            (Some(then), Some(now)) => {
                let kept = (then, seconds(kept), answer_id(kept));
                match kept > (now, seconds(answer), id) {
                    true => Standing::Older(Kept::Newer),
                    false => Standing::Newest,
                }
            }
            (_, None) if answer.has(Mark::TimeInFuture) => Standing::Older(Kept::InFuture),
            (_, None) if answer.has(Mark::TimeBeforeBatch) => Standing::Older(Kept::BeforeBatch),
            (Some(_), None) => Standing::Older(Kept::Timed),
            (None, Some(_)) => Standing::Newest,
            (None, None) => Standing::NewestByOrder,
        }
    }
}

/// One answer is kept for each: the same clip may be a task today and a check of its hearer later.
type Slot = (ClipId, String, Purpose);

fn slot(answer: &Answer) -> Slot {
    (answer.clip.clone(), answer.validator.clone(), answer.purpose)
}

/// See [`KnownAnswers::standing`].
pub(super) enum Standing {
    /// There is none, or it is older.
    Newest,
    /// Neither has a time: this one is imported later.
    NewestByOrder,
    /// It is the very same.
    Known,
    /// It stays.
    Older(Kept),
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
