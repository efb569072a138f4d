//! Files that a workspace wrote for others, by what they are and what became of them. In: nothing. Out: types and their
//! names. Left to others: where they are (store), removing them (`pipeline::forget`).

use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutputKind {
    /// A task file, or a clip's audio beside it.
    Tasks,
    /// The folder of a dataset.
    Dataset,
    /// Transcripts, of one recording or of all.
    Transcripts,
    /// A report as a page, or its table of clips.
    Report,
    /// A backup of the workspace.
    Backup,
    /// What is held about a person.
    Subject,
    /// The folder of a study.
    Study,
}

impl OutputKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Tasks,
        Self::Dataset,
        Self::Transcripts,
        Self::Report,
        Self::Backup,
        Self::Subject,
        Self::Study,
    ];

    /// The name in the store and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Dataset => "dataset",
            Self::Transcripts => "transcripts",
            Self::Report => "report",
            Self::Backup => "backup",
            Self::Subject => "subject",
            Self::Study => "study",
        }
    }
}

impl FromStr for OutputKind {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.code() == s);
        found.ok_or_else(|| format!("'{s}' is no kind of output"))
    }
}

/// What became of a file that holds what was withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It lay where it was written, and was removed.
    Removed,
    /// It is no longer where it was written.
    Away,
    /// Somebody has changed it since it was written, so it was left there.
    Changed,
}

impl Fate {
    /// The name in the store and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Away => "away",
            Self::Changed => "changed",
        }
    }
}

impl FromStr for Fate {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = [Self::Removed, Self::Away, Self::Changed].into_iter().find(|f| f.code() == s);
        found.ok_or_else(|| format!("'{s}' is no fate of an output"))
    }
}

/// Why a clip is no longer in a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftBecause {
    /// Its speaker, or its recording, was withdrawn: nobody may go on using it.
    Withdrawn,
    /// Somebody withdrew the answer that its text rests on; the audio stays.
    AnswerWithdrawn,
    /// A later version does not have it, for another reason.
    NotInLaterVersion,
}

impl LeftBecause {
    /// The name in the store and in rows.
    pub fn code(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::AnswerWithdrawn => "answer_withdrawn",
            Self::NotInLaterVersion => "not_in_later_version",
        }
    }
}
