//! The languages that a model knows. In: its file, or its name where the file is not there. Out: whether a language is
//! among them, or why not.

use std::path::Path;

use anyhow::{Context, Result};

use super::ggml;
use super::registry::{Languages, Registry};
use crate::{LANGUAGES, Language};

/// Text tokens, start, end and the rest of a multilingual vocabulary without any language.
///
/// Source: OpenAI's `tokenizer.py` (`get_encoding`): 51,865 tokens with 99 languages.
const WITHOUT_LANGUAGES: u32 = 51_865 - 99;
/// Languages of the multilingual models before large-v3.
const BEFORE_LARGE_V3: usize = 99;

/// What a model knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// English alone.
    English,
    /// The first so many of [`LANGUAGES`].
    First(usize),
}

impl Known {
    /// Of a registered name, or of a file.
    ///
    /// # Errors
    /// It is neither, or no model.
    pub fn of(model: &str) -> Result<Self> {
        let registry = Registry::embedded()?;
        let Some(wanted) = registry.get(model) else {
            let header = ggml::inspect(Path::new(model)).context("read the model's header")?;
            return Ok(match header.is_multilingual() {
                false => Self::English,
                true => Self::First(header.n_vocab.saturating_sub(WITHOUT_LANGUAGES) as usize),
            });
        };
        Ok(match wanted.model.languages {
            Languages::En => Self::English,
            Languages::Multilingual if wanted.model.name.starts_with("large-v3") => {
                Self::First(LANGUAGES.len())
            }
            Languages::Multilingual => Self::First(BEFORE_LARGE_V3),
        })
    }

    /// Why a language is not among them.
    pub fn lacks(self, language: &Language) -> Option<String> {
        let code = language.as_str();
        let place = LANGUAGES.iter().position(|known| *known == code);
        match (self, place) {
            (Self::English, _) if code == "en" => None,
            (Self::English, _) => Some(format!(
                "the model knows English only; '{code}' needs a multilingual one such as base"
            )),
            (Self::First(count), Some(place)) if place < count => None,
            (Self::First(_), Some(_)) => {
                Some(format!("the model does not know '{code}', which came with large-v3"))
            }
            (Self::First(_), None) => Some(format!("Whisper does not know the language '{code}'")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_knows_the_languages_that_its_vocabulary_has() {
        let lacks = |model: &str, code: &str| {
            Known::of(model).unwrap().lacks(&code.parse().unwrap()).unwrap_or_default()
        };
        assert_eq!(lacks("base", "de"), "");
        assert!(lacks("base.en", "de").contains("English only"));
        assert!(lacks("base", "yue").contains("large-v3"));
        assert_eq!(lacks("large-v3-turbo", "yue"), "");
        assert!(lacks("base", "tlh").contains("does not know the language 'tlh'"));
        assert!(Known::of("no such model").is_err());
    }
}
