//! Greedy decoding of clips, one or several in step. In: clips, how much context. Out: their tokens with numbers.
//! Left to others: logits (`runtime`), the choice of a token (`greedy`), what looks wrong (`guard`).
//!
//! Clips that are decoded together have the same context, and each gets the numbers that it would get alone: rows
//! of a matrix do not mix, and what is added up is added up in the same order.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail, ensure};

use super::vocabulary::Vocabulary;
use super::{Decoded, LOOP_TOKENS, MAX_SAMPLES, Worker};
use crate::greedy::{self, Choice};
use crate::{Language, LanguageChoice};

/// A clip to be decoded.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// 16 kHz mono, at most 30 s.
    pub samples: &'a [f32],
    /// Most text tokens.
    pub max_tokens: usize,
    /// The language, or detection.
    pub language: &'a LanguageChoice,
}

/// What the start token tells, and what was written so far.
pub(super) struct Text {
    p_no_speech: f64,
    pub(super) language: Language,
    languages: Vec<(Language, f64)>,
    choices: Vec<Choice>,
    end: Option<Choice>,
}

pub(super) const NO_NUMBERS: &str = "the model gave no numbers (a broken model file?)";

impl Worker {
    /// Decodes clips that get the same context, at most [`super::Engine::together`] of them, greedily at temperature 0,
    /// without timestamps or earlier text; in their order. `stop` is looked at before the encoder and before every
    /// token; one encoder run of `base` over the full window takes about a second and is not interrupted.
    ///
    /// # Errors
    /// One clip that cannot be decoded fails them all.
    pub fn decode_all(
        &mut self,
        asks: &[Ask<'_>],
        context: u32,
        stop: &AtomicBool,
    ) -> Result<Vec<Decoded>> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        let (mut texts, mut past) = self.begin(asks, context, stop)?;
        let mut going: Vec<usize> = (0..asks.len()).collect();
        let mut next = vec![vocabulary.no_timestamps; asks.len()];
        loop {
            let logits = self.step(&next, past, stop)?;
            past += 1;
            next.clear();
            let mut rows = Vec::new();
            for (row, logits) in logits.chunks_exact(vocabulary.size).take(going.len()).enumerate()
            {
                let (ask, text) = (&asks[going[row]], &mut texts[going[row]]);
                let most = ask.max_tokens.min(vocabulary.most_tokens());
                if let Some(token) = text.go_on(logits, vocabulary, most)? {
                    rows.push(row);
                    next.push(token);
                }
            }
            if rows.is_empty() {
                break;
            }
            if rows.len() < going.len() {
                self.state.keep(&rows)?;
                going = rows.into_iter().map(|row| going[row]).collect();
            }
        }
        Ok(texts.into_iter().map(|text| text.decoded(vocabulary)).collect())
    }

    /// Encodes clips and begins their texts: what the start token tells of each, and how many tokens were fed. Only the last
    /// of the prompt is left.
    pub(super) fn begin(
        &mut self,
        asks: &[Ask<'_>],
        context: u32,
        stop: &AtomicBool,
    ) -> Result<(Vec<Text>, usize)> {
        let engine = Arc::clone(&self.engine);
        let vocabulary = &engine.vocabulary;
        for ask in asks {
            ensure!(!ask.samples.is_empty(), "the clip is empty");
            ensure!(ask.samples.len() <= MAX_SAMPLES, "the clip is longer than 30 s");
        }
        let samples: Vec<&[f32]> = asks.iter().map(|ask| ask.samples).collect();
        self.encode(&samples, context, stop)?;
        self.state.begin(&(0..asks.len()).collect::<Vec<_>>())?;

        // The start token alone: its logits tell the language and whether anybody speaks.
        let logits = self.step(&vec![vocabulary.start; asks.len()], 0, stop)?;
        let rows = logits.chunks_exact(vocabulary.size);
        let texts = rows.zip(asks).map(|(row, ask)| Text::begun(row, ask.language, vocabulary));
        let texts: Vec<Text> = texts.collect::<Result<_>>()?;
        let mut past = 1;
        if !vocabulary.languages.is_empty() {
            let tokens = texts.iter().flat_map(|t| vocabulary.task(&t.language));
            self.step(&tokens.collect::<Vec<_>>(), past, stop)?;
            past += 2;
        }
        Ok((texts, past))
    }
}

impl Text {
    /// From the logits that follow the start token.
    fn begun(logits: &[f32], language: &LanguageChoice, vocabulary: &Vocabulary) -> Result<Self> {
        let p_no_speech =
            greedy::softmax(logits).get(vocabulary.no_speech).copied().unwrap_or(f64::NAN);
        ensure!(p_no_speech.is_finite(), NO_NUMBERS);
        let first = vocabulary.start as usize + 1;
        let p = greedy::softmax(&logits[first..first + vocabulary.languages.len()]);
        let languages: Vec<_> = vocabulary.languages.iter().cloned().zip(p).collect();
        let language = spoken(language, &languages)?;
        Ok(Self { p_no_speech, language, languages, choices: Vec::new(), end: None })
    }

    /// Takes the likeliest token; the one to feed next, or none where the text is over.
    fn go_on(
        &mut self,
        logits: &[f32],
        vocabulary: &Vocabulary,
        most: usize,
    ) -> Result<Option<i32>> {
        let first = self.choices.is_empty();
        let choice =
            greedy::choose(logits, |id| vocabulary.allows(id, first)).context(NO_NUMBERS)?;
        if choice.id == vocabulary.end_of_text {
            self.end = Some(choice);
            return Ok(None);
        }
        self.choices.push(choice);
        let ids: Vec<usize> = self.choices.iter().map(|c| c.id).collect();
        let over = ids.len() >= most || greedy::loops(&ids, LOOP_TOKENS);
        Ok((!over).then_some(choice.id as i32))
    }

    /// The text that was read, with its numbers.
    pub(super) fn of_choices(self, choices: Vec<Choice>, end: Option<Choice>) -> Self {
        Self { choices, end, ..self }
    }

    pub(super) fn decoded(self, vocabulary: &Vocabulary) -> Decoded {
        let Self { p_no_speech, language, languages, choices, end } = self;
        let times = Vec::new();
        let tokens = choices.into_iter().map(|c| (vocabulary.bytes(c.id).to_vec(), c)).collect();
        Decoded { tokens, end, p_no_speech, language, languages, times }
    }
}

/// The language to decode in.
fn spoken(choice: &LanguageChoice, languages: &[(Language, f64)]) -> Result<Language> {
    if languages.is_empty() {
        let english: Language = "en".parse().map_err(anyhow::Error::msg)?;
        if let LanguageChoice::Fixed(other) = choice
            && *other != english
        {
            bail!("the model knows English only; '{other}' needs a multilingual one such as base");
        }
        return Ok(english);
    }
    match choice {
        LanguageChoice::Fixed(fixed) => {
            let known = languages.iter().any(|(l, _)| l == fixed);
            ensure!(known, "Whisper does not know the language '{fixed}'");
            Ok(fixed.clone())
        }
        LanguageChoice::Auto => languages
            .iter()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(l, _)| l.clone())
            .context("no language"),
    }
}
