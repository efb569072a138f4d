//! NeMo manifests: `train.jsonl`, `dev.jsonl`, `test.jsonl` beside a folder `clips` of WAVs; paths
//! are relative to the manifest, as NeMo reads them. In: items. Out: the folder.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::folder::{Export, wavs};
use super::papers::{self, Layout};
use super::{About, ConsentColumns, Item, LEFT, LabelSource, WriteWav};
use crate::files::replaced::Replacement;

/// A line of a manifest; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
struct NemoRow<'a> {
    audio_filepath: String,
    duration: f64,
    text: &'a str,
    lang: &'a str,
    speaker: &'a str,
    region: &'a str,
    source: LabelSource,
    licence: &'a str,
    clip: &'a str,
    recording: &'a str,
    start: f64,
    end: f64,
    #[serde(flatten)]
    consent: ConsentColumns<'a>,
}

/// Writes the dataset to `place`, with what left its earlier versions. Splits without clips get no manifest.
pub fn write(
    place: &Path,
    items: &[Item],
    about: &About,
    left: &str,
    wav: &mut WriteWav,
) -> Result<Export> {
    let draft = Replacement::start(place)?;
    let (written, export) = wavs(&draft, items, path, wav)?;
    for split in export.written.keys() {
        let rows = written.iter().filter(|item| item.split == *split);
        let lines = rows.map(|item| serde_json::to_string(&row(item)).map(|line| line + "\n"));
        let name = format!("{}.jsonl", split.name());
        draft.write(&name, &lines.collect::<Result<String, _>>()?)?;
    }
    if let Some(first) = written.first() {
        papers::write(&draft, Layout::Nemo, &row(first), &written, &export, about)?;
    }
    draft.write(LEFT, left)?;
    draft.publish()?;
    Ok(export)
}

fn path(item: &Item) -> String {
    format!("clips/{}", item.wav())
}

fn row(item: &Item) -> NemoRow<'_> {
    NemoRow {
        audio_filepath: path(item),
        duration: item.seconds(),
        text: &item.text,
        lang: item.language.as_str(),
        speaker: &item.speaker,
        region: item.region.as_ref().map_or("", |region| region.as_str()),
        source: item.source,
        licence: item.licence.as_deref().unwrap_or(""),
        clip: item.clip.as_str(),
        recording: item.recording.as_str(),
        start: item.start.seconds(),
        end: item.end.seconds(),
        consent: item.consent.columns(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::export::tests::{about, items, wav};

    #[test]
    fn every_row_of_a_manifest_has_its_audio_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("nemo");
        let export = write(&place, &items(), &about(), "", &mut wav).unwrap();
        let mut rows = 0;
        for split in export.written.keys() {
            let name = format!("{}.jsonl", split.name());
            for line in std::fs::read_to_string(place.join(name)).unwrap().lines() {
                let row: serde_json::Value = serde_json::from_str(line).unwrap();
                let audio = place.join(row["audio_filepath"].as_str().unwrap());
                let seconds = hound::WavReader::open(audio).unwrap().duration() as f64 / 16_000.0;
                assert_eq!(row["duration"].as_f64(), Some(seconds));
                assert!(!row["text"].as_str().unwrap().is_empty());
                rows += 1;
            }
        }
        assert_eq!(rows, 5);
        assert!(place.join("dev.jsonl").exists());
    }
}
