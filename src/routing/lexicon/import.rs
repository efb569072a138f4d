//! Lexicons from files. In: a file's name and text, in the program's own layout or in that of an inventory
//! of regional words. Out: the rows that can be used, and what is wrong with each of the others.
//!
//! The inventory's columns: `term variants kind regions meaning_fr standard_fr ambiguity pattern evidence
//! note`; `kind` is a part of speech, `locution` an idiom, and without a pattern term and variants
//! (joined by `|` or `;`) stand for themselves.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow};

use super::read::{COLUMNS, entry};
use super::{Entry, Source};
use crate::domain::Failures;
use crate::tables::{Layout, Record, Table};
use crate::text::fold::{APOSTROPHES, phrase};
use crate::text::tidy;

/// The inventory's columns, in order.
const INVENTORY: [&str; 10] = [
    "term",
    "variants",
    "kind",
    "regions",
    "meaning_fr",
    "standard_fr",
    "ambiguity",
    "pattern",
    "evidence",
    "note",
];

/// Entries that one file may bring.
const MOST: usize = 100_000;

/// What a file gives.
#[derive(Debug, Default)]
pub struct Imported {
    /// Good rows, in order.
    pub entries: Vec<Entry>,
    /// Bad rows: file, line, what to do.
    pub failed: Failures,
    /// Whether the file is an inventory: raw material that the built-in list was curated from.
    pub inventory: bool,
}

/// Reads a table row by row; columns may stand in any order.
///
/// # Errors
/// The header is that of neither layout.
pub fn import(name: &str, bytes: &[u8]) -> Result<Imported> {
    let known = |name: &str| COLUMNS.contains(&name) || INVENTORY.contains(&name);
    let layout = Layout { known, comments: true, least: Some(4), plain_tabs: true };
    let table = Table::open(bytes, layout).map_err(|why| anyhow!("{name}: {why}"))?;
    let has = |table: &Table, columns: &[&str]| columns.iter().all(|column| table.has(column));
    let table = table.filter(|t| has(t, &COLUMNS[..4])).with_context(|| {
        format!(
            "{name}: the first line must name the columns of a lexicon ({}) or of an inventory ({})",
            COLUMNS.join(" "),
            INVENTORY.join(" ")
        )
    })?;
    let inventory = has(&table, &INVENTORY[..7]);
    let mut seen = BTreeSet::new();
    let mut imported = Imported { inventory, ..Imported::default() };
    let rows = table.rows(|record| {
        let columns = if inventory { of_inventory(record)? } else { of_lexicon(record)? };
        // A cell of a spreadsheet may hold line breaks; a line of a lexicon may not.
        let columns: Vec<String> = columns.iter().map(|c| tidy(c)).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        if columns[0].starts_with('#') {
            return Err("a term that starts with # would be a comment".into());
        }
        entry(&columns, Source::Workspace).map_err(|e| format!("{e:#}"))
    });
    for (line, read) in rows {
        let read = read.and_then(|entry| match seen.insert(entry.term.clone()) {
            _ if imported.entries.len() == MOST => {
                Err(format!("a file has {MOST} entries at most"))
            }
            true => Ok(entry),
            false => Err(format!("'{}' occurs twice; keep one", entry.term)),
        });
        match read {
            Ok(entry) => imported.entries.push(entry),
            Err(why) => imported.failed.push(format!("{name}, line {line}: {why}")),
        }
    }
    Ok(imported)
}

fn of_lexicon(record: &Record) -> Result<Vec<String>, String> {
    let cell = |name: &&str| Ok(record.cell(name)?.unwrap_or_default().to_string());
    COLUMNS.iter().map(cell).collect()
}

