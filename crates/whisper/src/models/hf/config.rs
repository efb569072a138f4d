//! The JSON files beside the weights that say what they are. In: a header and the suppressed tokens.
//! Out: `config.json`, `generation_config.json`, `preprocessor_config.json`; and the header that a
//! `config.json` describes. Left to others: the tokenizer's files (`tokenizer`).

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::ggml::{Header, Storage};
use super::special::{END, NO_TIMESTAMPS, START, Specials};

/// What `WhisperConfig` has to know. `torch_dtype` is the older spelling, which every version reads.
pub fn model(header: &Header) -> Value {
    let specials = Specials::of(header);
    let (end, width) = (specials.id(END), header.n_audio_state);
    json!({
        "architectures": ["WhisperForConditionalGeneration"],
        "model_type": "whisper",
        "vocab_size": header.n_vocab,
        "num_mel_bins": header.n_mels,
        "d_model": width,
        "encoder_layers": header.n_audio_layer,
        "encoder_attention_heads": header.n_audio_head,
        "encoder_ffn_dim": 4 * width,
        "decoder_layers": header.n_text_layer,
        "decoder_attention_heads": header.n_text_head,
        "decoder_ffn_dim": 4 * width,
        "num_hidden_layers": header.n_audio_layer,
        "max_source_positions": header.n_audio_ctx,
        "max_target_positions": header.n_text_ctx,
        "activation_function": "gelu",
        "scale_embedding": false,
        "tie_word_embeddings": true,
        "is_encoder_decoder": true,
        "use_cache": true,
        "dropout": 0.0,
        "attention_dropout": 0.0,
        "activation_dropout": 0.0,
        "encoder_layerdrop": 0.0,
        "decoder_layerdrop": 0.0,
        "init_std": 0.02,
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": specials.id(START),
        "torch_dtype": "float32",
    })
}

/// How `generate` starts, what it leaves out and what it calls the languages. `suppressed` are the
/// text tokens of [`super::suppress::non_speech`], `space` is the token of a single space.
pub fn generation(header: &Header, suppressed: &[u32], space: u32) -> Value {
    let specials = Specials::of(header);
    let (end, start) = (specials.id(END), specials.id(START));
    let never = ["translate", "transcribe", "startoflm", "startofprev", "nospeech"];
    let never = never.iter().map(|name| specials.id(&format!("<|{name}|>")));
    let suppressed: Vec<u32> = suppressed.iter().copied().chain([start]).chain(never).collect();
    let mut config = json!({
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": start,
        "prev_sot_token_id": specials.id("<|startofprev|>"),
        "no_timestamps_token_id": specials.id(NO_TIMESTAMPS),
        "is_multilingual": header.is_multilingual(),
        "max_length": header.n_text_ctx,
        "max_initial_timestamp_index": 50,
        "return_timestamps": false,
        "begin_suppress_tokens": [space, end],
        "suppress_tokens": suppressed,
    });
    if header.is_multilingual() {
        let languages: Map<String, Value> =
            specials.languages().map(|(name, id)| (name.to_string(), id.into())).collect();
        config["lang_to_id"] = languages.into();
        let task = |name: &str| specials.id(&format!("<|{name}|>"));
        config["task_to_id"] =
            json!({ "transcribe": task("transcribe"), "translate": task("translate") });
    }
    config
}

/// How sound becomes a spectrogram: Whisper's one way.
pub fn preprocessor(header: &Header) -> Value {
    json!({
        "feature_extractor_type": "WhisperFeatureExtractor",
        "processor_class": "WhisperProcessor",
        "feature_size": header.n_mels,
        "sampling_rate": 16_000,
        "n_fft": 400,
        "hop_length": 160,
        "chunk_length": 30,
        "n_samples": 480_000,
        "nb_max_frames": 3000,
        "padding_side": "right",
        "padding_value": 0.0,
        "return_attention_mask": false,
    })
}

