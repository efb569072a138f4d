//! Recordings that a person should look at: little speech, sound that had to be filled in, tracks left out. In: what decoding found.
//! Out: JSON, and lines of text. Left to others: where they are said.

use schemars::JsonSchema;
use serde::Serialize;

use super::lang::{Lang, t};
use crate::domain::{Findings, Samples};

/// A smaller share of speech is remarked on.
const LITTLE: f64 = 0.1;
/// Recordings of a kind that are named in text.
const NAMED: usize = 20;

/// What is remarkable about recordings.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Remarks {
    /// Seconds that could not be decoded, of all recordings: silence in their place, or missing.
    pub damaged_seconds: f64,
    /// Seconds of silence where files say that there is nothing.
    pub filled_seconds: f64,
    /// Recordings of which less than a tenth is speech.
    pub little_speech: Vec<LittleSpeech>,
    /// Recordings with damaged or filled seconds.
    pub repaired: Vec<Repaired>,
    /// Recordings in whose files there are other audio tracks.
    pub other_tracks: Vec<OtherTracks>,
}

/// A recording of which less than a tenth is speech.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LittleSpeech {
    /// As ingested.
    pub path: String,
    /// Share of speech, from 0 to 0.1.
    pub speech: f64,
    /// Its level, dB relative to full scale.
    pub level_db: f64,
}

/// A recording with damaged or filled seconds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Repaired {
    /// As ingested.
    pub path: String,
    /// Seconds that could not be decoded.
    pub damaged_seconds: f64,
    /// Seconds of silence where the file says that there is nothing.
    pub filled_seconds: f64,
}

/// A recording in whose file there are other audio tracks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OtherTracks {
    /// As ingested.
    pub path: String,
    /// How many are left out.
    pub other_tracks: usize,
}

impl Remarks {
    /// Adds a recording.
    pub fn add(&mut self, path: &str, length: Samples, findings: &Findings) {
        let (damaged, filled) = (findings.damaged.seconds(), findings.filled.seconds());
        self.damaged_seconds += damaged;
        self.filled_seconds += filled;
        if damaged + filled > 0.0 {
            let path = path.to_string();
            self.repaired.push(Repaired { path, damaged_seconds: damaged, filled_seconds: filled });
        }
        let speech = findings.speech.seconds() / length.seconds().max(f64::MIN_POSITIVE);
        if speech < LITTLE {
            let (path, level_db) = (path.to_string(), findings.level_db);
            self.little_speech.push(LittleSpeech { path, speech, level_db });
        }
        if findings.other_tracks > 0 {
            let (path, other_tracks) = (path.to_string(), findings.other_tracks);
            self.other_tracks.push(OtherTracks { path, other_tracks });
        }
    }

    /// One line per recording, the first ones of each kind.
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        let speech = |LittleSpeech { path, speech, level_db }: &LittleSpeech| {
            let share = match *speech {
                0.0 => t!(lang, "remarks.no_speech"),
                share if share < 0.01 => t!(lang, "remarks.hardly_speech"),
                share => t!(lang, "remarks.speech", share = lang.decimal(100.0 * share, 0)),
            };
            t!(
                lang,
                "remarks.level",
                path = path,
                share = share,
                level = lang.decimal(*level_db, 0)
            )
        };
        name(&mut lines, &self.little_speech, speech, |n| t!(lang, "remarks.more.speech", n = n));
        let repaired = |Repaired { path, damaged_seconds, filled_seconds }: &Repaired| {
            let mut kinds = Vec::new();
            if *damaged_seconds > 0.0 {
                kinds.push(t!(
                    lang,
                    "remarks.damaged",
                    seconds = lang.decimal(*damaged_seconds, 2)
                ));
            }
            if *filled_seconds > 0.0 {
                kinds.push(t!(lang, "remarks.filled", seconds = lang.decimal(*filled_seconds, 2)));
            }
            t!(lang, "chart.line", label = path, says = kinds.join(", "))
        };
        name(&mut lines, &self.repaired, repaired, |n| t!(lang, "remarks.more.repaired", n = n));
        let tracks = |OtherTracks { path, other_tracks }: &OtherTracks| {
            t!(lang, "remarks.tracks", path = path, n = *other_tracks)
        };
        name(&mut lines, &self.other_tracks, tracks, |n| t!(lang, "remarks.more.tracks", n = n));
        lines
    }
}

/// The first ones, and how many more there are.
fn name<T>(
    lines: &mut Vec<String>,
    all: &[T],
    line: impl Fn(&T) -> String,
    more: impl Fn(usize) -> String,
) {
    lines.extend(all.iter().take(NAMED).map(line));
    if all.len() > NAMED {
        lines.push(more(all.len() - NAMED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Samples = Samples(60 * 16_000);

    #[test]
    fn a_recording_with_little_speech_is_named_with_its_level() {
        let mut remarks = Remarks::default();
        let found =
            |speech| Findings { speech: Samples(speech), level_db: -61.2, ..Findings::default() };
        remarks.add("interview.wav", MINUTE, &found(20_000));
        remarks.add("cellar.wav", MINUTE, &found(0));
        remarks.add("talk.wav", MINUTE, &found(500_000));
        let lines =
            ["interview.wav: 2 % speech, level -61 dBFS", "cellar.wav: no speech, level -61 dBFS"];
        assert_eq!(remarks.lines(Lang::ENGLISH), lines);
    }

    #[test]
    fn damage_and_pauses_are_added_up_and_long_lists_end_in_a_count() {
        let mut remarks = Remarks::default();
        let found = Findings {
            damaged: Samples(320),
            filled: Samples(48_000),
            speech: MINUTE,
            ..Findings::default()
        };
        (0..25).for_each(|n| remarks.add(&format!("{n}.opus"), MINUTE, &found));
        let lines = remarks.lines(Lang::ENGLISH);
        assert_eq!(
            lines[0],
            "0.opus: 0.02 s could not be decoded, 3.00 s of pauses filled with silence"
        );
        assert_eq!(
            (lines.len(), &*lines[20]),
            (21, "and 5 more recordings with damage or pauses (--json lists all)")
        );
        assert!((remarks.filled_seconds - 75.0).abs() < 1e-9);
    }

    #[test]
    fn tracks_that_are_left_out_are_counted() {
        let mut remarks = Remarks::default();
        remarks.add(
            "film.mkv",
            MINUTE,
            &Findings { other_tracks: 2, speech: MINUTE, ..Findings::default() },
        );
        let line = "film.mkv: 2 more audio track(s), left out: only the default one is decoded";
        assert_eq!(remarks.lines(Lang::ENGLISH), [line]);
    }
}
