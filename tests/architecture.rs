//! The tree reads as the data flow: who may name whom. Every `crate::x` outside of `use` counts too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const STAGES: [&str; 6] = ["audio", "hypotheses", "routing", "tasks", "training", "views"];

/// Who may name the crate `whisper`, which names nothing of ours (cargo sees to that).
const OVER_WHISPER: [&str; 9] = [
    "cli",
    "commands",
    "domain",
    "files",
    "hypotheses",
    "main",
    "pipeline",
    "statistics",
    "workers",
];

fn sources() -> Vec<PathBuf> {
    sources_of("src")
}

fn sources_and_whisper() -> Vec<PathBuf> {
    [sources(), sources_of("crates/whisper/src")].concat()
}

fn sources_of(folder: &str) -> Vec<PathBuf> {
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
    walk(Path::new(folder), &mut files);
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
    let mut allowed: BTreeSet<&str> =
        BTreeSet::from(["domain", "files", "statistics", "tables", "text"]);
    match room {
        "domain" | "files" | "tables" => allowed.clear(),
        "statistics" | "text" => allowed = BTreeSet::from(["domain"]),
        stage if STAGES.contains(&stage) => {}
        "store" | "config" => {}
        "exit" => drop(allowed.insert("store")),
        "workers" => allowed.extend(["audio", "hypotheses"]),
        "pipeline" => {
            allowed.extend(STAGES);
            allowed.extend(["config", "exit", "store", "workers"]);
        }
        // The edge of the program sees everything but the store.
        "main" | "commands" | "cli" | "serve" => return None,
        other => panic!("src/{other} has no place in the architecture: give it one here"),
    }
    Some(allowed)
}

#[test]
fn stages_name_the_domain_only_and_meet_the_store_in_the_pipeline_alone() {
    let mut wrong: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for path in sources() {
        let room = room(&path);
        let allowed = allowed(&room);
        let text = fs::read_to_string(&path).unwrap();
        let wanted = |name: &String| match &allowed {
            Some(allowed) => *name == room || allowed.contains(name.as_str()),
            None => name != "store",
        };
        let bad: Vec<_> = named(&text).into_iter().filter(|name| !wanted(name)).collect();
        if !bad.is_empty() {
            wrong.insert(path, bad);
        }
    }
    assert!(wrong.is_empty(), "edges that the architecture does not have: {wrong:#?}");
}

#[test]
fn whisper_is_named_by_those_who_need_it() {
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let named = names(&text, "whisper");
        let allowed = OVER_WHISPER.contains(&&*room(&path));
        assert!(!named || allowed, "{} names the crate whisper", path.display());
    }
}

