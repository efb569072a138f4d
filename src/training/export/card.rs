//! The dataset card (README.md). In: the items written. Out: YAML front matter with the hub's keys, then licences and
//! counts for people.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::{
    About, Codec, Format, Item, LabelSource, Layout, building, columns, hf, parquet_files,
};
use crate::domain::data_uses_text;
use crate::training::split::{Split, Unit};

/// The card's text.
pub fn card(layout: Layout, items: &[Item], about: &About) -> Result<String> {
    Ok(format!("---\n{}---\n\n{}", front_matter(layout, items, about)?, body(layout, items, about)))
}

fn front_matter(layout: Layout, items: &[Item], about: &About) -> Result<String> {
    let of = |get: fn(&Item) -> String| items.iter().map(get).collect::<BTreeSet<_>>();
    let sources = of(|item| {
        let human = item.source == LabelSource::Human;
        if human { "crowdsourced" } else { "machine-generated" }.into()
    });
    let regions: BTreeSet<_> =
        items.iter().filter_map(|i| Some(i.region.as_ref()?.as_str().to_string())).collect();
    let mut out = String::new();
    list(&mut out, "language", of(|item| item.language.as_str().to_string()));
    list(&mut out, "license", of(|item| licence_id(item.licence.as_deref())));
    list(&mut out, "tags", ["speech", "human-in-the-loop", "second-ear"].map(String::from));
    list(&mut out, "annotations_creators", sources);
    list(&mut out, "language_creators", ["found".to_string()]);
    list(&mut out, "language_details", regions);
    out.push_str(&format!("pretty_name: {}\n", quoted(&about.name)));
    list(&mut out, "size_categories", [size(items.len()).to_string()]);
    list(&mut out, "source_datasets", ["original".to_string()]);
    list(&mut out, "task_categories", ["automatic-speech-recognition".to_string()]);
    out.push_str(&files(layout, items)?);
    Ok(out)
}

/// What a loader of the hub reads: the files of each split, and what type each column has. Without the types, a column
/// that is null in one split and text in another is refused.
fn files(layout: Layout, items: &[Item]) -> Result<String> {
    let Some(first) = items.first() else { return Ok(String::new()) };
    let format = layout.format;
    let (columns, pattern): (_, fn(&str) -> String) = match format {
        // The file's name becomes the column `audio`.
        Format::Hf => {
            let columns = hf::columns(first)?;
            (columns.into_iter().skip(1).collect(), |split| format!("{split}/**"))
        }
        Format::Parquet => {
            (columns::of(&parquet_files::row(first))?, |split| format!("data/{split}-*"))
        }
        _ => return Ok(String::new()),
    };
    let mut out = String::from("configs:\n- config_name: default\n  data_files:\n");
    for split in building::splits(items) {
        let name = format.split(split);
        out.push_str(&format!("  - split: {name}\n    path: {}\n", pattern(name)));
    }
    out.push_str("dataset_info:\n  features:\n  - name: audio\n    dtype:\n      audio:\n        sampling_rate: 16000\n");
    for (name, kind) in &columns {
        out.push_str(&format!("  - name: {name}\n    dtype: {}\n", kind.dtype()));
    }
    Ok(out)
}

fn list(out: &mut String, key: &str, values: impl IntoIterator<Item = String>) {
    let values: Vec<String> = values.into_iter().map(|value| quoted(&value)).collect();
    if !values.is_empty() {
        out.push_str(&format!("{key}:\n- {}\n", values.join("\n- ")));
    }
}

/// A JSON string is a YAML one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The hub's name of a licence; `unknown` without one, `other` where the hub has none.
fn licence_id(licence: Option<&str>) -> String {
    let Some(licence) = licence.map(str::trim).filter(|licence| !licence.is_empty()) else {
        return "unknown".into();
    };
    let id = licence.to_lowercase().replace(' ', "-");
    let known = ["cc", "cc0-1.0", "apache-2.0", "mit", "odbl", "pddl", "unlicense"];
    let creative = id.starts_with("cc-by-") && id.len() <= 20;
    if known.contains(&id.as_str()) || creative { id } else { "other".into() }
}

fn size(n: usize) -> &'static str {
    match n {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        _ => "1M<n<10M",
    }
}

