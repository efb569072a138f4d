//! Lexicon files. In: a file's name and text. Out: checked entries, or an error that names file,
//! line and what to do. The format is described in the header of `lexicon_fr.tsv` and in FORMATS.md.

use std::collections::HashSet;

use anyhow::{Context, Result, bail, ensure};

use super::{Ambiguity, Entry, Kind};
use crate::domain::Region;
use crate::routing::fold::fold;

/// The columns of a lexicon file, in order.
const COLUMNS: [&str; 9] =
    ["term", "kind", "regions", "ambiguity", "pattern", "near", "standard", "meaning", "note"];

/// Lines that start with `#` and empty ones are skipped; the first other line is the header.
/// Columns after `ambiguity` may be missing at a line's end.
pub fn entries(name: &str, text: &str) -> Result<Vec<Entry>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut header = false;
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let at = || format!("{name}, line {}", i + 1);
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        if !header {
            let all = columns.len() >= 4 && columns.iter().zip(COLUMNS).all(|(a, b)| *a == b);
            ensure!(
                all && columns.len() <= COLUMNS.len(),
                "{}: the header must be these columns, joined by tabs: {}",
                at(),
                COLUMNS.join(" ")
            );
            header = true;
            continue;
        }
        let entry = entry(&columns).with_context(at)?;
        ensure!(
            seen.insert(entry.term.clone()),
            "{}: '{}' stands twice; keep one",
            at(),
            entry.term
        );
        entries.push(entry);
    }
    Ok(entries)
}

fn entry(columns: &[&str]) -> Result<Entry> {
    ensure!(
        (4..=COLUMNS.len()).contains(&columns.len()),
        "{} columns; write 4 to {}, joined by tabs: {}",
        columns.len(),
        COLUMNS.len(),
        COLUMNS.join(" ")
    );
    let column = |n: usize| columns.get(n).copied().unwrap_or("");
    let term = column(0).to_string();
    ensure!(!term.is_empty(), "no term");
    let kind = match column(1) {
        "word" => Kind::Word,
        "idiom" => Kind::Idiom,
        other => bail!("kind '{other}' of '{term}'; write word or idiom"),
    };
    let regions = column(2)
        .split('|')
        .map(|code| code.parse::<Region>().map_err(anyhow::Error::msg))
        .collect::<Result<Vec<_>>>()
        .with_context(|| format!("regions of '{term}'"))?;
    let ambiguity = match column(3) {
        "0" => Ambiguity::None,
        "1" => Ambiguity::Some,
        "2" => Ambiguity::Much,
        other => bail!("ambiguity '{other}' of '{term}'; write 0, 1 or 2"),
    };
    let pattern = match column(4) {
        "" => format!(r"\b{}\b", regex::escape(&fold(&term))),
        pattern => pattern.to_string(),
    };
    let compiled = regex::Regex::new(&pattern)
        .with_context(|| format!("pattern of '{term}' is no regular expression"))?;
    ensure!(!compiled.is_match(""), "pattern of '{term}' matches everything");
    let near: Vec<String> = column(5).split_whitespace().map(fold).collect();
    if let Some(short) = near.iter().find(|word| word.chars().count() < super::near::MIN_LETTERS) {
        bail!("near form '{short}' of '{term}' is too short; 7 letters or more");
    }
    let text = |n: usize| column(n).to_string();
    let (standard, meaning, note) = (text(6), text(7), text(8));
    Ok(Entry { term, kind, regions, ambiguity, pattern, near, standard, meaning, note })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "term\tkind\tregions\tambiguity";

    #[test]
    fn errors_name_the_file_the_line_and_what_to_do() {
        for (line, expected) in [
            ("frette", "columns; write 4"),
            ("frette\tadjectif\tfr-CA\t0", "write word or idiom"),
            ("frette\tword\tQuébec\t0", "not a region code"),
            ("frette\tword\tfr-CA\t3", "write 0, 1 or 2"),
            ("frette\tword\tfr-CA\t0\t(", "no regular expression"),
            ("frette\tword\tfr-CA\t0\tx*", "matches everything"),
            ("frette\tword\tfr-CA\t0\t\tfrette", "too short"),
            ("\tword\tfr-CA\t0", "no term"),
        ] {
            let text = format!("# mine\n{HEADER}\n\n{line}\n");
            let error = format!("{:#}", entries("lexicon.tsv", &text).unwrap_err());
            assert!(error.contains("lexicon.tsv, line 4"), "{error}");
            assert!(error.contains(expected), "{error}");
        }
        let error = format!("{:#}", entries("lexicon.tsv", "frette\tword\n").unwrap_err());
        assert!(error.contains("line 1: the header must be"), "{error}");
        let twice = format!("{HEADER}\nbec\tword\tfr-CA\t0\nbec\tword\tfr-CA\t0");
        assert!(entries("l", &twice).unwrap_err().to_string().contains("stands twice"));
    }

    #[test]
    fn a_term_without_pattern_stands_for_itself() {
        let read =
            entries("l", &format!("{HEADER}\nC’est ben l’fun!\tidiom\tfr-CA-QC\t0")).unwrap();
        assert_eq!(read[0].pattern, r"\bc'est ben l'fun\b");
        assert!(entries("l", "").unwrap().is_empty());
    }
}
