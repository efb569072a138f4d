//! A worker, from its start to its end. In: a connection, what prepares a run. Out: results on the server, counts.
//! Left to others: pulling clips (`pull`), transcribing them (`threads`), answering (`answer`).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use async_nats::jetstream::AckKind;
use tokio::sync::mpsc;

use super::answer;
use super::held::Held;
use super::link::Link;
use super::pull::Puller;
use super::shared::{MOST_ATTEMPTS, Served, Shared, Terms};
use super::threads;

/// What is in the middle of a clip when the worker is told to end gets this long, and as long again once it is told to
/// stop: docs/workers/kubernetes.yaml and slurm.sbatch allow a minute.
const GRACE: Duration = Duration::from_secs(20);

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
