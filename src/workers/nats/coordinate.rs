//! The coordinator: reads recordings, offers clips, collects what comes back. In: a plan, a connection, what
//! to ask for. Out: the events that local threads give, in order of arrival. Left to others: keeping them.

use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use tokio::sync::mpsc::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use whisper::models::checksum::ModelDigest;

use super::accept::{Due, Wanted};
use super::files;
use super::link::{Link, Tell};
use super::streams::{self, Run};
use crate::domain::{Clip, ClipId, JobClip, LanguageChoice};
use crate::workers::event::{Job, Settings, WorkerEvent};
use crate::workers::read::read_all;

/// What a coordinator asks for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The workspace and the setup.
    pub run: Run,
    /// The setup, as it travels.
    pub setup: Vec<u8>,
    /// Model and decode policy: headers of every clip, and what its result must have.
    pub wanted: Wanted,
    /// SHA-256 and file of the model, to be put on the server for workers that lack it.
    pub share: Option<(ModelDigest, PathBuf)>,
    /// Most windows of clips on the server and with workers at once.
    pub in_flight: usize,
    /// Without a sign of life for this long, a worker's clip goes to another one.
    pub ack_timeout: Duration,
    /// Servers of a cluster that keep each message.
    pub replicas: usize,
    /// Bytes of clips that may wait on the server, of all runs together; counts where the stream is made.
    pub queue_bytes: u64,
}

/// A window that was offered.
pub(super) struct Offered {
    /// Its clips, in order of time.
    pub clips: Vec<JobClip>,
    /// Where each lies in the sound.
    pub places: Vec<Range<usize>>,
    pub language: LanguageChoice,
    /// FLAC.
    pub sound: Vec<u8>,
    /// Gives its place to the next window when the last of its clips has come back.
    pub _place: OwnedSemaphorePermit,
}

/// A clip that was offered and has not come back.
pub(super) struct Waiting {
    pub clip: Clip,
    pub window: Arc<Offered>,
}

/// What offering and collecting share.
pub(super) struct Desk {
    pub link: Link,
    pub order: Order,
    pub waiting: Mutex<HashMap<ClipId, Waiting>>,
    /// Clips whose results this run takes: those that it offers, and those that an earlier coordinator may have offered.
    pub due: Mutex<HashMap<ClipId, Due>>,
    pub places: Arc<Semaphore>,
    /// Nothing more will be offered.
    pub offered: AtomicBool,
    pub stop: Arc<AtomicBool>,
    pub events: Sender<WorkerEvent>,
    pub tell: Tell,
}

impl Desk {
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// All was offered, and all came back.
    pub fn done(&self) -> bool {
        self.offered.load(Ordering::Acquire) && self.count() == 0
    }

    pub fn count(&self) -> usize {
        self.waiting.lock().map_or(0, |waiting| waiting.len())
    }

    /// Makes what has to be on the server.
    pub async fn make(&self) -> Result<()> {
        make(&self.link, &self.order).await
    }
}

async fn make(link: &Link, order: &Order) -> Result<()> {
    streams::make(link, order.replicas, order.queue_bytes).await?;
    streams::returns(link, &order.run.workspace).await?;
    files::keep_setup(link, &order.run, &order.setup, order.replicas).await?;
    // Last: a worker that sees the consumer finds its setup.
    streams::offer(link, &order.run, order.ack_timeout).await?;
    Ok(())
}

/// Starts; the events end when all work is done, or soon after `stop` is set.
///
/// # Errors
/// The server lacks what is needed, and it cannot be made.
pub async fn start(
    link: Link,
    order: Order,
    jobs: Vec<Job>,
    settings: Settings,
    stop: Arc<AtomicBool>,
    events: Sender<WorkerEvent>,
) -> Result<JoinSet<()>> {
    if let Some((sha256, path)) = &order.share {
        files::keep_model(&link, sha256, path, order.replicas).await?;
    }
    make(&link, &order).await?;
    let remarks = events.clone();
    let tell: Tell = Arc::new(move |line| {
        let _ = remarks.try_send(WorkerEvent::Remark(line));
    });
    let planned = jobs.iter().flat_map(|job| {
        job.pending().map(|clip| (clip.id.clone(), Due::new(clip.span.len(), job.language.clone())))
    });
    let due = Mutex::new(planned.collect());
    let places = Arc::new(Semaphore::new(order.in_flight.max(1)));
    let desk = Arc::new(Desk {
        waiting: Mutex::new(HashMap::new()),
        due,
        offered: AtomicBool::new(false),
        link,
        order,
        places,
        stop: stop.clone(),
        events: events.clone(),
        tell,
    });
    let mut tasks = JoinSet::new();
    // Few: a sound that waits here has no place in flight yet.
    let (feed, sounds) = tokio::sync::mpsc::channel(4);
    tasks.spawn_blocking(move || read_all(jobs, &settings, &stop, &feed, &events));
    let offering = desk.clone();
    tasks.spawn(async move {
        // What an earlier coordinator left there first: it need not be transcribed again.
        offering.collect_what_waits().await;
        offering.offer_all(sounds).await;
        offering.offered.store(true, Ordering::Release);
    });
    tasks.spawn(async move { desk.collect().await });
    Ok(tasks)
}
