//! Text -> token ids, as a Whisper model was trained to see it. In: the bytes of every token, by id.
//! Out: ids. Left to others: reading the vocabulary (`whisper`).
//!
//! Byte-pair encoding as in OpenAI's tiktoken: words, numbers and punctuation are cut apart (each with
//! its leading space), then the neighbouring pair that makes the token of lowest id is joined, over
//! and over. In the vocabularies of GPT-2 and Whisper the id is the rank of the merge.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

/// Tiktoken's pattern, less its look-ahead at several spaces in a row, which drafts do not have.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+").ok()
});

/// A vocabulary.
#[derive(Debug)]
pub struct Bpe {
    ids: HashMap<Vec<u8>, usize>,
}

impl Bpe {
    /// Of the text tokens in the order of their ids; where two have the same bytes the first counts.
    pub fn new(tokens: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut ids = HashMap::new();
        for (id, bytes) in tokens.enumerate() {
            ids.entry(bytes).or_insert(id);
        }
        Self { ids }
    }

    /// The ids of a text; `None` when a byte of it is no token.
    pub fn ids(&self, text: &str) -> Option<Vec<usize>> {
        let mut ids = Vec::new();
        for word in WORDS.as_ref()?.find_iter(text) {
            self.word(word.as_str().as_bytes(), &mut ids)?;
        }
        Some(ids)
    }

    fn word(&self, bytes: &[u8], out: &mut Vec<usize>) -> Option<()> {
        // the bounds of the parts; joining two neighbours takes the bound between them away
        let mut bounds: Vec<usize> = (0..=bytes.len()).collect();
        let id = |from: usize, to: usize| self.ids.get(&bytes[from..to]).copied();
        loop {
            let pairs = bounds.windows(3).enumerate();
            let joined = pairs.filter_map(|(i, w)| Some((id(w[0], w[2])?, i + 1))).min();
            let Some((_, between)) = joined else { break };
            bounds.remove(between);
        }
        for part in bounds.windows(2) {
            out.push(id(part[0], part[1])?);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 256 bytes, then merges: "ab", "bc", "abc", " a".
    fn small() -> Bpe {
        let merges = ["ab", "bc", "abc", " a"].map(|m| m.as_bytes().to_vec());
        Bpe::new((0..=255u8).map(|b| vec![b]).chain(merges))
    }

    #[test]
    fn the_earliest_merge_goes_first_and_spaces_open_words() {
        let bpe = small();
        assert_eq!(bpe.ids("abc"), Some(vec![258]));
        assert_eq!(bpe.ids("bcab"), Some(vec![257, 256]));
        // " ab": "ab" (256) is joined before " a" (259)
        assert_eq!(bpe.ids("a ab"), Some(vec![97, 32, 256]));
        assert_eq!(bpe.ids("é"), Some(vec![0xc3, 0xa9]));
        assert_eq!(bpe.ids(""), Some(vec![]));
        assert_eq!(Bpe::new([b"a".to_vec()].into_iter()).ids("b"), None);
    }
}
