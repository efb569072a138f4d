//! Every format on five clips: what stands in which file, and that the same clips make the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::domain::{ClipId, RecordingId, Samples};
use crate::training::split::Split;

/// Five clips of two named speakers and one who is not known.
pub fn items() -> Vec<Item> {
    let text = ["il fait \"frette\" à matin 🙂", "</script> oui", "\"oui", "à demain", "fin"];
    let split = [Split::Train, Split::Train, Split::Train, Split::Dev, Split::Test];
    let made = text.into_iter().zip(split).enumerate();
    made.map(|(i, (text, split))| Item {
        clip: ClipId::from_stored(format!("0123456789abcdef_{i:010}")),
        text: text.into(),
        draft: (i != 1).then(|| format!("{text} euh")),
        score: (i < 2).then_some(0.75),
        agreement: (i % 2 == 0).then_some(1.0),
        speaker: [Some("anne"), Some("anne"), Some("anne"), Some("bob"), None][i].map(String::from),
        region: (i < 3).then(|| "fr-CA-QC".parse().unwrap()),
        region_inferred: (i == 3).then(|| "fr-BE".parse().unwrap()),
        language: "fr".parse().unwrap(),
        licence: (i != 3).then(|| "CC-BY-SA-3.0".to_string()),
        consent: ItemConsent {
            date: (i < 2).then(|| "2026-03-31".parse().unwrap()),
            text: (i < 2).then(|| "form 2".to_string()),
            purposes: crate::domain::data_uses("train, publish").unwrap(),
            until: None,
        },
        source: if i % 2 == 0 { LabelSource::Human } else { LabelSource::Auto },
        split,
        recording: RecordingId::from_stored("0123456789abcdef"),
        start: Samples(i as u64 * 48_000),
        end: Samples(i as u64 * 48_000 + 40_000),
    })
    .collect()
}

pub fn about() -> About {
    About {
        name: "Exemple".into(),
        version: "0.1.0".into(),
        model: "base".into(),
        dataset_version: None,
        unit: Unit::Speaker,
        shared_texts: 0,
        credits: Vec::new(),
        papers: Papers { version: "0.1.0".into(), model: "base".into(), ..Papers::default() },
    }
}

pub fn layout(format: Format) -> Layout {
    Layout { format, codec: format.codec(), shard_bytes: 10 }
}

fn written(format: Format) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let place = root.path().join("données");
    let mut audio = |item: &Item, _: Codec| Ok(item.clip.as_str().as_bytes().to_vec());
    write(&place, layout(format), &items(), &about(), "", &mut audio).unwrap();
    (root, place)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The members of a tar file, in order.
fn members(path: PathBuf) -> Vec<(String, Vec<u8>)> {
    let mut tar = tar::Archive::new(fs::File::open(path).unwrap());
    let entries = tar.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (name, bytes)
    });
    entries.collect()
}

fn unzipped(path: PathBuf) -> String {
    let mut text = String::new();
    let mut file = flate2::read::GzDecoder::new(fs::File::open(path).unwrap());
    std::io::Read::read_to_string(&mut file, &mut text).unwrap();
    text
}

#[test]
fn an_audiofolder_has_a_row_beside_each_file_and_no_column_of_another_type_in_another_split() {
    let (_root, place) = written(Format::Hf);
    let train = lines(&read(place.join("train/metadata.jsonl")));
    assert_eq!(train.len(), 3);
    assert_eq!(train[0]["text"], "il fait \"frette\" à matin 🙂");
    assert_eq!(
        (&train[0]["region"], &train[0]["region_inferred"]),
        (&"fr-CA-QC".into(), &"".into())
    );
    assert_eq!(train[2]["consent_date"], "");
    let dev = lines(&read(place.join("validation/metadata.jsonl")));
    assert_eq!((&dev[0]["region"], &dev[0]["region_inferred"]), (&"".into(), &"fr-BE".into()));
    for (split, rows) in [("train", train), ("validation", dev)] {
        for row in rows {
            assert!(row.as_object().unwrap().values().all(|v| !v.is_null()), "{row}");
            assert!(place.join(split).join(row["file_name"].as_str().unwrap()).exists());
        }
    }
}

#[test]
fn a_speaker_of_whom_nothing_is_known_is_no_empty_name_that_two_splits_share() {
    let mut items = items();
    items.iter_mut().for_each(|item| item.speaker = None);
    items[4].recording = RecordingId::from_stored("fedcba9876543210");
    let names: Vec<String> = items.iter().map(Item::speaker_name).collect();
    assert_eq!(names[0], names[3]);
    assert_ne!(names[3], names[4]);
    assert!(names.iter().all(|name| name.starts_with("unknown_")));
}

#[test]
fn nemo_manifests_end_in_json_and_name_their_audio_and_sampling_rate() {
    let (_root, place) = written(Format::Nemo);
    let rows = lines(&read(place.join("train.json")));
    assert!(place.join(rows[0]["audio_filepath"].as_str().unwrap()).exists());
    assert_eq!((&rows[0]["sampling_rate"], &rows[0]["lang"]), (&16_000.into(), &"fr".into()));
    assert_eq!(rows[0]["pred_text"], "il fait \"frette\" à matin 🙂 euh");
    assert!(rows[0].get("shard_id").is_none());
}

#[test]
fn each_member_of_a_tarred_nemo_shard_has_a_row_with_the_shards_number() {
    let (_root, place) = written(Format::NemoTarred);
    for shard in 0..3 {
        let members = members(place.join(format!("train/audio_{shard}.tar")));
        let rows = lines(&read(place.join(format!("train/manifest_{shard}.json"))));
        assert_eq!(members.len(), rows.len());
        for (row, (name, _)) in rows.iter().zip(&members) {
            assert_eq!(
                (row["audio_filepath"].as_str(), &row["shard_id"]),
                (Some(&**name), &shard.into())
            );
        }
    }
    assert!(!place.join("train/audio_3.tar").exists());
}

