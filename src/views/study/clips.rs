//! Clips and drafts of a study, as rows.

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::StudyRow;
use crate::domain::{Pass, State};

/// A clip: a short part of a recording that is transcribed, and perhaps reviewed, as a whole.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct StudyClip {
    /// Id of the clip.
    pub clip: String,
    /// Id of its recording.
    pub recording: String,
    /// Where it starts in the recording.
    #[schemars(extend("unit" = "seconds"))]
    pub start: f64,
    /// Where it ends.
    #[schemars(extend("unit" = "seconds"))]
    pub end: f64,
    /// Length, exact to the sample.
    #[schemars(extend("unit" = "seconds"))]
    pub seconds: f64,
    /// Who speaks: a pseudonym, or with --names as declared; `recording-ID` where nobody is declared. The report groups
    /// clips by it.
    pub speaker: String,
    /// Region, declared or inferred from speech.
    #[schemars(extend("missing" = "not known"))]
    pub region: Option<String>,
    /// State of the clip.
    pub state: State,
    /// Whether it was handed out or answered.
    pub handed_out: bool,
    /// Whether the team knows its text, so that it checks people.
    pub gold: bool,
    /// Why nobody else should read or hear it, as somebody said. No table has a text of such a clip.
    #[schemars(extend("missing" = "it is not withheld"))]
    pub withheld: Option<Withheld>,
}

/// Why nobody else should read or hear a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// Names, numbers or addresses of real people are said.
    PersonalData,
    /// Violent, hateful or sexual content.
    Offensive,
}

impl StudyRow for StudyClip {
    const TABLE: &'static str = "clips";
    const KEY: &'static [&'static str] = &["clip"];
}

/// A draft: what one model made of a clip under one decode policy. Those of earlier rounds are here too.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct DraftRow {
    /// Id of the clip.
    pub clip: String,
    /// First 16 hex digits of the SHA-256 of the model file.
    pub model: String,
    /// Decode policy.
    pub policy: String,
    /// Round of adaptation that made the model; 0: the settings' model.
    pub round: u64,
    /// Whether the clip's decision is about this draft.
    pub decided: bool,
    /// Language that it was decoded in.
    pub language: String,
    /// The text.
    #[schemars(extend("missing" = "the model gave no text, or the clip is withheld"))]
    pub text: Option<String>,
    /// Which decoding gave the text.
    pub pass: Pass,
    /// Text tokens.
    pub tokens: u64,
    /// Mean over the tokens of the natural logarithm of their probability.
    #[schemars(extend("unit" = "nats", "missing" = "no tokens"))]
    pub mean_logprob: Option<f64>,
    /// Probability of no speech.
    #[schemars(extend("unit" = "probability", "missing" = "unavailable"))]
    pub p_no_speech: Option<f64>,
    /// Probability of the language that it was decoded in.
    #[schemars(extend("unit" = "probability", "missing" = "unavailable"))]
    pub p_language: Option<f64>,
    /// The most likely language.
    #[schemars(extend("missing" = "unavailable"))]
    pub best_language: Option<String>,
    /// Level of the clip: root mean square.
    #[schemars(extend("unit" = "dB relative to full scale"))]
    pub rms_db: f64,
    /// Text of the first decoding.
    #[schemars(extend("missing" = "it was not replaced, or the clip is withheld"))]
    pub replaced_text: Option<String>,
    /// Text of a second pass over slowed audio.
    #[schemars(extend("missing" = "there was none, or the clip is withheld"))]
    pub slowed_text: Option<String>,
    /// Text of the clip decoded without its neighbours; where another engine wrote the text, the model's own.
    #[schemars(extend("missing" = "there is none, or the clip is withheld"))]
    pub alone_text: Option<String>,
}

impl StudyRow for DraftRow {
    const TABLE: &'static str = "drafts";
    const KEY: &'static [&'static str] = &["clip", "model", "policy"];
}
