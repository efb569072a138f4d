//! What subtitles and tiers share. In: rows. Out: rows with text in order of time, flat text, times.

use super::TranscriptRow;

/// Rows in order of time.
pub fn by_time(rows: &[TranscriptRow]) -> Vec<&TranscriptRow> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end)));
    rows
}

/// Rows that have a text, in order of time.
pub fn with_text(rows: &[TranscriptRow]) -> Vec<&TranscriptRow> {
    by_time(rows).into_iter().filter(|row| !flat(&row.text).is_empty()).collect()
}

/// One line: every run of spaces, line breaks and control characters is a space.
pub fn flat(text: &str) -> String {
    let breaks = |c: char| c.is_whitespace() || c.is_control();
    text.split(breaks).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `hh:mm:ss`, `separator`, milliseconds.
pub fn timestamp(seconds: f64, separator: char) -> String {
    let millis = (seconds.max(0.0) * 1000.0).round() as u64;
    let (s, ms) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}{separator}{ms:03}", s / 3600, s / 60 % 60, s % 60)
}
