//! SubRip. Clips without words make no cue. The format has no escapes, so an arrow `-->` in a text
//! becomes `→`, and `<`, which players take for markup, a lookalike `‹`.

use super::TranscriptRow;
use super::cues::{flat, timestamp, with_text};

/// The cues, numbered from 1.
pub fn render(rows: &[TranscriptRow]) -> String {
    let mut out = String::new();
    for (n, row) in with_text(rows).into_iter().enumerate() {
        let text = flat(&row.text).replace("-->", "→").replace('<', "‹");
        let (start, end) = (timestamp(row.start, ','), timestamp(row.end, ','));
        out.push_str(&format!("{}\n{start} --> {end}\n{text}\n\n", n + 1));
    }
    out
}