#[test]
fn every_file_says_what_it_is_for_and_none_is_long() {
    for path in sources_and_whisper() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} has no //! header", path.display());
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn crates_whose_interface_moves_are_named_in_one_place() {
    let homes: [(&str, &[&str]); 38] = [
        ("whisper_rs", &["crates/whisper/src/engine/cpp.rs"]),
        ("second_ear_ctranslate2", &["crates/whisper/src/engine/ctranslate2.rs"]),
        ("symphonia", &["src/audio/"]),
        ("rubato", &["src/audio/"]),
        ("rlimit", &["src/audio/isolate/child.rs"]),
        ("earshot", &["src/audio/"]),
        ("indicatif", &["src/views/progress.rs"]),
        ("console", &["src/views/key.rs"]),
        ("rusqlite", &["src/store"]),
        ("askama", &["src/views/"]),
        ("ureq", &["crates/whisper/src/models/download.rs"]),
        ("safetensors", &["crates/whisper/src/models/hf/"]),
        ("statrs", &["src/statistics/"]),
        ("unicode_security", &["src/text/names.rs"]),
        ("flate2", &["src/hypotheses/familiar.rs", "src/tables/file.rs", "src/training/export/"]),
        ("candle_core", &["crates/whisper/src/finetune"]),
        ("rayon", &["crates/whisper/src/finetune", "src/pipeline/"]),
        ("async_nats", &["src/workers/nats"]),
        ("axum", &["src/serve/"]),
        ("tower", &["src/serve/visit.rs"]),
        ("tower_http", &["src/serve/router.rs", "src/serve/visit.rs"]),
        ("hyper", &["src/serve/listen.rs"]),
        ("hyper_util", &["src/serve/listen.rs"]),
        ("governor", &["src/serve/limits.rs"]),
        ("num2words", &["src/text/normalise"]),
        ("unicode_normalization", &["src/text/"]),
        ("realfft", &["crates/whisper/src/spectrogram.rs"]),
        (
            "csv",
            &["src/tasks/", "src/views/clips.rs", "src/views/study/csv_file.rs", "src/tables/"],
        ),
        ("documented", &["src/domain/", "src/config.rs", "src/views/study"]),
        ("toml_edit", &["src/config.rs"]),
        ("tar", &["src/pipeline/backup.rs", "src/training/export/"]),
        ("parquet", &["src/training/export/parquet_files.rs", "src/views/study/parquet_file.rs"]),
        ("rustix", &["src/pipeline/doctor/space.rs"]),
        ("hmac", &["src/domain/keyed.rs"]),
        ("aes_gcm", &["src/tasks/page/seal.rs"]),
        ("pbkdf2", &["src/tasks/page/seal.rs"]),
        ("getrandom", &["src/pipeline/random.rs"]),
        ("rpassword", &["src/commands/passphrase.rs"]),
    ];
    for (name, homes) in homes {
        let here = sources_and_whisper()
            .into_iter()
            .filter(|path| names(&fs::read_to_string(path).unwrap(), name));
        let here: Vec<PathBuf> = here.collect();
        for home in homes {
            assert!(here.iter().any(|path| starts(path, home)), "{home} does not name {name}");
        }
        let away: Vec<_> =
            here.iter().filter(|path| !homes.iter().any(|home| starts(path, home))).collect();
        assert!(away.is_empty(), "{name} belongs to {homes:?}, and is named in {away:?}");
    }
}

fn starts(path: &Path, home: &str) -> bool {
    path.to_string_lossy().starts_with(home)
}

/// Whether a text names a crate: `use name`, or `name::` that no other path leads to.
fn names(text: &str, name: &str) -> bool {
    let (used, path) = (format!("use {name}"), format!("{name}::"));
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let begins =
        |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.into_iter().any(|line| {
        line.match_indices(&used).any(|(at, _)| ends(&line[at + used.len()..]))
            || line.match_indices(&path).any(|(at, _)| begins(&line[..at]))
    })
}

#[test]
fn a_crate_is_found_however_it_is_named() {
    for text in [
        "use csv::Reader;",
        "use csv;",
        "    let a = csv::Reader",
        "    f(csv::Reader)",
        "-> csv::Result<()>",
    ] {
        assert!(names(text, "csv"), "{text}");
    }
    for text in [
        "// csv::Reader",
        "use csv_core::Reader;",
        "use super::csv::read;",
        "crate::tasks::csv::write(",
        "tsvcsv::a",
    ] {
        assert!(!names(text, "csv"), "{text}");
    }
}

#[test]
fn files_are_put_on_disk_by_one_writer() {
    // The crate has one for itself: it is to be of use without the rest. A download goes on from what is there.
    let homes = [
        "src/files.rs",
        "crates/whisper/src/models/replace.rs",
        "crates/whisper/src/models/download.rs",
    ];
    for path in sources_and_whisper() {
        let text = fs::read_to_string(&path).unwrap();
        let writes = [".sync_all(", ".persist("].iter().any(|call| text.contains(call));
        assert!(
            !writes || homes.iter().any(|home| starts(&path, home)),
            "{} has a writer of its own: use `files` (in crates/whisper: `models::replace`)",
            path.display()
        );
    }
}
