//! WebVTT: clip id, times, speaker as a voice span where there is one, text with `&`, `<` and `>`
//! escaped, so that nothing in it can end a cue or open a tag. Clips without words make no cue.

use super::cues::{cues, timestamp};
use super::{TranscriptRow, Voices};

/// The cues.
pub fn render(rows: &[TranscriptRow]) -> String {
    let mut out = vec!["WEBVTT\n".to_string()];
    for cue in cues(rows, Voices::Unnamed) {
        let voice = match cue.speaker.as_str() {
            "" => String::new(),
            speaker => format!("<v {}>", escape(speaker)),
        };
        let (start, end) = (timestamp(cue.start, '.'), timestamp(cue.end, '.'));
        let id = cue.id.replace("-->", "→");
        out.push(format!("{id}\n{start} --> {end}\n{voice}{}\n", escape(&cue.lines.join("\n"))));
    }
    out.join("\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
