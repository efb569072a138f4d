//! Plain text: one line per clip that has words.

use super::TranscriptRow;
use super::cues::{flat, with_text};

/// The texts in order of time.
pub fn render(rows: &[TranscriptRow]) -> String {
    with_text(rows).into_iter().map(|row| flat(&row.text) + "\n").collect()
}
