//! Audacity's label track: start, end and text of each clip with a word, in seconds, between tabs.

use std::fmt::Write;

use super::TranscriptRow;
use super::cues::{flat, with_words};

/// The file.
pub fn render(rows: &[TranscriptRow]) -> String {
    let mut out = String::new();
    for row in with_words(rows) {
        // writing to a String cannot fail
        let _ = writeln!(out, "{:.6}\t{:.6}\t{}", row.start, row.end, flat(&row.text));
    }
    out
}
