//! A data folder of Kaldi's: `wav.scp`, and what there is of `segments`, `text`, `utt2spk`, `utt2lang`. In: the folder. Out:
//! a row per utterance. A command in `wav.scp` is never run. Left to others: what a row means.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Text;
use crate::pipeline::manifest::{self, BadRow, Elsewhere, Row};
use crate::tables;

/// The files of a folder.
pub struct Files {
    wav: Text,
    segments: Option<Text>,
    text: Option<Text>,
    speakers: Option<Text>,
    languages: Option<Text>,
}

/// A line: a key, and what is said of it.
#[derive(Clone, Copy)]
struct Line<'t> {
    number: u64,
    said: &'t str,
}

/// Lines by key.
struct Keyed<'t> {
    name: &'t str,
    lines: BTreeMap<&'t str, Line<'t>>,
    /// Keys in order, where order counts.
    order: Vec<&'t str>,
    used: BTreeSet<&'t str>,
}

type Take<'a> = dyn FnMut(Result<Row, BadRow>) + 'a;

impl Files {
    /// Reads them, and says which there are.
    pub fn read(folder: &Path) -> Result<(Self, Vec<PathBuf>)> {
        let mut files = vec![folder.join("wav.scp")];
        let wav = Text::read(&files[0])?;
        let mut read = |name: &str| {
            let path = folder.join(name);
            let text = path.is_file().then(|| Text::read(&path)).transpose();
            files.extend(path.is_file().then_some(path));
            text
        };
        let read = Self {
            wav,
            segments: read("segments")?,
            text: read("text")?,
            speakers: read("utt2spk")?,
            languages: read("utt2lang")?,
        };
        Ok((read, files))
    }

    /// About how many utterances there are.
    pub fn lines(&self) -> usize {
        self.segments.as_ref().unwrap_or(&self.wav).lines()
    }

    /// A row per segment, or per recording where there are no segments.
    pub fn rows(&self, take: &mut Take) -> BTreeSet<String> {
        let recordings = Keyed::of(&self.wav, take);
        let mut texts = self.text.as_ref().map(|text| Keyed::of(text, take));
        let mut speakers = self.speakers.as_ref().map(|text| Keyed::of(text, take));
        let mut languages = self.languages.as_ref().map(|text| Keyed::of(text, take));
        let mut ignored = BTreeSet::new();
        let mut row = |utterance: &str, mut cells: Vec<(&str, String)>| {
            let said = |keyed: &mut Option<Keyed>| keyed.as_mut()?.take(utterance);
            cells.extend(said(&mut texts).map(|text| ("text", text)));
            cells.extend(said(&mut languages).map(|language| ("language", language)));
            // Whoever is known by the utterance alone is unknown.
            let speaker = said(&mut speakers).filter(|speaker| speaker != utterance);
            cells.extend(speaker.map(|speaker| ("speaker", speaker)));
            let cells = cells.into_iter().map(|(name, cell)| (name.to_string(), cell));
            manifest::row_of(cells, Elsewhere::Above, &mut ignored)
        };
        match &self.segments {
            None => {
                for key in &recordings.order {
                    let line = recordings.lines[key];
                    let cells = file(line.said).map(|path| vec![("path", path)]);
                    let cells = cells.map_err(BadRow::from);
                    give(recordings.name, line, cells.and_then(|cells| row(key, cells)), take);
                }
            }
            Some(segments) => {
                let segments = Keyed::of(segments, take);
                unused(&recordings, &segments, take);
                for key in &segments.order {
                    let line = segments.lines[key];
                    let cells = segment(line.said, &recordings).map_err(BadRow::from);
                    // Its text and speaker are accounted for, whatever is wrong with it.
                    let made = cells.and_then(|cells| row(key, cells));
                    if made.is_err() {
                        let _ = row(key, Vec::new());
                    }
                    give(segments.name, line, made, take);
                }
            }
        }
        let of_what = if self.segments.is_some() { "segments" } else { "wav.scp" };
        for keyed in [texts, speakers, languages].iter().flatten() {
            for (key, line) in keyed.lines.iter().filter(|(key, _)| !keyed.used.contains(*key)) {
                let why = format!(
                    "utterance '{key}' is not in {of_what}: what is said of it belongs to nothing"
                );
                give(keyed.name, *line, Err(why.into()), take);
            }
        }
        ignored
    }
}

/// Hands a row over with its place.
fn give(name: &str, line: Line, row: Result<Row, BadRow>, take: &mut Take) {
    let place = format!("{name} line {}", line.number);
    take(match row {
        Ok(row) => Ok(Row { place, ..row }),
        Err(bad) => Err(bad.at(&place)),
    });
}

