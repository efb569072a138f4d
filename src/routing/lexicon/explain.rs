//! What the lexicon makes of one sentence, and why. In: a sentence, perhaps a declared region. Out: every
//! entry found, whether it counts, and the evidence that would follow. For people who tune a lexicon.

use serde::Serialize;

use super::{Ambiguity, Hit, Kind, Lexicon, Source};
use crate::domain::{ClipId, Language, MatchKind, Region, RegionalPiece, RegionalSource, Samples};
use crate::routing::accent::accents;
use crate::routing::evidence::Evidence;
use crate::text::fold::phrase;

/// A sentence explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The text as patterns see it.
    pub folded: String,
    /// Entries found.
    pub hits: Vec<Mention>,
    /// Words that are one letter from an entry's form but are ordinary words, so that they do not count:
    /// the word and the entry.
    pub ordinary: Vec<(String, String)>,
    /// The region that the evidence points to.
    pub region: Option<Region>,
    /// How strongly, 0 to 1.
    pub strength: f64,
    /// Whether that is enough to name the region of a speaker who declared none.
    pub names_a_region: bool,
    /// The evidence, the weightiest first.
    pub pieces: Vec<RegionalPiece>,
}

/// An entry found in the sentence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mention {
    /// The entry.
    pub term: String,
    /// Word or idiom.
    pub kind: Kind,
    /// As it stands in the folded text.
    pub matched: String,
    /// Where, in characters of the folded text.
    pub start: usize,
    /// Its end.
    pub end: usize,
    /// How it was found.
    pub match_kind: MatchKind,
    /// 0, 1 or 2.
    pub ambiguity: u8,
    /// Where it is used.
    pub regions: Vec<Region>,
    /// Who put the entry in.
    pub source: Source,
    /// What it adds for the region that the sentence points to.
    pub weight: f64,
    /// Whether it would send a clip to a person (`routing.review_lexicon_hits`).
    pub reviewed: bool,
    /// Why it weighs what it does.
    pub why: String,
}

/// A clip that has nothing but a text.
fn spoken(text: &str, language: Option<&Language>, declared: Option<&Region>) -> Evidence {
    Evidence {
        clip: ClipId::from_stored("sentence"),
        speaker: String::new(),
        declared_region: declared.cloned(),
        length: Samples(0),
        language: language.cloned(),
        text: text.to_string(),
        replaced: None,
        variants: Vec::new(),
        doubted: None,
        accents_marked: Vec::new(),
        score: None,
        expected_wer: None,
        p_no_speech: None,
        expected: Vec::new(),
        p_expected: None,
        best_language: None,
        signs: Vec::new(),
        frozen: None,
    }
}

/// Explains a sentence as if it were all that a speaker said. `language`: that of the sentence; `None`: any.
pub fn explain(
    lexicon: &Lexicon,
    text: &str,
    language: Option<&Language>,
    declared: Option<&Region>,
) -> Explained {
    let clip = spoken(text, language, declared);
    let hits = vec![lexicon.hits_in_clip(&clip)];
    let accent = accents(std::slice::from_ref(&clip), &hits).into_values().next();
    let pieces = accent.as_ref().map(|a| a.pieces.clone()).unwrap_or_default();
    let folded = phrase(text);
    let mentions = hits[0].iter().map(|hit| mention(hit, &folded, &pieces)).collect();
    let ordinary = lexicon.ordinary_near_forms(&folded, language);
    Explained {
        hits: mentions,
        ordinary,
        region: accent.as_ref().map(|a| a.region.clone()),
        strength: accent.as_ref().map_or(0.0, |a| a.strength),
        names_a_region: accent.is_some_and(|a| a.names_a_region()),
        pieces,
        folded,
    }
}

fn mention(hit: &Hit, folded: &str, pieces: &[RegionalPiece]) -> Mention {
    let entry = hit.entry;
    let own = |piece: &&RegionalPiece| match &piece.source {
        RegionalSource::Lexicon { term, .. } => *term == entry.term,
        _ => false,
    };
    let weight = pieces.iter().find(own).map_or(0.0, |piece| piece.weight);
    let regions: Vec<&str> = entry.regions.iter().map(Region::as_str).collect();
    let mut why = match entry.ambiguity {
        Ambiguity::None => "regional wherever it occurs".to_string(),
        Ambiguity::Some => "also used elsewhere: counts half".to_string(),
        Ambiguity::Much if weight > 0.0 => {
            "very ambiguous, but other evidence points the same way: counts half".to_string()
        }
        Ambiguity::Much => format!(
            "ignored: very ambiguous, counts only beside other evidence for {}",
            regions.join(", ")
        ),
    };
    if hit.match_kind == MatchKind::NearForm {
        why.push_str("; one letter from a form of the entry: half of that");
    }
    if entry.regions.len() > 1 && weight > 0.0 {
        why.push_str(&format!("; shared by {} regions unless one was declared", regions.len()));
    }
    let start = folded.get(..hit.at).map_or(0, |before| before.chars().count());
    Mention {
        term: entry.term.clone(),
        kind: entry.kind,
        start,
        end: start + hit.matched.chars().count(),
        matched: hit.matched.clone(),
        match_kind: hit.match_kind,
        ambiguity: entry.ambiguity as u8,
        regions: entry.regions.clone(),
        source: entry.source,
        weight,
        reviewed: entry.ambiguity == Ambiguity::None,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_explained_hit_by_hit() {
        let lexicon = Lexicon::built_in().unwrap();
        let told = explain(&lexicon, "Ma blonde est frette, pantoute !", None, None);
        let hits: Vec<_> =
            told.hits.iter().map(|h| (h.term.as_str(), h.weight, h.start, h.end)).collect();
        // "frette" is also a guitar's, and shared with Acadia
        assert_eq!(
            hits,
            [("blonde", 0.5, 0, 9), ("pantoute", 1.0, 21, 29), ("frette", 0.25, 14, 20)]
        );
        assert_eq!(told.region.unwrap().as_str(), "fr-CA-QC");
        assert!(told.names_a_region);
        let alone = explain(&lexicon, "Ma blonde arrive.", None, None);
        assert!(alone.hits[0].why.starts_with("ignored"), "{}", alone.hits[0].why);
        assert_eq!((alone.hits[0].weight, alone.region), (0.0, None));
    }

    #[test]
    fn a_near_form_and_an_ordinary_word_are_told_apart() {
        let lexicon = Lexicon::built_in().unwrap();
        let near = explain(&lexicon, "on va magaziner", None, None);
        // Québec's and Acadia's: level, so Canada's
        assert_eq!((near.hits[0].match_kind, near.hits[0].weight), (MatchKind::NearForm, 0.5));
        assert_eq!(near.region.unwrap().as_str(), "fr-CA");
        let ordinary = explain(&lexicon, "les magasiniers", None, None);
        assert!(ordinary.hits.is_empty() && ordinary.region.is_none());
    }
}
