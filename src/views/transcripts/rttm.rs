//! Who speaks when, in NIST's RTTM: one SPEAKER line per clip with a word.

use std::fmt::Write;

use super::ctm::{by_channel, name};
use super::stm::speaker;
use super::{TranscriptRow, Whole};

/// The file.
pub fn render(rows: &[TranscriptRow], whole: &Whole) -> String {
    let file = name(whole.name);
    let mut out = String::new();
    for row in by_channel(rows).into_iter().filter(|row| row.text.contains(char::is_alphanumeric)) {
        let (channel, speaker, length) = (row.channel, speaker(row), row.end - row.start);
        let start = row.start;
        // writing to a String cannot fail
        let _ = writeln!(
            out,
            "SPEAKER {file} {channel} {start:.3} {length:.3} <NA> <NA> {speaker} <NA> <NA>"
        );
    }
    out
}
