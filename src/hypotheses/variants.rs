//! Did the speaker say the regional form where the draft has the standard one? Recognisers write what
//! they know ("ici" for "icitte"), so both texts are scored against the same sound. In: a decoding,
//! pairs of forms that may be swapped. Out: how much likelier the regional text is. Left to others:
//! what that proves (routing), the model (`whisper`).

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use regex::Regex;
use whisper::bpe::Bpe;
use whisper::{Decoded, Worker};

use crate::domain::{Language, Variant};
use crate::text::fold::APOSTROPHES;

/// Most substitutions tried in one clip; each costs a decoder step a token from there to the end.
pub const MOST: usize = 3;

/// A standard form and the regional one that can stand in its place, nothing else changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// The lexicon's entry.
    pub term: String,
    /// Drafts of this language only.
    pub language: Language,
    /// What a draft has.
    pub standard: String,
    /// What may have been said.
    pub regional: String,
}

/// Swaps ready to be looked for.
#[derive(Debug)]
pub struct Swaps {
    swaps: Vec<(Swap, Form)>,
    bpe: Bpe,
}

/// A standard form to be looked for.
#[derive(Debug)]
struct Form {
    /// Its first letters, lower case: a text without them does not hold it.
    opening: String,
    /// Compiled for the first text with the opening; `None` for a form that is too long.
    pattern: OnceLock<Option<Regex>>,
}

impl Form {
    fn of(form: &str) -> Self {
        let letters = form.to_lowercase();
        let opening = letters.chars().take_while(|c| c.is_alphanumeric()).collect();
        Self { opening, pattern: OnceLock::new() }
    }

    fn captures<'t>(&self, form: &str, text: &'t str, lower: &str) -> Option<regex::Captures<'t>> {
        if !lower.contains(&self.opening) {
            return None;
        }
        self.pattern.get_or_init(|| pattern(form).ok()).as_ref()?.captures(text)
    }
}

/// A swap that a text allows; bounds in bytes.
#[derive(Debug)]
struct SwapSite<'a> {
    swap: &'a Swap,
    start: usize,
    end: usize,
}

impl Swaps {
    /// Of pairs, and the model's way to cut text.
    pub fn new(swaps: Vec<Swap>, bpe: Bpe) -> Self {
        let with_form = |swap: Swap| {
            let form = Form::of(&swap.standard);
            (swap, form)
        };
        Self { swaps: swaps.into_iter().map(with_form).collect(), bpe }
    }

    /// The first place of each entry, at most [`MOST`], in the order of the text.
    fn places(&self, text: &str, language: &Language) -> Vec<SwapSite<'_>> {
        let mut places: Vec<SwapSite> = Vec::new();
        let lower = text.to_lowercase();
        for (swap, form) in self.swaps.iter().filter(|(s, _)| s.language == *language) {
            let found = form.captures(&swap.standard, text, &lower).and_then(|c| c.get(1));
            let Some(found) = found else { continue };
            let elided = text[..found.start()].ends_with(APOSTROPHES);
            if elided && !opens_with_vowel(&swap.regional) {
                continue;
            }
            let place = SwapSite { swap, start: found.start(), end: found.end() };
            match places.iter_mut().find(|p| p.swap.term == swap.term) {
                Some(known) if place.start < known.start => *known = place,
                Some(_) => {}
                None => places.push(place),
            }
        }
        places.sort_by_key(|p| p.start);
        places.truncate(MOST);
        places
    }
}

/// A form as a whole word, in any case and with any apostrophe; a hyphen belongs to a word.
fn pattern(form: &str) -> Result<Regex> {
    let apostrophe = format!("[{}]", APOSTROPHES.iter().collect::<String>());
    let form = regex::escape(form).replace(APOSTROPHES, &apostrophe).replace(r"\-", "[- ]");
    Ok(Regex::new(&format!(r"(?i)(?:^|[^\p{{L}}\p{{N}}-])({form})(?:$|[^\p{{L}}\p{{N}}-])"))?)
}

fn opens_with_vowel(word: &str) -> bool {
    word.chars().next().is_some_and(|c| "aàâeéèêiîoôuyœh".contains(c))
}

/// The regional form with a capital where the standard one has it.
fn cased(regional: &str, standard: &str) -> String {
    let mut letters = regional.chars();
    match (standard.chars().next(), letters.next()) {
        (Some(s), Some(r)) if s.is_uppercase() => r.to_uppercase().chain(letters).collect(),
        _ => regional.to_string(),
    }
}

/// The tokens that stay, and the text that follows them once a form is swapped. The tail begins at a
/// token's start, where possible with the space before the word.
fn retold(tokens: &[Vec<u8>], text: &str, place: &SwapSite) -> (usize, String) {
    let word = text[..place.start].rfind(' ').unwrap_or(0);
    let (mut kept, mut at) = (0, 0);
    for token in tokens {
        if at + token.len() > word || !text.is_char_boundary(at + token.len()) {
            break;
        }
        (kept, at) = (kept + 1, at + token.len());
    }
    let regional = cased(&place.swap.regional, &text[place.start..place.end]);
    (kept, format!("{}{regional}{}", &text[at..place.start], &text[place.end..]))
}

