//! A model as CTranslate2 wants it, made while it is loaded. In: an f16 or f32 ggml file. Out: the bytes of a
//! `model.bin` (its layout: `ct2`) whose matrices are 8-bit integers. Left to others: computing with it.
//!
//! A file of its own would have to be made, checked and named after each round of adaptation; this takes some 0.15
//! seconds for `base`.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::ggml::layout::{Role, Slot, slots};
use super::ggml::reader::Reader;
use super::ggml::{self, Header, Storage};
use super::numbers::Float;
use super::places::place;

/// A model for CTranslate2.
pub struct Model {
    /// The shape.
    pub header: Header,
    /// The mel filterbank.
    pub filters: Vec<f32>,
    /// A `model.bin`: matrices as 8-bit integers, all else as 32-bit floats.
    pub bytes: Vec<u8>,
}

/// Numbers that CTranslate2's converter writes beside the tensors of a Whisper model: GELU is activation 3.
const FLAGS: [(&str, i8); 5] = [
    ("decoder/activation", 3),
    ("decoder/alibi", 0),
    ("decoder/pre_norm", 1),
    ("decoder/scale_embeddings", 0),
    ("decoder/start_from_zero_embedding", 0),
];
/// The logits are products with the tokens' embeddings.
const ALIAS: (&str, &str) = ("decoder/projection/weight", "decoder/embeddings/weight");

/// Kinds of numbers in the file.
const F32: u8 = 0;
const I8: u8 = 1;
const I16: u8 = 2;

/// Reads a model for CTranslate2: 75 MB for base.
///
/// # Errors
/// No sound model file, or a quantised one.
pub fn read(path: &Path) -> Result<Model> {
    let mut model = ggml::open(path)?;
    ensure!(
        matches!(model.header.storage, Storage::F32 | Storage::F16),
        "the model {} is quantised already: int8 wants the f16 one (`base` for `base-q8_0`)",
        path.display()
    );
    // Parts of a variable are stacked; Whisper has no bias of the keys, where CTranslate2 wants zeros.
    let mut variables: BTreeMap<String, Vec<Option<Slot>>> = BTreeMap::new();
    let mut size = 0;
    for slot in slots(&model.header) {
        let place = place(&slot.name).with_context(|| format!("no place for {}", slot.name))?;
        size += width(&slot) * slot.count() as usize;
        let parts = variables.entry(place.variable).or_default();
        parts.resize(place.parts as usize, None);
        parts[place.part as usize] = Some(slot);
    }

    let heads = [("encoder", model.header.n_audio_head), ("decoder", model.header.n_text_head)];
    // Room for scales, names and zeros too: bytes that do not fit are all moved.
    let mut file = File { bytes: Vec::with_capacity(size + size / 64 + (1 << 20)), variables: 0 };
    file.number(6);
    file.text("WhisperSpec");
    file.number(3);
    let counted = file.bytes.len();
    file.number(0);
    for (name, flag) in FLAGS {
        file.variable(name, &[], I8, &flag.to_le_bytes());
    }
    for (side, heads) in heads {
        file.variable(&format!("{side}/num_heads"), &[], I16, &(heads as i16).to_le_bytes());
    }
    for (name, parts) in variables {
        file.stacked(&name, &parts, &mut model)?;
    }
    let count = file.variables.to_le_bytes();
    file.bytes[counted..counted + count.len()].copy_from_slice(&count);
    file.number(1);
    file.text(ALIAS.0);
    file.text(ALIAS.1);
    Ok(Model { header: model.header, filters: model.filters, bytes: file.bytes })
}

/// Bytes of a number of a tensor.
fn width(slot: &Slot) -> usize {
    if slot.role == Role::Matrix { 1 } else { 4 }
}

/// Sizes of a tensor, slowest first.
fn dims(slot: &Slot) -> Vec<u64> {
    let mut dims: Vec<u64> = slot.dims.iter().rev().copied().collect();
    if slot.name.starts_with("encoder.conv") && slot.name.ends_with(".bias") {
        dims.pop(); // whisper.cpp wants a column
    }
    dims
}

