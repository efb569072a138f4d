//! Praat TextGrid, long form, UTF-8: for each recording a tier of texts named after the speaker, and a tier "id" of
//! clip ids. Intervals tile each tier from 0 to the recording's length; quotes are doubled.

use std::fmt::Write;

use super::TranscriptRow;
use super::cues::{by_time, flat};

/// The file; `length` in seconds.
pub fn render(rows: &[TranscriptRow], length: f64) -> String {
    let rows = by_time(rows);
    // clips lie within their recording; should one not, the grid grows rather than breaks
    let length = rows.iter().map(|row| row.end).fold(length, f64::max);
    let mut recordings: Vec<&str> = rows.iter().map(|row| row.recording.as_str()).collect();
    recordings.sort_unstable();
    recordings.dedup();
    let mut tiers = Vec::new();
    for recording in
        recordings.iter().copied().map(Some).chain(recordings.is_empty().then_some(None))
    {
        let rows: Vec<_> =
            rows.iter().copied().filter(|row| Some(row.recording.as_str()) == recording).collect();
        let speaker = rows.iter().map(|row| flat(&row.speaker)).find(|name| !name.is_empty());
        let id = match &speaker {
            Some(speaker) if recordings.len() > 1 => format!("id {speaker}"),
            _ => "id".to_string(),
        };
        let name = speaker.unwrap_or_else(|| "text".into());
        tiers.push((name, tile(&rows, length, |row| flat(&row.text))));
        tiers.push((id, tile(&rows, length, |row| flat(&row.clip))));
    }
    let mut out = format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = {}\n\
         tiers? <exists>\nsize = {}\nitem []:\n",
        number(length),
        tiers.len()
    );
    for (n, (name, intervals)) in tiers.into_iter().enumerate() {
        out.push_str(&tier(n + 1, &name, length, &intervals));
    }
    out
}

struct Interval {
    start: f64,
    end: f64,
    text: String,
}

/// The rows' intervals with empty ones between them; a row starts no earlier than the one before
/// ends, and one without any length left is not shown.
fn tile(rows: &[&TranscriptRow], length: f64, text: fn(&TranscriptRow) -> String) -> Vec<Interval> {
    let mut tiles = Vec::new();
    let mut at = 0.0;
    for row in rows {
        let start = row.start.max(at);
        if row.end <= start {
            continue;
        }
        if start > at {
            tiles.push(Interval { start: at, end: start, text: String::new() });
        }
        tiles.push(Interval { start, end: row.end, text: text(row) });
        at = row.end;
    }
    if at < length {
        tiles.push(Interval { start: at, end: length, text: String::new() });
    }
    tiles
}

fn tier(n: usize, name: &str, length: f64, intervals: &[Interval]) -> String {
    let mut out = format!(
        "    item [{n}]:\n        class = \"IntervalTier\"\n        name = \"{}\"\n        \
         xmin = 0\n        xmax = {}\n        intervals: size = {}\n",
        quoted(name),
        number(length),
        intervals.len()
    );
    for (i, interval) in intervals.iter().enumerate() {
        // writing to a String cannot fail
        let _ = write!(
            out,
            "        intervals [{}]:\n            xmin = {}\n            xmax = {}\n            \
             text = \"{}\"\n",
            i + 1,
            number(interval.start),
            number(interval.end),
            quoted(&interval.text)
        );
    }
    out
}

fn quoted(text: &str) -> String {
    text.replace('"', "\"\"")
}

/// Shortest decimal that reads back the same, always with a point.
fn number(seconds: f64) -> String {
    let text = seconds.to_string();
    if text.contains('.') { text } else { text + ".0" }
}
