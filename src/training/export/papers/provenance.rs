//! `provenance.json`: the fields of the Data Provenance Standards 1.0.0 of the Data & Trust Alliance, under the names of
//! its JSON schema. In: items, what the team stated. Out: the file. What nobody stated is null, and `to_fill` names the
//! setting that fills it; nothing is guessed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Papers;
use super::numbers::Numbers;
use crate::training::export::Item;

/// The version of the standards.
const STANDARDS: &str = "1.0.0";

/// Fields that a setting fills, each with that setting.
const FILLED_BY: [(&str, &str); 17] = [
    ("/source/location", "dataset.location"),
    ("/source/issuer", "dataset.issuer"),
    ("/provenance/origin", "dataset.origin"),
    ("/provenance/origin-geography", "dataset.origin_countries"),
    ("/provenance/generation-period/start", "dataset.collected_from"),
    ("/provenance/generation-period/end", "dataset.collected_until"),
    ("/use/classification", "dataset.confidentiality"),
    ("/use/consents", "dataset.consent_documents"),
    ("/use/processing-included", "dataset.processing_allowed"),
    ("/use/processing-excluded", "dataset.processing_forbidden"),
    ("/use/storage-allowed", "dataset.storage_allowed"),
    ("/use/storage-forbidden", "dataset.storage_forbidden"),
    ("/use/intended-purpose", "dataset.intended_use"),
    ("/use/copyright", "dataset.copyright"),
    ("/use/patent", "dataset.patents"),
    ("/use/trademark", "dataset.trademarks"),
    ("/provenance/generation-method/0/description", "dataset.collection"),
];

/// The file's content.
pub fn provenance(papers: &Papers, id: &str, items: &[Item], numbers: &mut Numbers) -> Value {
    let settings = &papers.settings;
    let licences: Vec<&str> = {
        let all: BTreeSet<&str> = items.iter().filter_map(|i| i.licence.as_deref()).collect();
        all.into_iter().collect()
    };
    let mut all = json!({
        "source": {
            "version": STANDARDS,
            "title": papers.title(),
            "id": id,
            "location": text(&settings.location),
            "issuer": issuer(papers),
            "description": description(papers, numbers),
        },
        "provenance": {
            "source": null,
            "origin": list(&settings.origin, |name| json!({ "name": name })),
            "origin-geography": list(&settings.origin_countries, place),
            "date": papers.day,
            "previous-date": papers.previous_day,
            "generation-period": {
                "start": text(&settings.collected_from),
                "end": text(&settings.collected_until),
            },
            "generation-method": [
                { "code": "recorded speech", "description": text(&settings.collection) },
                {
                    "code": "human-in-the-loop transcription",
                    "description": format!(
                        "Drafted by the speech model {}, reviewed and corrected by people with second-ear {}.",
                        papers.model, papers.version
                    ),
                },
            ],
            "format": ["audio/wav", "application/jsonlines"],
        },
        "use": {
            "classification": list(&settings.confidentiality, |code| {
                json!({ "regulation": { "code": code }, "evaluated": true })
            }),
            "consents": list(&settings.consent_documents, |text| text.into()),
            "privacy-enhancing": privacy(papers),
            "processing-included": list(&settings.processing_allowed, place),
            "processing-excluded": list(&settings.processing_forbidden, place),
            "storage-allowed": list(&settings.storage_allowed, place),
            "storage-forbidden": list(&settings.storage_forbidden, place),
            "license": if licences.is_empty() { Value::Null } else { json!(licences) },
            "intended-purpose": match text(&settings.intended_use) {
                Value::Null => Value::Null,
                said => json!([{ "code": "speech recognition", "description": said }]),
            },
            "copyright": list(&settings.copyright, |text| text.into()),
            "patent": list(&settings.patents, |text| text.into()),
            "trademark": list(&settings.trademarks, |text| text.into()),
        },
    });
    let unknown: serde_json::Map<String, Value> = FILLED_BY
        .into_iter()
        .filter(|(pointer, _)| all.pointer(pointer).is_some_and(Value::is_null))
        .map(|(pointer, setting)| (pointer.to_string(), setting.into()))
        .collect();
    all["to_fill"] = unknown.into();
    all
}