/// Appends rows of `width` numbers as 8-bit integers, and the scale of each row: 127 by the largest number of the row, 1 for a
/// row of zeros. Source: CTranslate2's `ops/quantize` (ties to even).
fn quantise(numbers: &[f32], width: usize, bytes: &mut Vec<u8>, scales: &mut Vec<f32>) {
    for row in numbers.chunks(width) {
        let largest = largest(row);
        let scale = if largest == 0.0 { 1.0 } else { 127.0 / largest };
        bytes.extend(row.iter().map(|x| nearest(x * scale)));
        scales.push(scale);
    }
}

/// The largest absolute value; in lanes, because one comparison after the other waits for the one before.
fn largest(row: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<16>();
    let mut lanes = [0.0f32; 16];
    for chunk in chunks {
        for (most, x) in lanes.iter_mut().zip(chunk) {
            *most = most.max(x.abs());
        }
    }
    lanes.iter().chain(rest).fold(0.0, |most, x| most.max(x.abs()))
}

/// The nearest whole number, ties to even, of a number between -127 and 127, as a signed byte: beside so large a number the
/// fraction has no place, the processor rounds it, and the whole number is what the lowest bits say. (`round_ties_even` calls
/// a function for each number.)
fn nearest(x: f32) -> u8 {
    const LARGE: f32 = 12_582_912.0; // 1.5 * 2^23
    (x + LARGE).to_bits() as u8
}

struct File {
    bytes: Vec<u8>,
    variables: u32,
}

