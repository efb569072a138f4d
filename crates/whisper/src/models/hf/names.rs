//! What transformers calls the tensors of a Whisper model. In: a tensor of whisper.cpp's layout.
//! Out: its name and shape in `WhisperForConditionalGeneration`. Left to others: its numbers.

use super::super::ggml::layout::Slot;

/// What every name there begins with.
pub const PREFIX: &str = "model.";
/// The output layer, when it is saved at all: Whisper's is the token embedding.
pub const OUTPUT: &str = "proj_out.weight";
/// The token embedding.
pub const EMBEDDING: &str = "model.decoder.embed_tokens.weight";

/// Parts of a name, whisper.cpp's (OpenAI's) and then transformers'. The order matters:
/// `cross_attn` contains `attn`, and `attn_ln` begins like `attn`.
///
/// Source: `convert_openai_to_hf.py` of transformers.
const PARTS: [(&str, &str); 17] = [
    (".cross_attn_ln.", ".encoder_attn_layer_norm."),
    (".cross_attn.query.", ".encoder_attn.q_proj."),
    (".cross_attn.key.", ".encoder_attn.k_proj."),
    (".cross_attn.value.", ".encoder_attn.v_proj."),
    (".cross_attn.out.", ".encoder_attn.out_proj."),
    (".attn_ln.", ".self_attn_layer_norm."),
    (".attn.query.", ".self_attn.q_proj."),
    (".attn.key.", ".self_attn.k_proj."),
    (".attn.value.", ".self_attn.v_proj."),
    (".attn.out.", ".self_attn.out_proj."),
    (".mlp_ln.", ".final_layer_norm."),
    (".mlp.0.", ".fc1."),
    (".mlp.2.", ".fc2."),
    ("encoder.ln_post.", "encoder.layer_norm."),
    ("decoder.ln.", "decoder.layer_norm."),
    ("decoder.token_embedding.", "decoder.embed_tokens."),
    (".positional_embedding", ".embed_positions.weight"),
];

/// The name in a `model.safetensors`.
pub fn name(slot: &Slot) -> String {
    let name = slot.name.replacen(".blocks.", ".layers.", 1);
    let part = PARTS.iter().find(|(ours, _)| name.contains(ours));
    let name = part.map_or_else(|| name.clone(), |(ours, theirs)| name.replacen(ours, theirs, 1));
    format!("{PREFIX}{name}")
}

/// The shape there, slowest first. whisper.cpp keeps the biases of the convolutions as columns.
pub fn shape(slot: &Slot) -> Vec<usize> {
    let column = slot.dims.len() == 2 && slot.dims[0] == 1;
    let dims = if column { &slot.dims[1..] } else { &slot.dims[..] };
    dims.iter().rev().map(|dim| *dim as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::ggml::layout::slots;
    use super::super::super::ggml::{Header, Storage};
    use super::*;
    use std::collections::BTreeSet;

    fn base() -> Vec<Slot> {
        let numbers = [51_865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1];
        let header = Header::from_numbers(numbers).unwrap();
        assert_eq!(header.storage, Storage::F16);
        slots(&header)
    }

    #[test]
    fn every_kind_of_tensor_has_the_name_and_shape_of_transformers() {
        let slots = base();
        let about = |ours: &str| {
            let slot = slots.iter().find(|slot| slot.name == ours).unwrap();
            (name(slot), shape(slot))
        };
        for (ours, theirs, dims) in [
            ("encoder.conv1.weight", "model.encoder.conv1.weight", vec![512, 80, 3]),
            ("encoder.conv2.bias", "model.encoder.conv2.bias", vec![512]),
            (
                "encoder.positional_embedding",
                "model.encoder.embed_positions.weight",
                vec![1500, 512],
            ),
            (
                "encoder.blocks.5.attn.query.weight",
                "model.encoder.layers.5.self_attn.q_proj.weight",
                vec![512, 512],
            ),
            (
                "encoder.blocks.0.attn_ln.bias",
                "model.encoder.layers.0.self_attn_layer_norm.bias",
                vec![512],
            ),
            ("encoder.blocks.1.mlp.0.weight", "model.encoder.layers.1.fc1.weight", vec![2048, 512]),
            (
                "encoder.blocks.1.mlp_ln.weight",
                "model.encoder.layers.1.final_layer_norm.weight",
                vec![512],
            ),
            ("encoder.ln_post.weight", "model.encoder.layer_norm.weight", vec![512]),
            (
                "decoder.blocks.2.cross_attn.key.weight",
                "model.decoder.layers.2.encoder_attn.k_proj.weight",
                vec![512, 512],
            ),
            (
                "decoder.blocks.2.cross_attn_ln.weight",
                "model.decoder.layers.2.encoder_attn_layer_norm.weight",
                vec![512],
            ),
            (
                "decoder.blocks.3.attn.out.bias",
                "model.decoder.layers.3.self_attn.out_proj.bias",
                vec![512],
            ),
            ("decoder.blocks.3.mlp.2.weight", "model.decoder.layers.3.fc2.weight", vec![512, 2048]),
            ("decoder.ln.bias", "model.decoder.layer_norm.bias", vec![512]),
            ("decoder.token_embedding.weight", EMBEDDING, vec![51_865, 512]),
        ] {
            assert_eq!(about(ours), (theirs.to_string(), dims));
        }
    }

    #[test]
    fn no_two_tensors_share_a_name_and_none_keeps_a_part_of_the_old_one() {
        let slots = base();
        let names: BTreeSet<String> = slots.iter().map(name).collect();
        assert_eq!(names.len(), slots.len());
        for old in ["blocks", "mlp", "query", ".attn", "_ln", ".ln", "token_", "positional_"] {
            assert!(names.iter().all(|name| !name.contains(old)), "{old}");
        }
    }
}
