//! Two clips as they are written, and their sums.

use std::sync::Arc;

use serde_json::json;

use super::super::evaluation::Evaluation;
use super::*;
use crate::domain::{DecodePolicy, Failures, LanguageChoice, SecondPass};

fn reference(audio: &str, text: &str) -> Reference {
    let row = json!({"audio": audio, "text": text, "speaker": "ana", "region": "fr-CA-QC"});
    serde_json::from_value(row).unwrap()
}

/// A decoding of 2 s whose words are single tokens.
fn hypothesis(text: &str, pass: &str) -> Hypothesis {
    let tokens: Vec<_> = text
        .split(' ')
        .map(|word| {
            json!({"text": format!(" {word}"), "p": 0.5, "logprob": -0.7, "entropy": 1.0, "margin": 1.0,
                   "start": 0, "end": 500})
        })
        .collect();
    let all = json!({
        "clip": "c", "model": "m", "policy": "p", "language": "fr", "text": text, "tokens": tokens,
        "p_no_speech": 0.1, "p_language": 0.9, "best_language": ["fr", 0.9], "language_entropy": 0.2,
        "pass": pass, "replaced": null, "end": {"logprob": -0.1, "entropy": 0.2}, "seconds": 2.0,
        "level": {"rms_db": -20.0, "peak_db": -3.0, "range_db": 30.0, "clipped": 0.0}
    });
    serde_json::from_value(all).unwrap()
}

fn made(audio: &str, text: &str, decoded: &str, pass: &str) -> (Reference, Result<EvaluatedClip>) {
    let (reference, regional): (_, Regional) = (reference(audio, text), Arc::new(|_, _| false));
    let row = row(&reference, hypothesis(decoded, pass), &regional);
    (reference, Ok(row))
}

#[test]
fn a_row_says_which_words_are_wrong_and_carries_the_numbers() {
    let row = made("a.wav", "Un deux trois.", "un dix trois", "short").1.unwrap();
    assert_eq!((row.errors, row.words, row.pass), (1, 3, Pass::Short));
    let wrong: Vec<bool> = row.word_features.iter().map(|(_, wrong)| *wrong).collect();
    assert_eq!(wrong, [false, true, false]);
    assert_eq!(row.features.decoded.len(), features::DECODED.len());
    assert_eq!((row.speaker.as_str(), row.hypothesis.as_str()), ("ana", "un dix trois"));
}

#[test]
fn rows_come_by_file_and_add_up_and_failures_are_named() {
    let lost = (reference("b.wav", "rien"), Err(anyhow::anyhow!("is longer than 30 s")));
    let (references, made): (Vec<_>, Vec<_>) = [
        made("c.wav", "un deux", "un deux", "full"),
        lost,
        made("a.wav", "un deux trois", "un dix trois", "short"),
    ]
    .into_iter()
    .unzip();
    let (rows, failed) = by_audio(&references, made);
    assert_eq!(failed, ["b.wav: is longer than 30 s"]);
    assert_eq!(rows.iter().map(|r| r.errors).collect::<Vec<_>>(), [1, 0]);
    let options = EvaluateOptions {
        manifests: Vec::new(),
        model: "base".into(),
        language: LanguageChoice::Auto,
        policy: DecodePolicy::default(),
        second_pass: SecondPass::Never,
        workers: 1,
        out: None,
    };
    let mut failures = Failures::default();
    failures.extend(failed);
    let all = Evaluation::of(&options, &rows, failures, 2.0);
    assert_eq!((all.clips, all.errors, all.words, all.wer), (2, 1, 5, Some(0.2)));
    assert_eq!((all.correct_clips, all.decoded_again), (1, 1));
    assert_eq!((all.seconds, all.x_real_time), (4.0, 2.0));
    assert!(all.text().contains("WER 20.0 % (1 errors, 5 words); 1 clips without error"));
    let none = Evaluation::of(&options, &[], Failures::default(), 0.0);
    assert_eq!((none.wer, none.x_real_time), (None, 0.0));
}
