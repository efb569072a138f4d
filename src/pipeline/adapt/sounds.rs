//! The sound of clips, and what a model hears in it. In: clips, a model file. Out: samples, hypotheses.
//! Left to others: which clips, and what the texts should be.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result};
use whisper::Worker;

use super::material::Material;
use crate::audio::{cut, level};
use crate::domain::{
    ClipId, DecodePolicy, Hypothesis, Language, LanguageChoice, Recording, RecordingId, Span,
};
use crate::hypotheses::transcriber::{Request, Transcriber};
use crate::pipeline::run::unchanged;
use crate::views::progress::Progress;

/// One clip to be heard.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Names the hypothesis.
    pub clip: ClipId,
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    /// Decoded in.
    pub language: Language,
}

/// The sound of each clip, by id; every recording is decoded once. Recordings that cannot be read are
/// named in `failed`, and their clips left out.
pub fn load(
    clips: &[Material],
    recordings: &BTreeMap<RecordingId, Recording>,
    failed: &mut Vec<String>,
) -> BTreeMap<ClipId, Sound> {
    let mut by_recording: BTreeMap<&RecordingId, Vec<&Material>> = BTreeMap::new();
    for clip in clips {
        by_recording.entry(&clip.recording).or_default().push(clip);
    }
    let mut sounds = BTreeMap::new();
    for (id, mut clips) in by_recording {
        let Some(recording) = recordings.get(id) else { continue };
        clips.sort_by_key(|m| m.span.start);
        let spans: Vec<Span> = clips.iter().map(|m| m.span).collect();
        let done = unchanged(recording).and_then(|()| {
            cut::cut(&recording.file, recording.channel, &spans, &mut |n, samples| {
                let Material { clip, language, .. } = clips[n];
                let sound = Sound { clip: clip.clone(), samples, language: language.clone() };
                sounds.insert(clip.clone(), sound);
                Ok(())
            })
        });
        if let Err(error) = done {
            failed.push(format!("{}: {error:#}", recording.path));
        }
    }
    sounds
}

/// Transcribes every sound once, on as many threads as there are workers; in the order of `sounds`.
pub fn hear(
    workers: Vec<Worker>,
    sounds: &[&Sound],
    policy: &DecodePolicy,
    stop: &AtomicBool,
    progress: &Progress,
) -> Result<Vec<Hypothesis>> {
    let transcribers = workers.into_iter().map(Transcriber::from).collect();
    hear_with(transcribers, sounds, policy, stop, progress)
}

/// The same with transcribers that may look a second time.
pub fn hear_with(
    transcribers: Vec<Transcriber>,
    sounds: &[&Sound],
    policy: &DecodePolicy,
    stop: &AtomicBool,
    progress: &Progress,
) -> Result<Vec<Hypothesis>> {
    let (next, heard) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for mut transcriber in transcribers {
            let (next, heard) = (&next, &heard);
            scope.spawn(move || {
                loop {
                    let at_once = transcriber.at_once();
                    let first = next.fetch_add(at_once, Ordering::Relaxed).min(sounds.len());
                    let taken = &sounds[first..sounds.len().min(first + at_once)];
                    if taken.is_empty() {
                        break;
                    }
                    let all = hear_some(&mut transcriber, taken, policy, stop);
                    if let Ok(mut heard) = heard.lock() {
                        heard.extend((first..).zip(all));
                    }
                    progress.advance(taken.len() as u64);
                }
            });
        }
    });
    let heard = heard.into_inner().unwrap_or_default();
    heard.into_values().collect::<Result<Vec<_>>>().context("transcribe held-out clips")
}

fn hear_some(
    transcriber: &mut Transcriber,
    sounds: &[&Sound],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Vec<Result<Hypothesis>> {
    let fixed = |s: &&Sound| LanguageChoice::Fixed(s.language.clone());
    let languages: Vec<LanguageChoice> = sounds.iter().map(fixed).collect();
    let requests = sounds.iter().zip(&languages).map(|(s, language)| Request {
        clip: &s.clip,
        samples: &s.samples,
        level: level::measure(&s.samples),
        language,
    });
    let requests: Vec<Request> = requests.collect();
    transcriber.transcribe_all(&requests, policy, stop)
}
