//! SubRip. Clips without words make no cue. The format has no escapes, so an arrow `-->` in a text
//! becomes `→`, and `<`, which players take for markup, a lookalike `‹`.

use super::cues::{cues, timestamp};
use super::{TranscriptRow, Voices};

/// The cues, numbered from 1.
pub fn render(rows: &[TranscriptRow], voices: Voices) -> String {
    let mut out = String::new();
    for (n, cue) in cues(rows, voices).into_iter().enumerate() {
        let text = cue.lines.join("\n").replace("-->", "→").replace('<', "‹");
        let (start, end) = (timestamp(cue.start, ','), timestamp(cue.end, ','));
        out.push_str(&format!("{}\n{start} --> {end}\n{text}\n\n", n + 1));
    }
    out
}
