//! Clips with reference transcripts. In: JSONL manifests. Out: rows, and the sound of each. Left to others: transcribing
//! them (`evaluate`).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::audio::cut;
use crate::audio::decode::{self, Source};
use crate::domain::{
    Channel, Clip, ClipId, Language, LanguageChoice, RecordingId, Samples, Span, hex_digest,
};

/// A manifest row: a clip and what is said in it.
#[derive(Clone, Debug, Deserialize)]
pub struct Reference {
    /// Its file.
    #[serde(alias = "path", alias = "audio_filepath", alias = "file_name")]
    pub audio: PathBuf,
    /// What is said.
    pub text: String,
    /// The language it is transcribed in, if the row says so.
    #[serde(alias = "lang")]
    pub language: Option<Language>,
    /// Who speaks, or nothing.
    #[serde(default)]
    pub speaker: String,
    /// From where, or nothing.
    #[serde(default)]
    pub region: String,
    /// Where in the file it begins, seconds.
    pub start: Option<f64>,
    /// Where it ends, seconds.
    pub end: Option<f64>,
    /// The manifest's folder.
    #[serde(skip)]
    pub set: String,
}

/// Tells a row of a dataset (`dataset --format hf,nemo`) from others: its file is the clip, and its
/// start and end say where in a recording the clip was.
#[derive(Deserialize)]
struct Named {
    clip: Option<serde::de::IgnoredAny>,
    audio_filepath: Option<serde::de::IgnoredAny>,
    file_name: Option<serde::de::IgnoredAny>,
}

impl Named {
    fn is_dataset_row(&self) -> bool {
        self.clip.is_some() && (self.audio_filepath.is_some() || self.file_name.is_some())
    }
}

/// The rows of a manifest.
pub fn read(manifest: &Path) -> Result<Vec<Reference>> {
    let text = std::fs::read_to_string(manifest)
        .with_context(|| format!("read {}", manifest.display()))?;
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let set = folder.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
    let mut rows = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let about = || format!("{} line {}", manifest.display(), n + 1);
        let mut row: Reference = serde_json::from_str(line).with_context(about)?;
        let named: Named = serde_json::from_str(line).with_context(about)?;
        if named.is_dataset_row() {
            (row.start, row.end) = (None, None);
        }
        row.audio = folder.join(&row.audio);
        row.set = set.clone();
        rows.push(row);
    }
    if rows.is_empty() {
        bail!("{} has no rows", manifest.display());
    }
    Ok(rows)
}

/// A reference's sound, and the language that it is transcribed in.
pub fn load(
    r: &Reference,
    otherwise: &LanguageChoice,
) -> Result<(ClipId, Vec<f32>, LanguageChoice)> {
    let mut samples = Vec::new();
    match (r.start, r.end) {
        (Some(start), Some(end)) if start < end => {
            let span = Span::new(Samples::from_seconds(start), Samples::from_seconds(end));
            cut::cut(&Source::file(&r.audio, Channel::Mix), &[span], &mut |_, cut| {
                samples = cut;
                Ok(())
            })?;
        }
        (None, None) => {
            decode::stream(&Source::file(&r.audio, Channel::Mix), &mut |block| {
                samples.extend_from_slice(block);
                if samples.len() > 30 * 16_000 {
                    bail!("is longer than 30 s: give start and end, or cut it");
                }
                Ok(())
            })?;
        }
        _ => bail!("start and end must both be given, in order"),
    }
    let language = r.language.clone().map_or(otherwise.clone(), LanguageChoice::Fixed);
    let span = Span::new(Samples(0), Samples(samples.len() as u64));
    let name = hex_digest(r.audio.to_string_lossy().as_bytes());
    let clip = Clip::new(&RecordingId::from_stored(&name[..16]), span);
    Ok((clip.id, samples, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_a_dataset_is_its_whole_file_wherever_it_was_cut_from() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("test.jsonl");
        let rows = [
            r#"{"audio_filepath": "c.wav", "text": "oui", "lang": "fr", "clip": "a", "start": 7.0, "end": 9.5}"#,
            r#"{"file_name": "c.wav", "text": "oui", "language": "fr", "clip": "a", "start": 7.0, "end": 9.5}"#,
            r#"{"path": "r.wav", "text": "oui", "clip": "a", "start": 7.0, "end": 9.5}"#,
            r#"{"audio_filepath": "r.wav", "text": "oui", "start": 7.0, "end": 9.5}"#,
        ];
        std::fs::write(&manifest, rows.join("\n")).unwrap();
        let read = read(&manifest).unwrap();
        for (row, start) in read.iter().zip([None, None, Some(7.0), Some(7.0)]) {
            assert_eq!(row.start, start, "{row:?}");
            assert_eq!(row.end.is_some(), start.is_some());
        }
        assert_eq!(read[0].audio, folder.path().join("c.wav"));
        assert_eq!(read[0].language, Some("fr".parse().unwrap()));
        assert_eq!(read[1].language, read[0].language);
    }
}
