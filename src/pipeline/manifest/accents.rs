//! Common Voice's accents and variants as regions. In: a row's language, accents and variant. Out: the region that they say,
//! and those that say none. Pure. The tables are `common_voice.tsv`, which exports read in the other direction, and
//! `accents.tsv`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::domain::{Language, Locale, Region};
use crate::text::tidy;

const EXPORTED: &str = include_str!("../../training/export/common_voice.tsv");
const MORE: &str = include_str!("accents.tsv");

/// What accents and a variant say.
#[derive(Debug, Default)]
pub struct Said {
    /// The region, where they agree on one.
    pub region: Option<Region>,
    /// All regions that they may stand for.
    pub all: Vec<Region>,
    /// Accents that no region was found for, or several that lie apart.
    pub accents: Vec<String>,
    /// The same of the variant.
    pub variant: Option<String>,
}

/// The region of accents, several of them separated by commas or bars, and of a variant.
pub fn said(language: Option<&Language>, accents: Option<String>, variant: Option<String>) -> Said {
    let mut said = Said::default();
    if let Some(text) = accents {
        let (mut first, mut apart) = (None::<Region>, false);
        for name in names(language, &text) {
            let regions = of_accent(language, &name);
            match (regions.first().cloned(), first.take()) {
                (None, before) => {
                    said.accents.push(name);
                    first = before;
                }
                (found, None) => first = found,
                (Some(found), Some(before)) => {
                    first = before.clone().narrower(found);
                    apart |= first.is_none();
                    first = first.or(Some(before));
                }
            }
            said.all.extend(regions);
        }
        match apart {
            true => said.accents.push(text),
            false => said.region = first,
        }
    }
    if let Some(text) = variant {
        match of_variant(language, &text) {
            Some(region) => {
                said.all.push(region.clone());
                let narrower =
                    said.region.clone().map(|of_accent| of_accent.narrower(region.clone()));
                said.region = narrower.unwrap_or(Some(region));
            }
            None => said.variant = Some(text),
        }
    }
    said
}

/// Whether a declared region is, contains or lies in one that an accent may stand for.
pub fn agree(declared: &Region, accents: &[Region]) -> bool {
    accents.iter().any(|region| declared.is_within(region) || region.is_within(declared))
}

/// The accents of a cell: all of it is one, or its parts are. Commas in parentheses separate nothing.
fn names(language: Option<&Language>, text: &str) -> Vec<String> {
    if !of_accent(language, text).is_empty() {
        return vec![text.to_string()];
    }
    let mut depth = 0i32;
    let parts = text.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth <= 0 && matches!(c, ',' | '|' | ';')
    });
    parts.map(|part| part.trim().to_string()).filter(|part| !part.is_empty()).collect()
}

/// The regions that an accent stands for, the most general name first.
fn of_accent(language: Option<&Language>, name: &str) -> Vec<Region> {
    let regions = ACCENTS.get(&folded(name)).into_iter().flatten();
    let all: Vec<Region> = regions.filter(|region| speaks(region, language)).cloned().collect();
    let spoken = |region: &Region| region.as_str().split('-').next().map(String::from);
    // Without a language, 'canada' is French or English.
    let one = all.iter().all(|region| spoken(region) == spoken(&all[0]));
    if one { all } else { Vec::new() }
}

/// Regions by accent: its code and its name.
static ACCENTS: LazyLock<BTreeMap<String, Vec<Region>>> = LazyLock::new(|| {
    let mut accents: BTreeMap<String, Vec<Region>> = BTreeMap::new();
    let exported = lines(EXPORTED).map(|[region, accent, _]| (region, accent, ""));
    let more = lines(MORE).map(|[region, accent, name]| (region, accent, name));
    for (region, accent, name) in exported.chain(more) {
        let Ok(region) = region.parse::<Region>() else { continue };
        for word in [accent, name].into_iter().filter(|word| !word.is_empty()) {
            let regions = accents.entry(folded(word)).or_default();
            if !regions.contains(&region) {
                regions.push(region.clone());
            }
        }
    }
    accents
});

