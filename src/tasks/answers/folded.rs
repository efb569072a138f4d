//! Rejected rows as they are told: those of a file that are rejected for the same reason in one line. In: rejections, one by one.
//! Out: lines, each with the first such row and the places of the others. Pure.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{At, Rejection, RowPlace};

/// Rows that are named beside the first.
const NAMED: usize = 8;

/// Reasons that are told, of each file.
const MOST: usize = 1000;

/// Rejections of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Folded {
    kinds: Vec<Kind>,
    by_key: BTreeMap<(&'static str, String), usize>,
    /// Rows with reasons beyond those that are told.
    untold: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Kind {
    first: String,
    others: Vec<At>,
    count: usize,
}

impl Folded {
    /// Adds a rejected row.
    pub fn add(&mut self, place: &RowPlace, why: &Rejection) {
        // What is wrong with a row itself tells rows apart; which clip it is about does not.
        let own = match why {
            Rejection::Malformed { why } => why.clone(),
            _ => String::new(),
        };
        let next = self.kinds.len();
        match self.by_key.entry((why.code(), own)) {
            Entry::Occupied(known) => {
                let kind = &mut self.kinds[*known.get()];
                kind.count += 1;
                if kind.others.len() < NAMED {
                    kind.others.push(place.at);
                }
            }
            Entry::Vacant(_) if next >= MOST => self.untold += 1,
            Entry::Vacant(new) => {
                new.insert(next);
                let first = format!("{place}: {why}");
                self.kinds.push(Kind { first, others: Vec::new(), count: 1 });
            }
        }
    }

    /// A line for each reason, in the order in which they were met; one for those beyond.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let untold = (self.untold > 0).then(|| format!("{} rows with other reasons", self.untold));
        self.kinds.iter().map(Kind::line).chain(untold)
    }
}

impl Kind {
    fn line(&self) -> String {
        let unit = match self.others.first() {
            None => return self.first.clone(),
            Some(At::Line(_)) if self.count == 2 => "row, in line",
            Some(At::Line(_)) => "rows, in lines",
            Some(At::Task(_)) if self.count == 2 => "row, of task",
            Some(At::Task(_)) => "rows, of tasks",
        };
        let more = if self.count - 1 > self.others.len() { ", ..." } else { "" };
        let places: Vec<String> = self.others.iter().map(number).collect();
        format!(
            "{} (likewise {} more {unit} {}{more})",
            self.first,
            self.count - 1,
            places.join(", ")
        )
    }
}

fn number(at: &At) -> String {
    match at {
        At::Line(n) | At::Task(n) => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ClipId;

    #[test]
    fn rows_rejected_for_one_reason_are_one_line_that_names_them() {
        let mut folded = Folded::default();
        let place = |line| RowPlace { file: "a.jsonl".into(), at: At::Line(line) };
        for line in 2..=13 {
            let clip = ClipId::from_stored(format!("c{line}"));
            folded.add(&place(line), &Rejection::Duplicate { clip, validator: "ana".into() });
        }
        folded.add(&place(14), &Rejection::malformed("`draft_digest` is empty"));
        folded.add(&place(15), &Rejection::malformed("no verdict is called 'yes'"));
        let lines: Vec<String> = folded.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("a.jsonl:2: ") && lines[0].contains("c2"), "{}", lines[0]);
        assert!(
            lines[0].ends_with("(likewise 11 more rows, in lines 3, 4, 5, 6, 7, 8, 9, 10, ...)"),
            "{}",
            lines[0]
        );
        assert!(lines[1].starts_with("a.jsonl:14: ") && !lines[1].contains("likewise"));
    }
}