impl File {
    fn number(&mut self, number: usize) {
        self.bytes.extend((number as u32).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.bytes.extend((text.len() as u16 + 1).to_le_bytes());
        self.bytes.extend(text.as_bytes());
        self.bytes.push(0);
    }

    fn variable(&mut self, name: &str, dims: &[u64], kind: u8, bytes: &[u8]) {
        self.start(name, dims, kind, bytes.len());
        self.bytes.extend(bytes);
    }

    /// What comes before the `length` bytes of a variable.
    fn start(&mut self, name: &str, dims: &[u64], kind: u8, length: usize) {
        self.text(name);
        self.bytes.push(dims.len() as u8);
        for dim in dims {
            self.number(*dim as usize);
        }
        self.bytes.push(kind);
        self.number(length);
        self.variables += 1;
    }

    /// A variable of parts of the same size; a part that is missing is zeros.
    fn stacked<R: Read + Seek>(
        &mut self,
        name: &str,
        parts: &[Option<Slot>],
        model: &mut Reader<R>,
    ) -> Result<()> {
        let known = parts.iter().flatten().next().context("a variable without parts")?;
        let length = width(known) * known.count() as usize;
        let kind = if known.role == Role::Matrix { I8 } else { F32 };
        let mut dims = dims(known);
        dims[0] *= parts.len() as u64;
        self.start(name, &dims, kind, length * parts.len());
        let mut scales = Vec::new();
        for part in parts {
            match part {
                Some(slot) if slot.role == Role::Matrix => self.rows(slot, model, &mut scales)?,
                Some(slot) => model.values(slot, &mut |numbers| {
                    Float::F32.encode(numbers, &mut self.bytes);
                    Ok(())
                })?,
                None => self.bytes.resize(self.bytes.len() + length, 0),
            }
        }
        if !scales.is_empty() {
            let mut bytes = Vec::new();
            Float::F32.encode(&scales, &mut bytes);
            self.variable(&format!("{name}_scale"), &[scales.len() as u64], F32, &bytes);
        }
        Ok(())
    }

    /// The rows of a matrix, as they are read.
    fn rows<R: Read + Seek>(
        &mut self,
        slot: &Slot,
        model: &mut Reader<R>,
        scales: &mut Vec<f32>,
    ) -> Result<()> {
        let (width, mut rows) = (slot.dims[0] as usize, Vec::new());
        model.values(slot, &mut |numbers| {
            rows.extend_from_slice(numbers);
            let whole = rows.len() / width * width;
            quantise(&rows[..whole], width, &mut self.bytes, scales);
            rows.drain(..whole);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::convert::{self, Format, from_ct2};
    use super::super::ct2::Ct2;
    use super::super::synthetic::write_ct2;
    use super::*;

    fn numbers(model: &mut Ct2<Cursor<Vec<u8>>>, name: &str) -> Vec<f32> {
        let (mut numbers, count) = (Vec::new(), model.variable(name).unwrap().count);
        let sink = &mut |chunk: &[f32]| {
            numbers.extend_from_slice(chunk);
            Ok(())
        };
        model.values(name, 0, count, sink).unwrap();
        numbers
    }

    #[test]
    fn a_model_comes_back_as_it_was_before_it_was_converted_but_for_its_matrices() {
        let folder = tempfile::tempdir().unwrap();
        write_ct2(folder.path());
        let [ggml, coarse] = ["ggml.bin", "coarse.bin"].map(|name| folder.path().join(name));
        from_ct2(folder.path(), &ggml, Format::F16, &mut |_| {}, |_| Ok(())).unwrap();
        let original = std::fs::read(folder.path().join("model.bin")).unwrap();
        let mut original = Ct2::open(Cursor::new(original)).unwrap();
        let model = read(&ggml).unwrap();
        assert_eq!((model.header.n_vocab, model.filters.len()), (51_864, 80 * 201));
        let mut again = Ct2::open(Cursor::new(model.bytes)).unwrap();
        for name in [
            "encoder/conv1/bias",
            "encoder/conv2/weight",
            "decoder/layer_0/attention/linear_2/bias",
            "decoder/layer_0/ffn/layer_norm/gamma",
            "decoder/position_encodings/encodings",
        ] {
            let dims = &original.variable(name).unwrap().dims;
            assert_eq!(&again.variable(name).unwrap().dims, dims, "{name}");
            assert!(numbers(&mut original, name) == numbers(&mut again, name), "{name}");
        }
        let keyless = "encoder/layer_0/self_attention/linear_0/bias";
        let (was, is) = (numbers(&mut original, keyless), numbers(&mut again, keyless));
        assert_eq!((&was[..64], &was[128..]), (&is[..64], &is[128..]));
        assert!(is[64..128].iter().all(|bias| *bias == 0.0), "keys have no bias");
        for name in [
            "encoder/layer_0/self_attention/linear_0/weight",
            "decoder/layer_0/attention/linear_1/weight",
            "decoder/embeddings/weight",
        ] {
            assert_eq!(again.variable(name).unwrap().dims, original.variable(name).unwrap().dims);
            let rows = numbers(&mut original, name);
            let largest = |row: &[f32]| row.iter().fold(0.0f32, |m, x| m.max(x.abs()));
            let scales: Vec<f32> = rows.chunks(64).map(|row| 127.0 / largest(row)).collect();
            assert_eq!(numbers(&mut again, &format!("{name}_scale")), scales, "{name}");
            assert!(again.values(name, 0, 1, &mut |_| Ok(())).is_err(), "{name} is no float");
        }
        again.variable(ALIAS.0).unwrap();

        convert::quantise(&ggml, &coarse, &mut |_| {}).unwrap();
        assert!(read(&coarse).err().unwrap().to_string().contains("quantised"));
    }

    #[test]
    fn a_row_is_scaled_by_its_largest_number() {
        let (mut bytes, mut scales) = (Vec::new(), Vec::new());
        quantise(&[0.5, -1.0, 0.25, 0.0, 0.0, 0.0], 3, &mut bytes, &mut scales);
        assert_eq!(scales, [127.0, 1.0]);
        let numbers: Vec<i8> = bytes.iter().map(|b| *b as i8).collect();
        assert_eq!(numbers, [64, -127, 32, 0, 0, 0], "63.5 and 31.75, ties to even");
        let mut all = (-25_400..=25_400).map(|n| n as f32 / 200.0);
        assert!(all.all(|x| nearest(x) as i8 == x.round_ties_even() as i8));
        let long: Vec<f32> = (0..37u8).map(|n| f32::from(n) / 40.0).collect();
        for place in 0..long.len() {
            let mut row = long.clone();
            row[place] = -2.0;
            assert_eq!(largest(&row), 2.0, "{place}");
        }
    }
}
