//! Where a draft has something that may have been said otherwise. In: a draft, pairs in use, terms. Out: places, the best
//! confirmed first, each with the text as it would be. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::learnt::KnownWords;
use super::near::{distance, distance_to_term};
use super::vocabulary::{MOST_WORDS, Term};
use crate::domain::{Confusion, Language, PairSource, WordPair};
use crate::text::fold::{APOSTROPHES, letters, lower};
use crate::text::words::{runs, spaced};

/// Places of one draft that are tried: each costs a decoder step a token.
const MOST: usize = 8;
/// Words of people's texts that are tried for one piece: the nearest.
const MOST_FOR_A_PIECE: usize = 3;
/// Words of a draft that may be one word of people's texts.
const WORDS_FOR_ONE: usize = 2;

/// Of a term, or of a word of people's texts: nothing is known beforehand.
const TERM_LOG_ODDS: f64 = 0.0;

/// Pairs and terms ready to be looked for.
#[derive(Debug, Default)]
pub struct Memory {
    /// Of people, those with most clips first.
    confusions: Vec<Confusion>,
    /// Their places in that list, by language and first word of what the model wrote.
    by_first_word: BTreeMap<(Language, String), Vec<usize>>,
    /// The team's terms, with their letters.
    terms: Vec<(Term, String)>,
    /// What people wrote in other clips, by language.
    words: BTreeMap<Language, KnownWords>,
    /// Digests of the pairs that the team took out.
    removed: BTreeSet<String>,
}

/// A piece of a draft and what may have been said.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// What it has and what is tried.
    pub pair: WordPair,
    /// Where that comes from.
    pub source: PairSource,
    /// The logarithm of its odds before anybody listens.
    pub log_prior: f64,
    /// Where it stands in the draft, bytes.
    pub at: Range<usize>,
    /// The whole text with what is tried in its place.
    pub text: String,
}

/// A word of a draft; a part behind an apostrophe is one of its own too.
struct Word {
    at: Range<usize>,
    lower: String,
    /// Which word between spaces it is (part) of.
    number: usize,
    /// Whether it is all of that.
    whole: bool,
}

impl Memory {
    /// Of the pairs that are in use, of terms, and of words that people wrote.
    pub fn of(
        confusions: impl IntoIterator<Item = Confusion>,
        terms: Vec<Term>,
        words: BTreeMap<Language, KnownWords>,
    ) -> Self {
        let mut confusions: Vec<Confusion> = confusions.into_iter().filter(|c| c.in_use).collect();
        confusions.sort_by(|a, b| (b.clips, &a.pair).cmp(&(a.clips, &b.pair)));
        let mut by_first_word: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (n, confusion) in confusions.iter().enumerate() {
            let WordPair { language, wrote, .. } = &confusion.pair;
            let first = wrote.split(' ').next().unwrap_or_default().to_string();
            by_first_word.entry((language.clone(), first)).or_default().push(n);
        }
        let terms = terms.into_iter().map(|term| {
            let plain = letters(&term.term);
            (term, plain)
        });
        Self { confusions, by_first_word, terms: terms.collect(), words, removed: BTreeSet::new() }
    }

    /// The same without pairs of these digests.
    pub fn without(self, removed: BTreeSet<String>) -> Self {
        Self { removed, ..self }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        let confirms = |words: &KnownWords| !words.confirmed.is_empty();
        self.confusions.is_empty() && self.terms.is_empty() && !self.words.values().any(confirms)
    }

    /// The logarithm of how much oftener people wrote the second of a pair than left the first; `None`: the pair is not (or no
    /// longer) part of this memory.
    pub fn log_prior(&self, pair: &WordPair) -> Option<f64> {
        if self.removed.contains(&pair.digest()) {
            return None;
        }
        let confirmed = self.confusions.iter().find(|c| c.pair == *pair).map(log_odds);
        let is_term = || self.terms.iter().any(|(term, _)| term.term == pair.said);
        let is_word = || {
            let known = self.words.get(&pair.language);
            known.is_some_and(|known| known.confirmed.iter().any(|(_, said)| *said == pair.said))
        };
        confirmed.or_else(|| (is_term() || is_word()).then_some(TERM_LOG_ODDS))
    }

    /// The first place of each pair, at most [`MOST`]: what people corrected most often first, then terms and then words
    /// that people wrote elsewhere, of each the nearest first.
    pub fn places(&self, text: &str, language: &Language) -> Vec<Place> {
        let words = words_of(text);
        let mut found: Vec<(usize, Place)> = Vec::new();
        for (n, word) in words.iter().enumerate() {
            let known = self.by_first_word.get(&(language.clone(), word.lower.clone()));
            for &confusion in known.into_iter().flatten() {
                let Confusion { pair, .. } = &self.confusions[confusion];
                let new = found.iter().all(|(_, place)| place.pair != *pair);
                if let Some(end) = ends(&words, n, &pair.wrote).filter(|_| new) {
                    let at = word.at.start..end;
                    let prior = log_odds(&self.confusions[confusion]);
                    found.push((
                        confusion,
                        place(text, at, pair.clone(), (PairSource::Corrections, prior)),
                    ));
                }
            }
        }
        found.sort_by_key(|(confusion, _)| *confusion);
        let mut places: Vec<Place> = found.into_iter().map(|(_, place)| place).collect();
        let terms = self.terms_in(text, language, &words);
        for place in terms.into_iter().chain(self.words_in(text, language, &words)) {
            if places.iter().all(|known| known.text != place.text) {
                places.push(place);
            }
        }
        places.retain(|place| !self.removed.contains(&place.pair.digest()));
        places.truncate(MOST);
        places
    }

