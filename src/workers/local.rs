//! Decode, slice and transcribe on this machine's cores. In: a plan, recording by recording.
//! Out: events on a bounded channel, each a unit of work that can be kept at once. Left to
//! others: keeping them, and every decision.
//!
//! One thread reads recordings (a first pass finds speech, a second cuts the clips out, so that
//! memory does not grow with a recording's length) and feeds as many transcribing threads as
//! there are workers, each with a decoder state of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, bail};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;

use crate::audio::{cut, decode, detect, level, slice};
use crate::domain::{
    Clip, DecodePolicy, Hypothesis, LanguageChoice, Piece, Recording, RecordingId, Samples,
    SliceSettings, Span,
};
use crate::hypotheses::transcriber::Transcriber;

/// What is left to do for one recording.
#[derive(Clone, Debug)]
pub struct Job {
    /// The recording.
    pub recording: Recording,
    /// Clips to transcribe, in order of time; `None`: it has to be sliced first.
    pub clips: Option<Vec<Clip>>,
    /// The language to decode in.
    pub language: LanguageChoice,
}

/// A finished unit of work.
#[derive(Debug)]
pub enum Event {
    /// A recording was cut.
    Sliced {
        /// Which.
        recording: RecordingId,
        /// Its exact length.
        length: Samples,
        /// Its pieces.
        pieces: Vec<Piece>,
    },
    /// A clip was transcribed.
    Heard(Box<Hypothesis>),
    /// A recording is through.
    Through(RecordingId),
    /// A recording could not be read (further).
    Failed {
        /// Which.
        recording: RecordingId,
        /// Why, and what to do.
        error: anyhow::Error,
    },
    /// A clip could not be transcribed.
    ClipFailed {
        /// Which.
        clip: Clip,
        /// Why.
        error: anyhow::Error,
    },
}

/// What all jobs share.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How recordings are cut.
    pub slice: SliceSettings,
    /// How clips are decoded.
    pub policy: DecodePolicy,
    /// Threads that transcribe.
    pub workers: usize,
}

/// A clip on its way to a transcribing thread.
struct Sound {
    clip: Clip,
    samples: Vec<f32>,
    language: LanguageChoice,
}

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
    threads.spawn_blocking(move || {
        for job in jobs {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let recording = job.recording.id.clone();
            let event = match read(job, &settings.slice, &stop, &feed, &events) {
                Ok(()) => Event::Through(recording),
                Err(_) if stop.load(Ordering::Relaxed) => break,
                Err(error) => Event::Failed { recording, error },
            };
            if events.blocking_send(event).is_err() {
                break;
            }
        }
    });
    threads
}

/// Reads one recording: slices it where needed, hands out its clips.
fn read(
    job: Job,
    settings: &SliceSettings,
    stop: &AtomicBool,
    feed: &Sender<Sound>,
    events: &Sender<Event>,
) -> Result<()> {
    let Recording { id, file, channel, .. } = &job.recording;
    let clips = match job.clips {
        Some(clips) => clips,
        None => {
            let mut detector = detect::Detector::new();
            let decoded = decode::stream(file, *channel, &mut |block| {
                go_on(stop)?;
                detector.push(block);
                Ok(())
            })?;
            let length = decoded.length;
            let pieces = slice::slice(length, &detector.finish(), settings);
            let clips = pieces.iter().filter_map(|piece| match piece {
                Piece::Clip { span } => Some(Clip::new(id, *span)),
                _ => None,
            });
            let clips = clips.collect();
            events
                .blocking_send(Event::Sliced { recording: id.clone(), length, pieces })
                .context("the run has ended")?;
            clips
        }
    };
    let spans: Vec<Span> = clips.iter().map(|c| c.span).collect();
    cut::cut(file, *channel, &spans, &mut |n, samples| {
        go_on(stop)?;
        let sound = Sound { clip: clips[n].clone(), samples, language: job.language.clone() };
        feed.blocking_send(sound).ok().context("the run has ended")
    })
}

fn go_on(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::Relaxed) {
        bail!("stopped");
    }
    Ok(())
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
        let event = match heard {
            Ok(hypothesis) => Event::Heard(Box::new(hypothesis)),
            Err(_) if stop.load(Ordering::Relaxed) => break,
            Err(error) => Event::ClipFailed { clip, error },
        };
        if events.blocking_send(event).is_err() {
            break;
        }
    }
}
