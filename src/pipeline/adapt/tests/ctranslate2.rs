//! CTranslate2's numbers against whisper.cpp's, and against its own, with the real model on real clips
//! (scripts/prove-ctranslate2).

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use whisper::models;
use whisper::{Engine, Stopped};

use super::super::retention;
use super::{Worst, examples, forced};
use crate::audio::level;
use crate::domain::{DecodePolicy, LanguageChoice, SecondPass, Weights};
use crate::hypotheses::second::Judge;
use crate::hypotheses::transcriber::{Request, Transcriber};

/// Largest difference of a token's ln p, nats, that 8-bit integers may make.
const TOKEN: f64 = 1.5;
/// Largest root mean square of the differences of all tokens, nats. Processors differ in how they sum integers, and a
/// clip of two tokens may be off by more.
const RMS: f64 = 0.4;

/// Held in 8-bit integers the model is not quite the same; what a clip's text comes to stays close.
#[test]
fn ctranslate2_gives_about_the_numbers_of_whisper_cpp_and_the_same_every_time() {
    let file = models::resolve("base", &models::default_dir(), &mut |_| {}).unwrap();
    let engine = Engine::load(&file.path, &file.sha256, Weights::File).unwrap();
    let int8 = Engine::load(&file.path, &file.sha256, Weights::Int8).unwrap();
    let (mut theirs, mut ours) = (engine.worker().unwrap(), int8.worker().unwrap());
    let mut other = int8.worker().unwrap();
    let mut worst = Worst::default();
    for (language, e) in examples(engine.vocabulary()) {
        let given = forced(&mut ours, &language, &e);
        assert_eq!(given, forced(&mut other, &language, &e), "another worker, other bits");
        worst.see(&given, &forced(&mut theirs, &language, &e));
        assert_eq!(given, forced(&mut ours, &language, &e), "a second time, other bits");
    }
    println!("{worst:?} {:.3}", worst.rms());
    assert!(worst.tokens > 80);
    assert!(worst.token < TOKEN && worst.rms() < RMS, "{worst:?} {:.3}", worst.rms());
}

/// Batches are put together as clips come, and nobody shall see how.
#[test]
fn ctranslate2_decodes_clips_together_as_it_decodes_each_alone() {
    let file = models::resolve("base", &models::default_dir(), &mut |_| {}).unwrap();
    let engine = Engine::load(&file.path, &file.sha256, Weights::Int8).unwrap();
    let policy = DecodePolicy { weights: Weights::Int8, ..DecodePolicy::default() };
    let stop = AtomicBool::new(false);
    let all = retention::clips(None).unwrap();
    let sounds: Vec<_> = all.iter().step_by(5).take(40).map(|a| &a.sound).collect();
    let languages: Vec<LanguageChoice> =
        sounds.iter().map(|s| LanguageChoice::Fixed(s.language.clone())).collect();
    let requests: Vec<Request> = sounds
        .iter()
        .zip(&languages)
        .map(|(s, language)| Request {
            clip: &s.clip,
            samples: &s.samples,
            level: level::measure(&s.samples),
            language,
            given: &[],
        })
        .collect();
    let judge = Judge {
        when: SecondPass::Always,
        doubtful: 0.0..1.0,
        calibration: None,
        regional: Arc::new(|_, _| false),
    };
    let transcriber = || Transcriber::from(engine.worker().unwrap()).judged(judge.clone());
    let together = transcriber().transcribe_all(&requests, &policy, &stop);
    let mut alone = transcriber();
    let mut slowed = 0;
    for (request, together) in requests.iter().zip(together) {
        let (together, alone) = (
            together.unwrap(),
            alone.transcribe_all(&[*request], &policy, &stop).remove(0).unwrap(),
        );
        assert_eq!(together, alone);
        slowed += usize::from(together.slowed.is_some());
    }
    assert!(slowed > 30, "{slowed} second passes");
}

#[test]
fn ctranslate2_loses_one_clip_that_cannot_be_decoded_and_no_other() {
    let file = models::resolve("base", &models::default_dir(), &mut |_| {}).unwrap();
    let engine = Engine::load(&file.path, &file.sha256, Weights::Int8).unwrap();
    // One context for all that is shorter than 6 s: one group.
    let policy = DecodePolicy { min_context: 512, ..DecodePolicy::default() };
    let stop = AtomicBool::new(false);
    let all = retention::clips(None).unwrap();
    let sounds: Vec<_> =
        all.iter().map(|a| &a.sound).filter(|s| s.samples.len() < 96_000).take(5).collect();
    let language = LanguageChoice::Fixed(sounds[0].language.clone());
    let request = |n: usize| Request {
        clip: &sounds[n].clip,
        samples: if n == 2 { &[] } else { &sounds[n].samples },
        level: level::measure(&sounds[n].samples),
        language: &language,
        given: &[],
    };
    let requests: Vec<Request> = (0..5).map(request).collect();
    let mut transcriber = Transcriber::from(engine.worker().unwrap());
    let decoded = transcriber.transcribe_all(&requests, &policy, &stop);
    for (n, hypothesis) in decoded.into_iter().enumerate() {
        match hypothesis {
            Ok(h) => assert_eq!((&h.clip, n == 2), (&sounds[n].clip, false)),
            Err(error) => assert!(n == 2 && error.to_string().contains("empty"), "{n}: {error:#}"),
        }
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for stopped in transcriber.transcribe_all(&requests, &policy, &stop) {
        assert!(stopped.unwrap_err().is::<Stopped>());
    }
}