/// Scores every swap that a decoding allows, of sound `clip` of those that were encoded last: the natural logarithm of how much
/// likelier its text is with the regional form, everything after it and the end included; of a text within a longer one, which
/// the tokens `within` begin and others end, without the end.
///
/// # Errors
/// The model failed, or `stop` was set.
pub fn score(
    worker: &mut Worker,
    clip: usize,
    within: Option<&[usize]>,
    decoded: &Decoded,
    swaps: &Swaps,
    stop: &AtomicBool,
) -> Result<Vec<Variant>> {
    let tokens: Vec<Vec<u8>> = decoded.tokens.iter().map(|(bytes, _)| bytes.clone()).collect();
    let (Ok(text), Some(end)) = (String::from_utf8(tokens.concat()), decoded.end) else {
        return Ok(Vec::new()); // a text that broke off has no end to compare
    };
    let ids: Vec<usize> = decoded.tokens.iter().map(|(_, choice)| choice.id).collect();
    let mut variants = Vec::new();
    for place in swaps.places(&text, &decoded.language) {
        let (kept, tail) = retold(&tokens, &text, &place);
        let Some(tail) = swaps.bpe.ids(&tail) else { continue };
        let before = [within.unwrap_or_default(), &ids[..kept]].concat();
        let mut regional = worker.force_after(clip, &before, &tail, &decoded.language, stop)?;
        let drafted = decoded.tokens[kept..].iter().map(|(_, choice)| choice.logprob);
        let mut drafted = drafted.sum::<f64>();
        match within {
            None => drafted += end.logprob,
            Some(_) => regional.truncate(tail.len()),
        }
        let log_ratio = regional.iter().sum::<f64>() - drafted;
        variants.push(Variant {
            term: place.swap.term.clone(),
            standard: place.swap.standard.clone(),
            regional: place.swap.regional.clone(),
            log_ratio,
        });
    }
    Ok(variants)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swaps(pairs: &[(&str, &str, &str)]) -> Swaps {
        let swap = |&(term, standard, regional): &(&str, &str, &str)| Swap {
            term: term.into(),
            language: "fr".parse().unwrap(),
            standard: standard.into(),
            regional: regional.into(),
        };
        Swaps::new(pairs.iter().map(swap).collect(), Bpe::new((0..=255u8).map(|b| vec![b])))
    }

    fn told(swaps: &Swaps, text: &str) -> Vec<(usize, String)> {
        let tokens: Vec<Vec<u8>> = text
            .split_inclusive(' ')
            .flat_map(|w| match w.strip_suffix(' ') {
                Some(word) => vec![word.as_bytes().to_vec(), b" ".to_vec()],
                None => vec![w.as_bytes().to_vec()],
            })
            .collect();
        let french = "fr".parse().unwrap();
        let places = swaps.places(text, &french);
        places.iter().map(|p| retold(&tokens, text, p)).collect()
    }

    #[test]
    fn a_form_is_swapped_as_a_whole_word_and_the_rest_stays() {
        let swaps = swaps(&[
            ("icitte", "ici", "icitte"),
            ("septante", "soixante-douze", "septante-deux"),
            ("chum", "copain", "chum"),
        ]);
        assert_eq!(told(&swaps, "Viens ici, Luc."), [(1, " icitte, Luc.".to_string())]);
        assert_eq!(told(&swaps, "Ici ou là"), [(0, "Icitte ou là".to_string())]);
        assert_eq!(told(&swaps, "les soixante douze"), [(1, " septante-deux".to_string())]);
        assert_eq!(told(&swaps, "jusqu’ici"), [(0, "jusqu’icitte".to_string())]);
        for other in ["ici-même", "copains", "l'ici", "voici", ""] {
            let expected = usize::from(other == "l'ici");
            assert_eq!(told(&swaps, other).len(), expected, "{other}");
        }
    }

    #[test]
    fn only_the_clip_s_language_counts_and_never_more_than_a_few() {
        let swaps = swaps(&[
            ("a", "un", "one"),
            ("b", "deux", "two"),
            ("c", "trois", "three"),
            ("d", "quatre", "four"),
            ("d", "zéro", "nil"),
        ]);
        let text = "zéro un deux trois quatre un";
        let terms = |language: &str| -> Vec<String> {
            let places = swaps.places(text, &language.parse().unwrap());
            places.iter().map(|p| format!("{}@{}", p.swap.term, p.start)).collect()
        };
        assert_eq!(terms("fr"), ["d@0", "a@6", "b@9"]);
        assert!(terms("en").is_empty());
    }
}
