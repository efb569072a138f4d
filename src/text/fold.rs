//! Spelling that tells no texts apart. In: any text. Out: composed lower case with one apostrophe and one
//! hyphen, at three depths: [`lower`] keeps the spelling, [`fold`] parts ligatures, [`phrase`] drops
//! punctuation too. Left to others: where words end (`words`).

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Everything that is typed for an apostrophe; the first is the one that folded text has.
pub const APOSTROPHES: [char; 8] =
    ['\'', '\u{2019}', '\u{2018}', '\u{201b}', '\u{02bc}', '\u{2032}', '\u{00b4}', '`'];

/// Whether a character is typed for an apostrophe.
pub fn is_apostrophe(c: char) -> bool {
    APOSTROPHES.contains(&c)
}

/// Soft hyphen, zero-width characters, direction marks, fillers, variation selectors, tags (Unicode's
/// Default_Ignorable_Code_Point and the marks of interlinear notes): not seen, not compared.
pub fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Composed (NFC) lower case with one kind of apostrophe and of hyphen, without characters that
/// nobody sees. Words keep their spelling: œ stays.
pub fn lower(text: &str) -> String {
    let seen: String = text.chars().filter(|&c| !is_unseen(c)).collect();
    let lower = composed(&seen).to_lowercase();
    let alike = |c: char| match c {
        '\u{2010}' | '\u{2011}' => '-',
        c if is_apostrophe(c) => '\'',
        c => c,
    };
    composed(&lower).chars().map(alike).collect()
}

/// [`lower`] with œ and æ as oe and ae, which is how they are typed.
pub fn fold(text: &str) -> String {
    lower(text).replace('œ', "oe").replace('æ', "ae")
}

/// [`fold`] as patterns and phrases are matched on: hyphens stay, other punctuation becomes single
/// spaces, none beside an apostrophe; trimmed.
pub fn phrase(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len());
    let mut space = false;
    for c in folded.chars() {
        if c.is_alphanumeric() || matches!(c, '\'' | '-') || is_combining_mark(c) {
            if space && !out.is_empty() && !out.ends_with('\'') && c != '\'' {
                out.push(' ');
            }
            space = false;
            out.push(c);
        } else {
            space = true;
        }
    }
    out
}

/// [`fold`] without accents, and without anything but letters and digits: what spellings of one sound share most.
pub fn letters(text: &str) -> String {
    fold(text).nfd().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c)).collect()
}

/// Composed letters (NFC): two spellings of a text that look the same become one. Most texts are so already.
pub fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_apostrophes_and_punctuation_do_not_matter_but_hyphens_stay() {
        assert_eq!(phrase("  J’ai dit : « Tire-toi une BÛCHE ! »"), "j'ai dit tire-toi une bûche");
        assert_eq!(phrase("c' est plate"), "c'est plate");
        assert_eq!(phrase("Pas d ’allure…"), "pas d'allure");
        assert_eq!(phrase("e\u{301}loise"), "éloise");
        assert_eq!(phrase("?!"), "");
    }

    #[test]
    fn each_depth_folds_what_its_name_says() {
        for c in APOSTROPHES {
            assert_eq!(lower(&format!("L{c}Œuf")), "l'œuf");
        }
        assert_eq!(lower("E\u{301}TE\u{301}\u{200b}, peut\u{2011}être"), "été, peut-être");
        assert_eq!(fold("SŒUR, ex æquo"), "soeur, ex aequo");
        assert_eq!(phrase("SŒUR, ex æquo"), "soeur ex aequo");
        assert_eq!(letters("L’Œuvre d'Éloïse, 3"), "loeuvredeloise3");
    }

    proptest! {
        #[test]
        fn folding_again_changes_nothing(text in "\\PC{0,40}") {
            for fold in [lower, fold, phrase] {
                prop_assert_eq!(fold(&fold(&text)), fold(&text));
            }
        }
    }
}
