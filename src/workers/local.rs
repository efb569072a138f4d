//! Decode, slice and transcribe on this machine's cores. In: a plan, recording by recording.
//! Out: events on a bounded channel, each a unit of work that can be kept at once. Left to
//! others: keeping them, and every decision.
//!
//! One thread reads recordings and feeds as many transcribing threads as there are workers, each with a
//! decoder state of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;

use super::event::{Job, Receipt, Settings, WorkerEvent};
use super::read::{Sound, read_all};
use crate::audio::level;
use crate::domain::DecodePolicy;
use crate::hypotheses::transcriber::{Request, Transcriber};

/// Starts the threads; the events end when all work is done, or soon after `stop` is set.
pub fn start(
    jobs: Vec<Job>,
    settings: Settings,
    mut transcribers: Vec<Transcriber>,
    stop: Arc<AtomicBool>,
    events: Sender<WorkerEvent>,
) -> JoinSet<()> {
    // Each thread finds as much waiting as it may take.
    let workers = transcribers.len().max(1);
    let at_once = transcribers.first().map_or(1, Transcriber::at_once);
    let (feed, sounds) = tokio::sync::mpsc::channel(workers * 2 * at_once);
    let sounds = Arc::new(Mutex::new(sounds));
    let mut threads = JoinSet::new();
    for transcriber in transcribers.drain(..) {
        let (sounds, stop, events) = (sounds.clone(), stop.clone(), events.clone());
        let policy = settings.policy.clone();
        threads.spawn_blocking(move || {
            transcribe(transcriber, &policy, (&sounds, workers), &stop, &events);
        });
    }
    threads.spawn_blocking(move || read_all(jobs, &settings.slice, &stop, &feed, &events));
    threads
}

fn transcribe(
    mut transcriber: Transcriber,
    policy: &DecodePolicy,
    (sounds, workers): (&Mutex<Receiver<Sound>>, usize),
    stop: &AtomicBool,
    events: &Sender<WorkerEvent>,
) {
    loop {
        let next = take(sounds, transcriber.at_once(), workers);
        if next.is_empty() || stop.load(Ordering::Relaxed) {
            return;
        }
        let requests: Vec<Request> = next
            .iter()
            .map(|Sound { clip, samples, language }| Request {
                clip: &clip.id,
                samples,
                level: level::measure(samples),
                language,
            })
            .collect();
        let transcribed = transcriber.transcribe_all(&requests, policy, stop);
        for (transcribed, Sound { clip, .. }) in transcribed.into_iter().zip(next) {
            let receipt = Receipt::default();
            let event = match transcribed {
                Ok(hypothesis) => {
                    let hypothesis = Box::new(hypothesis);
                    WorkerEvent::Transcribed { hypothesis, worker: None, receipt }
                }
                Err(_) if stop.load(Ordering::Relaxed) => return,
                Err(error) => WorkerEvent::ClipFailed { clip, error, receipt },
            };
            if events.blocking_send(event).is_err() {
                return;
            }
        }
    }
}

/// Waits for a clip, and takes what else is there, up to `most` and this thread's share; none at the end.
fn take(sounds: &Mutex<Receiver<Sound>>, most: usize, workers: usize) -> Vec<Sound> {
    let Ok(mut sounds) = sounds.lock() else { return Vec::new() };
    let mut taken: Vec<Sound> = sounds.blocking_recv().into_iter().collect();
    let share = taken.len() + sounds.len() / workers;
    while taken.len() < most.min(share) {
        let Ok(sound) = sounds.try_recv() else { break };
        taken.push(sound);
    }
    taken
}
