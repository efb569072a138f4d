//! Segments in NIST's STM, the references that sclite scores against: `file channel speaker start end text`. Words are without the
//! punctuation around them; a clip without a word is left out of scoring.

use std::fmt::Write;

use super::ctm::{by_channel, name};
use super::words::bare;
use super::{TranscriptRow, Whole};

/// Where it stands for the text, sclite passes over the time of a segment.
const UNSCORED: &str = "IGNORE_TIME_SEGMENT_IN_SCORING";

/// The file.
pub fn render(rows: &[TranscriptRow], whole: &Whole) -> String {
    let file = name(whole.name);
    let mut out = String::new();
    for row in by_channel(rows) {
        let words: Vec<&str> = row.text.split_whitespace().filter_map(bare).collect();
        let text = if words.is_empty() { UNSCORED.to_string() } else { words.join(" ") };
        let (channel, speaker) = (row.channel, speaker(row));
        // writing to a String cannot fail
        let _ = writeln!(out, "{file} {channel} {speaker} {:.3} {:.3} {text}", row.start, row.end);
    }
    out
}

/// Who speaks, as one field: as declared, else the recording.
pub fn speaker(row: &TranscriptRow) -> String {
    name(if row.speaker.trim().is_empty() { &row.recording } else { &row.speaker })
}
