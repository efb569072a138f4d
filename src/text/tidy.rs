//! Texts as people type them, made uniform without changing what they say.
//! In: any text. Out: NFC, on one line, without blanks around it and without characters that nobody
//! sees. Quotes, emoji and French no-break spaces stay.

use unicode_normalization::UnicodeNormalization;

use super::fold::is_unseen;

/// Composes characters (NFC), turns line breaks and control characters into spaces, joins runs of
/// spaces and trims. Characters that nobody sees go (zero-width spaces, direction marks, ...), but
/// joiners and variation selectors stay where a script or an emoji is written with them.
pub fn tidy(text: &str) -> String {
    let composed: Vec<char> = text.nfc().collect();
    let mut seen = String::with_capacity(text.len());
    for (n, &c) in composed.iter().enumerate() {
        let c = match c {
            '\u{2028}' | '\u{2029}' => ' ',
            c if c.is_control() => ' ',
            c if is_unseen(c)
                && !is_written_with(c, seen.chars().next_back(), composed.get(n + 1)) =>
            {
                continue;
            }
            c => c,
        };
        if c != ' ' || !seen.ends_with(' ') {
            seen.push(c);
        }
    }
    // What stood on both sides of an unseen character may compose now.
    seen.trim().nfc().collect()
}

/// Whether an unseen character changes how its neighbours are written: a joiner between letters of
/// scripts that have them (Persian, Hindi, ...) or within an emoji; a variation selector behind either.
fn is_written_with(c: char, before: Option<char>, after: Option<&char>) -> bool {
    let takes = |c: char| c >= '\u{590}' && !c.is_whitespace();
    let joins = |c: char| takes(c) && (!is_unseen(c) || is_selector(c));
    match c {
        '\u{200c}' | '\u{200d}' => {
            before.is_some_and(joins) && after.is_some_and(|&c| takes(c) && !is_unseen(c))
        }
        c if is_selector(c) => before.is_some_and(|c| takes(c) && !is_unseen(c)),
        _ => false,
    }
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_join_and_what_is_seen_stays() {
        assert_eq!(tidy(" un\r\n deux\u{2028}trois\0 "), "un deux trois");
        assert_eq!(tidy("e\u{301}te\u{301}"), "été");
        let family = "« Quoi\u{202f}? » 👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥 שלום";
        assert_eq!(tidy(family), family);
        assert_eq!(tidy("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }

    #[test]
    fn what_nobody_sees_is_no_text() {
        for unseen in [
            "\u{200b}",
            "\u{202e}",
            "\u{200f}",
            "\u{2066}",
            "\u{3164}",
            "\u{e0041}",
            "\u{200d}",
            "\u{fe0f}",
        ] {
            assert_eq!(tidy(unseen), "", "{unseen:?}");
            assert_eq!(tidy(&format!("{unseen} ou{unseen}i {unseen}")), "oui", "{unseen:?}");
        }
        assert_eq!(tidy("e\u{200b}\u{301}"), "é");
    }

    proptest! {
        #[test]
        fn tidy_text_stays_as_it_is(text in "(?s).{0,40}") {
            prop_assert_eq!(tidy(&tidy(&text)), tidy(&text));
        }

        #[test]
        fn unseen_text_stays_as_it_is(text in "[eé\u{301}\u{200b}-\u{200f}\u{fe0f} שם👩❤\u{1100}\u{1161}]{0,12}") {
            prop_assert_eq!(tidy(&tidy(&text)), tidy(&text));
        }
    }
}
