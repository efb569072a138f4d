//! Tiny Whisper models for tests, CTranslate2 and ggml: right in every shape, meaningless in every
//! number.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use half::f16;

use super::ggml::layout::{Slot, slots};
use super::ggml::{Header, Storage, writer::Writer};
use super::mel;

/// A float16 `model.bin` of these variables.
pub fn ct2_bytes<N: AsRef<str>>(variables: &[(N, Vec<u64>, Vec<f32>)]) -> Vec<u8> {
    let mut bytes = 6u32.to_le_bytes().to_vec();
    string("WhisperSpec", &mut bytes);
    bytes.extend(3u32.to_le_bytes());
    bytes.extend((variables.len() as u32).to_le_bytes());
    for (name, dims, numbers) in variables {
        string(name.as_ref(), &mut bytes);
        bytes.push(dims.len() as u8);
        for dim in dims {
            bytes.extend((*dim as u32).to_le_bytes());
        }
        bytes.push(4);
        bytes.extend((2 * numbers.len() as u32).to_le_bytes());
        bytes.extend(numbers.iter().flat_map(|n| f16::from_f32(*n).to_le_bytes()));
    }
    bytes.extend(0u32.to_le_bytes());
    bytes
}

fn string(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend((text.len() as u16 + 1).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.push(0);
}

/// The number at a place in a variable: exact in f16, different from its neighbours'.
pub fn number(variable: &str, place: u64) -> f32 {
    let salt: u64 = variable.bytes().map(u64::from).sum();
    ((place * 7 + salt) % 509) as f32 / 256.0 - 1.0
}

/// One layer a side, 64 wide, English: `model.bin` (about 7 MB) and `tokenizer.json`.
pub fn write_ct2(folder: &Path) {
    let mut variables: Vec<(String, Vec<u64>)> = Vec::new();
    let mut add = |name: String, dims: &[u64]| variables.push((name, dims.to_vec()));
    let linear = |add: &mut dyn FnMut(String, &[u64]), name: String, inputs: u64, outputs: u64| {
        add(format!("{name}/weight"), &[outputs, inputs]);
        add(format!("{name}/bias"), &[outputs]);
    };
    let norm = |add: &mut dyn FnMut(String, &[u64]), name: String| {
        add(format!("{name}/layer_norm/gamma"), &[64]);
        add(format!("{name}/layer_norm/beta"), &[64]);
    };
    for (side, places) in [("encoder", 1500), ("decoder", 448)] {
        let layer = format!("{side}/layer_0");
        add(format!("{side}/position_encodings/encodings"), &[places, 64]);
        norm(&mut add, side.into());
        for part in ["self_attention", "ffn"] {
            norm(&mut add, format!("{layer}/{part}"));
        }
        linear(&mut add, format!("{layer}/self_attention/linear_0"), 64, 192);
        linear(&mut add, format!("{layer}/self_attention/linear_1"), 64, 64);
        linear(&mut add, format!("{layer}/ffn/linear_0"), 64, 256);
        linear(&mut add, format!("{layer}/ffn/linear_1"), 256, 64);
    }
    norm(&mut add, "decoder/layer_0/attention".into());
    for (i, outputs) in [64, 128, 64].into_iter().enumerate() {
        linear(&mut add, format!("decoder/layer_0/attention/linear_{i}"), 64, outputs);
    }
    for (conv, inputs) in [("conv1", 80), ("conv2", 64)] {
        add(format!("encoder/{conv}/weight"), &[64, inputs, 3]);
        add(format!("encoder/{conv}/bias"), &[64]);
    }
    add("decoder/embeddings/weight".into(), &[51_864, 64]);

    let variables: Vec<_> = variables
        .into_iter()
        .map(|(name, dims)| {
            let numbers = (0..dims.iter().product()).map(|i| number(&name, i)).collect();
            (name, dims, numbers)
        })
        .collect();
    fs::write(folder.join("model.bin"), ct2_bytes(&variables)).unwrap();
    fs::write(folder.join("tokenizer.json"), tokenizer_json()).unwrap();
}

/// 50256 different words in GPT-2's alphabet.
fn tokenizer_json() -> String {
    let vocab: BTreeMap<String, usize> = (0..50_256).map(|i| (format!("Ġt{i}"), i)).collect();
    serde_json::json!({ "model": { "type": "BPE", "vocab": vocab } }).to_string()
}

/// A ggml file (f16: 7 MB) of one layer a side, 64 wide, English, whose vocabulary can be merged: every
/// byte, then pairs of bytes.
pub fn write_bpe(path: &Path, storage: Storage) {
    let shape = [51_864, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1];
    let header = Header { storage, ..Header::from_numbers(shape).unwrap() };
    let pairs = (0..50_000u32).map(|i| vec![(i % 256) as u8, (i / 256) as u8]);
    let tokens: Vec<Vec<u8>> = (0..=255u8).map(|byte| vec![byte]).chain(pairs).collect();
    let file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    let mut writer = Writer::start(file, &header, &mel::filterbank(80), &tokens).unwrap();
    for slot in slots(&header) {
        writer.tensor(&slot, slot.storage(storage)).unwrap();
        let numbers: Vec<f32> = (0..slot.count()).map(|i| number(&slot.name, i)).collect();
        writer.values(&numbers).unwrap();
    }
    std::io::Write::flush(&mut writer.finish()).unwrap();
}

/// Reads a tensor whole.
pub fn tensor(path: &Path, slot: &Slot) -> Vec<f32> {
    super::ggml::open(path).unwrap().all(slot).unwrap()
}
