//! `croissant.json`: the dataset as Croissant 1.1 describes it, with the RAI vocabulary. In: the rows' shape, what the
//! team stated, numbers. Out: JSON-LD that `mlcroissant` validates and loads (`scripts/check-datasets`). Left to
//! others: files and columns (`records`), how it came about (`rai`).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::numbers::Numbers;
use super::{Papers, rai, records};
use crate::training::export::building::splits;
use crate::training::export::{Item, Layout};

/// The file's content.
pub fn croissant(
    papers: &Papers,
    layout: Layout,
    items: &[Item],
    row: &Map<String, Value>,
    numbers: &mut Numbers,
) -> Value {
    let splits = splits(items);
    let settings = &papers.settings;
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| drop(all.insert(name.to_string(), value));
    put("@context", context());
    put("@type", "sc:Dataset".into());
    put(
        "conformsTo",
        json!(["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]),
    );
    put("name", papers.title().into());
    put("description", description(papers, numbers).into());
    let licences: BTreeSet<&str> = items.iter().filter_map(|i| i.licence.as_deref()).collect();
    if !licences.is_empty() {
        put("license", json!(licences));
    }
    put("inLanguage", json!(items.iter().map(|i| i.language.as_str()).collect::<BTreeSet<_>>()));
    put("datePublished", papers.day.as_str().into());
    for (name, text) in [("url", &settings.location), ("citeAs", &settings.citation)] {
        if !text.is_empty() {
            put(name, text.as_str().into());
        }
    }
    if !settings.issuer.is_empty() {
        put("creator", json!({ "@type": "sc:Organization", "name": settings.issuer }));
        put("publisher", json!({ "@type": "sc:Organization", "name": settings.issuer }));
    }
    put("keywords", json!(["speech", "automatic speech recognition", "human-in-the-loop"]));
    put("distribution", records::distribution(layout, &splits));
    put("recordSet", records::record_sets(layout, &splits, row));
    all.extend(rai::fields(papers, items, numbers));
    all.into()
}

fn description(papers: &Papers, numbers: &mut Numbers) -> String {
    numbers.for_field("description");
    let counts: Vec<String> = ["train", "dev", "test"]
        .into_iter()
        .filter_map(|split| {
            let clips = numbers.of_dataset(&format!("/{split}"))?;
            Some(format!("{clips} {split}"))
        })
        .collect();
    let clips = numbers.of_dataset("/clips").unwrap_or(0);
    let counted =
        format!("Clips of recordings with their text: {clips} clips ({}).", counts.join(", "));
    match papers.settings.description.trim() {
        "" => counted,
        text => format!("{text} {counted}"),
    }
}

/// The context of Croissant 1.1, as its readers expect it.
fn context() -> Value {
    let mut context = Map::new();
    context.insert("@language".into(), "en".into());
    context.insert("@vocab".into(), "https://schema.org/".into());
    for (prefix, of) in [
        ("cr", "http://mlcommons.org/croissant/"),
        ("rai", "http://mlcommons.org/croissant/RAI/"),
        ("dct", "http://purl.org/dc/terms/"),
        ("sc", "https://schema.org/"),
        ("conformsTo", "dct:conformsTo"),
    ] {
        context.insert(prefix.into(), of.into());
    }
    for name in OF_CROISSANT {
        context.insert(name.into(), format!("cr:{name}").into());
    }
    for name in ["data", "examples"] {
        context.insert(name.into(), json!({ "@id": format!("cr:{name}"), "@type": "@json" }));
    }
    context.insert("dataType".into(), json!({ "@id": "cr:dataType", "@type": "@vocab" }));
    for name in ["description", "name"] {
        context.insert(name.into(), json!({ "@container": "@language" }));
    }
    context.into()
}

/// Terms of Croissant's own namespace.
const OF_CROISSANT: [&str; 29] = [
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "equivalentProperty",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
];
