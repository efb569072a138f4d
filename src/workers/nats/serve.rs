//! A worker: what its parts share, from its start to its end. In: a connection, what prepares a run. Out: results on
//! the server, counts. Left to others: pulling clips (`pull`), transcribing them (`threads`), answering (`answer`).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use async_nats::jetstream::AckKind;
use serde::Serialize;
use tokio::sync::mpsc;

use super::answer;
use super::held::Held;
use super::link::{Link, Tell};
use super::pull::Puller;
use super::threads::{self, TranscriberSetup};

/// What a run needs, seen from here.
pub enum Prepared {
    /// All is here.
    Ready(TranscriberSetup),
    /// The model is not here; it may be on the server.
    Lacks {
        /// SHA-256 of the model file.
        sha256: String,
        /// Its name, for people.
        name: String,
    },
}

/// Prepares a run of its setup; called again once a model was fetched. May take seconds.
pub type Prepare = Arc<dyn Fn(&[u8]) -> Result<Prepared> + Send + Sync>;
/// Fetches a model by its SHA-256 to where `Prepare` finds it; false when the server lacks it.
pub type Fetch = Arc<
    dyn Fn(Link, String) -> futures_util::future::BoxFuture<'static, Result<bool>> + Send + Sync,
>;

/// How a worker works.
#[derive(Clone)]
pub struct Terms {
    /// Its name in results.
    pub name: String,
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

/// What is in the middle of a clip when the worker is told to end gets this long.
const GRACE: Duration = Duration::from_secs(20);
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
    lost: AtomicBool,
}

impl Shared {
    pub fn stopped(&self) -> bool {
        self.terms.stop.load(Ordering::Relaxed)
    }
}

/// Works until `stop`, or until it was idle for long enough.
///
/// # Errors
/// A thread that hangs for good: the process has to be started anew.
pub async fn serve(link: Link, terms: Terms) -> Result<Served> {
    let shared = Arc::new(Shared {
        held: Held::default(),
        served: Mutex::default(),
        began: Instant::now(),
        ack_timeout: AtomicU64::new(3_000),
        lost: AtomicBool::new(false),
        link,
        terms,
    });
    let (give, tasks) = mpsc::unbounded_channel();
    let (finish, finished) = mpsc::unbounded_channel();
    threads::start(tasks, &shared, finish);
    let answering = tokio::spawn(answer::answer_all(shared.clone(), finished));
    let beating = tokio::spawn(beat(shared.clone()));
    let mut puller = Puller::new(shared.clone(), give);
    puller.pull_all().await;
    // What no thread has begun with goes to others at once; what is begun may end.
    for id in shared.held.idle() {
        if let Some(acker) = shared.held.release(id) {
            let _ = acker.ack_with(AckKind::Nak(None)).await;
        }
    }
    let waited = Instant::now();
    while shared.held.count() > 0 && waited.elapsed() < GRACE + GRACE {
        if waited.elapsed() > GRACE || shared.lost.load(Ordering::Relaxed) {
            shared.held.stop();
        }
        if shared.lost.load(Ordering::Relaxed) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(puller);
    beating.abort();
    answering.abort();
    let _ = shared.link.client.flush().await;
    if shared.lost.load(Ordering::Relaxed) {
        bail!(
            "a clip hangs and its thread cannot be stopped: restart the worker (the clip goes to another \
             worker, and is given up after {MOST_ATTEMPTS} attempts)"
        );
    }
    let served = shared.served.lock().map(|mut served| std::mem::take(&mut *served));
    Ok(served.unwrap_or_default())
}

/// Says that the clips in hand are alive.
async fn beat(shared: Arc<Shared>) {
    loop {
        let ack_timeout = Duration::from_millis(shared.ack_timeout.load(Ordering::Relaxed));
        tokio::time::sleep(ack_timeout / 4).await;
        if shared.held.beat().await {
            shared.lost.store(true, Ordering::Relaxed);
            shared.terms.stop.store(true, Ordering::Relaxed);
        }
    }
}
