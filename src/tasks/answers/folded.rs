//! Rejected rows as they are told: those of a file that are rejected for the same reason in one line. In: rejections, one by one.
//! Out: lines, each with the first such row and the places of the others. Pure.

use super::{At, Rejection, RowPlace};

/// Rows that are named beside the first.
const NAMED: usize = 8;

/// Rejections of one file.
#[derive(Debug, Default)]
pub struct Folded {
    kinds: Vec<Kind>,
}

#[derive(Debug)]
struct Kind {
    key: (&'static str, String),
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
        let key = (why.code(), own);
        match self.kinds.iter_mut().find(|kind| kind.key == key) {
            Some(kind) => {
                kind.count += 1;
                if kind.others.len() < NAMED {
                    kind.others.push(place.at);
                }
            }
            None => {
                let first = format!("{place}: {why}");
                self.kinds.push(Kind { key, first, others: Vec::new(), count: 1 });
            }
        }
    }

    /// So many rows were rejected for a reason, those included that were not added.
    pub fn total(&mut self, code: &str, rows: usize) {
        let is_all = |kind: &&mut Kind| kind.key.0 == code && kind.key.1.is_empty();
        self.kinds.iter_mut().find(is_all).iter_mut().for_each(|kind| kind.count = rows);
    }

    /// A line for each kind of rejection, in the order in which they were met.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.kinds.iter().map(|kind| {
            let more = match kind.count - 1 - kind.others.len() {
                0 => "",
                _ => ", ...",
            };
            let places: Vec<String> = kind.others.iter().map(number).collect();
            let unit = match kind.others.first() {
                None => return kind.first.clone(),
                Some(At::Line(_)) if kind.count == 2 => "row, in line",
                Some(At::Line(_)) => "rows, in lines",
                Some(At::Task(_)) if kind.count == 2 => "row, of task",
                Some(At::Task(_)) => "rows, of tasks",
            };
            format!(
                "{} (likewise {} more {unit} {}{more})",
                kind.first,
                kind.count - 1,
                places.join(", ")
            )
        })
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