    /// Pieces that nobody wrote, and words near them that people did.
    fn words_in(&self, text: &str, language: &Language, words: &[Word]) -> Vec<Place> {
        let Some(known) = self.words.get(language) else { return Vec::new() };
        let whole: Vec<&Word> = words.iter().filter(|word| word.whole).collect();
        let mut found = Vec::new();
        for piece in (1..=WORDS_FOR_ONE).flat_map(|length| whole.windows(length)) {
            if piece.iter().all(|word| known.written.contains(&word.lower)) {
                continue;
            }
            let at = piece[0].at.start..piece[piece.len() - 1].at.end;
            let plain = letters(&text[at.clone()]);
            let near = known.confirmed.iter().filter_map(|(letters, said)| {
                Some((distance(&plain, letters)?, said)).filter(|_| *said != text[at.clone()])
            });
            let mut near: Vec<(usize, &String)> = near.collect();
            near.sort();
            for (distance, said) in near.into_iter().take(MOST_FOR_A_PIECE) {
                let pair = WordPair {
                    language: language.clone(),
                    wrote: piece.iter().map(|word| &*word.lower).collect::<Vec<_>>().join(" "),
                    said: said.clone(),
                };
                let from = (PairSource::Texts, TERM_LOG_ODDS);
                found.push((distance, place(text, at.clone(), pair, from)));
            }
        }
        found.sort_by_key(|(distance, _)| *distance);
        found.into_iter().map(|(_, place)| place).collect()
    }

    /// Pieces that are a form of a term, or near one.
    fn terms_in(&self, text: &str, language: &Language, words: &[Word]) -> Vec<Place> {
        let mut found = Vec::new();
        let written: BTreeSet<&str> =
            self.terms.iter().map(|(t, _)| &*t.term).filter(|term| text.contains(term)).collect();
        for (n, word) in words.iter().enumerate() {
            let last =
                words[n..].iter().take_while(|w| w.number < word.number + MOST_WORDS).count();
            for end in n..n + last {
                // A part of a word ends nothing that begins before it.
                if end > n && words[end].number == words[end - 1].number {
                    continue;
                }
                let at = word.at.start..words[end].at.end;
                let (piece, plain) = (lower(&text[at.clone()]), letters(&text[at.clone()]));
                let count = words[end].number - word.number + 1;
                for (term, letters) in &self.terms {
                    let words_of_term = runs(&term.term).count();
                    let near = match term.sounds.contains(&piece) {
                        true => Some(0),
                        false if count > words_of_term + 1 => None,
                        false => distance_to_term(&plain, letters),
                    };
                    let Some(distance) = near.filter(|_| !written.contains(&*term.term)) else {
                        continue;
                    };
                    let pair = WordPair {
                        language: language.clone(),
                        wrote: piece.clone(),
                        said: term.term.clone(),
                    };
                    let from = (PairSource::Vocabulary, TERM_LOG_ODDS);
                    found.push((distance, place(text, at.clone(), pair, from)));
                }
            }
        }
        found.sort_by_key(|(distance, _)| *distance);
        found.into_iter().map(|(_, place)| place).collect()
    }
}

/// Half a clip is added to each side, so that no pair is certain.
fn log_odds(confusion: &Confusion) -> f64 {
    ((confusion.clips as f64 + 0.5) / (confusion.other as f64 + 0.5)).ln()
}

fn words_of(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for (number, at) in spaced(text).enumerate() {
        let whole = &text[at.clone()];
        words.push(Word { at: at.clone(), lower: lower(whole), number, whole: true });
        if let Some((elided, rest)) = whole
            .char_indices()
            .find(|(_, c)| APOSTROPHES.contains(c))
            .map(|(i, c)| whole.split_at(i + c.len_utf8()))
        {
            let at = at.start + elided.len()..at.end;
            words.push(Word { at, lower: lower(rest), number, whole: false });
        }
    }
    words
}

/// Where a sequence of words that begins with word `n` ends; `None`: it is not there.
fn ends(words: &[Word], n: usize, sequence: &str) -> Option<usize> {
    let mut end = words[n].at.end;
    let mut number = words[n].number;
    for wanted in sequence.split(' ').skip(1) {
        let next = words[n..].iter().find(|w| w.number == number + 1)?;
        if next.lower != wanted {
            return None;
        }
        (end, number) = (next.at.end, next.number);
    }
    Some(end)
}

