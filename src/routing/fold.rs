//! Text as patterns and phrases are matched on. In: any text. Out: composed lower case, one kind of
//! apostrophe without spaces around it, hyphens kept, other punctuation as single spaces.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The folded text, trimmed.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    let lower = text.nfc().collect::<String>().to_lowercase();
    for c in lower.nfc() {
        let c = match c {
            '\u{2019}' | '\u{2018}' | '\u{02bc}' | '`' | '\u{00b4}' | '\u{2032}' => '\'',
            '\u{2010}' | '\u{2011}' => '-',
            'œ' => {
                push(&mut out, &mut space, 'o');
                'e'
            }
            other => other,
        };
        if c.is_alphanumeric() || matches!(c, '\'' | '-') || is_combining_mark(c) {
            push(&mut out, &mut space, c);
        } else {
            space = true;
        }
    }
    out
}

fn push(out: &mut String, space: &mut bool, c: char) {
    if *space && !out.is_empty() && !out.ends_with('\'') && c != '\'' {
        out.push(' ');
    }
    *space = false;
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_apostrophes_and_punctuation_do_not_matter_but_hyphens_stay() {
        assert_eq!(fold("  J’ai dit : « Tire-toi une BÛCHE ! »"), "j'ai dit tire-toi une bûche");
        assert_eq!(fold("c' est plate"), "c'est plate");
        assert_eq!(fold("Pas d ’allure…"), "pas d'allure");
        assert_eq!(fold("e\u{301}loise"), "éloise");
        assert_eq!(fold("?!"), "");
    }
}
