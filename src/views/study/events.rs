//! The log of a study, as rows.

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::StudyRow;

/// A command that changed the workspace.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct EventRow {
    /// Number in order of time, from 1.
    pub event: u64,
    /// When it began, RFC 3339.
    #[schemars(extend("unit" = "time"))]
    pub started: String,
    /// When it ended, RFC 3339.
    #[schemars(extend("unit" = "time", "missing" = "it was killed, or still runs"))]
    pub ended: Option<String>,
    /// Version of second-ear.
    pub program: String,
    /// The command.
    pub command: String,
    /// All arguments as typed, as a JSON list.
    #[schemars(extend("missing" = "written without --names"))]
    pub arguments: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it failed.
    #[schemars(extend("missing" = "it did not fail, or written without --names"))]
    pub failure: Option<String>,
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It did what it was asked for.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// It failed.
    Failed,
    /// It was killed, or still runs.
    Unfinished,
}

impl StudyRow for EventRow {
    const TABLE: &'static str = "events";
    const KEY: &'static [&'static str] = &["event"];
}

/// By how much a command changed a count.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct ChangeRow {
    /// Number of the event.
    pub event: u64,
    /// What is counted: `recordings`, `batches`, `answers`, `gold`, `rounds`, `clips_STATE`.
    pub what: String,
    /// The change.
    pub by: i64,
}

impl StudyRow for ChangeRow {
    const TABLE: &'static str = "event_changes";
    const KEY: &'static [&'static str] = &["event", "what"];
}

/// A file that a command read: imported ones, and settings, lexicon and calibration as they were.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct FileRow {
    /// Number of the event.
    pub event: u64,
    /// Number of the file within the event, from 1.
    pub number: u64,
    /// SHA-256 of its content.
    pub sha256: String,
    /// As it was named.
    #[schemars(extend("missing" = "written without --names"))]
    pub path: Option<String>,
}

impl StudyRow for FileRow {
    const TABLE: &'static str = "event_files";
    const KEY: &'static [&'static str] = &["event", "number"];
}
