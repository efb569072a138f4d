//! Praat TextGrid, long form, UTF-8. Intervals tile each tier from 0 to the recording's length; quotes are doubled.

use std::fmt::Write;

use super::TranscriptRow;
use super::tiers::{Stretch, tiers};

/// The file; `length` in seconds.
pub fn render(rows: &[TranscriptRow], length: f64) -> String {
    // clips lie within their recording; should one not, the grid grows rather than breaks
    let length = rows.iter().map(|row| row.end).fold(length, f64::max);
    let tiers = tiers(rows);
    let mut out = format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = {}\n\
         tiers? <exists>\nsize = {}\nitem []:\n",
        number(length),
        tiers.len()
    );
    for (n, of) in tiers.into_iter().enumerate() {
        out.push_str(&tier(n + 1, &of.name, length, &tile(of.stretches, length)));
    }
    out
}

/// Stretches with empty ones between them.
fn tile(stretches: Vec<Stretch>, length: f64) -> Vec<Stretch> {
    let empty = |start: f64, end: f64| Stretch { start, end, text: String::new() };
    let mut tiles = Vec::new();
    let mut at = 0.0;
    for stretch in stretches {
        if stretch.start > at {
            tiles.push(empty(at, stretch.start));
        }
        at = stretch.end;
        tiles.push(stretch);
    }
    if at < length {
        tiles.push(empty(at, length));
    }
    tiles
}

fn tier(n: usize, name: &str, length: f64, intervals: &[Stretch]) -> String {
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
