//! The clips that a worker has taken and not finished. In: messages. Out: signs of life to the server, so
//! that nobody else gets them; none for a clip that takes too long. Left to others: the work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_nats::jetstream::AckKind;
use async_nats::jetstream::message::Acker;
use tokio::sync::Notify;

/// A clip may take this long, ...
const LIMIT: Duration = Duration::from_secs(120);
/// ... each that is transcribed with it lets both take this much longer, and ...
const FURTHER: Duration = Duration::from_secs(15);
/// ... once told to stop, this much longer, before its thread counts as lost.
const LOST: Duration = Duration::from_secs(60);

/// How far a clip is.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    /// No thread has it.
    Ready,
    /// A thread has it, and so many with it, since.
    Begun(Instant, u32),
    /// A thread had it.
    Over,
}

/// A clip that was taken.
struct Item {
    acker: Arc<Acker>,
    work: Work,
    stop: Arc<AtomicBool>,
}

/// All of them, by a number of the worker's own.
#[derive(Default)]
pub struct Held {
    items: Mutex<BTreeMap<u64, Item>>,
    freed: Notify,
}

impl Held {
    /// Takes one; the flag tells its thread to stop.
    pub fn take(&self, id: u64, acker: Acker) -> Arc<AtomicBool> {
        let stop = Arc::new(AtomicBool::new(false));
        let item = Item { acker: Arc::new(acker), work: Work::Ready, stop: stop.clone() };
        if let Ok(mut items) = self.items.lock() {
            items.insert(id, item);
        }
        stop
    }

    /// A thread begins with it, and with so many others; false when it is not held any more.
    pub fn begin(&self, id: u64, others: usize) -> bool {
        self.change(id, Work::Begun(Instant::now(), others as u32))
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
        let item = self.items.lock().ok()?.remove(&id);
        self.freed.notify_one();
        item.map(|item| item.acker)
    }

    /// Waits until fewer than `most` are held; how many fewer. For one caller at a time.
    pub async fn room(&self, most: usize) -> usize {
        loop {
            match most.saturating_sub(self.count()) {
                0 => self.freed.notified().await,
                room => return room,
            }
        }
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
            let (taken, limit) = match item.work {
                Work::Begun(begun, others) => (now.duration_since(begun), LIMIT + FURTHER * others),
                Work::Ready | Work::Over => (Duration::ZERO, LIMIT),
            };
            if taken > limit {
                item.stop.store(true, Ordering::Relaxed);
                lost |= taken > limit + LOST;
            } else {
                alive.push(item.acker.clone());
            }
        }
        (alive, lost)
    }
}
