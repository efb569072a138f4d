//! The training's forward pass against whisper.cpp, with the real model on real clips.

use std::sync::atomic::AtomicBool;

use super::anchors::{Purpose, anchors};
use super::learn::{example, model};
use crate::domain::{DecodePolicy, Weights};
use crate::hypotheses::models::{self, weights};
use crate::hypotheses::whisper::Engine;
use crate::training::finetune;

/// Largest difference of a token's ln p, nats: whisper.cpp multiplies in f16 and looks its GELU up.
const TOKEN: f64 = 0.1;
/// Largest difference of a clip's mean ln p.
const MEAN: f64 = 0.01;

#[test]
fn teacher_forced_log_probabilities_are_those_of_whisper_cpp() {
    let file = models::resolve("base", &models::default_dir(), &mut |_| {}).unwrap();
    let engine = Engine::load(&file.path, &file.sha256, Weights::File).unwrap();
    let model = model(weights::load(&file.path).unwrap());
    let (bpe, policy, stop) = (engine.bpe(), DecodePolicy::default(), AtomicBool::new(false));
    let mut worker = engine.worker().unwrap();
    let all = anchors(None).unwrap();
    let clips = |set: &'static str| {
        all.iter().filter(move |a| a.set == set && a.purpose == Purpose::Dev).step_by(4)
    };
    let (mut seen, mut worst) = (0, (0.0f64, 0.0f64));
    for anchor in clips("fr").chain(clips("en")) {
        let e = example(&engine, &bpe, &anchor.sound, &anchor.text, 1.0, &policy).unwrap();
        let ours = finetune::log_probabilities(&model, &e).unwrap();
        worker.listen(&e.samples, e.frames as u32, &stop).unwrap();
        let ids: Vec<usize> = e.text.iter().map(|id| *id as usize).collect();
        let theirs = worker.force_plain(&ids, &anchor.sound.language, &stop).unwrap();
        assert_eq!(ours.len(), theirs.len());
        let differences: Vec<f64> =
            ours.iter().zip(&theirs).map(|(a, b)| f64::from(*a) - b).collect();
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        let largest = differences.iter().fold(0.0f64, |m, d| m.max(d.abs()));
        worst = (worst.0.max(largest), worst.1.max(mean.abs()));
        seen += ids.len() + 1;
    }
    println!("{seen} tokens, largest difference {:.4}, of a clip's mean {:.4}", worst.0, worst.1);
    assert!(seen > 80);
    assert!(worst.0 < TOKEN && worst.1 < MEAN, "{worst:?}");
}