/// The parts of a `config.json` that decide what a Whisper model computes.
#[derive(Deserialize)]
struct Config {
    model_type: String,
    vocab_size: u32,
    num_mel_bins: u32,
    d_model: u32,
    encoder_layers: u32,
    encoder_attention_heads: u32,
    decoder_layers: u32,
    decoder_attention_heads: u32,
    max_source_positions: u32,
    max_target_positions: u32,
    #[serde(default = "gelu")]
    activation_function: String,
    #[serde(default)]
    scale_embedding: bool,
}

fn gelu() -> String {
    "gelu".into()
}

/// The shape of the model that a `config.json` describes, to be stored as `storage`. Refuses what
/// whisper.cpp would compute otherwise.
pub fn header(config_json: &[u8], storage: Storage) -> Result<Header> {
    // the kind first: other models lack Whisper's fields, and the reader would complain of those
    let value: Value = serde_json::from_slice(config_json)?;
    let kind = value.get("model_type").and_then(Value::as_str).unwrap_or("none");
    ensure!(kind == "whisper", "it describes a model of type {kind:?}, not \"whisper\"");
    let config: Config = serde_json::from_value(value).context("read it as a Whisper model")?;
    debug_assert_eq!(config.model_type, "whisper");
    ensure!(
        config.activation_function == "gelu" && !config.scale_embedding,
        "its activation is {:?} and its embedding {}; whisper.cpp computes gelu and an embedding as \
         it is",
        config.activation_function,
        if config.scale_embedding { "scaled" } else { "as it is" }
    );
    let header = Header {
        n_vocab: config.vocab_size,
        n_audio_ctx: config.max_source_positions,
        n_audio_state: config.d_model,
        n_audio_head: config.encoder_attention_heads,
        n_audio_layer: config.encoder_layers,
        n_text_ctx: config.max_target_positions,
        n_text_state: config.d_model,
        n_text_head: config.decoder_attention_heads,
        n_text_layer: config.decoder_layers,
        n_mels: config.num_mel_bins,
        storage,
    };
    header.check()?;
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_of(n_vocab: u32) -> Header {
        Header::from_numbers([n_vocab, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1]).unwrap()
    }

    #[test]
    fn a_configuration_describes_the_header_that_it_was_made_of() {
        for n_vocab in 51_864..=51_866 {
            let ours = header_of(n_vocab);
            let json = model(&ours).to_string();
            assert_eq!(header(json.as_bytes(), Storage::F16).unwrap(), ours);
        }
    }

    #[test]
    fn a_configuration_of_something_else_is_refused() {
        let refused = |key: &str, value: Value| {
            let mut json = model(&header_of(51_865));
            json[key] = value;
            format!("{:#}", header(json.to_string().as_bytes(), Storage::F16).unwrap_err())
        };
        assert!(refused("model_type", json!("wav2vec2")).contains("\"wav2vec2\""));
        assert!(refused("activation_function", json!("relu")).contains("relu"));
        assert!(refused("scale_embedding", json!(true)).contains("scaled"));
        assert!(refused("vocab_size", json!(51_900)).contains("51900 tokens"));
        assert!(refused("d_model", json!("wide")).contains("Whisper model"));
        assert!(header(b"{", Storage::F16).is_err());
    }

    #[test]
    fn generation_starts_and_suppresses_as_upstream_does() {
        let config = generation(&header_of(51_865), &[1, 2, 49_870], 220);
        assert_eq!(config["begin_suppress_tokens"], json!([220, 50_257]));
        assert_eq!(
            config["suppress_tokens"],
            json!([1, 2, 49_870, 50_258, 50_358, 50_359, 50_360, 50_361, 50_362])
        );
        assert_eq!(config["lang_to_id"]["<|fr|>"], 50_265);
        assert_eq!(config["lang_to_id"].as_object().unwrap().len(), 99);
        assert_eq!(config["task_to_id"], json!({ "transcribe": 50_359, "translate": 50_358 }));
        assert_eq!(config["no_timestamps_token_id"], 50_363);
        let english = generation(&header_of(51_864), &[1], 220);
        assert_eq!(english["is_multilingual"], false);
        assert!(english.get("lang_to_id").is_none() && english.get("task_to_id").is_none());
        assert_eq!(
            english["suppress_tokens"],
            json!([1, 50_257, 50_357, 50_358, 50_359, 50_360, 50_361])
        );
    }
}
