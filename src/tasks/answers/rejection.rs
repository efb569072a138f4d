//! Why a row of an answers file is rejected.

use crate::domain::ClipId;

/// Why a row is rejected. [`Rejection::code`] is what other programs read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// Made for another workspace.
    #[error("it belongs to workspace '{found}', this one is '{expected}'")]
    WrongWorkspace {
        /// As the row says.
        found: String,
        /// This workspace.
        expected: String,
    },
    /// No such clip was handed out.
    #[error("no clip '{clip}' was handed out")]
    UnknownClip {
        /// As the row says.
        clip: String,
    },
    /// The draft, or its digest, is not one that was handed out.
    #[error(
        "the draft is not the one handed out for {clip}: leave `draft` and `draft_digest` as they \
         were and write corrections in `text`"
    )]
    AlteredDraft {
        /// The clip.
        clip: ClipId,
    },
    /// The very same answer is known already.
    #[error("already imported ({validator} on {clip})")]
    Duplicate {
        /// The clip.
        clip: ClipId,
        /// Who answered.
        validator: String,
    },
    /// The same validator gave a newer answer, which stays.
    #[error("{validator} gave a newer answer on {clip}, which stays")]
    Superseded {
        /// The clip.
        clip: ClipId,
        /// Who answered.
        validator: String,
    },
    /// Not an answer at all.
    #[error("{why}")]
    Malformed {
        /// What is wrong and what to do.
        why: String,
    },
}

impl Rejection {
    /// The stable snake_case name used in reports.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::WrongWorkspace { .. } => "wrong_workspace",
            Rejection::UnknownClip { .. } => "unknown_clip",
            Rejection::AlteredDraft { .. } => "altered_draft",
            Rejection::Duplicate { .. } => "duplicate",
            Rejection::Superseded { .. } => "superseded",
            Rejection::Malformed { .. } => "malformed",
        }
    }

    pub(super) fn malformed(why: impl Into<String>) -> Self {
        Rejection::Malformed { why: why.into() }
    }
}
