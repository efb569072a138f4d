//! What the header of a page's download says: who asked to be named, and how many answers follow. In: a page's download. Out: the
//! wishes in it, each with its line; whether its end is missing. Left to others: which of the lines are answers of this workspace.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use crate::text::tidy;

/// Longest name, characters.
const MAX_NAME: usize = 100;

#[derive(Deserialize)]
struct Line {
    format: Option<String>,
    credit: Option<String>,
    written_at: Option<String>,
    answered: Option<u64>,
}

/// What somebody wants to be called in the credits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// The name; empty: not to be named.
    pub name: String,
    /// When they said so, where that is known.
    pub at: Option<Timestamp>,
}

/// The wish of each header, by the number of its line from 1: it is that of the rows after it, and a header without a
/// name takes an earlier one back. Lines that are no JSON give nothing.
pub fn wishes(bytes: &[u8]) -> BTreeMap<u64, Wish> {
    let mut wishes = BTreeMap::new();
    for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
        let Ok(line) = serde_json::from_slice::<Line>(line) else { continue };
        if line.format.is_some() {
            let name = tidy(&line.credit.unwrap_or_default());
            let at = line.written_at.and_then(|at| at.trim().parse().ok());
            wishes.insert(number, Wish { name: name.chars().take(MAX_NAME).collect(), at });
        }
    }
    wishes
}

/// A download whose end is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The line of its header, from 1.
    pub line: u64,
    /// Answers that the header counts.
    pub said: u64,
    /// Rows that follow.
    pub found: u64,
}

/// Downloads in a file that have fewer rows than their headers count: cut at the end of a line, what is left of them looks whole.
pub fn cut_short(bytes: &[u8]) -> Vec<Cut> {
    let mut headers: Vec<Cut> = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Line>(line) {
            Ok(Line { format: Some(_), answered, .. }) => {
                headers.push(Cut { line: number, said: answered.unwrap_or(0), found: 0 });
            }
            _ => headers.last_mut().iter_mut().for_each(|header| header.found += 1),
        }
    }
    headers.retain(|header| header.found < header.said);
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_cut_at_the_end_of_a_line_is_noticed() {
        let file = b"{\"format\":\"f\",\"answered\":2}\n{\"clip\":\"c\"}\n\n{\"clip\":\"d\"}\n\
            {\"format\":\"f\",\"answered\":3}\n{\"clip\":\"c\"}\n{\"cli";
        assert_eq!(cut_short(file), [Cut { line: 5, said: 3, found: 2 }]);
        assert_eq!(cut_short(b"{\"format\":\"f\"}\n"), [], "an earlier page counted nothing");
        assert_eq!(cut_short(b"{\"clip\":\"c\"}\n"), []);
    }

    #[test]
    fn a_header_names_the_rows_after_it() {
        let file = b"{\"format\":\"f\",\"credit\":\" Zo\xc3\xa9  B. \"}\n{\"clip\":\"c\"}\n\
            not json\n{\"format\":\"f\",\"written_at\":\"2026-11-23T10:00:00Z\"}\n{\"clip\":\"d\"}\n";
        let wishes = wishes(file);
        assert_eq!(wishes[&1], Wish { name: "Zoé B.".into(), at: None });
        assert_eq!(wishes[&4].name, "");
        assert!(wishes[&4].at.is_some() && wishes.len() == 2);
        assert!(super::wishes(b"clip,validator\nc,v\n").is_empty());
    }
}
