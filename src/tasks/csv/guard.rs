//! Cells that a spreadsheet would make something else of, kept from it and given back whole.
//! In: a text. Out: what stands in the cell, and back. The rule is told in `tasks/csv.rs`.

/// Whether a spreadsheet would make something else of the text.
fn tempts(text: &str) -> bool {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
        || digits && text.chars().all(|c| c.is_ascii_digit() || " .,:/-+eE%".contains(c))
}

pub fn guard(text: &str) -> String {
    match tempts(text.trim_start_matches('\'')) {
        true => format!("'{text}"),
        false => text.to_string(),
    }
}

/// Undoes [`guard`]; texts that it would not have touched stay as they are.
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if tempts(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_are_left_alone() {
        for text in ["Bonjour.", "'tite", "12 personnes", "3fa9_001_002", "", "'"] {
            assert_eq!(guard(text), text);
        }
        assert_eq!(guard("- Bonjour"), "'- Bonjour");
        assert_eq!(unguard("- Bonjour"), "- Bonjour");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_its_guard(text in "['=+@\t0-9e.a-]{0,6}.{0,3}") {
            let guarded = guard(&text);
            prop_assert!(!guarded.starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(unguard(&guarded), text.as_str());
        }
    }
}
