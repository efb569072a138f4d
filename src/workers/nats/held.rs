//! The clips that a worker has taken and not finished. In: messages. Out: signs of life to the server, so
//! that nobody else gets them; none for a clip that takes too long. Left to others: the work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_nats::jetstream::AckKind;
use async_nats::jetstream::message::Acker;
use tokio::sync::OwnedSemaphorePermit;

/// A clip may take this long, and ...
const LIMIT: Duration = Duration::from_secs(120);
/// ... once told to stop, this much longer, before its thread counts as lost.
const LOST: Duration = Duration::from_secs(60);

/// How far a clip is.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    /// No thread has it.
    Ready,
    /// A thread has it since.
    Begun(Instant),
    /// A thread had it.
    Over,
}

/// A clip that was taken.
struct Item {
    acker: Arc<Acker>,
    work: Work,
    stop: Arc<AtomicBool>,
    _place: OwnedSemaphorePermit,
}

/// All of them, by a number of the worker's own.
#[derive(Default)]
pub struct Held {
    items: Mutex<BTreeMap<u64, Item>>,
}

impl Held {
    /// Takes one; the flag tells its thread to stop.
    pub fn take(&self, id: u64, acker: Acker, place: OwnedSemaphorePermit) -> Arc<AtomicBool> {
        let stop = Arc::new(AtomicBool::new(false));
        let item =
            Item { acker: Arc::new(acker), work: Work::Ready, stop: stop.clone(), _place: place };
        if let Ok(mut items) = self.items.lock() {
            items.insert(id, item);
        }
        stop
    }

    /// A thread begins with it; false when it is not held any more.
    pub fn begin(&self, id: u64) -> bool {
        self.change(id, Work::Begun(Instant::now()))
    }

    /// The thread is through with it; the message is still held.
    pub fn end(&self, id: u64) {
        self.change(id, Work::Over);
    }

    fn change(&self, id: u64, work: Work) -> bool {
        let Ok(mut items) = self.items.lock() else { return false };
        items.get_mut(&id).map(|item| item.work = work).is_some()
    }

    /// It is no longer held: what to answer the server with.
    pub fn release(&self, id: u64) -> Option<Arc<Acker>> {
        self.items.lock().ok()?.remove(&id).map(|item| item.acker)
    }

    /// How to answer for it, while it is held.
    pub fn acker(&self, id: u64) -> Option<Arc<Acker>> {
        self.items.lock().ok()?.get(&id).map(|item| item.acker.clone())
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.items.lock().map_or(0, |items| items.len())
    }

    /// Numbers of those that no thread has begun with.
    pub fn idle(&self) -> Vec<u64> {
        let Ok(items) = self.items.lock() else { return Vec::new() };
        items.iter().filter(|(_, item)| item.work == Work::Ready).map(|(id, _)| *id).collect()
    }

    /// Tells all threads to stop.
    pub fn stop(&self) {
        if let Ok(items) = self.items.lock() {
            items.values().for_each(|item| item.stop.store(true, Ordering::Relaxed));
        }
    }

    /// Says for each clip that work goes on. True when a thread is lost: it did not stop when told to.
    pub async fn beat(&self) -> bool {
        let (alive, lost) = self.look(Instant::now());
        for acker in alive {
            let _ = acker.ack_with(AckKind::Progress).await; // the next one may get through
        }
        lost
    }

    /// Whom to speak for, and whether a thread is lost.
    fn look(&self, now: Instant) -> (Vec<Arc<Acker>>, bool) {
        let Ok(items) = self.items.lock() else { return (Vec::new(), true) };
        let (mut alive, mut lost) = (Vec::new(), false);
        for item in items.values() {
            let taken = match item.work {
                Work::Begun(begun) => now.duration_since(begun),
                Work::Ready | Work::Over => Duration::ZERO,
            };
            if taken > LIMIT {
                item.stop.store(true, Ordering::Relaxed);
                lost |= taken > LIMIT + LOST;
            } else {
                alive.push(item.acker.clone());
            }
        }
        (alive, lost)
    }
}
