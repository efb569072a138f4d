//! English numbers as they are said. In: folded text (lower case). Out: the same with digits, and
//! the signs that belong to them, as words. Left to others: splitting into words.
//!
//! "1st": first; "1984": nineteen eighty four (four digits from 1100 to 1999 and 2010 to 2099 are
//! read as years); "1990s": nineteen nineties; "3:05": three oh five; "50%": fifty percent; "3.5":
//! three point five; "1,000": one thousand. "And" after hundred and thousand is added, so that
//! "132", "one hundred thirty-two" and "one hundred and thirty-two" are the same.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::cardinal::Speech::{self, English};

static TIME: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(\d{1,2}):(\d{2})\b"));
static ORDINAL: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(\d{1,15})(?:st|nd|rd|th)\b"));
static PLURAL: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(\d{1,4})'?s\b"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:([€$£])\s?)?(\d+(?:,\d+)*)((?:\.\d+)*)(?:\s?(%|€|\$|£|°(?:\s?[cf]\b)?))?")
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// Digits and their signs as words.
pub fn spoken(text: &str) -> String {
    let text = text.replace("per cent", "percent");
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return text;
    }
    let text = TIME.replace_all(&text, time);
    let text = ORDINAL.replace_all(&text, |found: &Captures| {
        Speech::english_ordinal(&found[1]).map_or(found[0].to_string(), |w| format!(" {w} "))
    });
    let text = PLURAL.replace_all(&text, |found: &Captures| {
        let words = whole(&found[1]);
        match words.strip_suffix('y') {
            Some(stem) => format!(" {stem}ies "),
            None if words.ends_with("six") => format!(" {words}es "),
            None => format!(" {words}s "),
        }
    });
    NUMBER.replace_all(&text, number).into_owned()
}

fn part<'t>(captures: &Captures<'t>, group: usize) -> &'t str {
    captures.get(group).map_or("", |m| m.as_str())
}

fn time(found: &Captures) -> String {
    let hour = English.cardinal(found[1].strip_prefix('0').unwrap_or(&found[1]));
    match found[2].strip_prefix('0') {
        Some("0") => format!(" {hour} "),
        Some(minute) => format!(" {hour} oh {} ", English.cardinal(minute)),
        None => format!(" {hour} {} ", English.cardinal(&found[2])),
    }
}

fn number(found: &Captures) -> String {
    let (before, groups, decimals, after) =
        (part(found, 1), part(found, 2), part(found, 3), part(found, 4));
    let mut words = vec![whole(groups)];
    let sign = if before.is_empty() { after } else { before };
    let unit = match sign {
        "€" => "euro",
        "$" => "dollar",
        "£" => "pound",
        degrees if degrees.starts_with('°') => "degree",
        _ => "",
    };
    let decimals: Vec<_> = decimals.split('.').skip(1).collect();
    let unit = if groups == "1" || unit.is_empty() { unit.to_string() } else { format!("{unit}s") };
    match decimals[..] {
        // $5.50: five dollars fifty
        [cents] if matches!(sign, "€" | "$" | "£") && cents.len() == 2 => {
            words.push(unit.clone());
            if cents != "00" {
                words.push(English.cardinal(cents.trim_start_matches('0')));
            }
            return format!(" {} ", words.join(" "));
        }
        [one] => words.extend(["point".to_string(), English.each(one)]),
        _ => words.extend(decimals.iter().map(|digits| English.cardinal(digits))),
    }
    match sign {
        "%" => words.push("percent".into()),
        _ => words.push(unit),
    }
    format!(" {} ", words.join(" "))
}

