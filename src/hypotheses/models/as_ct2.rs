//! A model as CTranslate2 wants it, made while it is loaded. In: an f16 or f32 ggml file. Out: the bytes of a
//! `model.bin` (its layout: `ct2`). Left to others: 8-bit integers, which CTranslate2 makes itself.
//!
//! A file of its own would have to be made, checked and named after each round of adaptation.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::ggml::Header;
use super::numbers::Float;
use super::places::place;
use super::weights;

/// A model for CTranslate2.
pub struct Model {
    /// The shape.
    pub header: Header,
    /// The mel filterbank.
    pub filters: Vec<f32>,
    /// A `model.bin` of 32-bit floats.
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

/// A variable's parts, stacked in the model: sizes and numbers. Whisper has no bias of the keys, CTranslate2
/// wants zeros.
type Parts = Vec<Option<(Vec<usize>, Vec<f32>)>>;

/// Reads a model for CTranslate2: 300 MB for base, for a moment twice that.
///
/// # Errors
/// No sound model file, or a quantised one.
pub fn read(path: &Path) -> Result<Model> {
    let weights::Loaded { header, filters, tensors } = weights::load(path)?;
    let mut variables: BTreeMap<String, Parts> = BTreeMap::new();
    for (name, (mut dims, numbers)) in tensors {
        let place = place(&name).with_context(|| format!("no place for {name}"))?;
        if name.starts_with("encoder.conv") && name.ends_with(".bias") {
            dims.pop(); // whisper.cpp wants a column
        }
        let parts = variables.entry(place.variable).or_default();
        parts.resize_with(place.parts as usize, || None);
        parts[place.part as usize] = Some((dims, numbers));
    }
    let heads = [("encoder", header.n_audio_head), ("decoder", header.n_text_head)];
    let count = variables.len() + FLAGS.len() + heads.len();

    let mut file = File(6u32.to_le_bytes().to_vec());
    file.text("WhisperSpec");
    file.number(3);
    file.number(count);
    for (name, flag) in FLAGS {
        file.variable(name, &[], 1, &flag.to_le_bytes());
    }
    for (side, heads) in heads {
        file.variable(&format!("{side}/num_heads"), &[], 2, &(heads as i16).to_le_bytes());
    }
    for (name, parts) in variables {
        let known = parts.iter().flatten().next().context("a variable without parts")?;
        let (dims, size) = (known.0.clone(), known.1.len());
        let mut stacked = dims.clone();
        stacked[0] *= parts.len();
        let mut bytes = Vec::with_capacity(4 * size * parts.len());
        for part in parts {
            let numbers = part.map_or_else(|| vec![0.0; size], |(_, numbers)| numbers);
            Float::F32.encode(&numbers, &mut bytes);
        }
        file.variable(&name, &stacked, 0, &bytes);
    }
    file.number(1);
    file.text(ALIAS.0);
    file.text(ALIAS.1);
    Ok(Model { header, filters, bytes: file.0 })
}

struct File(Vec<u8>);

impl File {
    fn number(&mut self, number: usize) {
        self.0.extend((number as u32).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.0.extend((text.len() as u16 + 1).to_le_bytes());
        self.0.extend(text.as_bytes());
        self.0.push(0);
    }

    /// `kind`: 0 for 32-bit floats, 1 and 2 for integers of 8 and 16 bits.
    fn variable(&mut self, name: &str, dims: &[usize], kind: u8, bytes: &[u8]) {
        self.text(name);
        self.0.push(dims.len() as u8);
        for dim in dims {
            self.number(*dim);
        }
        self.0.push(kind);
        self.number(bytes.len());
        self.0.extend(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::convert::{Format, from_ct2, quantise};
    use super::super::ct2::Ct2;
    use super::super::synthetic::write_ct2;
    use super::*;

    #[test]
    fn a_model_comes_back_as_it_was_before_it_was_converted() {
        let folder = tempfile::tempdir().unwrap();
        write_ct2(folder.path());
        let [ggml, coarse] = ["ggml.bin", "coarse.bin"].map(|name| folder.path().join(name));
        from_ct2(folder.path(), &ggml, Format::F16, &mut |_| {}, |_| Ok(())).unwrap();
        let original = std::fs::read(folder.path().join("model.bin")).unwrap();
        let mut original = Ct2::open(Cursor::new(original)).unwrap();
        let model = read(&ggml).unwrap();
        assert_eq!((model.header.n_vocab, model.filters.len()), (51_864, 80 * 201));
        let mut again = Ct2::open(Cursor::new(model.bytes)).unwrap();
        let mut all = |name: &str| {
            let (was, is) = (original.variable(name).unwrap().clone(), again.variable(name));
            assert_eq!(was.dims, is.unwrap().dims, "{name}");
            let numbers = |model: &mut Ct2<Cursor<Vec<u8>>>| {
                let mut numbers = Vec::new();
                let sink = &mut |chunk: &[f32]| {
                    numbers.extend_from_slice(chunk);
                    Ok(())
                };
                model.values(name, 0, was.count, sink).unwrap();
                numbers
            };
            (numbers(&mut original), numbers(&mut again))
        };
        for name in [
            "encoder/conv1/bias",
            "encoder/conv2/weight",
            "encoder/layer_0/self_attention/linear_0/weight",
            "decoder/layer_0/attention/linear_1/weight",
            "decoder/layer_0/attention/linear_2/bias",
            "decoder/layer_0/ffn/layer_norm/gamma",
            "decoder/position_encodings/encodings",
            "decoder/embeddings/weight",
        ] {
            let (was, is) = all(name);
            assert!(was == is, "{name}");
        }
        let (was, is) = all("encoder/layer_0/self_attention/linear_0/bias");
        assert_eq!((&was[..64], &was[128..]), (&is[..64], &is[128..]));
        assert!(is[64..128].iter().all(|bias| *bias == 0.0), "keys have no bias");

        quantise(&ggml, &coarse, &mut |_| {}).unwrap();
        assert!(read(&coarse).err().unwrap().to_string().contains("quantised"));
    }
}
