//! Regions in Common Voice's words. In: a region code. Out: its accent and variant. The table is
//! `common_voice.tsv`; the codes are those of Common Voice's French accents.

use crate::domain::Region;

const TABLE: &str = include_str!("common_voice.tsv");

/// Accent and variant of a region, each empty where Common Voice has none: `fr-CA-QC` is `canada` of
/// `fr-namerica`.
pub fn accent(region: Option<&Region>) -> (&'static str, &'static str) {
    let mut found = ("", "");
    let mut longest = 0;
    for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(code), Some(accent), Some(variant)) =
            (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        let general = code.parse::<Region>().ok();
        let within = region.zip(general).is_some_and(|(r, general)| r.is_within(&general));
        if within && code.len() > longest {
            (found, longest) = ((accent, variant), code.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> (&'static str, &'static str) {
        accent(Some(&code.parse().unwrap()))
    }

    #[test]
    fn the_nearest_line_answers() {
        assert_eq!(of("fr-CA-QC"), ("canada", "fr-namerica"));
        assert_eq!(of("fr-FR-MARSEILLE"), ("fr-metro-south", "fr-metro"));
        assert_eq!(of("fr-FR-AUVERGNE"), ("", "fr-metro"));
        assert_eq!(of("fr-AFR-OUEST"), ("", "fr-safrica"));
        assert_eq!(of("en-IE"), ("", ""));
        assert_eq!(accent(None), ("", ""));
    }

    #[test]
    fn every_line_is_whole_and_no_code_stands_twice() {
        let lines: Vec<_> = TABLE.lines().filter(|l| !l.starts_with('#')).collect();
        let mut codes = std::collections::BTreeSet::new();
        for line in lines {
            let columns: Vec<_> = line.split('\t').collect();
            assert_eq!(columns.len(), 3, "{line}");
            assert!(
                columns[0].parse::<Region>().is_ok() && columns[2].starts_with("fr-"),
                "{line}"
            );
            assert!(codes.insert(columns[0]), "{line}");
        }
    }
}
