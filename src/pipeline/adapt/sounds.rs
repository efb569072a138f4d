//! The audio of clips, and what a model makes of it. In: clips, a transcriber. Out: samples, hypotheses.
//! Left to others: which clips, and what the texts should be.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

use super::material::Material;
use crate::audio::decode::Source;
use crate::audio::{cut, level};
use crate::domain::{
    ClipId, DecodePolicy, Hypothesis, Language, LanguageChoice, Recording, RecordingId, Span,
};
use crate::hypotheses::transcriber::{Request, Transcriber};
use crate::pipeline::run::unchanged;

/// One clip to be transcribed.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Names the hypothesis.
    pub clip: ClipId,
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    /// Decoded in.
    pub language: Language,
}

/// The audio of each clip, by id; every recording is decoded once. Recordings that cannot be read are
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
            cut::cut(&Source::recording(recording), &spans, &mut |n, samples| {
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

/// What a model makes of some sounds, in their order.
pub fn transcribe(
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
        given: &[],
    });
    let requests: Vec<Request> = requests.collect();
    transcriber.transcribe_all(&requests, policy, stop)
}
