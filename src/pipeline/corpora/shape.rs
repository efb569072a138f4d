//! Which files are corpora, by their names and first lines. In: paths, of which one may be named and others lie in a folder.
//! Out: whether one is a corpus, or a part of one. Left to others: reading them.

use std::path::{Path, PathBuf};

use super::lhotse;
use crate::pipeline::manifest;
use crate::tables;

/// What a file in a folder is to a corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is one, and is ingested with the folder.
    Corpus,
    /// It belongs to one beside it.
    PartOf,
}

/// What else a data folder of Kaldi's holds.
const KALDI: [&str; 10] = [
    "segments",
    "text",
    "utt2spk",
    "spk2utt",
    "utt2lang",
    "utt2dur",
    "utt2num_frames",
    "spk2gender",
    "reco2dur",
    "reco2file_and_channel",
];

/// Names of NeMo's manifests, and of those that `dataset` writes, without their ending.
const NEMO: [&str; 6] = ["train", "dev", "test", "validation", "val", "manifest"];

/// Whether a file that somebody names is read as a corpus.
pub fn is_corpus(path: &Path) -> bool {
    is_kaldi(path) || manifest::is_manifest(path)
}

/// Whether it is the list of recordings of a data folder of Kaldi's.
pub fn is_kaldi(path: &Path) -> bool {
    name(path) == "wav.scp"
}

/// What a file of a folder is; `None`: to no corpus that is recognised without being named. Tables of other names, and those
/// of Common Voice, of which several are about the same clips, are to be named.
pub fn role(path: &Path) -> Option<Role> {
    let name = name(path);
    if is_kaldi(path) {
        return Some(Role::Corpus);
    }
    if KALDI.contains(&&*name) {
        return path.with_file_name("wav.scp").is_file().then_some(Role::PartOf);
    }
    let packed = name.strip_suffix(".gz").unwrap_or(&name);
    let (stem, ending) = packed.rsplit_once('.')?;
    match ending {
        "jsonl" | "csv" if stem == "metadata" => Some(Role::Corpus),
        "jsonl" if has_word(stem, "recordings") => is_lhotse(path).then_some(Role::Corpus),
        "jsonl" if has_word(stem, "supervisions") => {
            beside(path, "supervisions", "recordings").map(|_| Role::PartOf)
        }
        "jsonl" if has_word(stem, "cuts") => match beside(path, "cuts", "recordings") {
            Some(_) => Some(Role::PartOf),
            None => is_lhotse(path).then_some(Role::Corpus),
        },
        "jsonl" | "json" if NEMO.contains(&stem) || stem.ends_with("_manifest") => {
            is_nemo(path).then_some(Role::Corpus)
        }
        _ => None,
    }
}

/// The file beside one whose name has `with` where it has `word`, packed or not.
pub fn beside(path: &Path, word: &str, with: &str) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let other = name.replace(word, with);
    if other == name {
        return None;
    }
    let open = other.strip_suffix(".gz").unwrap_or(&other);
    let names = [other.clone(), open.to_string(), format!("{open}.gz")];
    names.into_iter().map(|name| path.with_file_name(name)).find(|path| path.is_file())
}

fn name(path: &Path) -> String {
    path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

/// `cuts` is a word of `en_cuts-train`, not of `shortcuts`.
fn has_word(stem: &str, word: &str) -> bool {
    stem.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word)
}

fn is_lhotse(path: &Path) -> bool {
    tables::first_line(path).is_some_and(|line| lhotse::kind(&line).is_some())
}

fn is_nemo(path: &Path) -> bool {
    let line = tables::first_line(path).unwrap_or_default();
    let object = std::str::from_utf8(&line).ok().and_then(|line| tables::object(line).ok());
    object.is_some_and(|object| object.contains_key("audio_filepath"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corpora_in_folders_are_recognised_and_tables_of_other_names_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let recording = r#"{"id": "r", "sources": [], "sampling_rate": 16000, "duration": 1.0}"#;
        let nemo = r#"{"audio_filepath": "a.wav", "duration": 1.0, "text": "oui"}"#;
        for (name, text) in [
            ("wav.scp", "r a.wav"),
            ("segments", "u r 0 1"),
            ("metadata.csv", "file_name\n"),
            ("recordings.jsonl", recording),
            ("supervisions.jsonl.gz", "{}"),
            ("cuts.jsonl", "{}"),
            ("shortcuts.jsonl", "{}"),
            ("train.json", nemo),
            ("test.jsonl", r#"{"clip": "x"}"#),
            ("validated.tsv", "client_id\tpath\n"),
            ("calls.csv", "path\n"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        for (name, wanted) in [
            ("wav.scp", Some(Role::Corpus)),
            ("segments", Some(Role::PartOf)),
            ("metadata.csv", Some(Role::Corpus)),
            ("recordings.jsonl", Some(Role::Corpus)),
            ("supervisions.jsonl.gz", Some(Role::PartOf)),
            ("cuts.jsonl", Some(Role::PartOf)),
            ("shortcuts.jsonl", None),
            ("train.json", Some(Role::Corpus)),
            ("test.jsonl", None),
            ("validated.tsv", None),
            ("calls.csv", None),
        ] {
            assert_eq!(role(&folder.path().join(name)), wanted, "{name}");
        }
        let found = beside(&folder.path().join("recordings.jsonl"), "recordings", "supervisions");
        assert!(found.unwrap().ends_with("supervisions.jsonl.gz"));
    }
}
