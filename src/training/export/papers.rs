//! The papers beside a dataset: `croissant.json`, `provenance.json`, and `numbers.json`, which says for each number of
//! them where `report --json` or `dataset --json` has it. In: what is known of the dataset. Out: the files, in the
//! folder under construction. Left to others: the card (`card`), gathering what is known (pipeline).

mod croissant;
mod numbers;
mod provenance;
mod rai;
mod records;

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value, json};

pub use numbers::Numbers;

use super::{About, Item, Layout};
use crate::domain::{DatasetSettings, hex_digest};
use crate::files::replaced::Replacement;
use crate::training::split::Split;

/// What the papers say beside the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Papers {
    /// What the team stated.
    pub settings: DatasetSettings,
    /// The name of the workspace's folder: the title where none is set.
    pub folder: String,
    /// Version of this program.
    pub version: String,
    /// Model that wrote the drafts, by its name in the settings.
    pub model: String,
    /// `report --json` of the workspace.
    pub report: Value,
    /// The day of writing: YYYY-MM-DD.
    pub day: String,
    /// The day of the dataset that this one replaces, where it has papers.
    pub previous_day: Option<String>,
    /// Whether speakers have pseudonyms.
    pub pseudonyms: bool,
    /// Whether accepted drafts are in it.
    pub with_auto: bool,
    /// What readers should know of its languages, a sentence each.
    pub languages: Vec<String>,
    /// Clips that are not in it, by reason.
    pub left_out: BTreeMap<&'static str, usize>,
}

impl Papers {
    /// The title.
    pub fn title(&self) -> &str {
        match self.settings.title.trim() {
            "" => &self.folder,
            title => title,
        }
    }
}

/// Writes the papers. `row` is a row of the dataset as it was written.
pub fn write(
    draft: &Replacement,
    layout: Layout,
    row: &Map<String, Value>,
    items: &[Item],
    about: &About,
) -> Result<()> {
    let papers = &about.papers;
    let counts = counts(items, papers);
    let mut numbers = Numbers::of(&papers.report, &counts);
    let mut croissant = croissant::croissant(papers, layout, items, row, &mut numbers);
    if let Some(version) = about.dataset_version {
        croissant["version"] = format!("{version}.0.0").into();
    }
    let provenance = provenance::provenance(papers, &id(items), items, &mut numbers);
    for (name, paper) in [
        ("croissant.json", &croissant),
        ("provenance.json", &provenance),
        ("numbers.json", &json!({ "version": 1, "numbers": numbers.stated() })),
    ] {
        draft.write(name, &(serde_json::to_string_pretty(paper)? + "\n"))?;
    }
    Ok(())
}

/// What `dataset --json` says of it.
fn counts(items: &[Item], papers: &Papers) -> Value {
    let of = |split: Split| items.iter().filter(|item| item.split == split).count();
    json!({
        "clips": items.len(),
        "train": of(Split::Train),
        "dev": of(Split::Dev),
        "test": of(Split::Test),
        "left_out": papers.left_out,
    })
}

/// From the content, so that the same dataset has the same id.
fn id(items: &[Item]) -> String {
    let mut text = String::new();
    for item in items {
        text += &json!([item.clip.as_str(), item.text, item.split.name(), item.speaker_name()])
            .to_string();
        text.push('\n');
    }
    hex_digest(text.as_bytes())[..32].to_string()
}
