//! What the parts of a worker share: its terms, what a run is decoded with, what is held, what was done.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use whisper::models::checksum::ModelDigest;

use super::held::Held;
use super::link::{Link, Tell};
use super::streams::WorkerName;
use crate::domain::DecodePolicy;
use crate::hypotheses::transcriber::Transcriber;

/// How the clips of a run are transcribed.
pub struct TranscriberSetup {
    /// The decode policy.
    pub policy: DecodePolicy,
    /// Clips that are worth handing over at once.
    pub at_once: usize,
    /// Makes a transcriber for one thread.
    pub transcriber: Box<dyn Fn() -> Result<Transcriber> + Send + Sync>,
}

/// What a run needs, seen from here.
pub enum Prepared {
    /// All is here.
    Ready(TranscriberSetup),
    /// The model is not here; it may be on the server.
    Lacks {
        /// SHA-256 of the model file.
        sha256: ModelDigest,
        /// Its name, for people.
        name: String,
    },
}

/// Prepares a run of its setup; called again once a model was fetched. May take seconds.
pub type Prepare = Arc<dyn Fn(&[u8]) -> Result<Prepared> + Send + Sync>;
/// Fetches a model by its SHA-256 to where `Prepare` finds it; false when the server lacks it.
pub type Fetch = Arc<
    dyn Fn(Link, ModelDigest) -> futures_util::future::BoxFuture<'static, Result<bool>>
        + Send
        + Sync,
>;

/// How a worker works.
#[derive(Clone)]
pub struct Terms {
    /// Its name in results.
    pub name: WorkerName,
    /// Threads that transcribe.
    pub threads: usize,
    /// Ends after this long without work.
    pub idle_exit: Option<Duration>,
    /// Prepares a run.
    pub prepare: Prepare,
    /// Fetches a model.
    pub fetch: Fetch,
    /// Receives remarks.
    pub tell: Tell,
    /// Set from outside when it shall end.
    pub stop: Arc<AtomicBool>,
}

/// What a worker did.
#[derive(Debug, Default, Serialize)]
pub struct Served {
    /// Clips whose hypothesis it published.
    pub clips: u64,
    /// Seconds of audio in them.
    pub audio_seconds: f64,
    /// Clips that it gave up on.
    pub failed: u64,
    /// Seconds from its start until it had the first clip's hypothesis on the server.
    pub first_clip_seconds: Option<f64>,
    /// Runs that it could not work for, and why.
    pub refused: BTreeMap<String, String>,
}

/// A clip that was handed out more often than this is given up.
pub const MOST_ATTEMPTS: u64 = 5;

/// What the parts of a worker share.
pub struct Shared {
    pub link: Link,
    pub terms: Terms,
    pub held: Held,
    pub served: Mutex<Served>,
    pub began: Instant,
    /// Milliseconds without a sign of life after which the server gives a clip to somebody else.
    pub ack_timeout: AtomicU64,
    /// A thread hangs for good.
    pub lost: AtomicBool,
}

impl Shared {
    pub fn stopped(&self) -> bool {
        self.terms.stop.load(Ordering::Relaxed)
    }
}
