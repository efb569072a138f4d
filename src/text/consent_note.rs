//! What the free note on consent says: purposes, a refusal, or nothing that is understood. In: the note as a team wrote
//! it. Out: a [`ConsentNote`]. Pure. Left to others: what follows from it (`domain::permitted`).
//!
//! The list of phrases is `refusals.tsv`. A note in doubt counts as a refusal, which is named when it is read; a yes that
//! nobody gave would not be.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::fold::phrase;
use super::words::words;
use crate::domain::{ConsentNote, data_uses};

const LIST: &str = include_str!("refusals.tsv");

/// Where a phrase must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// Alone.
    Whole,
    /// First.
    Start,
    /// Anywhere.
    Part,
    /// Anywhere, and it is no refusal.
    Not,
}

static PHRASES: LazyLock<Vec<(Extent, String)>> = LazyLock::new(|| {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    let phrase = |line: &str| {
        let mut columns = line.split('\t');
        let extent = match columns.next()? {
            "whole" => Extent::Whole,
            "start" => Extent::Start,
            "part" => Extent::Part,
            "not" => Extent::Not,
            _ => return None,
        };
        Some((extent, plain(columns.nth(1)?)))
    };
    lines.filter_map(phrase).collect()
});

/// The words of a text without accents, one space between them and at either end.
fn plain(text: &str) -> String {
    let bare: String = phrase(text).nfd().filter(|c| !is_combining_mark(*c)).collect();
    format!(" {} ", words(&bare).join(" "))
}

/// What a note says. One that holds purposes and nothing else says these.
pub fn consent_note(note: &str) -> ConsentNote {
    if note.trim().is_empty() {
        return ConsentNote::Free;
    }
    if let Ok(uses) = data_uses(note) {
        return ConsentNote::Purposes(uses);
    }
    let mut text = plain(note);
    for (_, harmless) in PHRASES.iter().filter(|(extent, _)| *extent == Extent::Not) {
        text = text.replace(harmless.as_str(), " / ");
    }
    let refused = PHRASES.iter().any(|(extent, phrase)| match extent {
        Extent::Whole => text == *phrase,
        Extent::Start => text.starts_with(phrase.as_str()),
        Extent::Part => text.contains(phrase.as_str()),
        Extent::Not => false,
    });
    if refused { ConsentNote::Refused } else { ConsentNote::Free }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_for_no_is_a_refusal() {
        for note in [
            "no",
            "No.",
            "NON",
            "non !",
            "n",
            "refused",
            "NO - withdrawn",
            "withdrawn 2026-03-01",
            "retiré",
            "Retire",
            "retirée le 3 mars",
            "révoqué",
            "revoque",
            "refus",
            "a refusé",
            "consentement retiré par courriel",
            "ne consent pas",
            "n'a pas signé",
            "n’a pas signé",
            "pas d'accord",
            "sin consentimiento",
            "no autoriza",
            "revocado",
            "retirado",
            "opt-out",
            "opted out by phone",
            "not yet",
            "pending",
            "en attente",
            "unsigned",
            "did not sign",
            "no consent",
            "has not consented",
            "nein",
            "widerrufen",
            "0",
            "false",
            "Signed 2024, withdrawn 2026",
            "yes, but later refused",
            "no: only review",
        ] {
            assert_eq!(consent_note(note), ConsentNote::Refused, "{note}");
        }
    }

    #[test]
    fn other_notes_stay_notes() {
        for note in [
            "",
            "  ",
            "yes",
            "oui",
            "sí",
            "signed form 12",
            "form v3 (2026)",
            "CC0 donation",
            "no objection",
            "signed, no restrictions",
            "not withdrawn",
            "jamais retiré",
            "sans restriction",
            "oral, on tape",
            "Nora's mother signed",
            "noted",
            "nonprofit study",
            "ethics board 2024-17",
            "can be withdrawn at any time: signed",
            "Norm 12",
            "?",
        ] {
            assert_eq!(consent_note(note), ConsentNote::Free, "{note}");
        }
    }

    #[test]
    fn a_note_of_purposes_says_these() {
        let purposes = |text| ConsentNote::Purposes(data_uses(text).unwrap());
        assert_eq!(consent_note("Review, train"), purposes("review,train"));
        assert_eq!(consent_note("none"), purposes("none"));
        assert_eq!(consent_note("review and train"), ConsentNote::Free);
    }

    #[test]
    fn every_line_of_the_list_is_understood_and_found_by_itself() {
        let lines: Vec<&str> = LIST.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(PHRASES.len(), lines.len());
        for (line, (extent, _)) in lines.iter().zip(PHRASES.iter()) {
            let written = line.split('\t').nth(2).unwrap();
            assert_eq!(written.to_lowercase(), written, "{line}");
            let refused = consent_note(written) == ConsentNote::Refused;
            assert_eq!(refused, *extent != Extent::Not, "{line}");
        }
    }
}
