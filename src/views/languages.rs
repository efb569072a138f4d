//! What there is for a language, in words. In: what is lacking. Out: sentences for a terminal, the report and the card.
//! Left to others: finding out (pipeline).

use schemars::JsonSchema;
use serde::Serialize;

use super::lang::{Lang, t};
use crate::domain::Language;
use crate::text::counting::CountedIn;

/// Something that makes a workspace better, and that a language may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// A score that was fitted on it.
    Calibration,
    /// A list of its words.
    WordList,
    /// Rules that make words of its numbers.
    NumberRules,
}

/// What there is for a language.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LanguageSupport {
    /// The language.
    #[schemars(with = "String")]
    pub language: Language,
    /// Clips in it; null: not counted.
    pub clips: Option<u64>,
    /// What errors are counted in.
    pub counted_in: CountedIn,
    /// What there is not.
    pub lacks: Vec<Lack>,
}

impl LanguageSupport {
    /// What a team should know of it, a sentence each; nothing where all is there.
    pub fn sentences(&self, lang: Lang) -> Vec<String> {
        let code = self.language.as_str();
        let mut said: Vec<String> = self
            .lacks
            .iter()
            .map(|lack| match lack {
                Lack::Calibration => t!(lang, "language.no_calibration", code = code),
                Lack::WordList => t!(lang, "language.no_word_list", code = code),
                Lack::NumberRules => t!(lang, "language.no_number_rules", code = code),
            })
            .collect();
        if self.counted_in == CountedIn::Characters {
            said.push(t!(lang, "language.characters", code = code));
        }
        said
    }
}

/// The name of the error rate of all languages together.
pub fn rate(languages: &[LanguageSupport]) -> &'static str {
    let by = |unit| languages.iter().any(|one| one.counted_in == unit);
    match (by(CountedIn::Words), by(CountedIn::Characters)) {
        (_, false) => CountedIn::Words.rate(),
        (false, true) => CountedIn::Characters.rate(),
        (true, true) => "WER/CER",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_anything_says_what_that_means() {
        let of = |code: &str, lacks: &[Lack]| {
            let language: Language = code.parse().unwrap();
            let counted_in = CountedIn::of(&language);
            LanguageSupport { language, clips: None, counted_in, lacks: lacks.to_vec() }
        };
        assert!(of("fr", &[]).sentences(Lang::default()).is_empty());
        let lacks = [Lack::Calibration, Lack::WordList, Lack::NumberRules];
        let said = of("ja", &lacks).sentences(Lang::default());
        assert_eq!(said.len(), 4);
        assert!(
            said[0].contains("every clip goes to people") && said[3].contains("CER"),
            "{said:?}"
        );
        assert_eq!(rate(&[of("ja", &[])]), "CER");
        assert_eq!(rate(&[of("ja", &[]), of("fr", &[])]), "WER/CER");
        assert_eq!(rate(&[]), "WER");
    }
}
