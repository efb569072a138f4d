//! Decode, slice and transcribe on this machine's cores. In: a plan, recording by recording.
//! Out: events on a bounded channel, each a unit of work that can be kept at once. Left to
//! others: keeping them, and every decision.
//!
//! One thread reads recordings and feeds as many transcribing threads as there are workers, each with a
//! decoder state of its own.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;

use super::event::{Job, Receipt, Settings, WorkerEvent};
use super::read::{Sound, read_all};
use crate::audio::level;
use crate::domain::{DecodePolicy, JobClip};
use crate::hypotheses::transcriber::{Request, Transcriber, Window};

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
    threads.spawn_blocking(move || read_all(jobs, &settings, &stop, &feed, &events));
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
        let places: Vec<_> = next.iter().map(Sound::places).collect();
        let windows = next.iter().zip(&places).map(|(sound, places)| window(sound, places));
        let windows: Vec<Window> = windows.collect();
        let transcribed = transcriber.transcribe_given(&windows, policy, stop);
        for remark in transcriber.take_remarks() {
            if events.blocking_send(WorkerEvent::Remark(remark)).is_err() {
                return;
            }
        }
        let clips = next.into_iter().flat_map(|sound| sound.clips).filter(|job| job.pending);
        for (transcribed, JobClip { clip, .. }) in transcribed.into_iter().zip(clips) {
            let receipt = Receipt::default();
            let event = match transcribed {
                Ok(drafts) => WorkerEvent::Transcribed { drafts, worker: None, receipt },
                Err(_) if stop.load(Ordering::Relaxed) => return,
                Err(error) => WorkerEvent::ClipFailed { clip, error, receipt },
            };
            if events.blocking_send(event).is_err() {
                return;
            }
        }
    }
}

/// A window of which the pending clips are asked for.
fn window<'a>(sound: &'a Sound, places: &'a [Range<usize>]) -> Window<'a> {
    let asked = sound.clips.iter().zip(places).enumerate().filter(|(_, (job, _))| job.pending);
    let clips = asked.map(|(n, (job, place))| {
        let samples = &sound.samples[place.clone()];
        let level = level::measure(samples);
        let given = sound.given.get(n).map_or(&[][..], Vec::as_slice);
        (n, Request { clip: &job.clip.id, samples, level, language: &sound.language, given })
    });
    Window { samples: &sound.samples, places, clips: clips.collect() }
}

/// Waits for a window, and takes what else is there, up to `most` clips and this thread's share; none at the end.
fn take(sounds: &Mutex<Receiver<Sound>>, most: usize, workers: usize) -> Vec<Sound> {
    let Ok(mut sounds) = sounds.lock() else { return Vec::new() };
    let mut taken: Vec<Sound> = sounds.blocking_recv().into_iter().collect();
    let share = taken.len() + sounds.len() / workers;
    let clips = |taken: &[Sound]| taken.iter().map(|sound| sound.clips.len()).sum::<usize>();
    while taken.len() < share && clips(&taken) < most {
        let Ok(sound) = sounds.try_recv() else { break };
        taken.push(sound);
    }
    taken
}