#[test]
fn shar_shards_hold_cuts_and_recordings_in_the_same_order_and_nothing_else() {
    let (_root, place) = written(Format::Shar);
    for shard in 0..3 {
        let cuts = lines(&unzipped(place.join(format!("train/cuts.{shard:06}.jsonl.gz"))));
        let members = members(place.join(format!("train/recording.{shard:06}.tar")));
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        let id = cuts[0]["id"].as_str().unwrap();
        assert_eq!(names, [format!("{id}.flac"), format!("{id}.json")]);
        assert_eq!((&cuts[0]["start"], &cuts[0]["duration"]), (&0.0.into(), &2.5.into()));
    }
    assert_eq!(fs::read_dir(place.join("train")).unwrap().count(), 6);
}

#[test]
fn the_parts_of_a_webdataset_sample_stand_together() {
    let (_root, place) = written(Format::WebDataset);
    let members = members(place.join("train-000000.tar"));
    let endings: Vec<&str> =
        members.iter().map(|(name, _)| name.split_once('.').unwrap().1).collect();
    assert_eq!(endings, ["flac", "json", "txt"]);
    assert_eq!(members[2].1, items()[0].text.as_bytes());
}

#[test]
fn kaldi_files_are_sorted_by_bytes_and_say_the_same() {
    let (_root, place) = written(Format::Kaldi);
    let file = |name: &str| read(place.join("train").join(name));
    let pairs = |name: &str| -> BTreeMap<String, String> {
        let text = file(name);
        assert!(text.lines().is_sorted(), "{name}");
        let pair = |line: &str| line.split_once(' ').map(|(a, b)| (a.into(), b.into())).unwrap();
        text.lines().map(pair).collect()
    };
    let (scp, text, speakers) = (pairs("wav.scp"), pairs("text"), pairs("utt2spk"));
    assert!(scp.keys().eq(text.keys()) && scp.keys().eq(speakers.keys()));
    for (utterance, speaker) in &speakers {
        assert!(utterance.starts_with(speaker.as_str()));
        assert!(pairs("spk2utt")[speaker].split(' ').any(|u| u == utterance));
        assert!(place.join(&scp[utterance]).exists());
    }
}

#[test]
fn common_voice_tables_quote_nothing() {
    let (_root, place) = written(Format::CommonVoice);
    let table = read(place.join("train.tsv"));
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split('\t').collect()).collect();
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    assert_eq!((rows[3][3], rows[3][9], rows[3][10]), ("\"oui", "canada", "fr-namerica"));
    assert!(place.join("clips").join(rows[1][1]).exists());
    assert_eq!(read(place.join("validated.tsv")).lines().count(), 6);
}

#[test]
fn a_forced_aligner_finds_a_folder_for_each_speaker() {
    let (_root, place) = written(Format::Mfa);
    let clip = items()[1].clip.clone();
    assert_eq!(read(place.join(format!("train/anne/{clip}.lab"))), "</script> oui");
    assert!(place.join(format!("train/anne/{clip}.wav")).exists());
}

#[test]
fn every_format_has_papers_and_the_facts_of_each_clip() {
    for format in Format::ALL {
        let (_root, place) = written(format);
        for name in ["README.md", "croissant.json", "provenance.json", "numbers.json", LEFT] {
            assert!(place.join(name).is_file(), "{format:?} {name}");
        }
        if format.rows() == format::Rows::Beside {
            assert_eq!(lines(&read(place.join(CLIPS))).len(), 5, "{format:?}");
        }
        assert_eq!(format.code().parse(), Ok(format));
    }
}

#[test]
fn the_same_clips_make_the_same_bytes() {
    for format in Format::ALL {
        let all = |place: PathBuf| read(place.join(".second-ear-dataset"));
        let (_a, first) = written(format);
        let (_b, second) = written(format);
        assert_eq!(all(first), all(second), "{format:?}");
    }
}

#[test]
fn an_older_dataset_is_replaced_but_nothing_else() {
    let root = tempfile::tempdir().unwrap();
    let place = root.path().join("out");
    let mut audio = |_: &Item, _: Codec| Ok(Vec::new());
    let mut put = |place: &Path, items: &[Item]| {
        write(place, layout(Format::Hf), items, &about(), "", &mut audio)
    };
    put(&place, &items()).unwrap();
    put(&place, &items()[..1]).unwrap();
    assert!(!place.join("test").exists() && place.join("train").exists());
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "no passing folder is left");
    let other = root.path().join("thesis");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("chapter.tex"), "x").unwrap();
    let error = put(&other, &items()).unwrap_err().to_string();
    assert!(error.contains("chapter.tex"), "{error}");
    put(&place, &[]).unwrap_err();
    let mut gone = |_: &Item, _: Codec| anyhow::bail!("gone");
    let lost = write(&place, layout(Format::Hf), &items(), &about(), "", &mut gone).unwrap_err();
    assert!(format!("{lost:#}").contains("gone"));
    assert_eq!(lines(&read(place.join("train/metadata.jsonl"))).len(), 1, "the older one stays");
}

#[test]
fn a_text_of_several_lines_stands_on_one() {
    assert_eq!(
        one_line("il fait\nfrette\t à\u{2028}matin\u{a0}! \r\n"),
        "il fait frette à matin\u{a0}!"
    );
}
