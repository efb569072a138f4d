//! WebVTT: clip id, times, speaker as a voice span where there is one, text with `&`, `<` and `>`
//! escaped, so that nothing in it can end a cue or open a tag. Clips without words make no cue.

use super::TranscriptRow;
use super::cues::{flat, timestamp, with_text};

/// The cues.
pub fn render(rows: &[TranscriptRow]) -> String {
    let mut cues = vec!["WEBVTT\n".to_string()];
    for row in with_text(rows) {
        let speaker = flat(&row.speaker);
        let voice =
            if speaker.is_empty() { String::new() } else { format!("<v {}>", escape(&speaker)) };
        let (start, end) = (timestamp(row.start, '.'), timestamp(row.end, '.'));
        let id = flat(&row.clip).replace("-->", "→");
        cues.push(format!("{id}\n{start} --> {end}\n{voice}{}\n", escape(&flat(&row.text))));
    }
    cues.join("\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
