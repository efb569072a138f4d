//! Retention sets: clips in English and in French from other people, so that a round cannot forget them without
//! anybody noticing. In: the files that ship, and a team's own manifest. Out: sounds with texts and uses.
//! Left to others: learning and judging.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;

use super::sounds::Sound;
use crate::audio::cut;
use crate::audio::decode::{self, Source};
use crate::domain::{Channel, ClipId, Language, Samples, Span, draw, hex_digest};
use crate::tables;
use crate::text::tidy;

/// What ships, by language: an audio file and its rows.
const SHIPPED: [(&str, &[u8], &str); 2] = [
    (
        "en",
        include_bytes!("../../../samples/retention/en.ogg"),
        include_str!("../../../samples/retention/en.jsonl"),
    ),
    (
        "fr",
        include_bytes!("../../../samples/retention/fr.ogg"),
        include_str!("../../../samples/retention/fr.jsonl"),
    ),
];

/// What a retention clip is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Learnt from, so that it stays known.
    Replay,
    /// The average of old and new is chosen with it.
    Dev,
    /// It judges.
    Test,
}

/// A clip of a retention set.
#[derive(Clone, Debug)]
pub struct RetentionClip {
    /// Which set: the language for what ships, else as the manifest says.
    pub set: String,
    /// What kind of speech within the set; empty: not said.
    pub kind: String,
    /// Its sound.
    pub sound: Sound,
    /// What is said.
    pub text: String,
    /// Who speaks; clips without a name stand alone.
    pub speaker: String,
    /// What it is for.
    pub purpose: Purpose,
}

/// Of a retention clip: Whisper's window.
const MOST_SECONDS: f64 = 30.0;

#[derive(Deserialize)]
struct ManifestRow {
    #[serde(default)]
    audio: PathBuf,
    #[serde(default)]
    start: f64,
    end: Option<f64>,
    text: String,
    language: Language,
    #[serde(default)]
    speaker: String,
    #[serde(rename = "use")]
    purpose: Purpose,
    #[serde(alias = "anchor")] // its name in earlier manifests
    retention_set: Option<String>,
    #[serde(default)]
    kind: String,
}

/// The retention sets that ship, and those of `own`, a JSONL manifest: `audio` (beside the manifest), `start` and
/// `end` (seconds; without them the whole file), `text`, `language`, `use` (`replay`, `dev` or `test`), and optionally
/// `speaker`, `kind` (of speech) and `retention_set` (the set's name; the language if it has none).
///
/// # Errors
/// A manifest row that makes no sense, or audio that cannot be read: file and line are named.
pub fn clips(own: Option<&Path>) -> Result<Vec<RetentionClip>> {
    let mut all = Vec::new();
    for (language, sound, rows) in SHIPPED {
        let mut file = tempfile::Builder::new().suffix(".ogg").tempfile()?;
        file.write_all(sound).context("write the retention set to a working file")?;
        file.flush()?;
        let rows = parse(rows.as_bytes(), Path::new(language))?;
        cut_out(file.path(), language, &rows, &mut all)
            .with_context(|| format!("the retention set that ships for {language}"))?;
    }
    if let Some(manifest) = own {
        let rows = parse(&tables::read(manifest).context("the retention set")?, manifest)?;
        let folder = manifest.parent().unwrap_or(Path::new(""));
        for rows in rows.chunk_by(|a, b| a.audio == b.audio) {
            let audio = folder.join(&rows[0].audio);
            cut_out(&audio, "", rows, &mut all)
                .with_context(|| format!("{} of {}", audio.display(), manifest.display()))?;
        }
    }
    Ok(all)
}

/// Retention clips that are repeated, as a share of the corrections learnt from: more would only cost time.
const REPLAY_SHARE: f64 = 0.5;

