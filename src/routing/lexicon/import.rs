//! Lexicons from files. In: a file's name and text, in the program's own layout or in that of an inventory
//! of regional words. Out: the rows that can be used, and what is wrong with each of the others.
//!
//! The inventory's columns: `term variants kind regions meaning_fr standard_fr ambiguity pattern evidence
//! note`; `kind` is a part of speech, `locution` an idiom, and without a pattern term and variants
//! (joined by `|` or `;`) stand for themselves.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};

use super::read::{COLUMNS, entry, lines};
use super::{Entry, Source};
use crate::text::fold::{APOSTROPHES, phrase};

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

/// What a file gives.
#[derive(Debug, Default)]
pub struct Imported {
    /// Good rows, in order.
    pub entries: Vec<Entry>,
    /// Bad rows: file, line, what to do.
    pub failed: Vec<String>,
    /// Whether the file is an inventory: raw material that the built-in list was curated from.
    pub inventory: bool,
}

/// Reads a file row by row.
///
/// # Errors
/// The header is that of neither layout.
pub fn import(name: &str, text: &str) -> Result<Imported> {
    let mut rows = lines(text);
    let Some((line, header)) = rows.next() else { bail!("{name} is empty") };
    let starts = |columns: &[&str]| header.iter().zip(columns).all(|(a, b)| a == b);
    let own = header.len() >= 4 && starts(&COLUMNS);
    ensure!(
        own || (header.len() >= 7 && starts(&INVENTORY)),
        "{name}, line {line}: the header must be the columns of a lexicon ({}) or of an inventory \
         ({}), joined by tabs",
        COLUMNS.join(" "),
        INVENTORY.join(" ")
    );
    let mut seen = BTreeSet::new();
    let mut imported = Imported { inventory: !own, ..Imported::default() };
    for (line, columns) in rows {
        let read = if own { entry(&columns, Source::Workspace) } else { inventory(&columns) };
        let read = read.and_then(|entry| {
            ensure!(seen.insert(entry.term.clone()), "'{}' occurs twice; keep one", entry.term);
            Ok(entry)
        });
        match read.with_context(|| format!("{name}, line {line}")) {
            Ok(entry) => imported.entries.push(entry),
            Err(error) => imported.failed.push(format!("{error:#}")),
        }
    }
    Ok(imported)
}

fn inventory(columns: &[&str]) -> Result<Entry> {
    ensure!(
        (7..=INVENTORY.len()).contains(&columns.len()),
        "{} columns; write 7 to {}, joined by tabs: {}",
        columns.len(),
        INVENTORY.len(),
        INVENTORY.join(" ")
    );
    let columns: Vec<String> = columns.iter().map(|c| c.replace(APOSTROPHES, "'")).collect();
    let column = |n: usize| columns.get(n).map_or("", String::as_str);
    let kind = if column(2) == "locution" { "idiom" } else { "word" };
    let pattern = match column(7) {
        "" => {
            let forms = std::iter::once(column(0)).chain(column(1).split(['|', ';']));
            let forms = forms.map(phrase).filter(|form| !form.is_empty());
            let forms: Vec<String> = forms.map(|form| regex::escape(&form)).collect();
            format!(r"\b(?:{})\b", forms.join("|"))
        }
        pattern => pattern.to_string(),
    };
    let row =
        [column(0), kind, column(3), column(6), &pattern, "", column(5), column(4), column(9)];
    entry(&row, Source::Workspace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::lexicon::{Ambiguity, Kind};

    #[test]
    fn bad_rows_are_named_by_line_and_the_good_ones_go_in() {
        let text = "# ours\nterm\tkind\tregions\tambiguity\nbec\tword\tfr-CA\t0\nrien\n\
                    bec\tword\tfr-CA\t0\nfou\tword\tQuébec\t0\npive\tword\tfr-CH\t0\n";
        let read = import("l.tsv", text).unwrap();
        let terms: Vec<_> = read.entries.iter().map(|e| e.term.as_str()).collect();
        assert_eq!(terms, ["bec", "pive"]);
        let lines = ["l.tsv, line 4", "l.tsv, line 5", "l.tsv, line 6"];
        assert_eq!(read.failed.len(), lines.len());
        for (failed, line) in read.failed.iter().zip(lines) {
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
        let read = import("inventory.tsv", &text).unwrap();
        assert!(read.failed.is_empty(), "{:?}", read.failed);
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
        let error = import("x.tsv", "mot\tsens\n").unwrap_err().to_string();
        assert!(error.contains("x.tsv, line 1") && error.contains("meaning_fr"), "{error}");
    }
}
