//! Known made-up phrases. In: a draft. Out: the phrase that it holds, if any. Left to others:
//! repetition and rate of speech (`hypotheses`), and what a hit leads to: another decoding there, a
//! person's ear in `routing`.

use std::sync::LazyLock;

use super::words::words;

/// Where a phrase must stand.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Extent {
    /// Anywhere, at word bounds.
    Part,
    /// Alone.
    Whole,
}

struct Phrase {
    place: Extent,
    /// As written in the list.
    written: &'static str,
    /// In comparable form, with a space on either side.
    padded: String,
}

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let lines = include_str!("hallucinations.tsv").lines();
    let lines = lines.filter(|line| !line.starts_with('#')).skip(1);
    let phrases = lines.filter_map(|line| line.split_once('\t'));
    phrases
        .map(|(place, written)| {
            let place = if place == "whole" { Extent::Whole } else { Extent::Part };
            Phrase { place, written, padded: padded(written) }
        })
        .collect()
});

fn padded(text: &str) -> String {
    format!(" {} ", words(text).join(" "))
}

/// The known phrase that the text holds, as it stands in the list.
pub fn known_phrase(text: &str) -> Option<&'static str> {
    let text = padded(text);
    let hit = PHRASES.iter().find(|phrase| match phrase.place {
        Extent::Part => text.contains(&phrase.padded),
        Extent::Whole => text == phrase.padded,
    })?;
    Some(hit.written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_whisper_inventions_are_recognised() {
        for text in [
            "Sous-titrage Société Radio-Canada",
            "Sous-titres réalisés para la communauté d'Amara.org",
            "Sous-titres réalisés par la communauté d’Amara.org",
            "Merci d'avoir regardé cette vidéo !",
            "❤️ par SousTitreur.com",
            "Sous-titrage ST' 501",
            "Il faut partir. Sous-titrage FR ?",
            "Thanks for watching!",
            "[Musique]",
            "Transcribed by https://otter.ai",
        ] {
            assert!(known_phrase(text).is_some(), "{text}");
        }
    }

    #[test]
    fn short_answers_and_plain_sentences_are_not() {
        for text in [
            "Merci.",
            "Oui",
            "Non",
            "Merci beaucoup.",
            "Au revoir",
            "D'accord",
            "OK",
            "Thank you.",
            "Bye",
            "you",
            "",
            "La musique est belle.",
            "J'écoute Radio-Canada le matin.",
            "Merci d'avoir regardé le rapport avant la réunion.",
            "Le sous-titre est illisible.",
            "Nous sommes abonnés au journal.",
        ] {
            assert_eq!(known_phrase(text), None, "{text}");
        }
    }

    #[test]
    fn every_line_of_the_list_is_read_and_found_by_itself() {
        let lines = include_str!("hallucinations.tsv").lines();
        assert_eq!(PHRASES.len(), lines.filter(|l| !l.starts_with('#')).count() - 1);
        for phrase in PHRASES.iter() {
            assert!(known_phrase(phrase.written).is_some(), "{}", phrase.written);
            assert!(phrase.padded.len() > 3, "{}", phrase.written);
        }
    }
}
