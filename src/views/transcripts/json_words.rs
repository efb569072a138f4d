//! Clips with their words as JSON, for programs: times in seconds, and P(wrong) of each word that nobody reviewed.

use serde::Serialize;

use super::cues::by_time;
use super::{TextSource, TranscriptRow, Whole};

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    /// Seconds.
    length: f64,
    clips: Vec<Clip<'a>>,
}

#[derive(Serialize)]
struct Clip<'a> {
    recording: &'a str,
    clip: &'a str,
    channel: u16,
    start: f64,
    end: f64,
    speaker: &'a str,
    text: &'a str,
    source: TextSource,
    words: Vec<Word<'a>>,
}

#[derive(Serialize)]
struct Word<'a> {
    word: &'a str,
    start: f64,
    end: f64,
    p_wrong: Option<f64>,
}

/// The file; as short as its content, without line breaks in it.
pub fn render(rows: &[TranscriptRow], whole: &Whole) -> String {
    let clips = by_time(rows).into_iter().map(clip).collect();
    let file = File { name: whole.name, length: whole.length.seconds(), clips };
    // Numbers and texts alone: this cannot fail.
    serde_json::to_string(&file).unwrap_or_default() + "\n"
}

fn clip(row: &TranscriptRow) -> Clip<'_> {
    let words = row.words.iter().map(|word| Word {
        word: &word.text,
        start: millis(word.start),
        end: millis(word.end),
        p_wrong: word.p_wrong.map(|p| (p * 1e4).round() / 1e4),
    });
    Clip {
        recording: &row.recording,
        clip: &row.clip,
        channel: row.channel,
        start: row.start,
        end: row.end,
        speaker: &row.speaker,
        text: &row.text,
        source: row.source,
        words: words.collect(),
    }
}

/// Seconds to the millisecond.
fn millis(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