/// Recordings that cannot be used, or that no segment is of.
fn unused(recordings: &Keyed, segments: &Keyed, take: &mut Take) {
    let of = |line: &Line| line.said.split_whitespace().next().unwrap_or_default().to_string();
    let named: BTreeSet<String> = segments.lines.values().map(of).collect();
    for key in &recordings.order {
        let line = recordings.lines[key];
        let why = match file(line.said) {
            Err(why) => why,
            Ok(_) if named.contains(*key) => continue,
            Ok(_) => format!("no segment is of recording '{key}', which is not taken"),
        };
        give(recordings.name, line, Err(why.into()), take);
    }
}

impl<'t> Keyed<'t> {
    /// Lines that are none, and second ones of a key, are told.
    fn of(text: &'t Text, take: &mut Take) -> Self {
        let (mut lines, mut order) = (BTreeMap::new(), Vec::new());
        for (number, line) in tables::lines(&text.bytes) {
            let mut tell = |why: String| {
                take(Err(BadRow::from(why).at(&format!("{} line {number}", text.name))))
            };
            let line = match line {
                Ok(line) => line,
                Err(why) => {
                    tell(why);
                    continue;
                }
            };
            let (key, said) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let said = said.trim();
            match lines.get(key) {
                None => {
                    lines.insert(key, Line { number, said });
                    order.push(key);
                }
                Some(Line { said: before, .. }) if *before == said => {}
                Some(Line { number: before, .. }) => {
                    tell(format!("'{key}' stands in line {before} already, which stays"));
                }
            }
        }
        Self { name: &text.name, lines, order, used: BTreeSet::new() }
    }

    /// What is said of a key.
    fn take(&mut self, key: &str) -> Option<String> {
        let (key, line) = self.lines.get_key_value(key)?;
        self.used.insert(key);
        Some(line.said.to_string())
    }
}

/// The path in a line of `wav.scp`.
fn file(said: &str) -> Result<String, String> {
    let archive = said.rsplit_once(':').is_some_and(|(path, offset)| {
        path.ends_with(".ark") && offset.bytes().all(|b| b.is_ascii_digit())
    });
    if said.is_empty() {
        Err("no path".into())
    } else if said.ends_with('|') || said.starts_with('|') {
        Err("it is a command, which is never run (a line of wav.scp that ends in '|'): write the audio to a file, and \
             name that"
            .into())
    } else if archive || said.ends_with(".ark") {
        Err("it is in an archive of Kaldi's, which is not read: write the audio to a file, and name that".into())
    } else {
        Ok(said.to_string())
    }
}

