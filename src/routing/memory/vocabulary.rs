//! A team's names and terms. In: the text of a TSV file. Out: its terms, or an error that names the line. Pure.
//!
//! Columns: `term`, and optionally `sounds`: how a model may write it, forms joined by `|`. Lines that begin with `#` and empty
//! ones are skipped; a first line `term` or `term<TAB>sounds` is a header.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use crate::text::composed;
use crate::text::fold::{letters, lower};
use crate::text::words::spaced;

/// Terms that a list may have: each is looked for in every draft.
const MOST: usize = 2_000;
/// Words of a term, or of a form, at most.
pub(super) const MOST_WORDS: usize = 6;

/// A term and the forms in which a model may write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As it is to be written.
    pub term: String,
    /// Forms, in lower case.
    pub sounds: Vec<String>,
}

/// The terms of a file called `name`.
///
/// # Errors
/// A line that is no term, or too many: file and line are named.
pub fn terms(name: &str, text: &str) -> Result<Vec<Term>> {
    let mut terms = Vec::new();
    let mut seen = BTreeSet::new();
    for (n, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (term, sounds) = line.split_once('\t').unwrap_or((line, ""));
        let (term, sounds) = (composed(term.trim()).into_owned(), sounds.trim());
        let is_header = terms.is_empty() && term == "term" && ["", "sounds"].contains(&sounds);
        if term.is_empty() || term.starts_with('#') || is_header {
            continue;
        }
        let at = || format!("{name}, line {}", n + 1);
        ensure!(
            !sounds.contains('\t'),
            "{}: two columns at most (term, sounds), joined by a tab",
            at()
        );
        let forms = sounds.split('|').map(words).filter(|form| !form.is_empty());
        let forms: Vec<String> = forms.collect();
        for text in [&term].into_iter().chain(&forms) {
            let count = spaced(text).count();
            ensure!(
                (1..=MOST_WORDS).contains(&count),
                "{}: '{text}' has {count} words; a term and its forms have 1 to {MOST_WORDS}",
                at()
            );
        }
        ensure!(seen.insert(letters(&term)), "{}: '{term}' occurs twice; keep one", at());
        ensure!(terms.len() < MOST, "{}: a list has {MOST} terms at most", at());
        terms.push(Term { term, sounds: forms });
    }
    Ok(terms)
}

/// The words of a form, in lower case, joined by single spaces.
fn words(form: &str) -> String {
    spaced(form).map(|at| lower(&form[at])).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_come_with_the_forms_that_a_model_may_write() {
        let text = "term\tsounds\n# people\nDésilets\tdes ilets | Désiler\n\nLa Tuque\n";
        let read = terms("terms.tsv", text).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            (&*read[0].term, &*read[0].sounds),
            ("Désilets", &["des ilets".into(), "désiler".into()][..])
        );
        assert_eq!((&*read[1].term, read[1].sounds.len()), ("La Tuque", 0));
    }

    #[test]
    fn a_line_that_is_no_term_is_named() {
        for (text, why) in [
            ("a\tb\tc", "line 1"),
            ("Luc\nluc", "line 2: 'luc' occurs twice"),
            ("un deux trois quatre cinq six sept", "7 words"),
            ("...", "0 words"),
        ] {
            let said = format!("{:#}", terms("terms.tsv", text).unwrap_err());
            assert!(said.contains("terms.tsv, line") && said.contains(why), "{said}");
        }
    }
}
