//! `tasks.regions`: regions that a team adds to the page's own, with a name for each page language.
//! In: a table of settings. Out: checked names. Left to others: what is shown where there is none (page).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{PageLanguage, Region};

/// A line of the table, as an example.
pub const EXAMPLE: &str = "fr-CA-QC-GASP = { fr = \"Gaspésie\", en = \"Gaspé\" }";

type Names = BTreeMap<Region, BTreeMap<PageLanguage, String>>;

/// Names of regions, by code and page language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RegionNames(Names);

impl<'de> Deserialize<'de> for RegionNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Table)
    }
}

struct Table;

impl<'de> Visitor<'de> for Table {
    type Value = RegionNames;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a table of regions with lines such as {EXAMPLE}")
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<RegionNames, A::Error> {
        let names = Names::deserialize(MapAccessDeserializer::new(table))?;
        for (region, names) in &names {
            if let Some((language, _)) = names.iter().find(|(_, name)| name.trim().is_empty()) {
                return Err(A::Error::custom(format!(
                    "the name of {region} in {language} is empty; leave it out, or write one"
                )));
            }
        }
        Ok(RegionNames(names))
    }

    /// The form that settings had before.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RegionNames, A::Error> {
        let mut lines = Vec::new();
        while let Some(line) = list.next_element::<String>()? {
            lines.push(as_table(&line).unwrap_or_else(|| EXAMPLE.to_string()));
        }
        let hint = match lines.is_empty() {
            true => format!("; a region in it is a line such as {EXAMPLE}"),
            false => String::new(),
        };
        let table = lines.join(", ");
        let table = if table.is_empty() { "{}".into() } else { format!("{{ {table} }}") };
        Err(A::Error::custom(format!(
            "tasks.regions is a table, no longer a list: write regions = {table}{hint}"
        )))
    }
}

/// `CODE|French name|English name` as a line of the table.
fn as_table(line: &str) -> Option<String> {
    let mut parts = line.split('|').map(str::trim);
    let code: Region = parts.next()?.parse().ok()?;
    let mut quoted = || Some(Value::String(parts.next()?.to_string()));
    Some(format!("{code} = {{ fr = {}, en = {} }}", quoted()?, quoted()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Settings {
        regions: RegionNames,
    }

    fn error(text: &str) -> String {
        toml::from_str::<Settings>(text).unwrap_err().to_string()
    }

    #[test]
    fn the_example_is_read_and_a_name_may_be_missing() {
        let text = format!("[regions]\n{EXAMPLE}\nfr-LU = {{}}\n");
        let RegionNames(names) = toml::from_str::<Settings>(&text).unwrap().regions;
        assert_eq!(names[&"fr-CA-QC-GASP".parse().unwrap()][&"en".parse().unwrap()], "Gaspé");
        assert!(names[&"fr-LU".parse().unwrap()].is_empty());
    }

    #[test]
    fn the_earlier_list_is_refused_with_the_table_to_write() {
        let old =
            error("regions = [\"fr-CA-GASP|Gaspésie|Gaspé\", \"fr-LU|Luxembourg|The \\\"L\\\"\"]");
        let new = "regions = { fr-CA-GASP = { fr = \"Gaspésie\", en = \"Gaspé\" }, \
                   fr-LU = { fr = \"Luxembourg\", en = \"The \\\"L\\\"\" } }";
        assert!(old.contains(new), "{old}");
        assert!(toml::from_str::<Settings>(new).is_ok());
        assert!(error("regions = []").contains("write regions = {}"));
        assert!(error("regions = [\"Gaspésie\"]").contains(EXAMPLE));
    }

    #[test]
    fn what_is_no_region_no_language_or_no_name_is_refused_by_name() {
        for (text, part) in [
            ("[regions]\n\"fr CA\" = {}", "'fr CA' is not a region code"),
            ("[regions]\nfr-CA = { de = \"Kanada\" }", "'de' is not a language of the page"),
            ("[regions]\nfr-CA = { fr = \" \" }", "the name of fr-CA in fr is empty"),
            ("regions = \"fr-CA\"", EXAMPLE),
        ] {
            assert!(error(text).contains(part), "{}", error(text));
        }
    }
}
