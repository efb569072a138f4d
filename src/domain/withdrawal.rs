//! Who or what is withdrawn from a workspace. In: nothing. Out: types and their names. Left to others: what that costs
//! (`pipeline::forget`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is to be forgotten, as somebody names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A speaker, by the name that the manifests give.
    Speaker(String),
    /// A recording: its id, or the path of its file.
    Recording(String),
    /// A validator, by name.
    Validator(String),
    /// One clip, by id.
    Clip(String),
}

impl Target {
    /// Of what kind it is.
    pub fn kind(&self) -> WithdrawnKind {
        match self {
            Self::Speaker(_) => WithdrawnKind::Speaker,
            Self::Recording(_) => WithdrawnKind::Recording,
            Self::Validator(_) => WithdrawnKind::Validator,
            Self::Clip(_) => WithdrawnKind::Clip,
        }
    }
}

/// What was withdrawn, without saying whose it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawnKind {
    /// A speaker.
    #[default]
    Speaker,
    /// A recording.
    Recording,
    /// A validator.
    Validator,
    /// A clip.
    Clip,
}

impl WithdrawnKind {
    /// The name in the store, and of the option.
    pub fn code(self) -> &'static str {
        match self {
            Self::Speaker => "speaker",
            Self::Recording => "recording",
            Self::Validator => "validator",
            Self::Clip => "clip",
        }
    }
}

/// What somebody did for clips that were withdrawn since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawnWork {
    /// Answers.
    pub answers: u64,
    /// Active seconds, where measured.
    pub active_seconds: f64,
    /// What they are paid, where pay is set.
    pub pay: f64,
}

/// A withdrawal that took place; nothing says whose it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Withdrawal {
    /// When, RFC 3339.
    pub created: String,
    /// `speaker`, `recording`, `validator` or `clip`.
    pub kind: String,
    /// Rows that went, by what they are.
    pub counts: BTreeMap<String, u64>,
}