/// The columns of an inventory's row as those of a lexicon.
fn of_inventory(record: &Record) -> Result<Vec<String>, String> {
    let cell = |name: &str| -> Result<String, String> {
        Ok(record.cell(name)?.unwrap_or_default().trim().replace(APOSTROPHES, "'"))
    };
    let (term, variants) = (cell("term")?, cell("variants")?);
    let kind = if cell("kind")? == "locution" { "idiom" } else { "word" };
    let pattern = match cell("pattern")? {
        empty if empty.is_empty() => {
            let forms = std::iter::once(term.as_str()).chain(variants.split(['|', ';']));
            let forms = forms.map(phrase).filter(|form| !form.is_empty());
            let forms: Vec<String> = forms.map(|form| regex::escape(&form)).collect();
            format!(r"\b(?:{})\b", forms.join("|"))
        }
        pattern => pattern,
    };
    let (standard, meaning) = (cell("standard_fr")?, cell("meaning_fr")?);
    let (regions, ambiguity, note) = (cell("regions")?, cell("ambiguity")?, cell("note")?);
    let near = String::new();
    Ok(vec![term, kind.into(), regions, ambiguity, pattern, near, standard, meaning, note])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::lexicon::{Ambiguity, Kind};

    #[test]
    fn bad_rows_are_named_by_line_and_the_good_ones_go_in() {
        let text = "# ours\nterm\tkind\tregions\tambiguity\nbec\tword\tfr-CA\t0\nrien\n\
                    bec\tword\tfr-CA\t0\nfou\tword\tQuébec\t0\npive\tword\tfr-CH\t0\n";
        let read = import("l.tsv", text.as_bytes()).unwrap();
        let terms: Vec<_> = read.entries.iter().map(|e| e.term.as_str()).collect();
        assert_eq!(terms, ["bec", "pive"]);
        let lines = ["l.tsv, line 4", "l.tsv, line 5", "l.tsv, line 6"];
        assert_eq!(read.failed.total(), lines.len());
        for (failed, line) in read.failed.first().iter().zip(lines) {
            assert!(failed.starts_with(line), "{failed}");
        }
    }

    #[test]
    fn an_inventory_s_columns_become_ours() {
        let text = format!(
            "{}\nc’est plate\tplate\tlocution\tfr-CA-QC\tennuyeux\tc'est triste\t1\t\\bc’est plate\\b\tA\tnote\n\
             chum\ttchomme\tnom\tfr-CA-QC\tami\tcopain\t0\n",
            INVENTORY.join("\t")
        );
        let read = import("inventory.tsv", text.as_bytes()).unwrap();
        assert_eq!(read.failed.total(), 0, "{:?}", read.failed);
        assert_eq!(read.entries[0].term, "c'est plate");
        assert!(read.inventory);
        let [plate, chum] = &read.entries[..] else { panic!() };
        assert_eq!((plate.kind, plate.ambiguity), (Kind::Idiom, Ambiguity::Some));
        assert_eq!(plate.pattern, r"\bc'est plate\b");
        assert_eq!((plate.standard.as_str(), plate.meaning.as_str()), ("c'est triste", "ennuyeux"));
        assert_eq!((chum.kind, chum.pattern.as_str()), (Kind::Word, r"\b(?:chum|tchomme)\b"));
    }

    #[test]
    fn another_header_is_refused_with_what_to_write() {
        let error = import("x.tsv", b"mot\tsens\n").unwrap_err().to_string();
        assert!(error.contains("x.tsv") && error.contains("meaning_fr"), "{error}");
    }

    #[test]
    fn a_table_from_a_spreadsheet_is_read_in_whatever_order_its_columns_stand() {
        let text =
            "sep=;\nregions;term;ambiguity;kind;note\nfr-CA;bec;0;word;\"un;\n\"\"deux\"\"\"\n";
        let read = import("l.csv", text.as_bytes()).unwrap();
        assert_eq!(
            (read.entries[0].term.as_str(), read.entries[0].note.as_str()),
            ("bec", "un; \"deux\"")
        );
        let twice = import("l.csv", b"term,kind,regions,ambiguity,Kind\n").unwrap_err().to_string();
        assert!(twice.contains("named 'kind'"), "{twice}");
    }
}
