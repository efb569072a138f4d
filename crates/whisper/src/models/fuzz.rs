//! Mutants of model files, read in this process: `scripts/fuzz`. A panic, a long wait or (with the limit that the script
//! sets) too much memory is a finding, and is written to target/fuzz.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::convert::{Format, from_ct2};
use super::ct2::Ct2;
use super::ggml::layout::slots;
use super::ggml::{Header, Reader};
use super::synthetic::write_ct2;
use super::{hf, vocabulary};
use crate::mutate::{Mutator, asked};

/// Longer than this for one file is a finding.
const LONG: Duration = Duration::from_secs(10);

/// Reads mutants of a file until the time is over.
fn fuzz(target: &str, file: &[u8], hot: &[usize], text: bool, read: impl Fn(&[u8])) {
    let (seconds, seed) = (asked("FUZZ_SECONDS", 5), asked("FUZZ_SEED", 1));
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/fuzz");
    std::fs::create_dir_all(&folder).unwrap();
    let (began, mut n, mut findings) = (Instant::now(), 0, 0);
    // Where an abort leaves what it died of.
    let running = folder.join(format!("{target}-running"));
    while began.elapsed() < Duration::from_secs(seconds) {
        let mut mutator = Mutator::new(seed, target, n);
        let mutant = match text {
            true => mutator.text(file, file),
            false => mutator.bytes(file, file, hot),
        };
        std::fs::write(&running, format!("seed {seed}, number {n}")).unwrap();
        let start = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| read(&mutant)));
        if ended.is_err() || start.elapsed() > LONG {
            findings += 1;
            std::fs::write(folder.join(format!("{target}-{seed}-{n}")), &mutant).unwrap();
        }
        n += 1;
    }
    std::fs::remove_file(&running).unwrap();
    println!("fuzz: {target}: {n} executions, {findings} findings, seed {seed}");
    assert_eq!(findings, 0, "see {}", folder.display());
}

/// Where one of these texts stands.
fn places(file: &[u8], names: &[String]) -> Vec<usize> {
    let find = |name: &String| file.windows(name.len()).position(|w| w == name.as_bytes());
    names.iter().filter_map(find).map(|at| at.saturating_sub(16)).collect()
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_ctranslate2() {
    let folder = tempfile::tempdir().unwrap();
    write_ct2(folder.path());
    let file = std::fs::read(folder.path().join("model.bin")).unwrap();
    let names = ["encoder/", "decoder/", "gamma", "WhisperSpec", "embeddings"].map(String::from);
    let hot = places(&file, &names);
    fuzz("ctranslate2", &file, &hot, false, |bytes| {
        if let Ok(mut model) = Ct2::open(Cursor::new(bytes)) {
            let _ = super::places::header(&model, Format::F16.storage());
            let _ = model.values("decoder/embeddings/weight", 0, 64, &mut |_| Ok(()));
        }
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_ggml() {
    let folder = tempfile::tempdir().unwrap();
    write_ct2(folder.path());
    let out = folder.path().join("out.bin");
    from_ct2(folder.path(), &out, Format::F16, &mut |_| {}, |_| Ok(())).unwrap();
    let file = std::fs::read(out).unwrap();
    let sound = Reader::open(Cursor::new(&file[..])).unwrap();
    let offsets = slots(&sound.header).into_iter().filter_map(|slot| sound.offset(&slot.name));
    let hot: Vec<usize> = offsets.map(|at| at as usize - 60).collect();
    fuzz("ggml", &file, &hot, false, |bytes| {
        if let Ok(mut model) = Reader::open(Cursor::new(bytes)) {
            let slots = slots(&model.header);
            let _ = slots.first().map(|slot| model.all(slot));
        }
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_tokenizer() {
    let json = br#"{"version": "1.0", "model": {"type": "BPE", "vocab": {"!": 0, "\u0120la": 1, "\u00c3\u00a9": 2}, "merges": ["a b"]}}"#;
    fuzz("tokenizer", json, &[], true, |bytes| {
        let _ = vocabulary::tokens(bytes, 3);
        let _ = vocabulary::tokens_of_vocab(bytes, 3);
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_transformers_config() {
    let header = Header::from_numbers([51_865, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1]).unwrap();
    let json = hf::config::model(&header).to_string();
    fuzz("transformers-config", json.as_bytes(), &[], true, |bytes| {
        let _ = hf::config::header(bytes, Format::F16.storage());
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_safetensors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let tensors: Vec<(String, Vec<usize>)> =
        (0..20).map(|n| (format!("model.layer.{n}.weight"), vec![2, 3])).collect();
    let mut file = Vec::new();
    hf::tensors::start(&mut file, &tensors).unwrap();
    file.resize(file.len() + 20 * 24, 7);
    let hot: Vec<usize> = (0..40).map(|n| n * 40).collect();
    fuzz("safetensors", &file, &hot, false, |bytes| {
        std::fs::write(&path, bytes).unwrap();
        if let Ok(mut tensors) = hf::tensors::Tensors::open(&path) {
            for name in tensors.names() {
                let _ = tensors.values(&name, &[2, 3], &mut |_| Ok(()));
            }
        }
    });
}
