//! Work spread over the cores. In: things, one by one, and what is made of each. Out: what was made, in the
//! order in which the things came, as soon as it is its turn. Left to others: where the things come from (this
//! thread, which reads the store), and what is made of them.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::Result;

use crate::store::{ClipRow, Draft, Store, Unread};

/// Clips that a thread reads in one go.
const AT_ONCE: usize = 256;

/// Every clip of a store, unpacked and worked on by all cores, in order of ingestion and time.
///
/// # Errors
/// Those of the store, and of a clip that cannot be read.
pub fn clips<R: Send>(
    store: &Store,
    draft: Draft<'_>,
    work: impl Fn(ClipRow) -> R + Sync,
    mut take: impl FnMut(R),
) -> Result<()> {
    let feed = |each: &mut dyn FnMut(Unread)| {
        store.each_unread(draft, |clip| {
            each(clip);
            Ok(())
        })
    };
    let read = |clip: Unread| clip.read().map(&work);
    in_order(AT_ONCE, feed, read, |made| {
        take(made?);
        Ok(())
    })
}

/// Runs `feed` on this thread, `work` on a thread for each core, `at_once` things at a time, and `take` on this thread again. As much
/// waits as the threads will soon need, and no more.
///
/// # Errors
/// Those of `feed`, and the first of `take`, which is given nothing after it. A panic in `work` goes on here.
pub fn in_order<T: Send, R: Send>(
    at_once: usize,
    feed: impl FnOnce(&mut dyn FnMut(T)) -> Result<()>,
    work: impl Fn(T) -> R + Sync,
    take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (parts, waiting) = sync_channel::<Numbered<T>>(cores);
    let (done, made) = channel::<Numbered<R>>();
    // Each thread has its own hold on it: were all of them to panic, sending would fail and not wait for ever.
    let waiting = Arc::new(Mutex::new(waiting));
    let (work, at_once) = (&work, at_once.max(1));
    let mut line = Line { next: 0, early: BTreeMap::new(), take, outcome: Ok(()) };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|_| {
                let (waiting, done) = (Arc::clone(&waiting), done.clone());
                scope.spawn(move || each_part(&waiting, &done, work))
            })
            .collect();
        drop((waiting, done));
        let (mut number, mut part) = (0, Vec::with_capacity(at_once));
        let fed = feed(&mut |thing| {
            part.push(thing);
            if part.len() == at_once {
                let whole = std::mem::replace(&mut part, Vec::with_capacity(at_once));
                // Nobody takes it any more only after a panic, which is passed on below.
                let _ = parts.send((number, whole));
                number += 1;
                made.try_iter().for_each(|part| line.arrived(part));
            }
        });
        let _ = parts.send((number, part));
        drop(parts);
        made.iter().for_each(|part| line.arrived(part));
        threads.into_iter().for_each(|thread| joined(thread.join()));
        fed
    })?;
    line.outcome
}

/// Some things in a row, and how many parts came before them.
type Numbered<T> = (usize, Vec<T>);

/// Parts as they come; each waits for those before it.
struct Line<R, F> {
    next: usize,
    early: BTreeMap<usize, Vec<R>>,
    take: F,
    outcome: Result<()>,
}

impl<R, F: FnMut(R) -> Result<()>> Line<R, F> {
    fn arrived(&mut self, (number, part): Numbered<R>) {
        self.early.insert(number, part);
        while let Some(part) = self.early.remove(&self.next) {
            self.next += 1;
            for one in part {
                if self.outcome.is_ok() {
                    self.outcome = (self.take)(one);
                }
            }
        }
    }
}

/// Makes two things side by side.
pub fn both<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (joined(one.join()), other)
    })
}

/// What a thread made; if it panicked, so does this one.
fn joined<T>(result: thread::Result<T>) -> T {
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// One thread's share: parts as they come, with their numbers.
fn each_part<T, R>(
    waiting: &Mutex<Receiver<Numbered<T>>>,
    done: &Sender<Numbered<R>>,
    work: &impl Fn(T) -> R,
) {
    loop {
        let next = waiting.lock().map(|waiting| waiting.recv());
        let Ok(Ok((number, part))) = next else { return };
        // Whoever takes it waits until all threads have ended.
        let _ = done.send((number, part.into_iter().map(work).collect()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_things_whoever_made_them() {
        for count in [0u64, 1, 7, 8, 9, 1000] {
            let slow_first = |n: u64| {
                if n.is_multiple_of(97) {
                    thread::sleep(std::time::Duration::from_millis(3));
                }
                n * n
            };
            let feed = |each: &mut dyn FnMut(u64)| {
                (0..count).for_each(each);
                Ok(())
            };
            let mut made = Vec::new();
            in_order(8, feed, slow_first, |n| {
                made.push(n);
                Ok(())
            })
            .unwrap();
            assert_eq!(made, (0..count).map(|n| n * n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_of_the_source_is_the_error_of_all() {
        let feed = |each: &mut dyn FnMut(u64)| {
            (0..100).for_each(each);
            anyhow::bail!("the store is gone")
        };
        let error = in_order(3, feed, |n| n, |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "the store is gone");
    }

    #[test]
    fn nothing_is_taken_after_the_first_error() {
        let feed = |each: &mut dyn FnMut(u64)| {
            (0..1000).for_each(each);
            Ok(())
        };
        let mut taken = 0;
        let error = in_order(
            3,
            feed,
            |n| n,
            |n| {
                anyhow::ensure!(n != 17, "clip {n} cannot be read");
                taken += 1;
                Ok(())
            },
        )
        .unwrap_err();
        assert_eq!((error.to_string().as_str(), taken), ("clip 17 cannot be read", 17));
    }

    #[test]
    #[should_panic = "no such clip"]
    fn a_panic_is_passed_on_and_nobody_waits_for_ever() {
        let feed = |each: &mut dyn FnMut(u64)| {
            (0..10_000).for_each(each);
            Ok(())
        };
        let _ = in_order(1, feed, |n: u64| assert!(n < 5, "no such clip"), |()| Ok(()));
    }
}
