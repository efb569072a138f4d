//! A team's lexicon file with more entries in it. In: the file's text, entries. Out: the new text, which
//! keeps every comment and every other row where it was. Left to others: files (pipeline).

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use super::read::{self, COLUMNS};
use super::{Entry, Kind, Source};
use crate::text::composed;
use crate::text::fold::phrase;

/// Stands over a new file.
const HEAD: &str = "# Regional words of this workspace; they add to the list that ships, and an entry with \
                    the term of a shipped one replaces it. The columns are explained in FORMATS.md.";

/// A file with entries added.
#[derive(Debug, Default, PartialEq)]
pub struct Edited {
    /// The whole file.
    pub text: String,
    /// Terms that were not there.
    pub added: Vec<String>,
    /// Terms whose row was replaced.
    pub replaced: Vec<String>,
    /// Terms that stood there just so.
    pub unchanged: Vec<String>,
    /// Terms whose row says something else and stays without `--replace`.
    pub conflicting: Vec<String>,
}

/// Puts entries into a file's text; where a row of that term says something else, it stays unless
/// `replace`. Doing it again changes nothing.
///
/// # Errors
/// The text is no lexicon file, or an entry cannot stand on a line.
pub fn merge(name: &str, text: &str, new: &[Entry], replace: bool) -> Result<Edited> {
    let known: BTreeMap<String, Entry> = read::entries(name, text, Source::Workspace)?
        .into_iter()
        .map(|entry| (entry.term.clone(), entry))
        .collect();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut rows =
        read::lines(text).map(|(line, columns)| (line - 1, composed(columns[0]).into_owned()));
    let header = rows.next();
    let at: BTreeMap<String, usize> = rows.map(|(line, term)| (term, line)).collect();

    let mut edited = Edited::default();
    let mut fresh = Vec::new();
    for entry in new {
        let line = line(entry)?;
        match known.get(&entry.term) {
            Some(same) if same == entry => edited.unchanged.push(entry.term.clone()),
            Some(_) if !replace => edited.conflicting.push(entry.term.clone()),
            Some(_) => {
                lines[at[&entry.term]] = line;
                edited.replaced.push(entry.term.clone());
            }
            None => {
                fresh.push(line);
                edited.added.push(entry.term.clone());
            }
        }
    }
    if edited.added.is_empty() && edited.replaced.is_empty() {
        edited.text = text.to_string();
        return Ok(edited);
    }
    match header {
        // an older file's header may name fewer columns than a new row has
        Some((line, _)) => {
            let mark = if lines[line].starts_with('\u{feff}') { "\u{feff}" } else { "" };
            lines[line] = format!("{mark}{}", COLUMNS.join("\t"));
        }
        None => {
            if lines.is_empty() {
                lines.push(HEAD.to_string());
            }
            lines.push(COLUMNS.join("\t"));
        }
    }
    lines.extend(fresh);
    edited.text = lines.join(end) + end;
    Ok(edited)
}

/// A row of the file.
fn line(entry: &Entry) -> Result<String> {
    let own = format!(r"\b{}\b", regex::escape(&phrase(&entry.term)));
    let kind = match entry.kind {
        Kind::Word => "word",
        Kind::Idiom => "idiom",
    };
    let regions: Vec<&str> = entry.regions.iter().map(|r| r.as_str()).collect();
    let swaps: Vec<String> = entry.swaps.iter().map(|(s, r)| format!("{s}={r}")).collect();
    let columns = [
        entry.term.as_str(),
        kind,
        &regions.join("|"),
        entry.ambiguity.digit(),
        if entry.pattern == own { "" } else { &entry.pattern },
        &entry.near.join(" "),
        &entry.standard,
        &entry.meaning,
        &entry.note,
        &swaps.join(";"),
    ];
    let breaks = columns.iter().any(|column| column.contains(['\t', '\n', '\r']));
    ensure!(
        !breaks && !entry.term.starts_with('#'),
        "'{}' cannot be in a lexicon file: no tabs, no line breaks, no # at the start",
        entry.term.escape_debug()
    );
    Ok(columns.join("\t").trim_end_matches('\t').to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(row: &str) -> Entry {
        read::entry(&row.split('\t').collect::<Vec<_>>(), Source::Workspace).unwrap()
    }

    #[test]
    fn comments_and_other_rows_stay_and_doing_it_again_changes_nothing() {
        let text = "\u{feff}term\tkind\tregions\tambiguity\r\n# mine\r\nbec\tword\tfr-CA\t0\r\n\r\n# end\r\n";
        let new = [
            entry("bec\tidiom\tfr-CA\t1"),
            entry("pive\tword\tfr-CH\t0\t\\bpives?\\b\t\tpomme de pin\t\t\tpomme de pin=pive"),
        ];
        let once = merge("l", text, &new, false).unwrap();
        assert_eq!(
            (once.conflicting.join(" "), once.added.join(" ")),
            ("bec".into(), "pive".into())
        );
        assert!(once.text.contains("# mine\r\nbec\tword\tfr-CA\t0\r\n\r\n# end\r\npive\t"));
        assert!(once.text.starts_with("\u{feff}term\tkind"));
        let again = merge("l", &once.text, &new, false).unwrap();
        assert_eq!((again.text, again.unchanged), (once.text.clone(), vec!["pive".to_string()]));
        let replaced = merge("l", &once.text, &new, true).unwrap();
        assert_eq!(replaced.replaced, ["bec"]);
        assert!(replaced.text.contains("# mine\r\nbec\tidiom\tfr-CA\t1\r\n"), "{}", replaced.text);
    }

    #[test]
    fn an_empty_file_gets_a_header_and_every_shipped_entry_survives_the_trip() {
        for list in &super::super::SHIPPED {
            let all = read::entries("all", list.entries, Source::Workspace).unwrap();
            let edited = merge("l", "", &all, false).unwrap();
            assert!(edited.text.starts_with("# Regional words"));
            assert_eq!(read::entries("l", &edited.text, Source::Workspace).unwrap(), all);
        }
    }

    #[test]
    fn what_would_break_a_line_is_refused() {
        for term in ["a\tb", "#a", "a\nb"] {
            let bad = Entry { term: term.into(), ..entry("bec\tword\tfr-CA\t0") };
            assert!(merge("l", "", &[bad], false).is_err(), "{term}");
        }
    }
}
