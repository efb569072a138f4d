//! The row that goes to validators and comes back as an answer.

use serde::{Deserialize, Serialize};

use super::Tag;

/// A task row as handed out, and, with the last six fields filled in, an answer row.
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
    /// Text heard just before the clip.
    pub context_before: String,
    /// Text heard just after the clip.
    pub context_after: String,
    /// Who answered: a pseudonym or a name.
    pub validator: String,
    /// A [`super::Verdict`] code.
    pub verdict: String,
    /// Corrected text, or what could be made out.
    pub text: String,
    /// Regional words, idioms and accents heard.
    pub tags: Vec<Tag>,
    /// Seconds of real work on the clip.
    pub active_seconds: Option<f64>,
    /// When, RFC 3339.
    pub answered_at: String,
}
