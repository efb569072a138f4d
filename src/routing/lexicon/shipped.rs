//! The lists that ship, by language. Out: their text, and the ordinary words that no near form may take.
//! No native speaker has reviewed any of them.

/// A list that ships.
#[derive(Debug)]
pub struct Shipped {
    /// Its language, which all regions of its entries begin with.
    pub language: &'static str,
    /// What errors call it.
    pub name: &'static str,
    /// A lexicon file.
    pub entries: &'static str,
    /// One word per line; `#` starts a comment.
    ordinary: &'static str,
}

/// All of them.
pub const SHIPPED: [Shipped; 2] = [
    Shipped {
        language: "fr",
        name: "lexicon_fr.tsv (built in)",
        entries: include_str!("../lexicon_fr.tsv"),
        ordinary: include_str!("../ordinary_fr.txt"),
    },
    Shipped {
        language: "en",
        name: "lexicon_en.tsv (built in)",
        entries: include_str!("../lexicon_en.tsv"),
        ordinary: include_str!("../ordinary_en.txt"),
    },
];

impl Shipped {
    /// Ordinary words of the language that lie one edit away from a `near` form, folded.
    pub fn ordinary(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.ordinary.lines().filter(|line| !line.starts_with('#'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::lexicon::{Source, read};
    use crate::text::fold::phrase;
    use std::collections::BTreeSet;

    #[test]
    fn every_list_is_of_its_language_and_no_term_stands_in_two() {
        let mut terms = BTreeSet::new();
        for list in &SHIPPED {
            for entry in read::entries(list.name, list.entries, Source::BuiltIn).unwrap() {
                let own = |region: &crate::domain::Region| region.language() == list.language;
                assert!(entry.regions.iter().all(own), "{}", entry.term);
                assert!(terms.insert(entry.term.clone()), "{} stands in two lists", entry.term);
            }
            assert!(list.ordinary().all(|word| phrase(word) == word), "{}", list.name);
        }
    }
}
