//! JSONL: one row per line, every field, in the order of [`TranscriptRow`].

use super::TranscriptRow;

/// A line for each row, in the order given.
pub fn render(rows: &[TranscriptRow]) -> String {
    let mut out = String::new();
    for row in rows {
        // strings, numbers and lists of strings alone: there is nothing that serde_json refuses
        if let Ok(line) = serde_json::to_string(row) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}
