//! Whole numbers as words. In: digits. Out: French or English words with spaces only.
//! Left to others: everything around the digits (`french`, `english`).

use std::sync::OnceLock;

use num2words::{Lang, Num2Words};

/// Numbers below this are worked out once: they are most of what is said, and num2words takes its time.
const COMMON: usize = 1000;

/// Languages whose number words are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speech {
    /// French of France and Canada: soixante-dix, quatre-vingts.
    French,
    /// English; where "and" goes is settled later.
    English,
}

impl Speech {
    fn lang(self) -> Lang {
        match self {
            Speech::French => Lang::French,
            Speech::English => Lang::English,
        }
    }

    fn zero(self) -> &'static str {
        match self {
            Speech::French => "zéro",
            Speech::English => "zero",
        }
    }

    /// The words for a run of ASCII digits. Leading zeros are said one by one ("06": zéro six), as
    /// is every digit of a number of more than 15 digits.
    pub fn cardinal(self, digits: &str) -> String {
        let value = digits.trim_start_matches('0');
        let zeros = digits.len() - value.len();
        if value.is_empty() {
            return vec![self.zero(); zeros.max(1)].join(" ");
        }
        if digits.len() > 15 {
            let each: Vec<_> = digits.chars().map(|d| self.cardinal(&d.to_string())).collect();
            return each.join(" ");
        }
        let mut words = vec![self.zero().to_string(); zeros];
        match value.parse().ok().and_then(|n: usize| self.common().get(n)) {
            Some(known) => words.push(known.get_or_init(|| self.whole(value)).clone()),
            None => words.push(self.whole(value)),
        }
        words.join(" ")
    }

    fn common(self) -> &'static [OnceLock<String>; COMMON] {
        static FRENCH: [OnceLock<String>; COMMON] = [const { OnceLock::new() }; COMMON];
        static ENGLISH: [OnceLock<String>; COMMON] = [const { OnceLock::new() }; COMMON];
        match self {
            Speech::French => &FRENCH,
            Speech::English => &ENGLISH,
        }
    }

    /// The words for digits without zeros before them.
    fn whole(self, digits: &str) -> String {
        let number = digits.parse::<u64>().ok();
        let said = number.and_then(|n| Num2Words::new(n).lang(self.lang()).to_words().ok());
        said.unwrap_or_else(|| digits.to_string()).replace('-', " ")
    }

    /// The digits one by one.
    pub fn each(self, digits: &str) -> String {
        let words: Vec<_> = digits.chars().map(|d| self.cardinal(&d.to_string())).collect();
        words.join(" ")
    }

    /// An English ordinal ("twenty first"); `None` where there is none.
    pub fn english_ordinal(digits: &str) -> Option<String> {
        let number = digits.parse::<u64>().ok().filter(|_| digits.len() <= 15)?;
        Some(Num2Words::new(number).ordinal().to_words().ok()?.replace('-', " "))
    }

    /// An English year as said: 1984 is "nineteen eighty four".
    pub fn english_year(year: u64) -> Option<String> {
        Some(Num2Words::new(year).year().to_words().ok()?.replace('-', " "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_are_said_and_long_numbers_are_read_digit_by_digit() {
        assert_eq!(Speech::French.cardinal("007"), "zéro zéro sept");
        assert_eq!(Speech::French.cardinal("0"), "zéro");
        assert_eq!(Speech::English.cardinal("1234567890123456").split(' ').count(), 16);
    }

    /// Made once by Python's num2words 0.5.14: see tests/data/wer/README.md.
    #[test]
    fn number_words_are_those_of_the_reference_implementation() {
        let table = include_str!("../../../tests/data/wer/number_words.tsv");
        let mut checked = 0;
        for line in table.lines().skip(1) {
            let mut columns = line.split('\t');
            let digits = columns.next().unwrap();
            assert_eq!(Speech::French.cardinal(digits), columns.next().unwrap(), "{digits}");
            checked += 1;
        }
        assert!(checked > 300, "{checked}");
    }
}