fn description(papers: &Papers, numbers: &mut Numbers) -> String {
    numbers.for_field("provenance description");
    let clips = numbers.of_dataset("/clips").unwrap_or(0);
    let counted = format!("{clips} clips of recorded speech with their text.");
    match papers.settings.description.trim() {
        "" => counted,
        text => format!("{text} {counted}"),
    }
}

fn issuer(papers: &Papers) -> Value {
    let settings = &papers.settings;
    match (settings.issuer.as_str(), settings.contact.as_str()) {
        ("", _) => Value::Null,
        (name, "") => json!([{ "name": name }]),
        (name, contact) => json!([{ "name": name, "address": [contact] }]),
    }
}

fn privacy(papers: &Papers) -> Value {
    match papers.pseudonyms {
        true => json!([{
            "tool-category": { "code": "pseudonymisation" },
            "tool-used": format!("second-ear {}", papers.version),
            "parameters": ["HMAC-SHA-256 under a random key that stays with the team"],
            "result": ["names of speakers are replaced; voices are not changed"],
        }]),
        false => json!([]),
    }
}

fn text(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        text => text.into(),
    }
}

fn list(all: &[String], of: impl Fn(&str) -> Value) -> Value {
    match all.is_empty() {
        true => Value::Null,
        false => all.iter().map(|one| of(one)).collect(),
    }
}

/// A country, or a part of it.
fn place(code: &str) -> Value {
    match code.split_once('-') {
        Some((country, state)) => json!({ "country": country, "state": state }),
        None => json!({ "country": code }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DatasetSettings;
    use crate::training::export::tests::items;

    fn of(settings: DatasetSettings) -> Value {
        let papers = Papers { settings, ..Papers::default() };
        let items = items();
        let (report, dataset) = (json!({}), json!({ "clips": 6 }));
        let mut numbers = Numbers::of(&report, &dataset);
        provenance(&papers, "0123", &items, &mut numbers)
    }

    #[test]
    fn what_nobody_stated_is_null_and_names_its_setting() {
        let said = of(DatasetSettings::default());
        for (pointer, setting) in FILLED_BY {
            assert_eq!(said.pointer(pointer), Some(&Value::Null), "{pointer}");
            assert_eq!(said["to_fill"][pointer], setting);
        }
        assert_eq!(said["use"]["license"], json!(["CC-BY-SA-3.0"]));
    }

    #[test]
    fn what_was_stated_stands_in_its_field_and_needs_no_filling() {
        let one = |text: &str| vec![text.to_string()];
        let said = of(DatasetSettings {
            location: "https://example.org/set".into(),
            issuer: "Radio".into(),
            contact: "voices@example.org".into(),
            collection: "Telephone calls.".into(),
            origin: one("Archive"),
            origin_countries: one("CA-QC"),
            collected_from: "2026-01-02".into(),
            collected_until: "2026-02-03".into(),
            consent_documents: one("https://example.org/consent"),
            confidentiality: one("GDPR"),
            processing_allowed: one("CA"),
            processing_forbidden: one("US"),
            storage_allowed: one("CA"),
            storage_forbidden: one("US"),
            intended_use: "Speech recognition of Quebec French.".into(),
            copyright: one("Radio"),
            patents: one("none"),
            trademarks: one("none"),
            ..DatasetSettings::default()
        });
        assert_eq!(said["to_fill"], json!({}));
        assert_eq!(said["provenance"]["origin-geography"][0]["state"], "QC");
        assert_eq!(said["source"]["issuer"][0]["address"][0], "voices@example.org");
    }
}
