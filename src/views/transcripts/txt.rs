//! Plain text: one line per clip that has words.

use super::cues::{flat, with_words};
use super::{TranscriptRow, Voices};

/// The texts in order of time, in a conversation each after its speaker.
pub fn render(rows: &[TranscriptRow], voices: Voices) -> String {
    let line = |row: &TranscriptRow| match (voices, flat(&row.speaker)) {
        (Voices::Named, speaker) if !speaker.is_empty() => {
            format!("{speaker}: {}\n", flat(&row.text))
        }
        _ => flat(&row.text) + "\n",
    };
    with_words(rows).into_iter().map(line).collect()
}