/// Where a draft has the first of a pair, and what stands there instead.
pub(super) fn found(text: &str, pair: &WordPair) -> Option<(Range<usize>, String)> {
    let words = words_of(text);
    let first = pair.wrote.split(' ').next()?;
    let starts = (0..words.len()).filter(|&n| words[n].lower == first);
    let at =
        starts.filter_map(|n| Some(words[n].at.start..ends(&words, n, &pair.wrote)?)).next()?;
    let said = cased(&pair.said, &text[at.clone()]);
    Some((at, said))
}

fn place(
    text: &str,
    at: Range<usize>,
    pair: WordPair,
    (source, log_prior): (PairSource, f64),
) -> Place {
    let said = cased(&pair.said, &text[at.clone()]);
    let whole = format!("{}{said}{}", &text[..at.start], &text[at.end..]);
    Place { pair, source, log_prior, at, text: whole }
}

/// With a capital where the draft has one.
fn cased(said: &str, wrote: &str) -> String {
    let mut letters = said.chars();
    match (wrote.chars().next(), letters.next()) {
        (Some(w), Some(s)) if w.is_uppercase() => s.to_uppercase().chain(letters).collect(),
        _ => said.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::memory::vocabulary::terms;

    fn memory(pairs: &[(&str, &str, usize)], list: &str) -> Memory {
        let confusion = |&(wrote, said, clips): &(&str, &str, usize)| Confusion {
            pair: WordPair {
                language: "fr".parse().unwrap(),
                wrote: wrote.into(),
                said: said.into(),
            },
            clips,
            people: BTreeSet::new(),
            other: 0,
            in_use: clips > 1,
        };
        let terms = terms("terms.tsv", list).unwrap();
        Memory::of(pairs.iter().map(confusion), terms, BTreeMap::new())
    }

    fn texts(memory: &Memory, draft: &str) -> Vec<String> {
        memory.places(draft, &"fr".parse().unwrap()).into_iter().map(|p| p.text).collect()
    }

    #[test]
    fn a_pair_is_tried_where_its_words_stand_together_as_whole_words() {
        let memory = memory(
            &[("appuyer", "appuyez", 3), ("l'extension", "la extension", 2), ("ver", "verre", 1)],
            "",
        );
        assert_eq!(texts(&memory, "Appuyer ici, ou rappuyer."), ["Appuyez ici, ou rappuyer."]);
        assert_eq!(texts(&memory, "faire l’extension 3"), ["faire la extension 3"]);
        assert_eq!(texts(&memory, "un ver"), [""; 0], "one clip confirms nothing");
        assert_eq!(memory.log_prior(&memory.confusions[0].pair).map(|p| p > 1.9), Some(true));
        assert!(memory.places("appuyer", &"en".parse().unwrap()).is_empty());
    }

    #[test]
    fn terms_are_tried_where_a_piece_is_near_one_or_is_a_form_of_it() {
        let memory = memory(&[], "Désilets\nMRC\tem air cé\nSaint-Élie-de-Caxton\n");
        assert_eq!(texts(&memory, "chez madame Désiler."), ["chez madame Désilets."]);
        assert_eq!(texts(&memory, "l'avis d'Ésilets")[0], "l'avis Désilets");
        assert_eq!(texts(&memory, "la Em air cé dit"), ["la MRC dit"]);
        assert_eq!(texts(&memory, "à saint Élie de caxton")[0], "à Saint-Élie-de-Caxton");
        assert!(texts(&memory, "chez Désilets, des îlets").is_empty(), "it is written already");
    }

    #[test]
    fn words_that_people_wrote_are_tried_for_pieces_that_nobody_did() {
        let known = KnownWords {
            written: ["appuyez", "sur", "dièse", "deux"].map(str::to_string).into(),
            confirmed: vec![
                ("diese".into(), "dièse".into()),
                ("desilets".into(), "Désilets".into()),
            ],
        };
        let french: Language = "fr".parse().unwrap();
        let memory = Memory::of([], Vec::new(), [(french.clone(), known)].into());
        assert_eq!(
            texts(&memory, "Appuyez sur dieuze, deux."),
            ["Appuyez sur dièse, deux."],
            "deux is a word of people's own"
        );
        assert_eq!(texts(&memory, "sur des ilets")[0], "sur Désilets", "the nearest first");
        let pair = &memory.places("dieuze", &french)[0].pair;
        assert_eq!(memory.log_prior(pair), Some(0.0));
        let without = Memory { removed: [pair.digest()].into(), ..Memory::default() };
        assert_eq!(without.log_prior(pair), None);
        assert_eq!(memory.log_prior(&WordPair { said: "zut".into(), ..pair.clone() }), None);
    }

    #[test]
    fn pairs_of_most_clips_go_first_and_there_are_few() {
        let pairs: Vec<(String, String)> =
            (0..9).map(|n| (format!("mot{n}"), format!("autre{n}"))).collect();
        let pairs: Vec<_> =
            pairs.iter().enumerate().map(|(n, (a, b))| (&**a, &**b, n + 2)).collect();
        let draft: Vec<&str> = pairs.iter().map(|p| p.0).collect();
        let found = texts(&memory(&pairs, ""), &draft.join(" "));
        assert_eq!(found.len(), MOST);
        assert!(found[0].contains("autre8"), "{found:?}");
    }
}
