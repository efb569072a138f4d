//! Recordings become clips with their sound. In: a plan, recording by recording. Out: events, and sounds
//! on a bounded channel. Left to others: transcribing.
//!
//! A first pass finds speech, a second cuts the clips out, so that memory does not grow with a
//! recording's length.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use tokio::sync::mpsc::Sender;

use super::event::{Event, Job};
use crate::audio::{cut, decode, detect, slice, wav};
use crate::domain::{Clip, LanguageChoice, Piece, Recording, SliceSettings, Span};

/// A clip on its way to whoever transcribes it.
pub struct Sound {
    /// Which.
    pub clip: Clip,
    /// 16 kHz mono, as 16-bit files hold it: the same here, in a task file, a dataset, a message.
    pub samples: Vec<f32>,
    /// The language to decode in.
    pub language: LanguageChoice,
}

/// Reads all recordings in order, until the end or `stop`; for a thread of its own.
pub fn read_all(
    jobs: Vec<Job>,
    settings: &SliceSettings,
    stop: &AtomicBool,
    feed: &Sender<Sound>,
    events: &Sender<Event>,
) {
    for job in jobs {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let recording = job.recording.id.clone();
        let event = match read(job, settings, stop, feed, events) {
            Ok(()) => Event::Through(recording),
            Err(_) if stop.load(Ordering::Relaxed) => break,
            Err(error) => Event::Failed { recording, error },
        };
        if events.blocking_send(event).is_err() {
            break;
        }
    }
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
    cut::cut(file, *channel, &spans, &mut |n, mut samples| {
        go_on(stop)?;
        samples.iter_mut().for_each(|s| *s = wav::as_sixteen_bit(*s));
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
