//! French numbers as they are said. In: folded text (lower case). Out: the same with digits,
//! and the signs that belong to them, as words. Left to others: splitting into words.
//!
//! "1er mai": premier mai; "2e": deuxième; "14h30": quatorze heures trente; "50 %": cinquante pour
//! cent; "3,5": trois virgule cinq; "10 000": dix mille; "12/05/2024": douze mai deux mille
//! vingt-quatre. "Septante" stays septante: it is another word than soixante-dix, and so "70"
//! written by a model for it counts as an error.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::cardinal::Speech::French;

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

static DATE: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b"));
static TIME: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\b(\d{1,2})(?:\s?h(?:\s?(\d{2}))?|:(\d{2}))\b"));
static ORDINAL: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\b(\d{1,15})(ers?|[èe]?res?|ndes?|nds?|i?[èe]mes?|es?)\b"));
static NUMERO: LazyLock<Regex> = LazyLock::new(|| regex(r"\bn[°º]\s?|№\s?"));
/// Currency before, groups of digits, decimals, sign behind.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:([€$£])\s?)?(\d+(?:[ \u{a0}\u{202f}.]\d+)*)((?:,\d+)*)(?:\s?(%|€|\$|£|°(?:\s?c\b)?))?",
    )
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// Whether a French word of this form loses its last letter before an apostrophe.
pub fn elides(word: &str) -> bool {
    matches!(
        word,
        "l" | "d"
            | "j"
            | "m"
            | "t"
            | "s"
            | "n"
            | "c"
            | "qu"
            | "jusqu"
            | "lorsqu"
            | "puisqu"
            | "quoiqu"
            | "presqu"
            | "quelqu"
            | "aujourd"
            | "entr"
    )
}

/// Digits and their signs as words.
pub fn spoken(text: &str) -> String {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return text.to_string();
    }
    let text = NUMERO.replace_all(text, "numéro ");
    let text = DATE.replace_all(&text, date);
    let text = TIME.replace_all(&text, time);
    let text = ORDINAL.replace_all(&text, ordinal);
    NUMBER.replace_all(&text, number).into_owned()
}

fn part<'t>(captures: &Captures<'t>, group: usize) -> &'t str {
    captures.get(group).map_or("", |m| m.as_str())
}

fn small(digits: &str) -> usize {
    digits.parse().unwrap_or(usize::MAX)
}

fn date(found: &Captures) -> String {
    let (day, month) = (small(part(found, 1)), small(part(found, 2)));
    if !(1..=31).contains(&day) || !(1..=12).contains(&month) {
        return found[0].to_string();
    }
    let day = if day == 1 { "premier".into() } else { French.cardinal(&day.to_string()) };
    format!(" {day} {} {} ", MONTHS[month - 1], French.cardinal(part(found, 3)))
}

fn time(found: &Captures) -> String {
    let hour = small(part(found, 1));
    let minutes = small(match part(found, 2) {
        "" => part(found, 3),
        minutes => minutes,
    });
    let minutes = if part(found, 2).is_empty() && part(found, 3).is_empty() { 0 } else { minutes };
    if hour > 24 || minutes > 59 {
        return found[0].replace(['h', ':'], " ");
    }
    let mut said = French.cardinal(&hour.to_string());
    if said.ends_with("un") {
        said.push('e');
    }
    said.push_str(if hour < 2 { " heure" } else { " heures" });
    if minutes > 0 {
        said.push(' ');
        said.push_str(&French.cardinal(&minutes.to_string()));
    }
    format!(" {said} ")
}

fn ordinal(found: &Captures) -> String {
    let (digits, ending) = (part(found, 1), part(found, 2));
    let plural = if ending.ends_with('s') { "s" } else { "" };
    let word = match (digits, ending.trim_end_matches('s')) {
        ("1", "er") => "premier".to_string(),
        ("1", "ère" | "ere" | "re") => "première".to_string(),
        ("2", "nd") => "second".to_string(),
        ("2", "nde") => "seconde".to_string(),
        (_, "e" | "ème" | "eme" | "ième" | "ieme") => nth(&French.cardinal(digits)),
        _ => return found[0].to_string(),
    };
    format!(" {word}{plural} ")
}

/// vingt et un -> vingt et unième; quatre vingts -> quatre vingtième.
fn nth(cardinal: &str) -> String {
    if cardinal == "un" {
        return "unième".into();
    }
    let stem = match cardinal.strip_suffix('s') {
        Some(stem) if ["vingt", "cent", "ion", "iard"].iter().any(|end| stem.ends_with(end)) => {
            stem
        }
        _ => cardinal,
    };
    if let Some(stem) = stem.strip_suffix("neuf") {
        format!("{stem}neuvième")
    } else if stem.ends_with("cinq") {
        format!("{stem}uième")
    } else {
        format!("{}ième", stem.strip_suffix('e').unwrap_or(stem))
    }
}

