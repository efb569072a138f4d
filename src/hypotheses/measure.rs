//! Measurements on real clips with the real model; run by hand:
//! `SECOND_EAR_MODEL=base.bin SECOND_EAR_CLIPS=clips.jsonl SECOND_EAR_OUT=rows.jsonl
//! cargo nextest run --release --run-ignored all measure_contexts`.

use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::text::pieces;
use super::transcriber::{Guarded, guarded_alone};
use super::whisper::{Engine, Pass};
use crate::domain::Weights;

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("set {name}"))
}

/// CPU seconds of this thread so far (Linux).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e9
}

fn samples(path: &str) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    reader.samples::<i16>().map(|s| f32::from(s.unwrap()) / 32768.0).collect()
}

#[test]
#[ignore = "reads a model and clips of the machine it runs on"]
fn measure_contexts() {
    let engine =
        Engine::load(Path::new(&variable("SECOND_EAR_MODEL")), "0000", Weights::File).unwrap();
    let clips: Vec<Value> = std::fs::read_to_string(variable("SECOND_EAR_CLIPS"))
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let margins: Vec<f64> =
        variable("SECOND_EAR_MARGINS").split(',').map(|m| m.parse().unwrap()).collect();
    let out = Mutex::new(std::fs::File::create(variable("SECOND_EAR_OUT")).unwrap());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut worker = engine.worker().unwrap();
                while let Some(clip) = clips.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let samples = samples(clip["wav"].as_str().unwrap());
                    let seconds = samples.len() as f64 / 16_000.0;
                    let language =
                        clip["language"].as_str().unwrap().to_string().try_into().unwrap();
                    let mut done = std::collections::HashMap::new();
                    for &margin in &margins {
                        // Margins of 100 and more are plain contexts.
                        let context = if margin >= 100.0 {
                            margin
                        } else {
                            ((seconds + margin) * 50.0 / 64.0).ceil() * 64.0
                        }
                        .min(1500.0) as u32;
                        let row = done.entry(context).or_insert_with(|| {
                            let before = cpu_seconds();
                            let pass = Pass {
                                context,
                                max_tokens: (8.0 + 9.0 * seconds) as usize,
                                language: &language,
                                stop_loops: false,
                            };
                            let decoded =
                                worker.decode(&samples, pass, &AtomicBool::new(false)).unwrap();
                            let bytes: Vec<_> =
                                decoded.tokens.iter().map(|t| t.0.clone()).collect();
                            let tokens: Vec<_> = pieces(&bytes)
                                .into_iter()
                                .zip(&decoded.tokens)
                                .map(|(text, (_, c))| {
                                    json!([text, c.id, c.logprob, c.entropy, c.margin])
                                })
                                .collect();
                            let languages: Vec<_> =
                                decoded.languages.iter().map(|(l, p)| json!([l, p])).collect();
                            json!({"cpu": cpu_seconds() - before, "context": context, "tokens": tokens,
                                "end": decoded.end.map(|c| json!([c.logprob, c.entropy, c.margin])),
                                "no_speech": decoded.p_no_speech, "languages": languages})
                        });
                        let mut row = row.clone();
                        row["margin"] = json!(margin);
                        row["id"] = clip["id"].clone();
                        row["set"] = clip["set"].clone();
                        row["seconds"] = json!(seconds);
                        writeln!(out.lock().unwrap(), "{row}").unwrap();
                    }
                }
            });
        }
    });
}

