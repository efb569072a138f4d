//! What there is for the languages of a workspace: a fitted score, a word list, number rules. In: languages, the
//! calibration in use. Out: what each lacks. Left to others: saying so (`views::languages`).

use anyhow::Result;

use super::scores;
use super::workspace::Workspace;
use crate::domain::{Language, LanguageChoice};
use crate::hypotheses::calibrate::Calibration;
use crate::hypotheses::familiar;
use crate::text::counting::CountedIn;
use crate::text::normalise;
use crate::views::lang::Lang;
use crate::views::languages::{Lack, LanguageSupport};

/// What there is for a language; `clips`: in it.
pub fn support(
    calibration: &Calibration,
    language: &Language,
    clips: Option<u64>,
) -> LanguageSupport {
    let there = [
        (Lack::Calibration, calibration.covers(language)),
        (Lack::WordList, familiar::has_list(language)),
        (
            Lack::NumberRules,
            normalise::says_numbers(language) || CountedIn::of(language) == CountedIn::Characters,
        ),
    ];
    LanguageSupport {
        clips,
        counted_in: CountedIn::of(language),
        lacks: there.into_iter().filter(|(_, there)| !there).map(|(lack, _)| lack).collect(),
        language: language.clone(),
    }
}

/// What a new workspace should know of its language.
pub fn at_init(lang: Lang, workspace: &Workspace) -> Result<Vec<String>> {
    let LanguageChoice::Fixed(language) = &workspace.config.language else { return Ok(Vec::new()) };
    let calibration = scores::own_calibration(workspace)?;
    Ok(support(&calibration, language, None).sentences(lang))
}
