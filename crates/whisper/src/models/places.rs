//! What the variables of a CTranslate2 Whisper model mean. In: their names and shapes. Out: the
//! model's header, and where each ggml tensor's numbers are. Left to others: copying them (`convert`).

use std::io::{Read, Seek};

use anyhow::{Context, Result, ensure};

use super::ct2::Ct2;
use super::ggml::layout::Slot;
use super::ggml::{Header, Storage};

/// The shape of the model, from the shapes of its variables.
pub fn header<R: Read + Seek>(model: &Ct2<R>, storage: Storage) -> Result<Header> {
    let shape = |name: &str, rank: usize| -> Result<Vec<u32>> {
        let dims = &model.variable(name)?.dims;
        ensure!(dims.len() == rank, "variable {name} has the shape {dims:?}");
        dims.iter().map(|d| u32::try_from(*d).context(name.to_string())).collect()
    };
    let layers = |side: &str| {
        let norm = |i: &u32| model.variable(&format!("{side}/layer_{i}/ffn/layer_norm/gamma"));
        (0..).take_while(|i| norm(i).is_ok()).count() as u32
    };
    let embeddings = shape("decoder/embeddings/weight", 2)?;
    let audio = shape("encoder/position_encodings/encodings", 2)?;
    let text = shape("decoder/position_encodings/encodings", 2)?;
    let kernel = shape("encoder/conv1/weight", 3)?;
    let header = Header {
        n_vocab: embeddings[0],
        n_audio_ctx: audio[0],
        n_audio_state: audio[1],
        n_audio_head: audio[1] / 64,
        n_audio_layer: layers("encoder"),
        n_text_ctx: text[0],
        n_text_state: text[1],
        n_text_head: text[1] / 64,
        n_text_layer: layers("decoder"),
        n_mels: kernel[1],
        storage,
    };
    header.check()?;
    Ok(header)
}

/// Where a tensor's numbers are in a CTranslate2 model: part `part` of `parts` equal parts of a
/// variable (query, key and value are stacked).
pub struct TensorPlace {
    /// Its name.
    pub variable: String,
    /// Which part, from 0.
    pub part: u64,
    /// Of how many.
    pub parts: u64,
}

impl TensorPlace {
    /// The first number, once the variable's shape fits the slot.
    pub fn check<R: Read + Seek>(&self, model: &Ct2<R>, slot: &Slot) -> Result<u64> {
        let variable = model.variable(&self.variable)?;
        let mut shape: Vec<u64> = slot.dims.iter().rev().copied().collect();
        if slot.name.starts_with("encoder.conv") && slot.name.ends_with(".bias") {
            shape.pop(); // whisper.cpp wants a column
        }
        shape[0] *= self.parts;
        ensure!(
            variable.dims == shape,
            "variable {} has the shape {:?}, not {shape:?}",
            self.variable,
            variable.dims
        );
        Ok(self.part * slot.count())
    }
}

/// From a ggml tensor's name to its place in a CTranslate2 model.
pub fn place(tensor: &str) -> Option<TensorPlace> {
    let whole = |variable: String| Some(TensorPlace { variable, part: 0, parts: 1 });
    let (side, rest) = tensor.split_once('.')?;
    if rest == "positional_embedding" {
        return whole(format!("{side}/position_encodings/encodings"));
    }
    let (rest, kind) = rest.rsplit_once('.')?;
    let norm = if kind == "weight" { "gamma" } else { "beta" };
    let Some(block) = rest.strip_prefix("blocks.") else {
        return whole(match rest {
            "conv1" | "conv2" => format!("{side}/{rest}/{kind}"),
            "ln_post" | "ln" => format!("{side}/layer_norm/{norm}"),
            "token_embedding" => format!("{side}/embeddings/{kind}"),
            _ => return None,
        });
    };
    let (layer, part) = block.split_once('.')?;
    let layer = format!("{side}/layer_{layer}");
    let stacked = |path: &str, part, parts| {
        Some(TensorPlace { variable: format!("{layer}/{path}/{kind}"), part, parts })
    };
    match part {
        "attn_ln" => whole(format!("{layer}/self_attention/layer_norm/{norm}")),
        "cross_attn_ln" => whole(format!("{layer}/attention/layer_norm/{norm}")),
        "mlp_ln" => whole(format!("{layer}/ffn/layer_norm/{norm}")),
        "attn.query" => stacked("self_attention/linear_0", 0, 3),
        "attn.key" => stacked("self_attention/linear_0", 1, 3),
        "attn.value" => stacked("self_attention/linear_0", 2, 3),
        "attn.out" => stacked("self_attention/linear_1", 0, 1),
        "cross_attn.query" => stacked("attention/linear_0", 0, 1),
        "cross_attn.key" => stacked("attention/linear_1", 0, 2),
        "cross_attn.value" => stacked("attention/linear_1", 1, 2),
        "cross_attn.out" => stacked("attention/linear_2", 0, 1),
        "mlp.0" => stacked("ffn/linear_0", 0, 1),
        "mlp.2" => stacked("ffn/linear_1", 0, 1),
        _ => None,
    }
}
