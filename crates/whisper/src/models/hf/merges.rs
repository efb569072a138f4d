//! Byte-pair merges, from the order of the tokens alone. In: tokens, most important first. Out: the
//! merges that lead to each of them, and the tokens of a text. Left to others: splitting a text into
//! words first, which the tokenizer of transformers does.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};

/// A vocabulary whose order is the order of the merges, as GPT-2's and Whisper's are.
pub struct Merges<'t> {
    tokens: &'t [Vec<u8>],
    ranks: HashMap<&'t [u8], u32>,
}

impl<'t> Merges<'t> {
    /// Refuses a vocabulary in which a token or a single byte is missing or there twice.
    pub fn new(tokens: &'t [Vec<u8>]) -> Result<Self> {
        let mut ranks = HashMap::with_capacity(tokens.len());
        for (id, token) in tokens.iter().enumerate() {
            if let Some(other) = ranks.insert(token.as_slice(), u32::try_from(id)?) {
                bail!("the tokens {other} and {id} are the same");
            }
        }
        let missing = (0..=u8::MAX).find(|byte| !ranks.contains_key([*byte].as_slice()));
        ensure!(missing.is_none(), "there is no token for the byte {}", missing.unwrap_or(0));
        Ok(Self { tokens, ranks })
    }

    /// The pairs that are merged, in order; each makes one token of two earlier ones.
    ///
    /// A token's pair is what its bytes come to when only merges of a lower rank are applied, as in
    /// transformers' own conversion of OpenAI's vocabulary (`convert_openai_to_hf.py`).
    pub fn pairs(&self) -> Result<Vec<(&'t [u8], &'t [u8])>> {
        let mut pairs = Vec::with_capacity(self.tokens.len());
        for (id, token) in self.tokens.iter().enumerate().filter(|(_, token)| token.len() > 1) {
            let parts = self.apply(token, u32::try_from(id)?);
            let [left, right] = parts[..] else {
                bail!(
                    "token {id} ({:?}) does not come from two earlier ones: the vocabulary is not \
                     in the order of its merges",
                    String::from_utf8_lossy(token)
                );
            };
            pairs.push((left, right));
        }
        Ok(pairs)
    }

    /// The tokens of a text that is one word to the tokenizer.
    pub fn encode(&self, word: &[u8]) -> Result<Vec<u32>> {
        let parts = self.apply(word, u32::MAX).into_iter();
        parts.map(|part| self.ranks.get(part).copied().context("a byte without a token")).collect()
    }

    /// Merges neighbours, lowest rank first and leftmost first, as long as one is under `limit`.
    fn apply<'w>(&self, word: &'w [u8], limit: u32) -> Vec<&'w [u8]> {
        // ends of the parts; neighbours are contiguous, so a merge drops the end between them
        let mut ends: Vec<usize> = (0..=word.len()).collect();
        loop {
            let ranks = ends.windows(3).map(|e| self.ranks.get(&word[e[0]..e[2]]));
            let lowest = ranks.enumerate().filter_map(|(i, rank)| Some((*rank?, i))).min();
            match lowest {
                Some((rank, at)) if rank < limit => ends.remove(at + 1),
                _ => return ends.windows(2).map(|e| &word[e[0]..e[1]]).collect(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vocabulary(words: &[&str]) -> Vec<Vec<u8>> {
        let bytes = (0..=255u8).map(|byte| vec![byte]);
        bytes.chain(words.iter().map(|word| word.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_order_of_the_tokens_gives_the_merges() {
        let tokens = vocabulary(&["th", "in", " th", "the", " the", "thin", "", "é"]);
        let merges = Merges::new(&tokens).unwrap();
        let pairs: Vec<(String, String)> = merges
            .pairs()
            .unwrap()
            .into_iter()
            .map(|(a, b)| (a.escape_ascii().to_string(), b.escape_ascii().to_string()))
            .collect();
        let text = |pair: &(String, String)| format!("{}+{}", pair.0, pair.1);
        let texts: Vec<String> = pairs.iter().map(text).collect();
        assert_eq!(texts, ["t+h", "i+n", " +th", "th+e", " th+e", "th+in", "\\xc3+\\xa9"]);
        assert_eq!(merges.encode(b" the").unwrap(), [260]);
        assert_eq!(merges.encode(b"thine").unwrap(), [261, u32::from(b'e')]);
        assert!(merges.encode(b"").unwrap().is_empty());
    }

    #[test]
    fn a_vocabulary_that_is_not_in_the_order_of_its_merges_is_refused() {
        let refused = |tokens: &[Vec<u8>]| match Merges::new(tokens) {
            Ok(merges) => format!("{:#}", merges.pairs().unwrap_err()),
            Err(error) => format!("{error:#}"),
        };
        let tokens = vocabulary(&["the", "th"]);
        assert!(refused(&tokens).contains("token 256 (\"the\")"), "{}", refused(&tokens));
        assert!(refused(&vocabulary(&["th", "th"])).contains("256 and 257 are the same"));
        assert!(refused(&vocabulary(&[])[1..]).contains("the byte 0"));
    }

    proptest! {
        #[test]
        fn the_tokens_of_a_text_spell_the_text(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let tokens = vocabulary(&["th", "in", " th", "the", "aa", "aaaa"]);
            let merges = Merges::new(&tokens).unwrap();
            let spelt: Vec<u8> = merges
                .encode(&bytes)
                .unwrap()
                .into_iter()
                .flat_map(|id| tokens[id as usize].clone())
                .collect();
            prop_assert_eq!(spelt, bytes);
        }
    }
}
