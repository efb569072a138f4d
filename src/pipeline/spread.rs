//! Work spread over the cores while things still come. In: things, one by one, and what is made of each. Out: what was
//! made, in the order in which the things came, as soon as it is its turn. Left to others: where the things come from
//! (this thread, which reads the store), and what is made of them.
//!
//! rayon's parallel iterators do the rest of the program's maps. They want either all things beforehand, which a
//! million clips are too many for, or give up their order (`par_bridge`).

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use anyhow::Result;

use crate::store::{ClipRow, Draft, Store, Unread};

/// Clips that a thread reads in one go.
const AT_ONCE: usize = 256;
/// Parts for each core that are on their way at most: memory does not grow with the number of things.
const WAITING: usize = 4;

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

/// Runs `feed` on this thread, which is none of rayon's, `work` on rayon's, `at_once` things at a time, and `take` on this
/// thread again.
///
/// # Errors
/// Those of `feed`, and the first of `take`, which is given nothing after it. A panic in `work` goes on here.
fn in_order<T: Send, R: Send>(
    at_once: usize,
    feed: impl FnOnce(&mut dyn FnMut(T)) -> Result<()>,
    work: impl Fn(T) -> R + Sync,
    take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let (done, made) = channel();
    let most = WAITING * rayon::current_num_threads();
    let mut line = Line { made, next: 0, early: BTreeMap::new(), take, outcome: Ok(()) };
    let work = &work;
    rayon::in_place_scope(|scope| {
        let mut number = 0;
        let mut begin = |part: Vec<T>, line: &mut Line<R, _>| {
            let done = done.clone();
            scope.spawn(move |_| {
                let made = catch_unwind(AssertUnwindSafe(|| part.into_iter().map(work).collect()));
                // Nobody listens after a panic only.
                let _ = done.send((number, made));
            });
            number += 1;
            line.until(number.saturating_sub(most));
            number
        };
        let mut part = Vec::with_capacity(at_once);
        feed(&mut |thing| {
            part.push(thing);
            if part.len() == at_once {
                begin(std::mem::replace(&mut part, Vec::with_capacity(at_once)), &mut line);
            }
        })?;
        let all = begin(part, &mut line);
        line.until(all);
        Ok(())
    })
    .and(line.outcome)
}

/// A part's number, and what was made of it or why not.
type Made<R> = (usize, thread::Result<Vec<R>>);

/// Parts as they come; each waits for those before it.
struct Line<R, F> {
    made: Receiver<Made<R>>,
    next: usize,
    early: BTreeMap<usize, Vec<R>>,
    take: F,
    outcome: Result<()>,
}

impl<R, F: FnMut(R) -> Result<()>> Line<R, F> {
    /// Waits until the parts below `number` are taken.
    fn until(&mut self, number: usize) {
        while self.next < number {
            let Ok((number, part)) = self.made.recv() else { return };
            self.early.insert(number, part.unwrap_or_else(|panic| resume_unwind(panic)));
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
