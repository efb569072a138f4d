//! Words in NIST's CTM: `file channel start duration word confidence`, in the order that sclite wants. The confidence is 1 less P(wrong);
//! a word without one has no sixth column. Words are without the punctuation around them.

use std::fmt::Write;

use super::words::bare;
use super::{TranscriptRow, Whole};

/// The shortest word, seconds.
const SHORTEST: f64 = 0.01;

/// The file.
pub fn render(rows: &[TranscriptRow], whole: &Whole) -> String {
    let file = name(whole.name);
    let mut out = String::new();
    for row in by_channel(rows) {
        for word in &row.words {
            let Some(text) = bare(&word.text) else { continue };
            let length = (word.end - word.start).max(SHORTEST);
            // writing to a String cannot fail
            let _ = write!(out, "{file} {} {:.3} {length:.3} {text}", row.channel, word.start);
            if let Some(p) = word.p_wrong {
                let _ = write!(out, " {:.4}", 1.0 - p);
            }
            out.push('\n');
        }
    }
    out
}

/// Rows by channel, then in order of time.
pub fn by_channel(rows: &[TranscriptRow]) -> Vec<&TranscriptRow> {
    let mut rows: Vec<&TranscriptRow> = rows.iter().collect();
    rows.sort_by(|a, b| a.channel.cmp(&b.channel).then(a.start.total_cmp(&b.start)));
    rows
}

/// A name as one field: no blanks, and nothing that begins a comment or a label.
pub fn name(name: &str) -> String {
    let plain = |c: char| if c.is_whitespace() || c.is_control() { '_' } else { c };
    let name: String = name.trim().chars().map(plain).collect();
    match name.trim_start_matches([';', '<']) {
        "" => "unknown".into(),
        name => name.into(),
    }
}
