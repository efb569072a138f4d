//! What a page warns of before a clip is played. In: texts of the clip and around it, its language.
//! Out: kinds of content. Pure. Left to others: asking the listener (page), what people reported.

use std::collections::BTreeSet;

use super::consensus::plain;
use super::page::Warning;

const LIST: &str = include_str!("warnings.tsv");

/// Kinds of content that the text points to. `language`: a code such as `fr`; lists of all
/// languages are used where it is not known.
pub fn warnings(text: &str, language: Option<&str>) -> Vec<Warning> {
    let text = format!(" {} ", plain(text).join(" "));
    let mut found = BTreeSet::new();
    for line in LIST.lines().filter(|l| !l.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(kind), Some(of), Some(start)) = (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        if language.is_none_or(|l| l == of) && text.contains(&format!(" {start}")) {
            found.insert(kind);
        }
    }
    found.into_iter().filter_map(kind).collect()
}

fn kind(code: &str) -> Option<Warning> {
    match code {
        "violent" => Some(Warning::Violent),
        "hateful" => Some(Warning::Hateful),
        "sexual" => Some(Warning::Sexual),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_hurt_are_found_by_their_beginning() {
        assert_eq!(warnings("Il l'a poignardé, puis massacrée !", Some("fr")), [Warning::Violent]);
        assert_eq!(warnings("He said: I will kill you.", None), [Warning::Violent]);
        assert_eq!(warnings("On l'a violée dans un film porno", Some("fr")).len(), 2);
    }

    #[test]
    fn harmless_words_are_not() {
        for text in
            ["une viole de gambe", "appuyez sur la pédale droite", "ratons laveurs", "Drapeau"]
        {
            assert!(!warnings(text, Some("fr")).contains(&Warning::Violent), "{text}");
        }
        assert!(warnings("La pédale d'embrayage", Some("en")).is_empty());
        assert!(warnings("press one to rapidly", Some("en")).is_empty());
    }

    #[test]
    fn every_line_of_the_list_is_understood() {
        for line in LIST.lines().filter(|l| !l.starts_with('#')) {
            let columns: Vec<_> = line.split('\t').collect();
            assert_eq!(columns.len(), 3, "{line}");
            assert!(kind(columns[0]).is_some(), "{line}");
            assert_eq!(columns[2].to_lowercase(), columns[2], "{line}");
        }
    }
}
