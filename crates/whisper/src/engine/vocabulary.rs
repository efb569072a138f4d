//! What a Whisper model's tokens are. In: its header and text tokens. Out: the special tokens, and which may be
//! written where. Left to others: choosing among them (`greedy`), cutting texts into them (`bpe`).

use std::path::Path;

use anyhow::{Context, Result};

use crate::bpe::Bpe;
use crate::models::ggml::{self, Header};
use crate::{LANGUAGES, Language};

/// The special tokens of a model and what is never written.
pub struct Vocabulary {
    /// All tokens.
    pub(super) size: usize,
    /// Ends a text; text tokens come before it.
    pub(super) end_of_text: usize,
    /// Starts every prompt.
    pub(super) start: i32,
    /// Nobody speaks.
    pub(super) no_speech: usize,
    /// Ends a prompt without timestamps.
    pub(super) no_timestamps: i32,
    /// The task: write what is said, untranslated.
    pub(super) transcribe: i32,
    /// Codes in the order of their tokens, which follow `start`; empty for English-only models.
    pub(super) languages: Vec<Language>,
    /// The bytes of the text tokens.
    tokens: Vec<Vec<u8>>,
    /// Text tokens that are not speech: brackets, notes, lone quotes.
    suppressed: Vec<bool>,
    /// Tokens that may not come first: they say nothing.
    blank: Vec<usize>,
    /// Tokens of prompt and text that a decoder takes.
    text_context: usize,
}

impl Vocabulary {
    /// Of a model file, without its matrices.
    ///
    /// # Errors
    /// No sound model file.
    pub fn open(path: &Path) -> Result<Self> {
        let file = ggml::open(path)?;
        Self::of(&file.header, file.tokens)
    }

    /// The model's own way to cut a text into tokens (whisper.cpp's cuts words at letters with accents).
    pub fn bpe(&self) -> Bpe {
        Bpe::new((0..self.end_of_text).map(|id| self.bytes(id).to_vec()))
    }

    /// What decoding in `language` begins with: start, language, task, no timestamps; without language
    /// and task for an English-only model.
    pub fn prompt(&self, language: &Language) -> Vec<u32> {
        let mut prompt = vec![self.start];
        prompt.extend(self.task(language));
        prompt.push(self.no_timestamps);
        prompt.into_iter().map(|id| id as u32).collect()
    }

    /// The token that ends a text.
    pub fn end_of_text(&self) -> u32 {
        self.end_of_text as u32
    }

    /// Most tokens of a text beside the prompt.
    pub fn most_tokens(&self) -> usize {
        self.text_context / 2 - 4
    }

    /// Of a model; `tokens`: its text tokens by id.
    ///
    /// After the text tokens come: end of text, start, a token for each language, translate, transcribe, a
    /// start of the language model and of earlier text, no speech, no timestamps, then times. English-only
    /// models have room for 99 languages there too. Source: OpenAI's `tokenizer.py` (`get_encoding`).
    ///
    /// # Errors
    /// A language that has no code.
    pub(super) fn of(header: &Header, tokens: Vec<Vec<u8>>) -> Result<Self> {
        let end_of_text = header.text_tokens();
        let start = end_of_text + 1;
        // 1501 times: 0 to 30 s by 0.02
        let no_timestamps = header.n_vocab as usize - 1501 - 1;
        let transcribe = no_timestamps - 4;
        let mut suppressed = Vec::with_capacity(end_of_text);
        let mut blank = vec![end_of_text];
        for id in 0..end_of_text {
            let bytes = tokens.get(id).map(Vec::as_slice).unwrap_or_default();
            suppressed.push(is_not_speech(&String::from_utf8_lossy(bytes)));
            if bytes == b" " {
                blank.push(id);
            }
        }
        let mut languages = Vec::new();
        if header.is_multilingual() {
            for id in 0..transcribe - 1 - start - 1 {
                let code = LANGUAGES.get(id).context("a language without a code")?;
                languages.push(code.parse().map_err(anyhow::Error::msg)?);
            }
        }
        Ok(Self {
            size: header.n_vocab as usize,
            end_of_text,
            start: start as i32,
            no_speech: no_timestamps - 1,
            no_timestamps: no_timestamps as i32,
            transcribe: transcribe as i32,
            languages,
            tokens,
            suppressed,
            blank,
            text_context: header.n_text_ctx as usize,
        })
    }

    /// What follows the start token: language and task, nothing for an English-only model.
    pub(super) fn task(&self, language: &Language) -> Vec<i32> {
        let index = self.languages.iter().position(|l| l == language);
        index.map_or(Vec::new(), |index| vec![self.start + 1 + index as i32, self.transcribe])
    }

    /// The bytes of a text token.
    pub(super) fn bytes(&self, id: usize) -> &[u8] {
        self.tokens.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The tokens that may not be written, and those that may not come first, for a search.
    pub(super) fn banned(&self) -> (Vec<usize>, &[usize]) {
        ((0..self.size).filter(|&id| !self.allows(id, false)).collect(), &self.blank)
    }

    /// Whether a token may be written; `first`: at the start of the text.
    pub(super) fn allows(&self, id: usize, first: bool) -> bool {
        id <= self.end_of_text
            && !self.suppressed.get(id).copied().unwrap_or(false)
            && !(first && self.blank.contains(&id))
    }
}

/// Tokens of brackets, notes and typography; a hyphen or an apostrophe only where it would begin a
/// word. The same idea as OpenAI's list of "non-speech tokens".
fn is_not_speech(token: &str) -> bool {
    const SYMBOLS: &str = "\"#()*+/:;<=>@[\\]^_`{|}~「」『』♩♪♫♬♭♮♯";
    let body = token.strip_prefix(' ').unwrap_or(token);
    let opening = matches!(token, " -" | " '" | "--" | "---" | " --" | " ---");
    let bracketed = matches!(body, "-(" | "-[" | "('");
    opening || bracketed || (!body.is_empty() && body.chars().all(|c| SYMBOLS.contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published numbers of the three vocabularies (transformers' `generation_config.json`).
    #[test]
    fn special_tokens_are_where_whisper_has_them() {
        let of = |n_vocab| {
            let header =
                Header::from_numbers([n_vocab, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1]).unwrap();
            Vocabulary::of(&header, vec![b" ".to_vec(), b" (".to_vec(), b"a".to_vec()]).unwrap()
        };
        let ids = |v: &Vocabulary| {
            (v.end_of_text, v.start, v.transcribe, v.no_speech, v.no_timestamps, v.languages.len())
        };
        assert_eq!(ids(&of(51_864)), (50_256, 50_257, 50_358, 50_361, 50_362, 0));
        assert_eq!(ids(&of(51_865)), (50_257, 50_258, 50_359, 50_362, 50_363, 99));
        assert_eq!(ids(&of(51_866)), (50_257, 50_258, 50_360, 50_363, 50_364, 100));
        let base = of(51_865);
        let french = base.languages.iter().position(|l| l.to_string() == "fr");
        assert_eq!(french.map(|i| base.start as usize + 1 + i), Some(50_265));
        let allowed = |id, first| base.allows(id, first);
        assert!(!allowed(0, true) && allowed(0, false), "a space");
        assert!(!allowed(1, false), "a bracket");
        assert!(allowed(2, true) && allowed(50_257, false) && !allowed(50_257, true));
        assert!(!allowed(50_258, false), "the start token is no text");
    }
}
