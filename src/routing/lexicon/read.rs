//! Lexicon files. In: a file's name and text. Out: checked entries, or an error that names file,
//! line and what to do. The format is described in the header of `lexicon_fr.tsv`, in FORMATS.md, and for teams in
//! docs/reference/lexicon.md.

use std::collections::HashSet;

use anyhow::{Context, Result, bail, ensure};

use super::{Entry, Kind, Source};
use crate::domain::Region;
use crate::text::composed;
use crate::text::fold::phrase;

/// The columns of a lexicon file, in order.
pub(super) const COLUMNS: [&str; 10] = [
    "term",
    "kind",
    "regions",
    "ambiguity",
    "pattern",
    "near",
    "standard",
    "meaning",
    "note",
    "swap",
];

/// Lines that start with `#` and empty ones are skipped; the first other line is the header.
/// Columns after `ambiguity` may be missing at a line's end.
pub fn entries(name: &str, text: &str, source: Source) -> Result<Vec<Entry>> {
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for (line, columns) in rows(name, text)? {
        let at = || format!("{name}, line {line}");
        let entry = entry(&columns, source).with_context(at)?;
        ensure!(
            seen.insert(entry.term.clone()),
            "{}: '{}' occurs twice; keep one",
            at(),
            entry.term
        );
        entries.push(entry);
    }
    Ok(entries)
}

/// The columns of each row, with its line; only the header is checked.
pub(super) fn rows<'t>(name: &str, text: &'t str) -> Result<Vec<(usize, Vec<&'t str>)>> {
    let mut rows = lines(text);
    let Some((line, header)) = rows.next() else { return Ok(Vec::new()) };
    let all = header.len() >= 4 && header.iter().zip(COLUMNS).all(|(a, b)| *a == b);
    ensure!(
        all && header.len() <= COLUMNS.len(),
        "{name}, line {line}: the header must be these columns, joined by tabs: {}",
        COLUMNS.join(" ")
    );
    Ok(rows.collect())
}

/// Lines with something on them, numbered from 1 and cut into columns; `#` opens a comment.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|(i, line)| (i + 1, line.split('\t').map(str::trim).collect()))
}

/// One row's entry, checked.
pub(super) fn entry(columns: &[&str], source: Source) -> Result<Entry> {
    ensure!(
        (4..=COLUMNS.len()).contains(&columns.len()),
        "{} columns; write 4 to {}, joined by tabs: {}",
        columns.len(),
        COLUMNS.len(),
        COLUMNS.join(" ")
    );
    let column = |n: usize| columns.get(n).copied().unwrap_or("");
    let term = composed(column(0)).into_owned();
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
    let ambiguity = column(3).parse().with_context(|| format!("of '{term}'"))?;
    let pattern = match column(4) {
        "" => format!(r"\b{}\b", regex::escape(&phrase(&term))),
        pattern => pattern.to_string(),
    };
    // Those of the built-in list are checked by a test, not at each start.
    if source != Source::BuiltIn {
        let compiled = regex::Regex::new(&pattern)
            .with_context(|| format!("pattern of '{term}' is no regular expression"))?;
        ensure!(!compiled.is_match(""), "pattern of '{term}' matches everything");
    }
    let near: Vec<String> = column(5).split_whitespace().map(phrase).collect();
    if let Some(short) = near.iter().find(|word| word.chars().count() < super::near::MIN_LETTERS) {
        bail!("near form '{short}' of '{term}' is too short; 7 letters or more");
    }
    let swaps = column(9).split(';').filter(|pair| !pair.trim().is_empty());
    let swaps = swaps.map(|pair| swap(pair).with_context(|| format!("swap of '{term}'")));
    let swaps = swaps.collect::<Result<_>>()?;
    let text = |n: usize| column(n).to_string();
    let (standard, meaning, note) = (text(6), text(7), text(8));
    Ok(Entry {
        term,
        kind,
        regions,
        ambiguity,
        pattern,
        near,
        standard,
        meaning,
        note,
        swaps,
        source,
    })
}

/// `ici=icitte`.
fn swap(pair: &str) -> Result<(String, String)> {
    let (standard, regional) = pair.split_once('=').unwrap_or(("", ""));
    let (standard, regional) = (standard.trim(), regional.trim());
    ensure!(
        !standard.is_empty() && !regional.is_empty() && standard != regional,
        "'{pair}' is not standard=regional, such as ici=icitte"
    );
    Ok((standard.to_string(), regional.to_string()))
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
            ("frette\tword\tfr-CA\t0\t\t\t\t\t\tfroid", "not standard=regional"),
        ] {
            let text = format!("# mine\n{HEADER}\n\n{line}\n");
            let error =
                format!("{:#}", entries("lexicon.tsv", &text, Source::Workspace).unwrap_err());
            assert!(error.contains("lexicon.tsv, line 4"), "{error}");
            assert!(error.contains(expected), "{error}");
        }
        let error = format!(
            "{:#}",
            entries("lexicon.tsv", "frette\tword\n", Source::Workspace).unwrap_err()
        );
        assert!(error.contains("line 1: the header must be"), "{error}");
        let twice = format!("{HEADER}\nbec\tword\tfr-CA\t0\nbec\tword\tfr-CA\t0");
        assert!(
            entries("l", &twice, Source::Workspace)
                .unwrap_err()
                .to_string()
                .contains("occurs twice")
        );
    }

    #[test]
    fn a_term_without_pattern_stands_for_itself() {
        let text = format!("{HEADER}\nC’est ben l’fun!\tidiom\tfr-CA-QC\t0");
        let read = entries("l", &text, Source::Workspace).unwrap();
        assert_eq!(read[0].pattern, r"\bc'est ben l'fun\b");
        assert!(entries("l", "", Source::Workspace).unwrap().is_empty());
    }
}
