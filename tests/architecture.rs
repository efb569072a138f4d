//! The tree reads as the data flow: who may name whom. Every `crate::x` outside of `use` counts too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const STAGES: [&str; 6] = ["audio", "hypotheses", "routing", "tasks", "training", "views"];

fn sources() -> Vec<PathBuf> {
    fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(Path::new("src"), &mut files);
    files.sort();
    files
}

/// `src/audio/decode.rs` belongs to `audio`, `src/config.rs` to `config`.
fn room(path: &Path) -> String {
    let inside = path.strip_prefix("src").unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_string()
}

fn named(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if rest.starts_with('{') {
            let list = &rest[1..rest.find(';').unwrap_or(rest.len())];
            for part in list.split([',', '{', '}']) {
                let name = part.trim().split("::").next().unwrap_or_default();
                names.insert(name.to_string());
            }
        } else {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            names.insert(rest[..end].to_string());
        }
    }
    names.remove("");
    names
}

fn allowed(room: &str) -> Option<BTreeSet<&'static str>> {
    let mut allowed: BTreeSet<&str> = BTreeSet::from(["domain", "files", "statistics", "text"]);
    match room {
        "domain" | "files" => allowed.clear(),
        "statistics" | "text" => allowed = BTreeSet::from(["domain"]),
        stage if STAGES.contains(&stage) => {}
        "store" | "config" => {}
        "exit" => drop(allowed.insert("store")),
        "workers" => allowed.extend(["audio", "hypotheses"]),
        "pipeline" => {
            allowed.extend(STAGES);
            allowed.extend(["config", "exit", "store", "workers"]);
        }
        // The edge of the program sees everything.
        "main" | "commands" | "cli" => return None,
        other => panic!("src/{other} has no place in the architecture: give it one here"),
    }
    Some(allowed)
}

#[test]
fn stages_name_the_ground_floor_only_and_the_pipeline_is_their_only_caller() {
    let mut wrong: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for path in sources() {
        let room = room(&path);
        let Some(mut allowed) = allowed(&room) else { continue };
        let text = fs::read_to_string(&path).unwrap();
        let own = room.clone();
        allowed.insert(Box::leak(own.into_boxed_str()));
        let bad: Vec<_> =
            named(&text).into_iter().filter(|n| !allowed.contains(n.as_str())).collect();
        if !bad.is_empty() {
            wrong.insert(path, bad);
        }
    }
    assert!(wrong.is_empty(), "edges that the architecture does not have: {wrong:#?}");
}

#[test]
fn every_file_says_what_it_is_for_and_none_is_long() {
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} has no //! header", path.display());
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn crates_whose_interface_moves_are_named_in_one_place() {
    let homes = [
        ("whisper_rs", "src/hypotheses/whisper/cpp.rs"),
        ("second_ear_ctranslate2", "src/hypotheses/whisper/ctranslate2.rs"),
        ("symphonia", "src/audio/"),
        ("rubato", "src/audio/"),
        ("earshot", "src/audio/"),
        ("indicatif", "src/views/progress.rs"),
        ("rusqlite", "src/store"),
        ("askama", "src/views/"),
        ("ureq", "src/hypotheses/models"),
        ("safetensors", "src/hypotheses/models/hf/"),
        ("statrs", "src/statistics/"),
        ("flate2", "src/hypotheses/familiar.rs"),
        ("candle_core", "src/training/finetune"),
        ("rayon", "src/training/finetune"),
        ("async_nats", "src/workers/nats"),
        ("num2words", "src/text/normalise"),
        ("unicode_normalization", "src/text/"),
        ("realfft", "src/domain/spectrogram.rs"),
        ("csv::", "src/"),
    ];
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        for (name, home) in homes {
            let named = text
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .any(|l| l.contains(&format!("use {name}")) || l.contains(&format!(" {name}::")));
            assert!(
                !named || path.to_string_lossy().starts_with(home),
                "{} names {name}, whose home is {home}",
                path.display()
            );
        }
    }
}

#[test]
fn files_are_put_on_disk_by_one_writer() {
    // What is Whisper's own has one for itself: it is to be of use without the rest.
    let homes = ["src/files.rs", "src/hypotheses/models/", "src/training/finetune/"];
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let writes = [".sync_all(", ".persist("].iter().any(|call| text.contains(call));
        assert!(
            !writes || homes.iter().any(|home| path.to_string_lossy().starts_with(home)),
            "{} has a writer of its own: files::write_whole and files::Part are there for it",
            path.display()
        );
    }
}
