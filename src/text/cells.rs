//! Cells that a spreadsheet would make something else of, kept from it and given back whole.
//! In: a text. Out: what stands in the cell, and back. Pure. Left to others: CSV itself.
//!
//! A spreadsheet that takes another separator than the comma (`;`, tab, a line break) begins a new
//! cell within ours. So a formula is one at the beginning of a text and behind each of these, with
//! blanks before it or not.

use std::borrow::Cow;

/// What ends a cell for one spreadsheet or another.
const ENDS: [char; 4] = [';', '\t', '\n', '\r'];

/// Whether a spreadsheet would take the text for a formula; the full-width signs are those of
/// Japanese and Chinese settings.
fn is_formula(text: &str) -> bool {
    let begins = text.trim_start_matches([' ', '\u{a0}', '\u{3000}']);
    begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Whether `c` behind a text would be taken for the beginning of a formula.
pub fn is_formula_behind(text: &str, c: char) -> bool {
    if !is_formula(c.encode_utf8(&mut [0; 4])) {
        return false;
    }
    let cell = text.rsplit(ENDS).next().unwrap_or(text);
    cell.trim_matches(['\'', ' ', '\u{a0}', '\u{3000}']).is_empty()
}

/// Whether a spreadsheet would make a number, a date or a time of the text.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || " .,:/-+eE%".contains(c))
}

/// Whether a cell that starts so is guarded; `first`: it is one for every spreadsheet.
fn tempts(text: &str, first: bool, numbers: bool) -> bool {
    let text = text.trim_start_matches('\'');
    is_formula(text) || first && (text.starts_with(ENDS) || numbers && is_number(text))
}

/// An apostrophe before every formula, and before a text that would become a number.
pub fn guard(text: &str) -> Cow<'_, str> {
    guarded(text, true)
}

/// An apostrophe before every formula; for tables that no person fills in.
pub fn guard_formulas(text: &str) -> Cow<'_, str> {
    guarded(text, false)
}

fn guarded(text: &str, numbers: bool) -> Cow<'_, str> {
    let mut out = String::new();
    for (n, cell) in text.split_inclusive(ENDS).enumerate() {
        let before = if tempts(whole(text, cell), n == 0, numbers) { "'" } else { "" };
        out.push_str(before);
        out.push_str(cell);
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// Undoes [`guard`]; texts that it would not have touched stay as they are.
pub fn unguard(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    for (n, cell) in text.split_inclusive(ENDS).enumerate() {
        out.push_str(match cell.strip_prefix('\'') {
            Some(rest) if tempts(&whole(text, cell)[1..], n == 0, true) => rest,
            _ => cell,
        });
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// What a cell within a text would be seen as: the first one is the whole text, for a number.
fn whole<'t>(text: &'t str, cell: &'t str) -> &'t str {
    if std::ptr::eq(text.as_ptr(), cell.as_ptr()) { text } else { cell }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_are_left_alone() {
        for text in
            ["Bonjour.", "'tite", "12 personnes", "3fa9_001_002", "", "'", "oui; non", "a=b"]
        {
            assert_eq!(guard(text), text);
        }
        assert_eq!(guard("- Bonjour"), "'- Bonjour");
        assert_eq!(unguard("- Bonjour"), "- Bonjour");
        assert_eq!((&*guard("0123"), &*guard_formulas("0123")), ("'0123", "0123"));
    }

    #[test]
    fn a_formula_behind_another_separator_is_guarded_too() {
        assert_eq!(guard("oui;=1+1"), "oui;'=1+1");
        assert_eq!(guard("oui\t@SUM(A1)\n+1; -2"), "oui\t'@SUM(A1)\n'+1;' -2");
        assert_eq!(guard(" =1"), "' =1");
        assert_eq!(guard("＝1"), "'＝1");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_its_guard(text in "['=+@\t;\n 0-9e.a-]{0,9}.{0,3}") {
            let guarded = guard(&text).into_owned();
            for cell in guarded.split(ENDS) {
                prop_assert!(!is_formula(cell), "{:?}", cell);
            }
            let back = unguard(&guarded).into_owned();
            prop_assert_eq!(back, text);
        }
    }
}