fn body(layout: Layout, items: &[Item], about: &About) -> String {
    let encoded = match layout.codec {
        Codec::Wav => "WAV",
        Codec::Flac => "FLAC",
    };
    let unit = match about.unit {
        Unit::Speaker => "No speaker is in two splits.",
        Unit::Recording => "One speaker: no recording is in two splits.",
        Unit::Text => "One speaker, few recordings: no text is in two splits.",
    };
    let mut out = format!(
        "# {}\n\nClips of recordings, 16 kHz mono {encoded}, with their text. Made by second-ear {}; drafts by \
         the model {}. `source` says who checked a text: `human`, a person listened and accepted or \
         corrected the draft; `auto`, nobody checked the draft.\n\n{unit} Texts in more than \
         one split: {}.\n\n",
        line(&about.name),
        line(&about.version),
        line(&about.model),
        about.shared_texts
    );
    if let Some(version) = about.dataset_version {
        out.push_str(&format!(
            "Version {version} of this dataset. `withdrawn.jsonl` lists the clips of earlier versions that left it, and \
             why: delete those that were withdrawn from your copy.\n\n"
        ));
    }
    let minutes = |items: &[&Item]| items.iter().map(|item| item.seconds()).sum::<f64>() / 60.0;
    out.push_str(
        "| split | clips | minutes | speakers | human | auto |\n|---|---|---|---|---|---|\n",
    );
    for split in Split::ALL {
        let of: Vec<&Item> = items.iter().filter(|item| item.split == split).collect();
        let human = of.iter().filter(|item| item.source == LabelSource::Human).count();
        let speakers: BTreeSet<_> = of.iter().map(|item| item.speaker_name()).collect();
        out.push_str(&format!(
            "| {} | {} | {:.1} | {} | {human} | {} |\n",
            layout.format.split(split),
            of.len(),
            minutes(&of),
            speakers.len(),
            of.len() - human
        ));
    }
    let licence = |item: &Item| item.licence.clone().unwrap_or_default();
    out.push_str(&counts("licence", items, licence, "not stated"));
    let purposes = |item: &Item| data_uses_text(&item.consent.purposes);
    out.push_str(&counts("consent for", items, purposes, "not stated"));
    let text = |item: &Item| item.consent.text.clone().unwrap_or_default();
    out.push_str(&counts("consent text", items, text, "not stated"));
    let region = |item: &Item| item.region.as_ref().map_or(String::new(), |r| r.as_str().into());
    out.push_str(&counts("region", items, region, "not stated"));
    let languages: Vec<String> =
        about.papers.languages.iter().map(|said| format!("\n- {}.", line(said))).collect();
    if !languages.is_empty() {
        out.push_str(&format!("{}\n", languages.concat()));
    }
    if !about.credits.is_empty() {
        let names: Vec<String> = about.credits.iter().map(|name| line(name)).collect();
        out.push_str(&format!(
            "\nReviewed and corrected by {}, who asked to be named, and by others who did not.\n",
            names.join(", ")
        ));
    }
    out.push_str(
        "\nLicences and consent are those of the recordings, as declared by the team that made this dataset.\n\n\
         How the texts were made and how good they are stands in `croissant.json` and `provenance.json`. \
         `numbers.json` says where each number of these is from; the counts above are of the rows.\n",
    );
    out
}

fn counts(name: &str, items: &[Item], key: fn(&Item) -> String, none: &str) -> String {
    let mut counts: BTreeMap<String, (usize, f64)> = BTreeMap::new();
    for item in items {
        let of = counts.entry(key(item)).or_default();
        *of = (of.0 + 1, of.1 + item.seconds() / 60.0);
    }
    let mut out = format!("\n| {name} | clips | minutes |\n|---|---|---|\n");
    for (key, (clips, minutes)) in counts {
        let key = if key.is_empty() { none.to_string() } else { line(&key) };
        out.push_str(&format!("| {key} | {clips} | {minutes:.1} |\n"));
    }
    out
}

/// Foreign text within a line or a table cell: one line, no Markdown, cell, tag or link of its own.
fn line(text: &str) -> String {
    let text = text.split(|c: char| c.is_whitespace() || c.is_control());
    let text = text.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '>' | '#' | '|' | '~' | '!' | '$' | ':' => {
                escaped.extend(['\\', c]);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::export::tests::{about, items, layout};

    #[test]
    fn a_card_states_licences_counts_and_splits() {
        let items = items();
        let card = card(layout(Format::Hf), &items, &about()).unwrap();
        insta::assert_snapshot!(card);
    }

    #[test]
    fn licences_get_the_hubs_names_or_none() {
        assert_eq!(licence_id(Some("CC-BY-SA-3.0")), "cc-by-sa-3.0");
        assert_eq!(licence_id(Some("CC0-1.0")), "cc0-1.0");
        assert_eq!(licence_id(Some("public domain")), "other");
        assert_eq!(licence_id(Some(" ")), "unknown");
    }

    #[test]
    fn hostile_names_cannot_leave_their_place() {
        let credits = vec!["**[Zoé](https://example.org)** `x` ![](y) &lt;".to_string()];
        let about = About { name: "a\"\n---\n# b | <script>".into(), credits, ..about() };
        let items = items();
        let card = card(layout(Format::Hf), &items, &about).unwrap();
        assert_eq!(card.lines().filter(|l| *l == "---").count(), 2);
        assert!(!card.split("---\n").nth(2).unwrap().contains("<script>"));
        let named = r"\*\*\[Zoé\](https\://example.org)\*\* \`x\` \!\[\](y) &amp;lt;";
        assert!(card.contains(named), "{card}");
    }
}
