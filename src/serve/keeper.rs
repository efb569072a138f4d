//! The thread that keeps the shelf. In: who found nothing. Out: how the shelf stands, each time it was looked at. Left to others: what
//! is done there (`pipeline::serve::shelf`).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Result;
use tokio::sync::watch;

use crate::pipeline::serve::{self, Shelf, Wanted};
use crate::pipeline::workspace::Workspace;
use crate::views::progress::Console;

/// How often it looks without being asked.
const EVERY: Duration = Duration::from_millis(500);

/// Tells how the shelf stands.
pub type Watcher = watch::Receiver<Shelf>;

/// What requests have of it.
#[derive(Clone, Default)]
pub struct Handle {
    /// People who found nothing fit for them.
    wanted: Arc<Mutex<BTreeSet<Wanted>>>,
    ends: Arc<AtomicBool>,
    bell: Arc<(Mutex<bool>, Condvar)>,
}

impl Handle {
    /// Something was taken, or nothing was found: look now.
    pub fn ring(&self) {
        *self.bell.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.1.notify_all();
    }

    /// Somebody found nothing that is fit for them, though something lies ready.
    pub fn wants_another(&self, who: Wanted) {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).insert(who);
        self.ring();
    }

    fn wait(&self) {
        let rung = self.bell.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rung, _) = self
            .bell
            .1
            .wait_timeout_while(rung, EVERY, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}

/// The thread.
pub struct Running {
    handle: Handle,
    shelf: Watcher,
    thread: JoinHandle<()>,
}

/// Starts it: the shelf is filled before the first request comes.
pub fn start(workspace: Workspace, console: Console) -> Result<Running> {
    let mut keeper = serve::Keeper::new(workspace);
    let (tell, shelf) = watch::channel(keeper.look(&BTreeSet::new(), console)?);
    let handle = Handle::default();
    let theirs = handle.clone();
    let thread = std::thread::spawn(move || {
        let mut last = String::new();
        while !theirs.ends.load(Ordering::Relaxed) {
            theirs.wait();
            let wanted =
                std::mem::take(&mut *theirs.wanted.lock().unwrap_or_else(PoisonError::into_inner));
            match keeper.look(&wanted, console) {
                Ok(shelf) => {
                    last.clear();
                    tell.send_replace(shelf);
                }
                Err(error) => {
                    // Told once; it is tried again, and requests go on.
                    let now = format!("{error:#}");
                    if now != last {
                        console.problem(format!("batches could not be made ready: {now}"));
                        last = now;
                    }
                    std::thread::sleep(EVERY);
                }
            }
        }
    });
    Ok(Running { handle, shelf, thread })
}

impl Running {
    /// How the shelf stands.
    pub fn shelf(&self) -> Watcher {
        self.shelf.clone()
    }

    /// What requests have of it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends it after what it does now.
    pub fn stop(self) {
        self.handle.ends.store(true, Ordering::Relaxed);
        self.handle.ring();
        let _ = self.thread.join();
    }
}
