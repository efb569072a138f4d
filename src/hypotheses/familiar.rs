//! How familiar the words of a text are: their frequency in ordinary writing and speech.
//! In: a text and its language. Out: [`Familiarity`], or nothing for a language without a list.
//! Left to others: what it says about a hypothesis (`features`). A word that no list knows is often a
//! recogniser's spelling of something that it got wrong.
//!
//! The lists are those of the Python package wordfreq (Speer 2022), CC-BY-SA-4.0, words of letters only;
//! `scripts/word-lists` makes them. A word's Zipf value (van Heuven et al. 2014) is the base-10 logarithm of
//! its occurrences in a thousand million words: 3 is rare, 6 is one of the most frequent. A word that sounds
//! like others ("minute", "minutes") may be right to the ear and wrong on paper: the list says how often the
//! sound is another word.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;

use crate::domain::Language;
use crate::text::words::compounds;

/// Zipf value of a regional word that the lexicon knows and the list may not: rare, and no mistake.
const REGIONAL: f64 = 3.0;
/// How often the sound of a word is another one, where the list does not say.
const USUAL_OTHER: f64 = 0.2;

static FRENCH: LazyLock<List> =
    LazyLock::new(|| List::read(include_bytes!("../../models/words/fr.txt.gz")));
static ENGLISH: LazyLock<List> =
    LazyLock::new(|| List::read(include_bytes!("../../models/words/en.txt.gz")));

/// How familiar the words of a text are. Numbers in digits do not count; a text without words is
/// one unknown word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Familiarity {
    /// Zipf value of the least familiar word; 0 for one that the list does not know.
    pub least: f64,
    /// Mean Zipf value.
    pub mean: f64,
    /// Words that are unknown.
    pub unknown: f64,
    /// Words under 2.5, unknown ones among them.
    pub very_rare: f64,
    /// Words under 3, likewise.
    pub rare: f64,
    /// Mean over all words (parts of l'eau apart) of how often the sound is another word, 0 to 1.
    pub homophones: f64,
}

/// The familiarity of a text; `None` when there is no list of the language. `regional` says whether
/// a word of a language belongs to the lexicon: regional words must not pass for mistakes.
pub fn familiarity(
    text: &str,
    language: &Language,
    regional: &dyn Fn(&Language, &str) -> bool,
) -> Option<Familiarity> {
    let list = list(language)?;
    let (mut zipfs, mut others) = (Vec::new(), Vec::new());
    for unit in compounds(text) {
        let parts = unit.split(['\'', '-']).filter(|part| !part.is_empty());
        let known: Vec<Option<ListedWord>> = parts.map(|part| list.word(part)).collect();
        let other = |word: &Option<ListedWord>| word.and_then(|w| w.other).unwrap_or(USUAL_OTHER);
        others.extend(known.iter().map(other));
        zipfs.push(match together(&known) {
            Some(zipf) => zipf,
            None if regional(language, &unit) => REGIONAL,
            None => 0.0,
        });
    }
    if zipfs.is_empty() {
        zipfs.push(0.0);
    }
    let under = |limit: f64| zipfs.iter().filter(|z| **z < limit).count() as f64;
    Some(Familiarity {
        least: zipfs.iter().copied().fold(f64::INFINITY, f64::min),
        mean: zipfs.iter().sum::<f64>() / zipfs.len() as f64,
        unknown: under(f64::MIN_POSITIVE),
        very_rare: under(2.5),
        rare: under(3.0),
        homophones: others.iter().sum::<f64>() / others.len().max(1) as f64,
    })
}

/// Whether there is a word list of a language.
pub fn has_list(language: &Language) -> bool {
    list(language).is_some()
}

fn list(language: &Language) -> Option<&'static List> {
    match language.as_str() {
        "fr" => Some(&FRENCH),
        "en" => Some(&ENGLISH),
        _ => None,
    }
}

/// Sorted words with their Zipf values, as one text: a tenth of the memory of a map.
struct List {
    text: String,
    /// Where each line starts.
    lines: Vec<u32>,
}

