//! Recordings of a study, as rows.

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::StudyRow;

/// A recording: one channel, or the mix, of one audio file.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct RecordingRow {
    /// Id of the recording.
    pub recording: String,
    /// Place in the order of ingestion, from 1.
    pub position: u64,
    /// SHA-256 of the audio file.
    pub file_sha256: String,
    /// Channel of the file, from 0.
    #[schemars(extend("missing" = "the mix of all channels"))]
    pub channel: Option<u64>,
    /// Path as ingested. Names of files often name people.
    #[schemars(extend("missing" = "written without --names"))]
    pub path: Option<String>,
    /// Length.
    #[schemars(extend("unit" = "seconds", "missing" = "not known before the first run"))]
    pub seconds: Option<f64>,
    /// How far it has come.
    pub stage: Stage,
    /// Declared speaker: a pseudonym, or with --names as declared.
    #[schemars(extend("missing" = "nobody declared one for the whole recording"))]
    pub speaker: Option<String>,
    /// Declared region.
    #[schemars(extend("missing" = "not declared"))]
    pub region: Option<String>,
    /// Declared language.
    #[schemars(extend("missing" = "not declared: that of the workspace"))]
    pub language: Option<String>,
    /// Licence of the audio.
    #[schemars(extend("missing" = "not stated"))]
    pub licence: Option<String>,
    /// Day of the statement of consent.
    #[schemars(extend("missing" = "not stated"))]
    pub consent_date: Option<String>,
    /// Version of the text that was agreed to.
    #[schemars(extend("missing" = "not stated"))]
    pub consent_text: Option<String>,
    /// What the recording may be used for on the day of the study, joined with a comma.
    pub consent_purposes: String,
    /// Last day on which consent holds.
    #[schemars(extend("missing" = "without end"))]
    pub consent_until: Option<String>,
}

/// How far a recording has come.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Registered, not cut yet.
    Ingested,
    /// Cut into clips.
    Sliced,
    /// Could not be decoded.
    Failed,
}

impl StudyRow for RecordingRow {
    const TABLE: &'static str = "recordings";
    const KEY: &'static [&'static str] = &["recording"];
}
