//! Common Voice: `train.tsv`, `dev.tsv`, `test.tsv` and `validated.tsv`, which has all of them, beside `clips`. In: items.
//! Out: the files. Tables are written without quoting, as Common Voice does: a sentence may begin with a quotation mark.

use anyhow::Result;

use super::building::Building;
use super::item::Item;

/// The columns of Common Voice, as far as anything is known here.
const COLUMNS: [&str; 13] = [
    "client_id",
    "path",
    "sentence_id",
    "sentence",
    "sentence_domain",
    "up_votes",
    "down_votes",
    "age",
    "gender",
    "accents",
    "variant",
    "locale",
    "segment",
];

/// Writes the files.
pub fn write(set: &mut Building) -> Result<()> {
    set.all_in_clips()?;
    let mut all = set.create("validated.tsv")?;
    all.cells(&COLUMNS)?;
    for split in set.splits() {
        let mut table = set.create(&format!("{}.tsv", set.format.split(split)))?;
        table.cells(&COLUMNS)?;
        for item in set.of(split) {
            let cells = cells(item, set.file_name(item));
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            table.cells(&cells)?;
            all.cells(&cells)?;
        }
        table.done()?;
    }
    all.done()
}

/// Votes are not known and stay empty: the people of second-ear settle a text, they do not vote on a sentence.
fn cells(item: &Item, file_name: String) -> [String; COLUMNS.len()] {
    let facts = item.facts();
    let stated = |text: Option<&str>| text.unwrap_or_default().to_string();
    let empty = String::new;
    [
        super::one_line(&facts.speaker),
        file_name,
        item.clip.as_str().to_string(),
        item.text.clone(),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
        stated(facts.accents),
        stated(facts.variant),
        item.language.as_str().to_string(),
        empty(),
    ]
}
