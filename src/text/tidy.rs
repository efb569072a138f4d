//! Texts as people type them, made uniform without changing what they say.
//! In: any text. Out: NFC, on one line, without blanks around it. Quotes, emoji, right-to-left marks
//! and French no-break spaces stay.

use unicode_normalization::UnicodeNormalization;

/// Composes characters (NFC), turns line breaks and control characters into spaces, joins runs of
/// spaces and trims.
pub fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for c in text.nfc() {
        let c = match c {
            '\u{2028}' | '\u{2029}' => ' ',
            '\u{feff}' => continue,
            c if c.is_control() => ' ',
            c => c,
        };
        if c != ' ' || !tidy.ends_with(' ') {
            tidy.push(c);
        }
    }
    tidy.trim().to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_join_and_marks_stay() {
        assert_eq!(tidy(" un\r\n deux\u{2028}trois\0 "), "un deux trois");
        assert_eq!(tidy("e\u{301}te\u{301}"), "été");
        assert_eq!(
            tidy("« Quoi\u{202f}? » 👩\u{200d}👧 \u{200f}שלום"),
            "« Quoi\u{202f}? » 👩\u{200d}👧 \u{200f}שלום"
        );
    }

    proptest! {
        #[test]
        fn tidy_text_stays_as_it_is(text in "(?s).{0,40}") {
            prop_assert_eq!(tidy(&tidy(&text)), tidy(&text));
        }
    }
}
