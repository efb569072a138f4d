//! What a team says about its datasets beyond what the workspace knows, for the papers beside them. Plain data; empty
//! means not stated, and the papers say so. Left to others: where each stands in a paper (training).

use documented::DocumentedFields;
use serde::{Deserialize, Serialize};

/// What the papers of a dataset cannot know by themselves.
#[derive(Clone, Debug, Default, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatasetSettings {
    /// Title; empty: the name of the workspace's folder.
    pub title: String,
    /// What the dataset holds and what it is for, in a few sentences.
    pub description: String,
    /// Who issues it: a legal name.
    pub issuer: String,
    /// Where people write to withdraw their voice or their work, or to ask: an address or a page.
    pub contact: String,
    /// Where the dataset's papers are published: a web address.
    pub location: String,
    /// How to cite it.
    pub citation: String,
    /// How the recordings were made, with whom, and what people were told.
    pub collection: String,
    /// Kinds of collection, in the words of Croissant's RAI vocabulary: "Direct measurement", "Experiments", "Others", ...
    pub collection_types: Vec<String>,
    /// First day of the recordings: YYYY-MM-DD.
    pub collected_from: String,
    /// Last day of the recordings.
    pub collected_until: String,
    /// Whose recordings they were before, where that is not the issuer: legal names.
    pub origin: Vec<String>,
    /// Where the recordings were made: ISO 3166 codes of countries (CA) or their parts (CA-QC).
    pub origin_countries: Vec<String>,
    /// Who the validators are, as far as they told and want it told: languages, regions, ages.
    pub annotators: String,
    /// Where the texts lie that people consented to.
    pub consent_documents: Vec<String>,
    /// Laws and classes of confidentiality that the data fall under: "GDPR", "biometric data", ...
    pub confidentiality: Vec<String>,
    /// Countries in which the data may be processed; empty: not stated.
    pub processing_allowed: Vec<String>,
    /// Countries in which they may not.
    pub processing_forbidden: Vec<String>,
    /// Countries in which the data may be stored; empty: not stated.
    pub storage_allowed: Vec<String>,
    /// Countries in which they may not.
    pub storage_forbidden: Vec<String>,
    /// What it is intended for.
    pub intended_use: String,
    /// What it is unfit for, or must not be used for.
    pub limitations: String,
    /// What it may do to people, good and bad.
    pub social_impact: String,
    /// Copyright in what was recorded.
    pub copyright: Vec<String>,
    /// Patents that cover it.
    pub patents: Vec<String>,
    /// Trademarks in it.
    pub trademarks: Vec<String>,
}

impl DatasetSettings {
    /// Why the settings make no sense, if they do not.
    pub fn check(&self) -> Result<(), String> {
        for (name, day) in [
            ("dataset.collected_from", &self.collected_from),
            ("dataset.collected_until", &self.collected_until),
        ] {
            if !day.is_empty() && !is_day(day) {
                return Err(format!("{name} is '{day}': write a day as YYYY-MM-DD"));
            }
        }
        for (name, codes) in [
            ("dataset.origin_countries", &self.origin_countries),
            ("dataset.processing_allowed", &self.processing_allowed),
            ("dataset.processing_forbidden", &self.processing_forbidden),
            ("dataset.storage_allowed", &self.storage_allowed),
            ("dataset.storage_forbidden", &self.storage_forbidden),
        ] {
            if let Some(code) = codes.iter().find(|code| !is_place(code)) {
                return Err(format!("{name} names '{code}': write ISO 3166 codes, as CA or CA-QC"));
            }
        }
        Ok(())
    }
}

/// Whether a text has the form of a day and a month and day of the calendar.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |text: &str, digits: usize| match text.len() == digits {
        true => text.parse::<u32>().ok(),
        false => None,
    };
    number(year, 4).is_some()
        && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
}

/// Whether a text has the form of a country's code, alone or with one of a part of it.
fn is_place(code: &str) -> bool {
    let (country, part) = code.split_once('-').unwrap_or((code, "X"));
    country.len() == 2
        && country.bytes().all(|c| c.is_ascii_uppercase())
        && (1..=3).contains(&part.len())
        && part.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_country_that_cannot_be_is_refused_by_name() {
        assert_eq!(DatasetSettings::default().check(), Ok(()));
        let places = |code: &str| DatasetSettings {
            storage_allowed: vec!["CA".into(), code.into()],
            ..DatasetSettings::default()
        };
        assert_eq!(places("CA-QC").check(), Ok(()));
        for bad in ["canada", "ca", "CA-", "", "CA-QUEBEC"] {
            let error = places(bad).check().unwrap_err();
            assert!(error.contains("dataset.storage_allowed"), "{error}");
        }
        for bad in ["2026", "2026-13-01", "01-02-2026", "2026-1-1", "yesterday"] {
            let settings =
                DatasetSettings { collected_until: bad.into(), ..DatasetSettings::default() };
            assert!(settings.check().unwrap_err().contains("collected_until"), "{bad}");
        }
    }
}