impl List {
    fn read(packed: &[u8]) -> Self {
        let mut text = String::new();
        // The file is part of the program: a test reads it whole.
        let _ = GzDecoder::new(packed).read_to_string(&mut text);
        let starts = text.match_indices('\n').map(|(at, _)| at as u32 + 1);
        let mut lines: Vec<u32> = std::iter::once(0).chain(starts).collect();
        lines.pop();
        Self { text, lines }
    }

    fn line(&self, n: usize) -> (&str, ListedWord) {
        let start = self.lines[n] as usize;
        let end = self.lines.get(n + 1).map_or(self.text.len(), |&end| end as usize);
        let mut columns = self.text[start..end].trim_end_matches('\n').split('\t');
        let word = columns.next().unwrap_or_default();
        let mut number = || columns.next().and_then(|n| n.parse::<f64>().ok()).map(|n| n / 100.0);
        (word, ListedWord { zipf: number().unwrap_or(0.0), other: number() })
    }

    fn word(&self, word: &str) -> Option<ListedWord> {
        let at = self.lines.partition_point(|&start| {
            let rest = &self.text.as_bytes()[start as usize..];
            let end = rest.iter().position(|&b| b == b'\t').unwrap_or(rest.len());
            &rest[..end] < word.as_bytes()
        });
        let (found, known) = (at < self.lines.len()).then(|| self.line(at))?;
        (found == word).then_some(known)
    }
}

/// The Zipf value of a unit of these parts: as often together as 1 / sum of 1 / frequency says, which is how wordfreq reckons
/// with words of several tokens; `None` as soon as one part is unknown.
fn together(parts: &[Option<ListedWord>]) -> Option<f64> {
    let rarity = |part: &Option<ListedWord>| part.map(|word| 10f64.powf(-word.zipf));
    parts.iter().map(rarity).sum::<Option<f64>>().map(|rarity| -rarity.log10())
}

/// What the list says of a word.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ListedWord {
    zipf: f64,
    /// How often the same sound is another word, 0 to 1.
    other: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, language: &str) -> Option<Familiarity> {
        familiarity(text, &language.parse().unwrap(), &|_, word| word == "frette")
    }

    #[test]
    fn the_lists_hold_what_wordfreq_holds() {
        assert!(FRENCH.lines.len() > 300_000 && ENGLISH.lines.len() > 290_000);
        let zipf = |word: &str| FRENCH.word(word).map(|known| known.zipf);
        assert_eq!((zipf("temps"), zipf("œuvre")), (Some(6.01), Some(5.04)));
        // two words of one sound share it
        let other = |word: &str| FRENCH.word(word).and_then(|known| known.other).unwrap();
        assert!(other("minute") > 0.5 && other("minutes") < 0.5 && other("un") < 0.1);
        assert_eq!(FRENCH.word("réonlingue"), None);
        let (first, last) = (FRENCH.line(0), FRENCH.line(FRENCH.lines.len() - 1));
        assert_eq!(FRENCH.word(first.0), Some(first.1));
        assert_eq!(FRENCH.word(last.0), Some(last.1));
    }

    #[test]
    fn words_that_nobody_writes_stand_out() {
        let plain = of("Appuyez sur 2 pour l’eau, peut-être.", "fr").unwrap();
        assert!(plain.least > 3.0 && plain.unknown == 0.0, "{plain:?}");
        let odd = of("Appuyez sur la touche réonlingue", "fr").unwrap();
        assert_eq!((odd.least, odd.unknown, odd.rare), (0.0, 1.0, 1.0));
        assert_eq!(of("il fait frette", "fr").unwrap().unknown, 0.0);
        assert_eq!(of("42", "fr").unwrap().unknown, 1.0);
        assert_eq!(of("bonjour", "wo"), None);
    }

    #[test]
    fn two_parts_are_rarer_than_either() {
        let both = of("l'eau", "fr").unwrap().least;
        assert!(both < FRENCH.word("eau").unwrap().zipf && both > 4.5, "{both}");
    }
}
