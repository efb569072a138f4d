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
    /// The clip was withdrawn.
    #[error("{clip} was withdrawn on {day}: delete this row")]
    WithdrawnClip {
        /// The clip.
        clip: ClipId,
        /// When, YYYY-MM-DD.
        day: String,
    },
    /// Who answered has withdrawn; the name stays unsaid.
    #[error("its validator withdrew on {day}: delete this row; somebody else needs another name")]
    WithdrawnValidator {
        /// When, YYYY-MM-DD.
        day: String,
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
    /// The same validator gave another answer, which stays.
    #[error("{validator} gave {why} on {clip}, which stays")]
    Superseded {
        /// The clip.
        clip: ClipId,
        /// Who answered.
        validator: String,
        /// Why that one stays.
        why: Kept,
    },
    /// The batch was handed to others, and `tasks.assigned_only` is set.
    #[error(
        "{clip} was handed to others, not to {validator} (tasks.assigned_only): have it answered by \
         them, or write a file for {validator} with `second-ear tasks --to`"
    )]
    NotAssigned {
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

/// Why an answer stays where the same validator sent another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Kept {
    /// It is newer.
    #[error("a newer answer")]
    Newer,
    /// It replaced this very one before.
    #[error("another answer after this one")]
    Replaced,
    /// It has a time and this one has none.
    #[error(
        "an answer with a time (this one has none: write `answered_at` if it is the later one)"
    )]
    Timed,
    /// This one's time lies in the future.
    #[error("another answer (the time of this one lies in the future)")]
    InFuture,
    /// This one's time lies before its batch was made.
    #[error("another answer (by its time this one was given before the batch was made)")]
    BeforeBatch,
}

impl Rejection {
    /// The stable snake_case name used in reports.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::WrongWorkspace { .. } => "wrong_workspace",
            Rejection::UnknownClip { .. } => "unknown_clip",
            Rejection::WithdrawnClip { .. } => "withdrawn_clip",
            Rejection::WithdrawnValidator { .. } => "withdrawn_validator",
            Rejection::AlteredDraft { .. } => "altered_draft",
            Rejection::Duplicate { .. } => "duplicate",
            Rejection::Superseded { .. } => "superseded",
            Rejection::NotAssigned { .. } => "not_assigned",
            Rejection::Malformed { .. } => "malformed",
        }
    }

    pub(super) fn malformed(why: impl Into<String>) -> Self {
        Rejection::Malformed { why: why.into() }
    }
}
