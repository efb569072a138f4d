//! What trying regional forms costs and how often one wins wrongly, on real clips; run by hand:
//! `SECOND_EAR_MODEL=base.bin SECOND_EAR_CLIPS=clips.jsonl SECOND_EAR_SWAPS=swaps.tsv
//! SECOND_EAR_OUT=rows.jsonl cargo nextest run --release --run-ignored all measure_variants`.
//! Clips: `{"id", "wav", "language", "text"}`; swaps: term, standard and regional form, by tabs.

use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::transcriber::guarded_alone;
use super::variants::{self, Swap, Swaps};
use super::whisper::Engine;
use crate::domain::{DecodePolicy, Language, LanguageChoice, Weights};

fn file(name: &str) -> String {
    let path = std::env::var(name).unwrap_or_else(|_| panic!("set {name}"));
    std::fs::read_to_string(path).unwrap()
}

/// CPU seconds of this thread so far (Linux).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e9
}

#[test]
#[ignore = "reads a model and clips of the machine it runs on"]
fn measure_variants() {
    let model = std::env::var("SECOND_EAR_MODEL").unwrap();
    let engine = Engine::load(Path::new(&model), "0000", Weights::File).unwrap();
    let clips = file("SECOND_EAR_CLIPS");
    let clips: Vec<Value> = clips.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let french: Language = "fr".parse().unwrap();
    let table = file("SECOND_EAR_SWAPS");
    let swaps = table.lines().map(|line| {
        let mut columns = line.split('\t').map(str::to_string);
        let mut next = || columns.next().unwrap();
        Swap { term: next(), language: french.clone(), standard: next(), regional: next() }
    });
    let swaps = Swaps::new(swaps.collect(), engine.bpe());
    let out = std::fs::File::create(std::env::var("SECOND_EAR_OUT").unwrap());
    let (out, next) = (Mutex::new(out.unwrap()), AtomicUsize::new(0));
    let (policy, never) = (DecodePolicy::default(), AtomicBool::new(false));
    let language = LanguageChoice::Fixed(french.clone());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut worker = engine.worker().unwrap();
                while let Some(clip) = clips.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut wav = hound::WavReader::open(clip["wav"].as_str().unwrap()).unwrap();
                    let samples: Vec<f32> =
                        wav.samples::<i16>().map(|s| f32::from(s.unwrap()) / 32768.0).collect();
                    let start = cpu_seconds();
                    let sound = (&*samples, &language);
                    let decoded =
                        guarded_alone(&mut worker, sound, &policy, &never).unwrap().decoded;
                    let heard = cpu_seconds();
                    let found = variants::score(&mut worker, 0, &decoded, &swaps, &never).unwrap();
                    let tried = cpu_seconds();
                    let text: Vec<u8> = decoded.tokens.iter().flat_map(|t| t.0.clone()).collect();
                    let text = String::from_utf8_lossy(&text).into_owned();
                    let ids: Vec<usize> = decoded.tokens.iter().map(|t| t.1.id).collect();
                    let own: f64 = decoded.tokens.iter().map(|t| t.1.logprob).sum();
                    let own = own + decoded.end.map_or(f64::NAN, |e| e.logprob);
                    let again = worker.force_after(0, &[], &ids, &french, &never).unwrap();
                    let p: Vec<_> = decoded.languages.iter().filter(|(l, _)| *l == french).collect();
                    let row = json!({
                        "id": clip["id"], "set": clip["set"], "reference": clip["text"],
                        "text": text, "variants": found, "decode": heard - start,
                        "try": tried - heard, "same_cut": engine.bpe().ids(&text) == Some(ids),
                        "off": again.iter().sum::<f64>() - own, "p_language": p.first().map(|p| p.1),
                        "seconds": samples.len() as f64 / 16_000.0,
                    });
                    writeln!(out.lock().unwrap(), "{row}").unwrap();
                }
            });
        }
    });
}
