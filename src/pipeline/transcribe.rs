//! Clips transcribed on several threads. In: things that stand for clips, a transcriber for each thread. Out: what was
//! made of each, in their order. Left to others: what is made of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;

use crate::hypotheses::transcriber::Transcriber;
use crate::views::progress::Progress;
use whisper::Engine;

/// One transcriber for each thread, all of one model.
pub fn workers(
    engine: &Arc<Engine>,
    threads: usize,
    asked: impl Fn(Transcriber) -> Transcriber,
) -> Result<Vec<Transcriber>> {
    (0..threads).map(|_| Ok(asked(Transcriber::from(engine.worker()?)))).collect()
}

/// Runs `work` on a thread for each transcriber, with as many things as it decodes together.
pub fn on_threads<T: Sync, R: Send>(
    transcribers: Vec<Transcriber>,
    things: &[T],
    progress: &Progress,
    work: impl Fn(&mut Transcriber, &[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let (next, made) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for mut transcriber in transcribers {
            let (next, made, work) = (&next, &made, &work);
            scope.spawn(move || {
                loop {
                    let at_once = transcriber.at_once();
                    let first = next.fetch_add(at_once, Ordering::Relaxed).min(things.len());
                    let taken = &things[first..things.len().min(first + at_once)];
                    if taken.is_empty() {
                        break;
                    }
                    let some = work(&mut transcriber, taken);
                    if let Ok(mut made) = made.lock() {
                        made.extend((first..).zip(some));
                    }
                    progress.advance(taken.len() as u64);
                }
            });
        }
    });
    made.into_inner().unwrap_or_default().into_values().collect()
}
