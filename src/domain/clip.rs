//! Spans, clips, and the pieces that tile a recording without gap or overlap.

use serde::{Deserialize, Serialize};

use super::{ClipId, RecordingId, Samples};

/// A half-open range of samples of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First sample.
    pub start: Samples,
    /// One past the last sample.
    pub end: Samples,
}

impl Span {
    /// A span; `end` must not lie before `start`.
    pub fn new(start: Samples, end: Samples) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// Samples in it.
    pub fn len(self) -> Samples {
        self.end - self.start
    }
}

impl ClipId {
    /// Recording and bounds in samples; sorts by recording, then by time.
    pub fn derive(recording: &RecordingId, span: Span) -> Self {
        Self::from_stored(format!("{recording}_{:010}_{:010}", span.start.0, span.end.0))
    }
}

/// Why a piece of a recording becomes no clip although it is not plain silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// A sound shorter than the shortest speech worth transcribing.
    TooShort,
    /// In no segment that a manifest names: it was not asked for.
    OutsideSegments,
    /// Somebody withdrew it.
    Withdrawn,
}

/// One piece of a recording; the pieces of a recording tile it from 0 to its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Piece {
    /// Speech with its padding: becomes a [`Clip`].
    Clip {
        /// Where.
        span: Span,
    },
    /// No speech.
    Silence {
        /// Where.
        span: Span,
    },
    /// Sound that is left out, with the reason.
    Reject {
        /// Where.
        span: Span,
        /// Why.
        why: RejectReason,
    },
}

impl Piece {
    /// Where it lies.
    pub fn span(&self) -> Span {
        match *self {
            Piece::Clip { span } | Piece::Silence { span } | Piece::Reject { span, .. } => span,
        }
    }

    /// The same so much later.
    pub fn moved(self, by: Samples) -> Self {
        let moved = |span: Span| Span::new(span.start + by, span.end + by);
        match self {
            Piece::Clip { span } => Piece::Clip { span: moved(span) },
            Piece::Silence { span } => Piece::Silence { span: moved(span) },
            Piece::Reject { span, why } => Piece::Reject { span: moved(span), why },
        }
    }
}

/// A short piece of a recording that is transcribed, and perhaps reviewed, as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Derived from recording and span.
    pub id: ClipId,
    /// The parent.
    pub recording: RecordingId,
    /// Bounds in samples: the truth about the clip.
    pub span: Span,
}

/// A clip of a recording that is to be read, and whether it is itself to be transcribed: others are there as its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobClip {
    /// The clip.
    pub clip: Clip,
    /// It has no hypothesis yet.
    pub pending: bool,
    /// Something between it and the clip before was withdrawn: they are not decoded together.
    pub apart: bool,
}

impl Clip {
    /// The clip of a span of a recording.
    pub fn new(recording: &RecordingId, span: Span) -> Self {
        Self { id: ClipId::derive(recording, span), recording: recording.clone(), span }
    }
}
