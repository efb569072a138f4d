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

use super::event::{Event, Job, Receipt, Settings};
use super::read::{Sound, read_all};
use crate::audio::level;
use crate::domain::DecodePolicy;
use crate::hypotheses::transcriber::Transcriber;

/// Starts the threads; the events end when all work is done, or soon after `stop` is set.
pub fn start(
    jobs: Vec<Job>,
    settings: Settings,
    mut transcribers: Vec<Transcriber>,
    stop: Arc<AtomicBool>,
    events: Sender<Event>,
) -> JoinSet<()> {
    let (feed, sounds) = tokio::sync::mpsc::channel(settings.workers * 2);
    let sounds = Arc::new(Mutex::new(sounds));
    let mut threads = JoinSet::new();
    for transcriber in transcribers.drain(..) {
        let (sounds, stop, events) = (sounds.clone(), stop.clone(), events.clone());
        let policy = settings.policy.clone();
        threads.spawn_blocking(move || transcribe(transcriber, &policy, &sounds, &stop, &events));
    }
    threads.spawn_blocking(move || read_all(jobs, &settings.slice, &stop, &feed, &events));
    threads
}

fn transcribe(
    mut transcriber: Transcriber,
    policy: &DecodePolicy,
    sounds: &Mutex<Receiver<Sound>>,
    stop: &AtomicBool,
    events: &Sender<Event>,
) {
    loop {
        let next = match sounds.lock() {
            Ok(mut sounds) => sounds.blocking_recv(),
            Err(_) => None,
        };
        let Some(Sound { clip, samples, language }) = next else { break };
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let level = level::measure(&samples);
        let heard = transcriber.transcribe(&clip.id, &samples, level, &language, policy, stop);
        let receipt = Receipt::default();
        let event = match heard {
            Ok(hypothesis) => Event::Heard(Box::new(hypothesis), receipt),
            Err(_) if stop.load(Ordering::Relaxed) => break,
            Err(error) => Event::ClipFailed { clip, error, receipt },
        };
        if events.blocking_send(event).is_err() {
            break;
        }
    }
}
