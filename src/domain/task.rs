//! The row that goes to validators and comes back as an answer.

use serde::{Deserialize, Serialize};

use super::{BatchId, Blind, ClipId, Purpose, Tag, draft_digest};

/// A task row as handed out, and, with the last seven fields filled in, an answer row.
/// Field names and order are a stable file format (see FORMATS.md).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskRow {
    /// Workspace id.
    pub workspace: String,
    /// Batch id.
    pub batch: String,
    /// Clip id.
    pub clip: String,
    /// Recording's path as ingested.
    pub path: String,
    /// Clip start in its recording, seconds.
    pub start: f64,
    /// Clip end in its recording, seconds.
    pub end: f64,
    /// Audio file beside the task file; empty where the audio is embedded.
    pub audio: String,
    /// Draft text; empty when the task is blind.
    pub draft: String,
    /// [`super::draft_digest`] of the hypothesis text, blind or not.
    pub draft_digest: String,
    /// Reason codes.
    pub reasons: Vec<String>,
    /// Region, or empty.
    pub region: String,
    /// Language in which the clip was transcribed, as a code, or empty.
    pub language: String,
    /// Text said just before the clip.
    pub context_before: String,
    /// Text said just after the clip.
    pub context_after: String,
    /// Who answered: a pseudonym or a name.
    pub validator: String,
    /// A [`super::Verdict`] code.
    pub verdict: String,
    /// Corrected text, or what could be made out.
    pub text: String,
    /// Regional words, idioms and accents.
    pub tags: Vec<Tag>,
    /// Seconds of real work on the clip.
    pub active_seconds: Option<f64>,
    /// When, RFC 3339.
    pub answered_at: String,
    /// How much of the clip was listened to, 0 to 1; the same part twice is one part.
    pub listened: Option<f64>,
}

/// A draft as it was handed out for a clip: what an answer is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOut {
    /// In which batch, where that is known.
    pub batch: Option<BatchId>,
    /// The clip.
    pub clip: ClipId,
    /// The text that was handed out, shown or not; for a planted error, with the error in it.
    pub draft: String,
    /// Whether the validator was given an empty box instead.
    pub blind: Blind,
    /// Why.
    pub purpose: Purpose,
    /// What is known to be said, for gold and planted errors.
    pub truth: Option<String>,
    /// Whether words of low confidence were marked.
    pub marked: bool,
}

impl HandedOut {
    /// An ordinary task whose draft is shown.
    pub fn new(clip: ClipId, draft: impl Into<String>) -> Self {
        Self {
            batch: None,
            clip,
            draft: draft.into(),
            blind: Blind::No,
            purpose: Purpose::Task,
            truth: None,
            marked: false,
        }
    }

    /// The digest that its answers must carry.
    pub fn digest(&self) -> String {
        draft_digest(&self.clip, &self.draft)
    }
}