/// The region of a variant: a locale (`pt-BR`), or one of Common Voice's that lies in one region (`fr-metro`).
fn of_variant(language: Option<&Language>, variant: &str) -> Option<Region> {
    let wanted = folded(variant);
    let of_it: Vec<_> =
        lines(EXPORTED).filter(|[_, _, variant]| folded(variant) == wanted).collect();
    if of_it.is_empty() {
        let country = |region: &Region| {
            let code = region.as_str().split('-').nth(1).unwrap_or_default();
            code.len() == 2 && region.as_str().split('-').count() == 2
        };
        let region = variant.parse::<Locale>().ok()?.region.filter(country)?;
        return Some(region).filter(|region| speaks(region, language));
    }
    let general = of_it.iter().find(|[_, accent, _]| accent.is_empty())?;
    let general: Region = general[0].parse().ok()?;
    let within = |line: &[&str; 3]| line[0].parse::<Region>().is_ok_and(|r| r.is_within(&general));
    let whole = of_it.iter().all(within) && speaks(&general, language);
    whole.then_some(general)
}

fn speaks(region: &Region, language: Option<&Language>) -> bool {
    let of_region = region.as_str().split('-').next();
    language.is_none_or(|language| of_region == Some(language.as_str()))
}

fn folded(name: &str) -> String {
    tidy(name).to_lowercase().replace('’', "'")
}

fn lines(table: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut cells = line.split('\t');
        Some([cells.next()?, cells.next()?, cells.next()?])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::export::common_voice::accent;

    fn of(language: &str, accents: &str, variant: &str) -> (String, Vec<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let language: Option<Language> = some(language).map(|code| code.parse().unwrap());
        let said = said(language.as_ref(), some(accents), some(variant));
        let without = said.accents.into_iter().chain(said.variant).collect();
        (said.region.map_or(String::new(), |region| region.to_string()), without)
    }

    #[test]
    fn what_an_export_writes_of_a_region_comes_back() {
        for [code, ..] in lines(EXPORTED) {
            let region: Region = code.parse().unwrap();
            let (accents, variant) = accent(Some(&region));
            let back = of("fr", accents, variant).0;
            if accents.is_empty() && variant != "fr-metro" {
                assert_eq!(back, "", "{code}");
                continue;
            }
            let back: Region = back.parse().unwrap_or_else(|why| panic!("{code}: {why}"));
            assert_eq!(accent(Some(&back)), (accents, variant), "{code}");
            let language = "fr".parse().unwrap();
            let said = said(Some(&language), Some(accents.into()), Some(variant.into()));
            assert!(agree(&region, &said.all), "{code}: {said:?}");
        }
    }

    #[test]
    fn accents_are_codes_or_names_in_the_language_of_the_row() {
        for (language, accents, variant, region) in [
            ("fr", "canada", "", "fr-CA"),
            ("en", "canada", "", "en-CA"),
            ("fr", "Français d’Allemagne", "", "fr-DE"),
            ("fr", "fr-metro-south", "fr-metro", "fr-FR-SUD"),
            ("fr", "", "fr-metro", "fr-FR"),
            ("en", "England English", "", "en-GB-ENG"),
            ("en", "England English,Filipino", "", ""),
            ("fr", "france|fr-metro-north", "", "fr-FR-NORD"),
            ("pt", "", "pt-BR", "pt-BR"),
            ("", "belgium", "", ""),
            ("", "England English", "", "en-GB-ENG"),
        ] {
            assert_eq!(of(language, accents, variant).0, region, "{language} {accents} {variant}");
        }
    }

    #[test]
    fn what_has_no_region_is_told() {
        let south_asia = "India and South Asia (India, Pakistan, Sri Lanka)";
        assert_eq!(of("en", south_asia, "").1, [south_asia]);
        assert_eq!(
            of("en", "a bit posh, Irish English", ""),
            ("en-IE".into(), vec!["a bit posh".into()])
        );
        assert_eq!(of("fr", "", "fr-namerica").1, ["fr-namerica"]);
        assert_eq!(of("en", "England English,Filipino", "").1, ["England English,Filipino"]);
    }

    #[test]
    fn every_line_is_whole() {
        for line in MORE.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert!(cells.len() == 3 && cells[0].parse::<Region>().is_ok(), "{line}");
        }
    }
}
