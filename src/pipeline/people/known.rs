//! What answers are counted against: clips, drafts that were handed out, known texts, pay.

use std::collections::BTreeMap;

use crate::domain::{Answer, BatchId, ClipId, HandedOut, Language, Purpose};
use crate::pipeline::pay::Pay;

/// Everything that an answer is counted against.
#[derive(Default)]
pub struct AnsweredClips {
    /// Clips that were answered.
    pub clips: BTreeMap<ClipId, ClipFacts>,
    /// Texts that the team knows.
    pub gold: BTreeMap<ClipId, String>,
    /// What was handed out.
    pub drafts: HandedOutDrafts,
    /// What answers are paid.
    pub pay: Pay,
}

/// What is known of a clip.
pub struct ClipFacts {
    /// Its length.
    pub seconds: f64,
    /// Its region; `unknown` where there is none.
    pub region: String,
    /// What its words are compared in.
    pub language: Option<Language>,
}

/// Drafts as they were handed out.
#[derive(Default)]
pub struct HandedOutDrafts {
    by_batch: BTreeMap<(BatchId, ClipId), HandedOut>,
    by_digest: BTreeMap<(String, Purpose), HandedOut>,
    clips: BTreeMap<BatchId, u64>,
}

impl HandedOutDrafts {
    /// Adds one.
    pub fn add(&mut self, out: HandedOut) {
        self.by_digest.insert((out.digest(), out.purpose), out.clone());
        if let Some(batch) = out.batch.clone() {
            *self.clips.entry(batch.clone()).or_default() += 1;
            self.by_batch.insert((batch, out.clip.clone()), out);
        }
    }

    /// Clips of a batch, checks included.
    pub fn clips_of(&self, batch: &BatchId) -> u64 {
        self.clips.get(batch).copied().unwrap_or(0)
    }

    /// What an answer is about: by the batch that it names, else by its draft.
    fn of(&self, answer: &Answer) -> Option<&HandedOut> {
        let here = answer.batch.clone().map(|batch| (batch, answer.clip.clone()));
        here.and_then(|key| self.by_batch.get(&key))
            .or_else(|| self.by_digest.get(&(answer.draft_digest.clone(), answer.purpose)))
    }
}

impl AnsweredClips {
    /// What an answer is about, and the text that is known to be said in it.
    pub fn handed_out(&self, answer: &Answer) -> Option<(&HandedOut, Option<&String>)> {
        let out = self.drafts.of(answer)?;
        Some((out, self.gold.get(&out.clip).or(out.truth.as_ref())))
    }
}
