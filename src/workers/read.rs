//! Recordings become clips with their sound. In: a plan, recording by recording. Out: events, and sounds
//! on a bounded channel. Left to others: transcribing.
//!
//! A first pass finds speech, and keeps the sound of a recording that is not long; of longer ones a second pass cuts the
//! clips out, so that memory does not grow with a recording's length.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use tokio::sync::mpsc::Sender;

use super::event::{Job, Receipt, Settings, WorkerEvent};
use crate::audio::decode::{self, Decoded, Source};
use crate::audio::{cut, detect, level, slice, wav};
use crate::domain::{
    Clip, ClipId, DecodePolicy, Findings, JobClip, LanguageChoice, Piece, Recording, SAMPLE_RATE,
    Samples, Span,
};
use crate::hypotheses::given::{self, GivenText};
use crate::hypotheses::windows::{self, Neighbour};

/// Clips that share a window, or one alone, on their way to whoever transcribes them.
pub struct Sound {
    /// In order of time.
    pub clips: Vec<JobClip>,
    /// From the start of the first to the end of the last: 16 kHz mono, as 16-bit files hold it, the same here, in a task file,
    /// a dataset, a message.
    pub samples: Vec<f32>,
    /// The language to decode in.
    pub language: LanguageChoice,
    /// What each engine wrote for each clip: by clip, then by engine.
    pub given: Vec<Vec<Option<GivenText>>>,
}

impl Sound {
    /// Where each clip lies in the sound.
    pub fn places(&self) -> Vec<Range<usize>> {
        let start = self.clips.first().map_or(Samples(0), |first| first.clip.span.start);
        let place = |Span { start: a, end: b }| (a - start).index()..(b - start).index();
        self.clips.iter().map(|job| place(job.clip.span)).collect()
    }
}

/// Longest recording whose sound is kept while it is sliced: 20 minutes, 38 MB.
const KEPT: usize = 20 * 60 * SAMPLE_RATE as usize;

/// Reads all recordings in order, until the end or `stop`; for a thread of its own.
pub fn read_all(
    jobs: Vec<Job>,
    settings: &Settings,
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
    settings: &Settings,
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
            let facts = &job.recording.facts;
            let parts: Vec<Span> = facts.segments.iter().map(|s| s.span).collect();
            let (speech, cut) = (detector.finish(), facts.cut.unwrap_or_default());
            let pieces = slice::slice_parts(length, &speech, &settings.slice, &parts, cut);
            let clips = pieces.iter().filter_map(|piece| match piece {
                Piece::Clip { span } => {
                    Some(JobClip { clip: Clip::new(id, *span), pending: true, apart: false })
                }
                _ => None,
            });
            let clips: Vec<JobClip> = clips.collect();
            let findings = Findings {
                damaged,
                filled,
                other_tracks,
                level_db: meter.rms_db(),
                speech: clips.iter().map(|job| job.clip.span.len()).sum(),
            };
            let recording = id.clone();
            events
                .blocking_send(WorkerEvent::Sliced { recording, length, pieces, findings })
                .context("the run has ended")?;
            (clips, sound)
        }
    };
    let all: Vec<Span> = clips.iter().map(|job| job.clip.span).collect();
    let mut given: BTreeMap<ClipId, Vec<Option<GivenText>>> = BTreeMap::new();
    for texts in &job.given {
        for (job, text) in clips.iter().zip(given::cut(texts, &all)) {
            given.entry(job.clip.id.clone()).or_default().push(text);
        }
    }
    let windows = windows(&clips, &job.recording, &settings.policy);
    let spans: Vec<Span> = windows.iter().map(|clips| around(clips)).collect();
    let hand_out = |n: usize, samples: Vec<f32>| {
        go_on(stop)?;
        if n == 0 && sliced_before {
            let readable = WorkerEvent::Readable(id.clone());
            events.blocking_send(readable).context("the run has ended")?;
        }
        let (clips, language) = (windows[n].to_vec(), job.language.clone());
        let given = clips.iter().map(|job| given.get(&job.clip.id).cloned().unwrap_or_default());
        let given = given.collect();
        let sound = Sound { clips, samples, language, given };
        feed.blocking_send(sound).ok().context("the run has ended")
    };
    if let Some(sound) = sound {
        return spans.iter().enumerate().try_for_each(|(n, span)| {
            let span = sound.get(span.start.index()..span.end.index());
            let span = span.context("a clip ends after its recording")?;
            hand_out(n, span.iter().map(|s| wav::of_sixteen_bit(*s)).collect())
        });
    }
    cut::cut(&source, &spans, &mut |n, mut samples| {
        samples.iter_mut().for_each(|s| *s = wav::as_sixteen_bit(*s));
        hand_out(n, samples)
    })
}

/// The clips of each window in which there is something to do. All clips of the recording count, so that a window is the same
/// in a run that goes on as in one that begins.
fn windows<'a>(
    clips: &'a [JobClip],
    recording: &Recording,
    policy: &DecodePolicy,
) -> Vec<&'a [JobClip]> {
    let neighbour = |job: &JobClip| Neighbour {
        span: job.clip.span,
        speaker: recording.facts.speaker_in(job.clip.span),
        apart: job.apart,
    };
    let neighbours: Vec<Neighbour> = clips.iter().map(neighbour).collect();
    let windows = windows::plan(&neighbours, policy).into_iter().map(|range| &clips[range]);
    windows.filter(|clips| clips.iter().any(|job| job.pending)).collect()
}

/// From the start of the first clip to the end of the last.
fn around(clips: &[JobClip]) -> Span {
    let start = clips.first().map_or(Samples(0), |first| first.clip.span.start);
    Span::new(start, clips.iter().map(|job| job.clip.span.end).max().unwrap_or(start))
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
    use crate::domain::{Channel, Facts, RecordingId, SliceSettings};

    #[test]
    fn the_sound_that_was_kept_is_what_a_second_pass_cuts_out() {
        let sliced = sounds(None);
        assert!(sliced.len() > 3, "{} clips", sliced.len());
        let clips: Vec<JobClip> = sliced.iter().flat_map(|sound| sound.clips.clone()).collect();
        let cut = sounds(Some(clips));
        for (kept, cut) in sliced.iter().zip(&cut) {
            assert_eq!(kept.clips, cut.clips);
            assert!(kept.samples == cut.samples, "{:?}", kept.clips);
        }
        assert_eq!(sliced.len(), cut.len());
    }

    fn sounds(clips: Option<Vec<JobClip>>) -> Vec<Sound> {
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
        let language = LanguageChoice::Auto;
        let job = Job { recording, clips, language, given: Vec::new() };
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
        let settings =
            Settings { slice: SliceSettings::default(), policy: DecodePolicy::default() };
        read_all(vec![job], &settings, &stop, &feed, &events);
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
