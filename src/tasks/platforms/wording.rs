//! Texts for tools whose page cannot ask the reader's browser for a language: several languages side by side.
//! In: the page language of the settings. Out: texts, that one first. Left to others: where they stand.

use crate::domain::PageLanguage;
use crate::tasks::page::escape_html;

/// Languages to show together.
pub struct Wording(Vec<PageLanguage>);

impl Wording {
    /// The chosen one, then each other that somebody reviewed.
    pub fn of(chosen: PageLanguage) -> Self {
        let others = PageLanguage::all().filter(|l| *l != chosen && l.strings().reviewed);
        Self(std::iter::once(chosen).chain(others).collect())
    }

    /// The languages.
    pub fn languages(&self) -> impl Iterator<Item = PageLanguage> {
        self.0.iter().copied()
    }

    /// A text in all of them, escaped; equal ones once.
    pub fn text(&self, key: &str) -> String {
        joined(self.languages().map(|language| language.text(key)))
    }

    /// A region's name in all of them, escaped; equal ones once.
    pub fn region(&self, code: &str) -> String {
        joined(self.languages().map(|language| language.region(code).unwrap_or(code)))
    }
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut different: Vec<String> = Vec::new();
    for text in texts.map(escape_html) {
        if !different.contains(&text) {
            different.push(text);
        }
    }
    different.join(" / ")
}
