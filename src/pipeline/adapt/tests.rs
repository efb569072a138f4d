//! The training's forward pass against whisper.cpp, with the real model on real clips.

use std::sync::atomic::AtomicBool;

use whisper::finetune;
use whisper::models::{self, weights};
use whisper::{Engine, Vocabulary, Worker};

use super::learn::example;
use super::retention::{self, Purpose};
use crate::domain::{DecodePolicy, Language, Weights};

#[cfg(feature = "ctranslate2")]
mod ctranslate2;

/// Largest difference of a token's ln p, nats: whisper.cpp multiplies in f16 and looks its GELU up.
const TOKEN: f64 = 0.1;
/// Largest difference of a clip's mean ln p.
const MEAN: f64 = 0.01;
/// Every fourth retention clip that chooses, as the training takes them.
fn examples(vocabulary: &Vocabulary) -> Vec<(Language, finetune::Example)> {
    let (bpe, policy) = (vocabulary.bpe(), DecodePolicy::default());
    let all = retention::clips(None).unwrap();
    let clips = |set: &'static str| {
        all.iter().filter(move |a| a.set == set && a.purpose == Purpose::Dev).step_by(4)
    };
    clips("fr")
        .chain(clips("en"))
        .map(|a| {
            let e = example(vocabulary, &bpe, &a.sound, &a.text, 1.0, &policy).unwrap();
            (a.sound.language.clone(), e)
        })
        .collect()
}

/// ln p of a clip's text and its end by a worker.
fn forced(worker: &mut Worker, language: &Language, e: &finetune::Example) -> Vec<f64> {
    let stop = AtomicBool::new(false);
    let ids: Vec<usize> = e.text.iter().map(|id| *id as usize).collect();
    worker.log_probabilities(&e.samples, e.frames as u32, &ids, language, &stop).unwrap()
}

/// The largest difference of a token, and of a clip's mean.
#[derive(Debug, Default)]
struct Worst {
    tokens: usize,
    token: f64,
    mean: f64,
    squares: f64,
}

impl Worst {
    /// The root of the mean square of the differences of all tokens.
    #[cfg(feature = "ctranslate2")]
    fn rms(&self) -> f64 {
        (self.squares / self.tokens as f64).sqrt()
    }

    fn see(&mut self, ours: &[f64], theirs: &[f64]) {
        assert_eq!(ours.len(), theirs.len());
        let differences: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        self.tokens += differences.len();
        self.token = differences.iter().fold(self.token, |m, d| m.max(d.abs()));
        self.mean = self.mean.max(mean.abs());
        self.squares += differences.iter().map(|d| d * d).sum::<f64>();
    }
}

#[test]
fn teacher_forced_log_probabilities_are_those_of_whisper_cpp() {
    let file = models::resolve("base", &models::default_dir(), &mut |_| {}).unwrap();
    let engine = Engine::load(&file.path, &file.sha256, Weights::File).unwrap();
    let model = finetune::Model::of(weights::load(&file.path).unwrap()).unwrap();
    let mut worker = engine.worker().unwrap();
    let mut worst = Worst::default();
    for (language, e) in examples(engine.vocabulary()) {
        let ours = finetune::log_probabilities(&model, &e).unwrap();
        let ours: Vec<f64> = ours.into_iter().map(f64::from).collect();
        worst.see(&ours, &forced(&mut worker, &language, &e));
    }
    println!("{worst:?}");
    assert!(worst.tokens > 80);
    assert!(worst.token < TOKEN && worst.mean < MEAN, "{worst:?}");
}
