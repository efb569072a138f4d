//! The text tokens of a Whisper model. In: a Hugging Face `tokenizer.json` or `vocab.json`. Out: the
//! bytes of each token, in the order of their ids. Left to others: the special tokens, which
//! whisper.cpp names.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

#[derive(Deserialize)]
struct Tokenizer {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    vocab: BTreeMap<String, u32>,
}

/// The tokens 0 to `count - 1`, as the bytes that they stand for.
pub fn tokens(tokenizer_json: &[u8], count: usize) -> Result<Vec<Vec<u8>>> {
    let tokenizer: Tokenizer = serde_json::from_slice(tokenizer_json)
        .context("it is not a byte-level BPE tokenizer with a `model.vocab`")?;
    in_order(&tokenizer.model.vocab, count)
}

/// As [`tokens`], from a `vocab.json`: the same map by itself.
pub fn tokens_of_vocab(vocab_json: &[u8], count: usize) -> Result<Vec<Vec<u8>>> {
    let vocab = serde_json::from_slice(vocab_json).context("it is not a map of tokens to ids")?;
    in_order(&vocab, count)
}

fn in_order(vocab: &BTreeMap<String, u32>, count: usize) -> Result<Vec<Vec<u8>>> {
    let mut texts = vec![None; count];
    for (text, id) in vocab {
        if let Some(place) = texts.get_mut(*id as usize) {
            ensure!(place.replace(text).is_none(), "two tokens have the id {id}");
        }
    }
    let alphabet = alphabet();
    let mut tokens = Vec::with_capacity(count);
    for (id, text) in texts.into_iter().enumerate() {
        let text = text.with_context(|| format!("token {id} of {count} is missing"))?;
        let bytes: Option<Vec<u8>> = text.chars().map(|c| alphabet.get(&c).copied()).collect();
        tokens.push(bytes.with_context(|| {
            format!("token {id} ({text:?}) has a character outside the byte-level alphabet")
        })?);
    }
    Ok(tokens)
}

/// GPT-2's way to write any byte as a visible character: printable Latin-1 stands for itself, the
/// other bytes, in order, for the characters from U+0100 on.
pub fn alphabet() -> BTreeMap<char, u8> {
    let visible = |b: u8| matches!(b, 33..=126 | 161..=172 | 174..=255);
    let hidden = (0..=255u8).filter(|b| !visible(*b));
    let stand_ins = ('\u{100}'..).zip(hidden);
    (0..=255u8).filter(|b| visible(*b)).map(|b| (char::from(b), b)).chain(stand_ins).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_has_one_character() {
        let alphabet = alphabet();
        assert_eq!(alphabet.len(), 256);
        assert_eq!(alphabet[&'Ġ'], b' ');
        assert_eq!(alphabet[&'!'], b'!');
        assert_eq!(alphabet.values().collect::<std::collections::BTreeSet<_>>().len(), 256);
    }

    #[test]
    fn tokens_come_in_the_order_of_their_ids_as_bytes() {
        let json = r#"{"model": {"vocab": {"Ġla": 1, "!": 0, "Ã©": 2, "<special>": 3}}}"#;
        let tokens = tokens(json.as_bytes(), 3).unwrap();
        assert_eq!(tokens, [b"!".to_vec(), b" la".to_vec(), "é".as_bytes().to_vec()]);
    }

    #[test]
    fn a_vocabulary_with_a_gap_a_double_or_a_strange_character_is_refused() {
        for (json, hint) in [
            (r#"{"model": {"vocab": {"a": 0, "b": 2}}}"#, "token 1 of 2 is missing"),
            (r#"{"model": {"vocab": {"a": 0, "b": 0}}}"#, "two tokens have the id 0"),
            (r#"{"model": {"vocab": {"a": 0, "語": 1}}}"#, "outside the byte-level alphabet"),
            (r#"{"model": {"vocab": [1, 2]}}"#, "model.vocab"),
            ("", "model.vocab"),
        ] {
            let error = tokens(json.as_bytes(), 2).unwrap_err().to_string();
            assert!(error.contains(hint), "{json}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = tokens(&bytes, 4);
        }
    }
}
