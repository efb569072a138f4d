//! Pieces of a draft that may be a term of the team's list, misheard. In: the letters of a piece and of a term. Out: whether
//! they are near. Pure.

use strsim::damerau_levenshtein;

/// Letters of the shortest term that is looked for by likeness.
const LEAST_LETTERS: usize = 5;
/// Of a term, letters of which one may differ.
const LETTERS_A_DIFFERENCE: usize = 3;
/// Letters of the shortest word of people's texts that is looked for.
const LEAST_LETTERS_OF_A_WORD: usize = 4;

/// How many letters of a piece differ from those of a term, where it may be a mishearing of it: of every three letters of the
/// term one may be other, too many, missing, or swapped with the next. 0: other accents, or other spaces. `None`: more differ.
pub fn distance_to_term(piece: &str, term: &str) -> Option<usize> {
    let length = term.chars().count();
    let most = length / LETTERS_A_DIFFERENCE;
    if length < LEAST_LETTERS || piece.chars().count().abs_diff(length) > most {
        return None;
    }
    Some(damerau_levenshtein(piece, term)).filter(|distance| *distance <= most)
}

/// How many letters of a piece differ from those of a word that people wrote, where at most half of the word's do; `None`: more.
/// Half, because the audio decides, and a word that a model does not know is misheard badly.
pub fn distance(piece: &str, word: &str) -> Option<usize> {
    let length = word.chars().count();
    let most = length / 2;
    if length < LEAST_LETTERS_OF_A_WORD || piece.chars().count().abs_diff(length) > most {
        return None;
    }
    Some(damerau_levenshtein(piece, word)).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_letters_may_differ_and_short_terms_are_left_alone() {
        assert_eq!(distance_to_term("desiler", "desilets"), Some(2));
        assert_eq!(distance_to_term("desilest", "desilets"), Some(1), "two letters swapped");
        assert_eq!(distance_to_term("desilets", "desilets"), Some(0));
        assert_eq!(distance_to_term("maison", "desilets"), None);
        assert_eq!(distance_to_term("luc", "lucs"), None);
    }

    #[test]
    fn half_of_a_word_s_letters_may_differ() {
        assert_eq!(distance("dieuze", "diese"), Some(2));
        assert_eq!(distance("maison", "diese"), None);
        assert_eq!(distance("lu", "luc"), None);
    }
}
