//! Recordings become clips with their sound. In: a plan, recording by recording. Out: events, and sounds
//! on a bounded channel. Left to others: transcribing.
//!
//! A first pass finds speech, and keeps the sound of a recording that is not long; of longer ones a second pass cuts the
//! clips out, so that memory does not grow with a recording's length.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use tokio::sync::mpsc::Sender;

use super::event::{Job, Receipt, WorkerEvent};
use crate::audio::decode::{self, Decoded, Source};
use crate::audio::{cut, detect, level, slice, wav};
use crate::domain::{
    Clip, Findings, LanguageChoice, Piece, Recording, SAMPLE_RATE, SliceSettings, Span,
};

/// A clip on its way to whoever transcribes it.
pub struct Sound {
    /// Which.
    pub clip: Clip,
    /// 16 kHz mono, as 16-bit files hold it: the same here, in a task file, a dataset, a message.
    pub samples: Vec<f32>,
    /// The language to decode in.
    pub language: LanguageChoice,
}

/// Longest recording whose sound is kept while it is sliced: 20 minutes, 38 MB.
const KEPT: usize = 20 * 60 * SAMPLE_RATE as usize;

/// Reads all recordings in order, until the end or `stop`; for a thread of its own.
pub fn read_all(
    jobs: Vec<Job>,
    settings: &SliceSettings,
    stop: &AtomicBool,
    feed: &Sender<Sound>,
    events: &Sender<WorkerEvent>,
) {
    for job in jobs {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let recording = job.recording.id.clone();
        let (receipt, noted) = Receipt::awaited();
        let reading = WorkerEvent::Reading { recording: recording.clone(), receipt };
        // Noted first: should this recording end the program, the next run will know.
        if events.blocking_send(reading).is_err() || noted.blocking_recv().is_err() {
            break;
        }
        let event = match read(job, settings, stop, feed, events) {
            Ok(()) => WorkerEvent::Through(recording),
            Err(_) if stop.load(Ordering::Relaxed) => break,
            Err(error) => WorkerEvent::Failed { recording, error },
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
    events: &Sender<WorkerEvent>,
) -> Result<()> {
    let Recording { id, .. } = &job.recording;
    let source = Source::recording(&job.recording);
    let sliced_before = job.clips.is_some();
    let (clips, sound) = match job.clips {
        Some(clips) => (clips, None),
        None => {
            let (mut detector, mut meter) = (detect::Detector::new(), level::Meter::default());
            let mut sound = Some(Vec::new());
            let decoded = decode::stream(&source, &mut |block| {
                go_on(stop)?;
                detector.push(block);
                meter.push(block);
                keep(block, &mut sound);
                Ok(())
            })?;
            let Decoded { length, damaged, filled, other_tracks } = decoded;
            let parts: Vec<Span> = job.recording.facts.segments.iter().map(|s| s.span).collect();
            let pieces = slice::slice_parts(length, &detector.finish(), settings, &parts);
            let clips = pieces.iter().filter_map(|piece| match piece {
                Piece::Clip { span } => Some(Clip::new(id, *span)),
                _ => None,
            });
            let clips: Vec<Clip> = clips.collect();
            let findings = Findings {
                damaged,
                filled,
                other_tracks,
                level_db: meter.rms_db(),
                speech: clips.iter().map(|clip| clip.span.len()).sum(),
            };
            let recording = id.clone();
            events
                .blocking_send(WorkerEvent::Sliced { recording, length, pieces, findings })
                .context("the run has ended")?;
            (clips, sound)
        }
    };
    let hand_out = |n: usize, samples: Vec<f32>| {
        go_on(stop)?;
        if n == 0 && sliced_before {
            let readable = WorkerEvent::Readable(id.clone());
            events.blocking_send(readable).context("the run has ended")?;
        }
        let sound = Sound { clip: clips[n].clone(), samples, language: job.language.clone() };
        feed.blocking_send(sound).ok().context("the run has ended")
    };
    if let Some(sound) = sound {
        return clips.iter().enumerate().try_for_each(|(n, clip)| {
            let span = sound.get(clip.span.start.index()..clip.span.end.index());
            let span = span.context("a clip ends after its recording")?;
            hand_out(n, span.iter().map(|s| wav::of_sixteen_bit(*s)).collect())
        });
    }
    let spans: Vec<Span> = clips.iter().map(|c| c.span).collect();
    cut::cut(&source, &spans, &mut |n, mut samples| {
        samples.iter_mut().for_each(|s| *s = wav::as_sixteen_bit(*s));
        hand_out(n, samples)
    })
}

/// Appends samples, as 16-bit files hold them, until there are too many to keep.
fn keep(block: &[f32], sound: &mut Option<Vec<i16>>) {
    match sound {
        Some(kept) if kept.len() + block.len() <= KEPT => {
            kept.extend(block.iter().map(|s| wav::sixteen_bit(*s)));
        }
        _ => *sound = None,
    }
}

fn go_on(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::Relaxed) {
        bail!("stopped");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::{Channel, Facts, RecordingId};

    #[test]
    fn the_sound_that_was_kept_is_what_a_second_pass_cuts_out() {
        let sliced = sounds(None);
        assert!(sliced.len() > 3, "{} clips", sliced.len());
        let clips: Vec<Clip> = sliced.iter().map(|sound| sound.clip.clone()).collect();
        let cut = sounds(Some(clips));
        for (kept, cut) in sliced.iter().zip(&cut) {
            assert_eq!(kept.clip.id, cut.clip.id);
            assert!(kept.samples == cut.samples, "{}", kept.clip.id);
        }
        assert_eq!(sliced.len(), cut.len());
    }

    fn sounds(clips: Option<Vec<Clip>>) -> Vec<Sound> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/quebec_menu.flac");
        let recording = Recording {
            id: RecordingId::from_stored("0123456789abcdef"),
            sha256: whisper::hex_digest(&std::fs::read(&file).expect("read")),
            path: "quebec_menu.flac".into(),
            file,
            bytes: 0,
            modified: 0,
            channel: Channel::Mix,
            length: None,
            facts: Facts::default(),
        };
        let job = Job { recording, clips, language: LanguageChoice::Auto };
        let (feed, mut sounds) = tokio::sync::mpsc::channel(1000);
        let (events, mut told) = tokio::sync::mpsc::channel(1000);
        std::thread::spawn(move || {
            while let Some(event) = told.blocking_recv() {
                if let WorkerEvent::Reading { receipt, .. } = event {
                    receipt.give();
                }
            }
        });
        let stop = AtomicBool::new(false);
        read_all(vec![job], &SliceSettings::default(), &stop, &feed, &events);
        drop(feed);
        std::iter::from_fn(|| sounds.blocking_recv()).collect()
    }

    #[test]
    fn a_long_recording_is_not_kept() {
        let (block, mut sound) = (vec![0.5; KEPT / 2], Some(Vec::new()));
        keep(&block, &mut sound);
        keep(&block, &mut sound);
        assert_eq!(sound.as_ref().map(|s| (s.len(), s[0])), Some((KEPT, 16_384)));
        keep(&[0.5], &mut sound);
        assert!(sound.is_none());
        keep(&[0.5], &mut sound);
        assert!(sound.is_none(), "not from its middle on either");
    }
}