#[test]
#[ignore = "reads a model and clips of the machine it runs on"]
fn measure_signals() {
    let engine =
        Engine::load(Path::new(&variable("SECOND_EAR_MODEL")), "0000", Weights::File).unwrap();
    let clips: Vec<Value> = std::fs::read_to_string(variable("SECOND_EAR_CLIPS"))
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let out = Mutex::new(std::fs::File::create(variable("SECOND_EAR_OUT")).unwrap());
    let next = AtomicUsize::new(0);
    let policy = crate::domain::DecodePolicy::default();
    let never = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut worker = engine.worker().unwrap();
                let mut deaf = engine.worker().unwrap();
                deaf.listen(&[0.0; 17_600], 64, &never).unwrap();
                let mut rng = fastrand::Rng::with_seed(7);
                while let Some(clip) = clips.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let samples = samples(clip["wav"].as_str().unwrap());
                    let language: crate::domain::LanguageChoice =
                        clip["language"].as_str().unwrap().to_string().try_into().unwrap();
                    let code: crate::domain::Language =
                        clip["language"].as_str().unwrap().parse().unwrap();
                    let tokens = |d: &super::whisper::Decoded| {
                        let bytes: Vec<_> = d.tokens.iter().map(|t| t.0.clone()).collect();
                        pieces(&bytes)
                            .into_iter()
                            .zip(&d.tokens)
                            .map(|(text, (_, c))| json!([text, c.id, c.logprob, c.entropy, c.margin]))
                            .collect::<Vec<_>>()
                    };
                    let t0 = cpu_seconds();
                    let heard = (&*samples, &language);
                    let Guarded { decoded, pass, replaced, .. } =
                        guarded_alone(&mut worker, heard, &policy, &never).unwrap();
                    let t1 = cpu_seconds();
                    let ids: Vec<usize> = decoded.tokens.iter().map(|t| t.1.id).collect();
                    let seconds = samples.len() as f64 / 16_000.0;
                    let max_tokens = (8.0 + 9.0 * seconds) as usize;
                    let mut drawn = Vec::new();
                    for t in [0.4, 0.4, 0.6, 0.6, 0.6, 0.8, 0.8, 1.0] {
                        let s = worker
                            .sample(t, max_tokens, &code, &mut || rng.f64(), &never)
                            .unwrap();
                        let bytes: Vec<_> = s.into_iter().map(|t| t.0).collect();
                        drawn.push(json!([t, pieces(&bytes).concat()]));
                    }
                    let t2 = cpu_seconds();
                    let prior: Vec<_> = deaf
                        .force(&ids, &code, &never)
                        .unwrap()
                        .iter()
                        .map(|c| json!([c.logprob, c.entropy, c.margin]))
                        .collect();
                    let t3 = cpu_seconds();
                    let mut other = Vec::new();
                    for (name, sound) in [
                        ("slow", super::second::at_pace(&samples, 0.92)),
                        ("fast", super::second::at_pace(&samples, 1.09)),
                        ("shift", [vec![0.0; 5600], samples.clone()].concat()),
                    ] {
                        if sound.len() > super::whisper::MAX_SAMPLES {
                            continue;
                        }
                        let seconds = sound.len() as f64 / 16_000.0;
                        let context =
                            (((seconds + 4.0) * 50.0 / 64.0).ceil() * 64.0).min(1500.0) as u32;
                        let d = worker
                            .decode(
                                &sound,
                                Pass { context, max_tokens, language: &language, stop_loops: true },
                                &never,
                            )
                            .unwrap();
                        let forced: Vec<_> = worker
                            .force(&ids, &code, &never)
                            .unwrap()
                            .iter()
                            .map(|c| json!([c.logprob, c.entropy, c.margin]))
                            .collect();
                        other.push(json!([name, tokens(&d), forced]));
                    }
                    let t4 = cpu_seconds();
                    let languages: Vec<_> =
                        decoded.languages.iter().map(|(l, p)| json!([l, p])).collect();
                    let row = json!({
                        "id": clip["id"], "set": clip["set"], "seconds": seconds,
                        "tokens": tokens(&decoded), "replaced": replaced, "pass": format!("{pass:?}"),
                        "end": decoded.end.map(|c| json!([c.logprob, c.entropy, c.margin])),
                        "no_speech": decoded.p_no_speech, "languages": languages,
                        "drawn": drawn, "prior": prior, "other": other,
                        "cpu": [t1 - t0, t2 - t1, t3 - t2, t4 - t3],
                    });
                    writeln!(out.lock().unwrap(), "{row}").unwrap();
                }
            });
        }
    });
}