/// The same with no more clips to repeat than half of the corrections, drawn by the seed.
pub fn limited(mut clips: Vec<RetentionClip>, corrections: usize, seed: u64) -> Vec<RetentionClip> {
    let most = (corrections as f64 * REPLAY_SHARE).round() as usize;
    let at = |a: &RetentionClip| draw(seed, a.sound.clip.as_str());
    let mut drawn: Vec<f64> =
        clips.iter().filter(|a| a.purpose == Purpose::Replay).map(at).collect();
    drawn.sort_by(f64::total_cmp);
    let below = drawn.get(most).copied().unwrap_or(1.0);
    clips.retain(|a| a.purpose != Purpose::Replay || at(a) < below);
    clips
}

fn parse(bytes: &[u8], manifest: &Path) -> Result<Vec<ManifestRow>> {
    let mut rows = Vec::new();
    for (n, line) in tables::lines(bytes) {
        let here = || format!("{} line {n}", manifest.display());
        let row: Result<ManifestRow, String> = line.and_then(tables::row);
        let mut row = row.map_err(|why| anyhow!("{}: {why}", here()))?;
        row.speaker = tidy(&row.speaker);
        let apart = row.end.map_or(MOST_SECONDS, |end| end - row.start);
        ensure!(
            row.start >= 0.0 && apart > 0.0 && apart <= MOST_SECONDS,
            "{}: start and end must be in order, at most {MOST_SECONDS} s apart",
            here()
        );
        rows.push(row);
    }
    rows.sort_by(|a, b| {
        (&a.audio, a.start).partial_cmp(&(&b.audio, b.start)).unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(rows)
}

fn length(audio: &Path) -> Result<Samples> {
    let mut length = Samples(0);
    decode::stream(&Source::file(audio, Channel::Mix), &mut |block| {
        length += Samples(block.len() as u64);
        Ok(())
    })?;
    Ok(length)
}

/// Rows of one file, in order of time.
fn cut_out(
    audio: &Path,
    set: &str,
    rows: &[ManifestRow],
    all: &mut Vec<RetentionClip>,
) -> Result<()> {
    let at = |seconds: f64| Samples::from_seconds(seconds);
    let whole = match rows.iter().any(|r| r.end.is_none()) {
        true => length(audio)?,
        false => Samples(0),
    };
    let span = |r: &ManifestRow| {
        let (start, end) = (at(r.start), r.end.map_or(whole, at));
        ensure!(
            start < end && (end - start).seconds() <= MOST_SECONDS,
            "{} without `end` is used whole, and ends at {:.1} s: at most {MOST_SECONDS} s are allowed",
            audio.display(),
            end.seconds()
        );
        Ok(Span::new(start, end))
    };
    let spans: Vec<Span> = rows.iter().map(span).collect::<Result<_>>()?;
    let mut got = 0;
    cut::cut(&Source::file(audio, Channel::Mix), &spans, &mut |n, samples| {
        let row = &rows[n];
        let name = row.retention_set.clone().unwrap_or(match set {
            "" => row.language.to_string(),
            set => set.to_string(),
        });
        let id = hex_digest(
            format!("{name} {} {} {}", row.audio.display(), row.start, row.text).as_bytes(),
        );
        let speaker = match row.speaker.as_str() {
            "" => id[..16].to_string(),
            known if known.starts_with("unknown") => id[..16].to_string(),
            known => known.to_string(),
        };
        // The word stays: the draw of clips depends on it.
        let clip = ClipId::from_stored(format!("anchor-{}", &id[..16]));
        all.push(RetentionClip {
            set: name,
            kind: row.kind.clone(),
            sound: Sound { clip, samples, language: row.language.clone() },
            text: row.text.clone(),
            speaker,
            purpose: row.purpose,
        });
        got += 1;
        Ok(())
    })?;
    if got < rows.len() {
        bail!("{} of {} clips lie beyond its end", rows.len() - got, rows.len());
    }
    Ok(())
}

/// Sounds in which nobody speaks: silence, and three kinds of noise at the level of a quiet room.
pub fn nothings() -> Vec<(&'static str, Vec<f32>)> {
    let random = |i: usize| {
        let word = crate::statistics::bootstrap::word(1, i as u64);
        (word >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let make = |seconds: usize, f: &dyn Fn(usize) -> f32| (0..seconds * 16_000).map(f).collect();
    vec![
        ("silence", make(3, &|_| 0.0)),
        ("faint noise", make(4, &|i| 0.002 * random(i))),
        ("noise", make(6, &|i| 0.02 * random(i))),
        ("hum", make(5, &|i| 0.02 * (i as f32 * std::f32::consts::TAU * 50.0 / 16_000.0).sin())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_ships_is_there_and_no_speaker_or_text_has_two_uses() {
        let all = clips(None).unwrap();
        for set in ["en", "fr"] {
            for (purpose, least) in [(Purpose::Replay, 20), (Purpose::Dev, 20), (Purpose::Test, 70)]
            {
                let count = all.iter().filter(|a| a.set == set && a.purpose == purpose).count();
                assert!(count >= least, "{set} {purpose:?}: {count}");
            }
        }
        let key = |p: Purpose, f: &dyn Fn(&RetentionClip) -> String| -> BTreeSet<String> {
            all.iter().filter(|a| a.purpose == p).map(f).collect()
        };
        let text = |a: &RetentionClip| a.text.to_lowercase();
        let speaker = |a: &RetentionClip| a.speaker.clone();
        for (a, b) in [
            (Purpose::Replay, Purpose::Dev),
            (Purpose::Replay, Purpose::Test),
            (Purpose::Dev, Purpose::Test),
        ] {
            assert!(key(a, &text).is_disjoint(&key(b, &text)), "{a:?} {b:?}");
            assert!(key(a, &speaker).is_disjoint(&key(b, &speaker)), "{a:?} {b:?}");
        }
        let loud = |a: &RetentionClip| a.sound.samples.iter().any(|s| s.abs() > 0.001);
        assert!(all.iter().all(loud));
    }

    #[test]
    fn a_few_corrections_are_not_drowned_by_retention_clips() {
        let all = clips(None).unwrap();
        let count = |all: &[RetentionClip], p| all.iter().filter(|a| a.purpose == p).count();
        let few = limited(all.clone(), 20, 1);
        assert_eq!(count(&few, Purpose::Replay), 10);
        assert_eq!(count(&few, Purpose::Test), count(&all, Purpose::Test));
        assert_eq!(limited(all.clone(), 1000, 1).len(), all.len());
    }

    #[test]
    fn without_start_and_end_the_whole_file_is_a_retention_clip() {
        let dir = tempfile::tempdir().unwrap();
        let audio = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/audio/reference.wav");
        let manifest = dir.path().join("ours.jsonl");
        let row = format!(
            r#"{{"audio": "{audio}", "text": "a", "language": "fr", "anchor": "x", "use": "dev"}}"#
        );
        std::fs::write(&manifest, row).unwrap();
        let all = clips(Some(&manifest)).unwrap();
        let ours: Vec<&RetentionClip> = all.iter().filter(|a| a.set == "x").collect();
        assert_eq!(ours.len(), 1);
        assert_eq!(ours[0].sound.samples.len(), 4_800);
    }

    #[test]
    fn a_row_that_makes_no_sense_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let manifest = dir.path().join("ours.jsonl");
        let row = r#"{"audio": "a.wav", "start": 2, "end": 1, "text": "a", "language": "fr", "use": "test"}"#;
        std::fs::write(&manifest, row).unwrap();
        let error = format!("{:#}", clips(Some(&manifest)).unwrap_err());
        assert!(error.contains("ours.jsonl line 1"), "{error}");
        std::fs::write(&manifest, row.replace("2", "0")).unwrap();
        let error = format!("{:#}", clips(Some(&manifest)).unwrap_err());
        assert!(error.contains("a.wav"), "{error}");
    }
}