/// "1,000" is one number, "1,2" two; four digits alone are often a year.
fn whole(groups: &str) -> String {
    let parts: Vec<_> = groups.split(',').collect();
    let thousands = parts.len() > 1
        && (1..=3).contains(&parts[0].len())
        && !parts[0].starts_with('0')
        && parts[1..].iter().all(|group| group.len() == 3);
    if thousands {
        return English.cardinal(&parts.concat());
    }
    if let ([year], Ok(number)) = (&parts[..], groups.parse::<u64>())
        && year.len() == 4
        && ((1100..2000).contains(&number) || (2010..2100).contains(&number))
    {
        return Speech::english_year(number).unwrap_or_else(|| English.cardinal(groups));
    }
    let each: Vec<_> = parts.iter().map(|digits| English.cardinal(digits)).collect();
    each.join(" ")
}

/// Puts "and" between hundred (or thousand and more) and a number under one hundred.
pub fn with_and(words: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    for (i, word) in words.iter().enumerate() {
        if let Some(last) = out.last()
            && is_small(word)
        {
            let mut rest = words[i + 1..].iter().map(String::as_str);
            let next = if is_ten(word) { rest.find(|w| !is_unit(w)) } else { rest.next() };
            let goes_on = matches!(next, Some("hundred")) || next.is_some_and(is_large);
            if last == "hundred" || (is_large(last) && !goes_on) {
                out.push("and".into());
            }
        }
        out.push(word.clone());
    }
    out
}

fn is_large(word: &str) -> bool {
    matches!(word, "thousand" | "million" | "billion" | "trillion")
}

fn is_unit(word: &str) -> bool {
    matches!(word, "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "nine")
}

fn is_ten(word: &str) -> bool {
    matches!(
        word,
        "twenty" | "thirty" | "forty" | "fifty" | "sixty" | "seventy" | "eighty" | "ninety"
    )
}

fn is_small(word: &str) -> bool {
    is_unit(word)
        || is_ten(word)
        || matches!(
            word,
            "ten"
                | "eleven"
                | "twelve"
                | "thirteen"
                | "fourteen"
                | "fifteen"
                | "sixteen"
                | "seventeen"
                | "eighteen"
                | "nineteen"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        with_and(spoken(text).split_whitespace().map(String::from).collect()).join(" ")
    }

    #[test]
    fn numbers_are_said_as_an_english_speaker_reads_them() {
        for (written, expected) in [
            ("in 1984", "in nineteen eighty four"),
            ("the 1990s", "the nineteen nineties"),
            ("2005 and 2015", "two thousand and five and twenty fifteen"),
            ("1,984", "one thousand nine hundred and eighty four"),
            ("132", "one hundred and thirty two"),
            ("1001", "one thousand and one"),
            ("1,200", "one thousand two hundred"),
            ("the 21st of 3rd", "the twenty first of third"),
            ("3:05 or 10:30 or 9:00", "three oh five or ten thirty or nine"),
            ("50% or 5 per cent", "fifty percent or five percent"),
            ("3.14", "three point one four"),
            ("$5 and $5.50 and 1$", "five dollars and five dollars fifty and one dollar"),
            ("007", "zero zero seven"),
            ("20°c", "twenty degrees"),
        ] {
            assert_eq!(said(written), expected, "{written}");
        }
    }

    #[test]
    fn with_or_without_and_a_number_is_the_same() {
        assert_eq!(said("one hundred thirty two"), said("132"));
        assert_eq!(said("one thousand one"), said("1001"));
        assert_eq!(said("two thousand three hundred"), "two thousand three hundred");
        assert_eq!(said("a hundred and one"), "a hundred and one");
    }

    /// Made once by Python's num2words 0.5.14: see tests/data/wer/README.md.
    #[test]
    fn number_words_are_those_of_the_reference_implementation() {
        let table = include_str!("../../../tests/data/wer/number_words.tsv");
        for line in table.lines().skip(1) {
            let mut columns = line.split('\t');
            let digits = columns.next().unwrap();
            let words = English.cardinal(digits);
            let words = with_and(words.split(' ').map(String::from).collect()).join(" ");
            assert_eq!(words, columns.nth(1).unwrap(), "{digits}");
        }
    }
}
