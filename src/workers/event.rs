//! What workers are asked for, and what they tell. In: nothing. Out: the types. Left to others: all work.

use tokio::sync::oneshot;

use super::refusal::RefusedResult;
use crate::domain::{
    Clip, DecodePolicy, EngineText, Findings, Hypothesis, JobClip, LanguageChoice, Piece,
    Recording, RecordingId, Samples, SliceSettings,
};

/// What is left to do for one recording.
#[derive(Clone, Debug)]
pub struct Job {
    /// The recording.
    pub recording: Recording,
    /// Its clips in order of time; `None`: it has to be sliced first.
    pub clips: Option<Vec<JobClip>>,
    /// The language to decode in.
    pub language: LanguageChoice,
    /// What each engine whose drafts are taken wrote, in their order.
    pub given: Vec<Vec<EngineText>>,
}

impl Job {
    /// The clips that are to be transcribed, as far as they are known.
    pub fn pending(&self) -> impl Iterator<Item = &Clip> {
        self.clips.iter().flatten().filter(|job| job.pending).map(|job| &job.clip)
    }
}

/// What all jobs share.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How recordings are cut.
    pub slice: SliceSettings,
    /// How clips are decoded.
    pub policy: DecodePolicy,
}

/// A finished unit of work.
#[derive(Debug)]
pub enum WorkerEvent {
    /// A recording was cut.
    Sliced {
        /// Which.
        recording: RecordingId,
        /// Its exact length.
        length: Samples,
        /// Its pieces.
        pieces: Vec<Piece>,
        /// What else was found out about it.
        findings: Findings,
    },
    /// A recording is about to be read; it is, once the receipt is given.
    Reading {
        /// Which.
        recording: RecordingId,
        /// To be given back.
        receipt: Receipt,
    },
    /// The first clip of a recording that had been sliced is on its way.
    Readable(RecordingId),
    /// A clip was transcribed.
    Transcribed {
        /// What came of it: one draft, or one for each engine.
        drafts: Vec<Hypothesis>,
        /// Which worker made it; `None`: a thread of this process.
        worker: Option<String>,
        /// To be given back.
        receipt: Receipt,
    },
    /// A worker's result was not taken.
    Refused(RefusedResult),
    /// All clips of a recording are on their way.
    Through(RecordingId),
    /// A recording could not be read (further).
    Failed {
        /// Which.
        recording: RecordingId,
        /// Why, and what to do.
        error: anyhow::Error,
    },
    /// A clip could not be transcribed.
    ClipFailed {
        /// Which.
        clip: Clip,
        /// Why.
        error: anyhow::Error,
        /// To be given back.
        receipt: Receipt,
    },
    /// Something that a waiting person should know.
    Remark(String),
}

/// Tells whoever sent an event that it is in the store for good; dropped without that, it may be sent
/// again.
#[derive(Debug, Default)]
pub struct Receipt(Option<oneshot::Sender<()>>);

impl Receipt {
    /// For somebody who waits.
    pub fn awaited() -> (Self, oneshot::Receiver<()>) {
        let (send, receive) = oneshot::channel();
        (Self(Some(send)), receive)
    }

    /// It is kept.
    pub fn give(self) {
        if let Some(waiting) = self.0 {
            let _ = waiting.send(()); // nobody waits any more: then nobody minds
        }
    }
}
