//! Hugging Face audiofolder: `train`, `validation` and `test` folders of WAVs, each with its
//! `metadata.jsonl`, and a dataset card. In: items. Out: the folder. Left to others: the card's text.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::card::{card, split_name};
use super::common_voice::accent;
use super::folder::{Export, wavs};
use super::papers::{self, Layout};
use super::{About, ConsentColumns, Item, LEFT, LabelSource, WriteWav};
use crate::files::replaced::Replacement;

/// A line of `metadata.jsonl`; names and order are a stable format (FORMATS.md).
#[derive(Serialize)]
struct HfRow<'a> {
    file_name: String,
    text: &'a str,
    speaker: &'a str,
    region: &'a str,
    language: &'a str,
    source: LabelSource,
    licence: &'a str,
    duration: f64,
    clip: &'a str,
    recording: &'a str,
    start: f64,
    end: f64,
    accents: &'a str,
    variant: &'a str,
    #[serde(flatten)]
    consent: ConsentColumns<'a>,
}

/// Writes the dataset to `place`, with what left its earlier versions. Splits without clips get no folder.
pub fn write(
    place: &Path,
    items: &[Item],
    about: &About,
    left: &str,
    wav: &mut WriteWav,
) -> Result<Export> {
    let draft = Replacement::start(place)?;
    let at = |item: &Item| format!("{}/{}", split_name(item.split), item.wav());
    let (written, export) = wavs(&draft, items, at, wav)?;
    for split in export.written.keys() {
        let rows = written.iter().filter(|item| item.split == *split);
        let lines = rows.map(|item| serde_json::to_string(&row(item)).map(|line| line + "\n"));
        let name = format!("{}/metadata.jsonl", split_name(*split));
        draft.write(&name, &lines.collect::<Result<String, _>>()?)?;
    }
    draft.write("README.md", &card(&written, about))?;
    if let Some(first) = written.first() {
        papers::write(&draft, Layout::Hf, &row(first), &written, &export, about)?;
    }
    draft.write(LEFT, left)?;
    draft.publish()?;
    Ok(export)
}

fn row(item: &Item) -> HfRow<'_> {
    let (accents, variant) = accent(item.region.as_ref());
    HfRow {
        file_name: item.wav(),
        text: &item.text,
        speaker: &item.speaker,
        region: item.region.as_ref().map_or("", |region| region.as_str()),
        language: item.language.as_str(),
        source: item.source,
        licence: item.licence.as_deref().unwrap_or(""),
        duration: item.seconds(),
        clip: item.clip.as_str(),
        recording: item.recording.as_str(),
        start: item.start.seconds(),
        end: item.end.seconds(),
        accents,
        variant,
        consent: item.consent.columns(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::export::tests::{about, items, wav};
    use serde_json::Value;

    fn rows(place: &Path, split: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(place.join(split).join("metadata.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_split_is_a_folder_with_its_wavs_and_metadata() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("données");
        let export = write(&place, &items(), &about(), "", &mut wav).unwrap();
        assert_eq!(export.written.values().sum::<usize>(), 5);
        assert_eq!(export.without_text, 1);
        let train = rows(&place, "train");
        assert_eq!(train.len(), 3);
        assert_eq!(train[0]["text"], "il fait \"frette\"\nà matin 🙂");
        assert_eq!(train[0]["source"], "human");
        assert_eq!(train[0]["duration"], 2.5);
        assert_eq!(
            (&train[0]["consent_date"], &train[0]["consent_purposes"]),
            (&"2026-03-31".into(), &"train, publish".into())
        );
        assert_eq!(
            (&train[2]["consent_date"], &train[2]["consent_text"]),
            (&"".into(), &"".into())
        );
        assert!(train.iter().any(|r| r["variant"] != ""), "{train:?}");
        for split in ["train", "validation", "test"] {
            for row in rows(&place, split) {
                let path = place.join(split).join(row["file_name"].as_str().unwrap());
                assert_eq!(hound::WavReader::open(path).unwrap().spec().sample_rate, 16_000);
            }
        }
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1, "no .part is left");
    }

    #[test]
    fn an_older_dataset_is_replaced_but_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("out");
        write(&place, &items(), &about(), "", &mut wav).unwrap();
        write(&place, &items()[..1], &about(), "", &mut wav).unwrap();
        assert!(!place.join("test").exists() && place.join("train").exists());
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
        let other = root.path().join("thesis");
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join("chapter.tex"), "x").unwrap();
        let error = write(&other, &items(), &about(), "", &mut wav).unwrap_err().to_string();
        assert!(error.contains("chapter.tex"), "{error}");
        assert!(other.join("chapter.tex").exists());
    }

    #[test]
    fn a_clip_whose_audio_fails_is_reported_and_the_rest_goes_on() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("out");
        let mut first = true;
        let mut flaky = |item: &Item, path: &Path| {
            if std::mem::take(&mut first) {
                std::fs::write(path, "half")?;
                anyhow::bail!("no space");
            }
            wav(item, path)
        };
        let export = write(&place, &items(), &about(), "", &mut flaky).unwrap();
        assert_eq!(export.failed.len(), 1);
        assert_eq!(rows(&place, "train").len(), 2);
        assert!(!place.join("train").join(items()[0].wav()).exists());
        let none = write(&place, &items(), &about(), "", &mut |_, _| anyhow::bail!("gone"));
        assert!(format!("{:#}", none.unwrap_err()).contains("gone"));
        assert_eq!(rows(&place, "train").len(), 2, "the older dataset stays");
        write(&place, &items()[5..], &about(), "", &mut wav).unwrap_err();
        assert_eq!(rows(&place, "train").len(), 2, "an empty one does not replace it");
    }
}
