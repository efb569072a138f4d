//! What failed, each with its reason. In: reasons, however many and however long. Out: the first of them in words, all of
//! them counted, so that neither memory nor a screen is filled by a bad file.

use serde::Serialize;

/// Reasons that are kept in words.
const KEPT: usize = 1000;
/// Longest reason, characters.
const LONGEST: usize = 500;

/// Files, rows and clips that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Failures {
    /// The first thousand, with the reason.
    failed: Vec<String>,
    /// How many there are in all.
    failed_total: usize,
}

impl Failures {
    /// One more; a long reason is cut.
    pub fn push(&mut self, reason: impl Into<String>) {
        self.failed_total += 1;
        if self.failed.len() < KEPT {
            self.failed.push(short(reason.into()));
        }
    }

    /// The first of them.
    pub fn first(&self) -> &[String] {
        &self.failed
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.failed_total
    }
}

impl<S: Into<String>> Extend<S> for Failures {
    fn extend<I: IntoIterator<Item = S>>(&mut self, reasons: I) {
        reasons.into_iter().for_each(|reason| self.push(reason));
    }
}

fn short(mut reason: String) -> String {
    if let Some((end, _)) = reason.char_indices().nth(LONGEST) {
        reason.truncate(end);
        reason.push_str(" ...");
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_first_kept_in_short() {
        let mut failures = Failures::default();
        failures.push("é".repeat(100_000));
        failures.extend((0..5000).map(|n| n.to_string()));
        assert_eq!((failures.total(), failures.first().len()), (5001, KEPT));
        assert_eq!(failures.first()[0].chars().count(), LONGEST + 4);
        assert_eq!(failures.first()[1], "0");
    }
}
