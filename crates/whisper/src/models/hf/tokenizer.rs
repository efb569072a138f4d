//! The tokenizer's files, for the slow and the fast tokenizer of every version of transformers. In: a
//! header, tokens, merges. Out: names and contents. Left to others: writing them (`export`).

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::super::ggml::Header;
use super::super::vocabulary::alphabet;
use super::merges::Merges;
use super::special::{END, NO_TIMESTAMPS, START, Specials};

/// The text files of the tokenizer.
pub fn files(
    header: &Header,
    tokens: &[Vec<u8>],
    merges: &Merges,
) -> Result<Vec<(&'static str, String)>> {
    let spelling = Spelling::new();
    let vocab: Map<String, Value> =
        tokens.iter().zip(0u32..).map(|(token, id)| (spelling.of(token), id.into())).collect();
    let pairs = merges.pairs()?;
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(left, right)| format!("{} {}", spelling.of(left), spelling.of(right)))
        .collect();
    let specials = Specials::of(header);
    // the first line of a merges.txt is skipped by who reads it
    let merges_txt = format!("#version: 0.2\n{}\n", pairs.join("\n"));
    let vocab_json = pretty(&vocab)?;
    Ok(vec![
        ("tokenizer.json", pretty(&fast(&specials, vocab, pairs))?),
        ("vocab.json", vocab_json),
        ("merges.txt", merges_txt),
        ("tokenizer_config.json", pretty(&config(&specials))?),
        ("special_tokens_map.json", pretty(&special_map())?),
    ])
}

/// A JSON file as people read it.
pub fn pretty(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// Bytes as GPT-2's visible characters.
struct Spelling(BTreeMap<u8, char>);

impl Spelling {
    fn new() -> Self {
        Self(alphabet().into_iter().map(|(character, byte)| (byte, character)).collect())
    }

    fn of(&self, token: &[u8]) -> String {
        token.iter().map(|byte| self.0[byte]).collect()
    }
}

/// An added token. A time is added too, but is no special token to transformers.
fn added(name: &str, special: bool) -> Value {
    json!({
        "content": name, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": special,
    })
}

fn all_added(specials: &Specials) -> Vec<(u32, Value)> {
    let control = specials.special().map(|(name, id)| (id, added(name, true)));
    let times = specials.timestamps().map(|(name, id)| (id, added(&name, false)));
    control.chain(times).collect()
}

/// A `tokenizer.json`: byte-level BPE, then `<|startoftranscript|><|notimestamps|>` around a text.
fn fast(specials: &Specials, vocab: Map<String, Value>, merges: Vec<String>) -> Value {
    let with_ids = all_added(specials).into_iter().map(|(id, token)| {
        let mut token = token;
        token["id"] = id.into();
        token
    });
    let special = |name: &str, side: u8| json!({ "SpecialToken": { "id": name, "type_id": side } });
    let text = |id: &str, side: u8| json!({ "Sequence": { "id": id, "type_id": side } });
    let (start, times, end) = (special(START, 0), special(NO_TIMESTAMPS, 0), special(END, 0));
    let known = |name: &str| json!({ "id": name, "ids": [specials.id(name)], "tokens": [name] });
    let byte_level = |prefix: bool| {
        json!({
            "type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": true, "use_regex": true,
        })
    };
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": with_ids.collect::<Vec<_>>(),
        "normalizer": null,
        "pre_tokenizer": byte_level(false),
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [start, times, text("A", 0), end],
            "pair": [start, times, text("A", 0), text("B", 1), special(END, 1)],
            "special_tokens": {
                END: known(END), NO_TIMESTAMPS: known(NO_TIMESTAMPS), START: known(START),
            },
        },
        "decoder": byte_level(true),
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": false, "vocab": vocab, "merges": merges,
        },
    })
}

fn config(specials: &Specials) -> Value {
    let by_id = all_added(specials).into_iter().map(|(id, token)| (id.to_string(), token));
    let names: Vec<&str> = specials.special().map(|(name, _)| name).collect();
    json!({
        "tokenizer_class": "WhisperTokenizer",
        "processor_class": "WhisperProcessor",
        "bos_token": END, "eos_token": END, "pad_token": END, "unk_token": END,
        "add_prefix_space": false,
        "add_bos_token": false,
        "clean_up_tokenization_spaces": false,
        "errors": "replace",
        "model_max_length": 448,
        "return_attention_mask": false,
        "additional_special_tokens": names,
        "added_tokens_decoder": by_id.collect::<Map<_, _>>(),
    })
}

fn special_map() -> Value {
    json!({ "bos_token": END, "eos_token": END, "pad_token": END, "unk_token": END })
}

#[cfg(test)]
mod tests {
    use super::super::super::vocabulary;
    use super::*;

    fn written() -> BTreeMap<&'static str, String> {
        let header = Header::from_numbers([51_865, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1]).unwrap();
        let bytes = (0..=255u8).map(|byte| vec![byte]);
        let more = [" t", "é", " té"].map(|text| text.as_bytes().to_vec());
        let tokens: Vec<Vec<u8>> = bytes.chain(more).collect();
        let merges = Merges::new(&tokens).unwrap();
        files(&header, &tokens, &merges).unwrap().into_iter().collect()
    }

    #[test]
    fn both_vocabularies_give_the_tokens_back() {
        let files = written();
        let fast = vocabulary::tokens(files["tokenizer.json"].as_bytes(), 259).unwrap();
        let slow = vocabulary::tokens_of_vocab(files["vocab.json"].as_bytes(), 259).unwrap();
        assert_eq!(fast, slow);
        assert_eq!(fast[258], " té".as_bytes());
        assert_eq!(fast[10], [10]);
    }

    #[test]
    fn merges_and_added_tokens_are_where_transformers_looks_for_them() {
        let files = written();
        assert_eq!(files["merges.txt"], "#version: 0.2\nĠ t\nÃ ©\nĠt Ã©\n");
        let fast: Value = serde_json::from_str(&files["tokenizer.json"]).unwrap();
        assert_eq!(fast["model"]["merges"], json!(["Ġ t", "Ã ©", "Ġt Ã©"]));
        let added = fast["added_tokens"].as_array().unwrap();
        assert_eq!(added.len(), 1608);
        for (token, id) in added.iter().zip(50_257..) {
            assert_eq!(token["id"], id);
        }
        assert_eq!(added[0]["content"], END);
        assert_eq!(
            (&added[106]["content"], &added[106]["special"]),
            (&json!(NO_TIMESTAMPS), &json!(true))
        );
        assert_eq!(
            (&added[107]["content"], &added[107]["special"]),
            (&json!("<|0.00|>"), &json!(false))
        );
        let config: Value = serde_json::from_str(&files["tokenizer_config.json"]).unwrap();
        assert_eq!(config["added_tokens_decoder"]["50265"]["content"], "<|fr|>");
        assert_eq!(config["added_tokens_decoder"].as_object().unwrap().len(), 1608);
    }
}