/// The cells of a line of `segments`: recording, start, end, perhaps a channel.
fn segment(said: &str, recordings: &Keyed) -> Result<Vec<(&'static str, String)>, String> {
    const SHAPE: &str = "a segment is: utterance, recording, start and end in seconds";
    let words: Vec<&str> = said.split_whitespace().collect();
    let (recording, start, end, channel) = match *words.as_slice() {
        [recording, start, end] => (recording, start, end, None),
        [recording, start, end, channel] => (recording, start, end, Some(channel)),
        _ => return Err(SHAPE.into()),
    };
    let line = recordings.lines.get(recording);
    let line = line.ok_or_else(|| format!("recording '{recording}' is not in wav.scp"))?;
    let path = file(line.said).map_err(|_| {
        format!(
            "recording '{recording}' cannot be used: see {} line {}",
            recordings.name, line.number
        )
    })?;
    let seconds = |text: &str| tables::number(text).ok_or_else(|| format!("{SHAPE}, not '{text}'"));
    let (from, to) = (seconds(start)?, seconds(end)?);
    let mut cells = vec![("path", path)];
    match (from, to) {
        // To the end of the recording.
        (0.0, to) if to < 0.0 => {}
        (_, to) if to < 0.0 => {
            return Err(format!(
                "it ends at {end}, the end of its recording: write that in seconds"
            ));
        }
        _ if to <= from => return Err(format!("it ends at {end} s and begins at {start} s")),
        _ => cells.extend([("offset", start.to_string()), ("duration", (to - from).to_string())]),
    }
    cells.extend(channel.map(|channel| ("channel", channel.to_string())));
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Samples, Span};

    fn rows(files: &[(&str, &str)]) -> (Vec<Row>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let (read, names) = Files::read(folder.path()).unwrap();
        assert_eq!(names.len(), files.len());
        let (mut rows, mut bad) = (Vec::new(), Vec::new());
        read.rows(&mut |row| match row {
            Ok(row) => rows.push(row),
            Err(why) => bad.push(why.why),
        });
        let place = format!("{}/", folder.path().display());
        (rows, bad.into_iter().map(|why| why.replace(&place, "")).collect())
    }

    #[test]
    fn each_segment_is_a_row_with_its_text_speaker_and_language() {
        let (rows, bad) = rows(&[
            ("wav.scp", "call audio/my call.wav\n"),
            ("segments", "ana-1 call 0.5 2.5\nbob-1 call 3 4.25 1\n"),
            ("text", "ana-1 bonjour à tous\nbob-1\n"),
            ("utt2spk", "ana-1 ana\nbob-1 bob-1\n"),
            ("utt2lang", "ana-1 fr_CA\n"),
        ]);
        assert_eq!((bad, rows.len()), (Vec::<String>::new(), 2));
        let (ana, bob) = (&rows[0], &rows[1]);
        assert_eq!((&*ana.path, ana.elsewhere), ("audio/my call.wav", Elsewhere::Above));
        assert_eq!(ana.span, Some(Span::new(Samples(8_000), Samples(40_000))));
        assert_eq!(
            (ana.text.as_deref(), ana.facts.speaker.as_deref()),
            (Some("bonjour à tous"), Some("ana"))
        );
        assert_eq!(ana.facts.region.as_ref().unwrap().as_str(), "fr-CA");
        assert!(ana.place.ends_with("segments line 1"), "{}", ana.place);
        assert_eq!((bob.text.as_deref(), bob.facts.speaker.as_deref()), (None, None));
        assert_eq!(bob.channels, manifest::Channels::Only(1));
    }

    #[test]
    fn without_segments_each_recording_is_an_utterance() {
        let (rows, bad) = rows(&[("wav.scp", "a a.wav\nb b.wav\n"), ("text", "a oui\nc non\n")]);
        assert_eq!((rows.len(), rows[0].text.as_deref(), rows[0].span), (2, Some("oui"), None));
        assert_eq!(bad.len(), 1);
        assert!(bad[0].starts_with("text line 2: utterance 'c' is not in wav.scp"), "{bad:?}");
    }

    #[test]
    fn a_command_is_never_run_and_bad_lines_are_named_by_file_and_line() {
        let (rows, bad) = rows(&[
            ("wav.scp", "a sox a.sph -t wav - |\nb b.ark:120\nc c.wav\nc d.wav\ne e.wav\n"),
            (
                "segments",
                "u1 a 0 1\nu2 z 0 1\nu3 c 2 1\nu4 c 0\nu5 c 0 -1\nu6 c soon 2\nu7 c 1 -1\n",
            ),
            ("text", "u1 oui\n"),
        ]);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(rows[0].span, None);
        for words in [
            "wav.scp line 1: it is a command, which is never run",
            "wav.scp line 2: it is in an archive",
            "wav.scp line 4: 'c' stands in line 3 already",
            "wav.scp line 5: no segment is of recording 'e'",
            "segments line 1: recording 'a' cannot be used: see wav.scp line 1",
            "segments line 2: recording 'z' is not in wav.scp",
            "segments line 3: it ends at 1 s and begins at 2 s",
            "segments line 4: a segment is",
            "segments line 6: a segment is",
            "segments line 7: it ends at -1",
        ] {
            assert!(bad.iter().any(|why| why.starts_with(words)), "{words}: {bad:?}");
        }
        assert_eq!(bad.len(), 10, "{bad:?}");
    }

    proptest! {
        #[test]
        fn whatever_the_files_hold_each_line_is_a_row_or_named(
            wav in "([ab] [ab|.:k0]{0,4}\n){0,4}",
            segments in "([uv] [ab] [-0-9.e]{0,4} [-0-9.e]{0,4}\n){0,4}",
            text in "(?s).{0,20}",
        ) {
            let of = |name: &str, text: &str| Text { name: name.into(), bytes: text.into() };
            let files = Files {
                wav: of("wav.scp", &wav),
                segments: Some(of("segments", &segments)),
                text: Some(of("text", &text)),
                speakers: None,
                languages: None,
            };
            let mut told = 0;
            files.rows(&mut |row| told += usize::from(row.is_ok() || !row.unwrap_err().why.is_empty()));
            let keys: BTreeSet<&str> = segments.lines().map(|line| &line[..1]).collect();
            prop_assert!(told >= keys.len());
        }
    }
}