fn number(found: &Captures) -> String {
    let (before, groups, decimals, after) =
        (part(found, 1), part(found, 2), part(found, 3), part(found, 4));
    let mut words = vec![whole(groups)];
    let decimals: Vec<_> = decimals.split(',').skip(1).collect();
    let sign = if before.is_empty() { after } else { before };
    let money = match sign {
        "€" => "euro",
        "$" => "dollar",
        "£" => "livre",
        _ => "",
    };
    match decimals[..] {
        // 5,50 €: cinq euros cinquante
        [cents] if !money.is_empty() && cents.len() == 2 => {
            words.push(counted(money, groups));
            if cents != "00" {
                words.push(French.cardinal(cents.trim_start_matches('0')));
            }
            return format!(" {} ", words.join(" "));
        }
        [one] => words.extend(["virgule".to_string(), fraction(one)]),
        // 1,2,3 is a list
        _ => words.extend(decimals.iter().map(|digits| French.cardinal(digits))),
    }
    match sign {
        "%" => words.push("pour cent".into()),
        degrees if degrees.starts_with('°') => words.push(counted("degré", groups)),
        "" => {}
        _ => words.push(counted(money, groups)),
    }
    format!(" {} ", words.join(" "))
}

fn counted(unit: &str, count: &str) -> String {
    if matches!(count, "0" | "1") { unit.to_string() } else { format!("{unit}s") }
}

/// Decimals up to three digits are read as a number, more one by one.
fn fraction(digits: &str) -> String {
    if digits.len() <= 3 { French.cardinal(digits) } else { French.each(digits) }
}

/// "10 000" and "10.000" are one number, "514 555 1212" three; "3.5" has a point in it.
fn whole(groups: &str) -> String {
    let parts: Vec<_> = groups.split(|c: char| !c.is_ascii_digit()).collect();
    let dots = groups.matches('.').count();
    let thousands = parts.len() > 1
        && (dots == 0 || dots + 1 == parts.len())
        && (1..=3).contains(&parts[0].len())
        && !parts[0].starts_with('0')
        && parts[1..].iter().all(|group| group.len() == 3);
    if thousands {
        return French.cardinal(&parts.concat());
    }
    if parts.len() == 2 && dots == 1 {
        return format!("{} point {}", French.cardinal(parts[0]), fraction(parts[1]));
    }
    let each: Vec<_> = parts.iter().map(|digits| French.cardinal(digits)).collect();
    each.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        spoken(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn numbers_are_said_as_a_french_speaker_reads_them() {
        for (written, expected) in [
            ("le 1er mai 2024", "le premier mai deux mille vingt quatre"),
            ("la 1ère et la 2e", "la première et la deuxième"),
            (
                "le 21e siècle, 5ème, 9e, 80e",
                "le vingt et unième siècle, cinquième , neuvième , quatre vingtième",
            ),
            ("les 2nds", "les seconds"),
            ("14h30", "quatorze heures trente"),
            ("à 21 h", "à vingt et une heures"),
            ("1h05", "une heure cinq"),
            ("12:00", "douze heures"),
            ("50 %", "cinquante pour cent"),
            ("3,5", "trois virgule cinq"),
            ("0,05", "zéro virgule zéro cinq"),
            (
                "10 000 et 1\u{202f}234\u{a0}567",
                "dix mille et un million deux cent trente quatre mille cinq cent soixante sept",
            ),
            ("514 555 1212", "cinq cent quatorze cinq cent cinquante cinq mille deux cent douze"),
            ("1.000", "mille"),
            ("3.5", "trois point cinq"),
            ("12/05/2024", "douze mai deux mille vingt quatre"),
            ("5 $ ou 1€ ou 5,50 €", "cinq dollars ou un euro ou cinq euros cinquante"),
            ("n°6", "numéro six"),
            (
                "2 ° c, 1°, 30 °c et 5 ° ce",
                "deux degrés , un degré , trente degrés et cinq degrés ce",
            ),
            ("sur 1,2,3", "sur un deux trois"),
            ("6-6", "six - six"),
            ("45/60/2000", "quarante cinq / soixante / deux mille"),
            ("99h99", "quatre vingt dix neuf quatre vingt dix neuf"),
            ("mp3", "mp trois"),
        ] {
            assert_eq!(said(written), expected, "{written}");
        }
    }

    #[test]
    fn text_without_digits_is_left_alone() {
        assert_eq!(spoken("à l'heure % €"), "à l'heure % €");
    }
}
