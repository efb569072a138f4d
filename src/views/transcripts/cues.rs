//! What subtitles and tiers share. In: rows. Out: rows with words in order of time, cues, flat text, times.

use super::wrap::{self, Word};
use super::{TranscriptRow, Voices};

/// What is shown at once, and when.
pub struct Cue {
    /// The clip, with `.1`, `.2` where it makes several cues.
    pub id: String,
    /// Seconds.
    pub start: f64,
    /// Seconds.
    pub end: f64,
    /// Who speaks, or empty.
    pub speaker: String,
    /// One line, or two.
    pub lines: Vec<String>,
}

/// Cues shorter than this, seconds, are no use of word times.
const SHORTEST: f64 = 0.3;

/// Rows in order of time.
pub fn by_time(rows: &[TranscriptRow]) -> Vec<&TranscriptRow> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end)));
    rows
}

/// Rows that have a word, in order of time.
pub fn with_words(rows: &[TranscriptRow]) -> Vec<&TranscriptRow> {
    by_time(rows).into_iter().filter(|row| row.text.contains(char::is_alphanumeric)).collect()
}

/// The cues of all rows in order of time; with `Voices::Named` a clip's first one names who speaks.
pub fn cues(rows: &[TranscriptRow], voices: Voices) -> Vec<Cue> {
    with_words(rows).into_iter().flat_map(|row| of(row, voices)).collect()
}

fn of(row: &TranscriptRow, voices: Voices) -> Vec<Cue> {
    let speaker = flat(&row.speaker);
    let text = flat(&row.text);
    let mut words = timed(row, &text);
    if voices == Voices::Named && !speaker.is_empty() {
        words.insert(0, Word { text: format!("{speaker}:"), start: row.start });
    }
    let blocks = wrap::blocks(&words, row.end);
    let mut starts: Vec<f64> = blocks.iter().map(|block| block.start).collect();
    starts[0] = row.start;
    let last = starts.last().map_or(0.0, |start| row.end - start);
    let shortest = starts.windows(2).map(|pair| pair[1] - pair[0]).fold(last, f64::min);
    if starts.len() > 1 && shortest < SHORTEST {
        starts = in_proportion(row, blocks.iter().map(|block| block.lines.join(" ")));
    }
    let several = blocks.len() > 1;
    let ends: Vec<f64> = starts.iter().skip(1).copied().chain([row.end]).collect();
    let cues = blocks.into_iter().zip(starts).zip(ends).zip(1..);
    cues.map(|(((block, start), end), n)| Cue {
        id: if several { format!("{}.{n}", flat(&row.clip)) } else { flat(&row.clip) },
        start,
        end,
        speaker: speaker.clone(),
        lines: block.lines,
    })
    .collect()
}

/// The words of a text with when each starts: as the model decoded them, else in proportion to characters.
fn timed(row: &TranscriptRow, text: &str) -> Vec<Word> {
    let words: Vec<&str> = text.split(' ').collect();
    let starts = match row.words.len() == words.len() {
        true => row.words.iter().map(|word| word.start).collect(),
        false => in_proportion(row, words.iter().copied()),
    };
    let timed = words.into_iter().zip(starts);
    timed.map(|(text, start)| Word { text: text.to_string(), start }).collect()
}

/// When each of a clip's parts starts, if all characters take the same time.
fn in_proportion<T: AsRef<str>>(row: &TranscriptRow, parts: impl Iterator<Item = T>) -> Vec<f64> {
    let lengths: Vec<usize> = parts.map(|part| part.as_ref().chars().count() + 1).collect();
    let all = lengths.iter().sum::<usize>().max(1) as f64;
    let mut before = 0;
    lengths
        .into_iter()
        .map(|length| {
            let start = row.start + (row.end - row.start) * before as f64 / all;
            before += length;
            start
        })
        .collect()
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
