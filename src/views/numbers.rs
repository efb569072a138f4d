//! Numbers that several views show, and how they are written. In: plain numbers. Out: text. Left to others: rates with
//! their intervals (`report::words`).

use schemars::JsonSchema;
use serde::Serialize;

/// Word errors over words of the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Wer {
    /// Clips compared.
    pub clips: u64,
    /// Substitutions, deletions and insertions.
    pub errors: u64,
    /// Words that people settled on.
    pub words: u64,
    /// `errors / words`; null without words.
    pub wer: Option<f64>,
}

impl Wer {
    /// Adds a clip.
    pub fn add(&mut self, errors: usize, words: usize) {
        self.clips += 1;
        self.errors += errors as u64;
        self.words += words as u64;
        self.wer = (self.words > 0).then(|| self.errors as f64 / self.words as f64);
    }
}

/// The middle of some numbers, which get sorted; `None` of none.
pub fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        n if n % 2 == 1 => Some(numbers[middle]),
        _ => Some((numbers[middle - 1] + numbers[middle]) / 2.0),
    }
}

/// `12.3 %`, or a dash.
pub fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_string(), |s| format!("{:.1} %", 100.0 * s))
}

/// `1:02:03` or `2:03`.
pub fn clock(seconds: f64) -> String {
    let s = seconds.round() as u64;
    match s / 3600 {
        0 => format!("{}:{:02}", s / 60, s % 60),
        h => format!("{h}:{:02}:{:02}", s / 60 % 60, s % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_like_a_clock() {
        assert_eq!(clock(59.6), "1:00");
        assert_eq!(clock(3723.0), "1:02:03");
    }
}
