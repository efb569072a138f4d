//! The recipe of docs/loop, with the real model: two turns as a timer would start them, and a person who answers between them.

mod util;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use util::{Workspace, page_data, root, sample};

/// One turn; the folders are those of recordings, answers and tasks.
#[track_caller]
fn turn(ws: &Workspace, folders: &[PathBuf; 3], at_least: &str, code: i32) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_second-ear")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .arg(root().join("docs/loop/second-ear-loop"))
        .arg(ws.path())
        .args(folders)
        .env("PATH", path)
        .env("LC_ALL", "C")
        .env("AT_LEAST", at_least)
        .env("SECOND_EAR_MODELS", root().join("models"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

/// Rows of every page under a folder.
fn handed_out(tasks: &Path) -> Vec<Value> {
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(tasks).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rows.extend(handed_out(&path));
        } else if let Some(data) = page_data(&std::fs::read_to_string(&path).unwrap_or_default()) {
            rows.extend(data["items"].as_array().unwrap().iter().map(|item| item["row"].clone()));
        }
    }
    rows
}

fn clips(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| row["clip"].as_str().unwrap().to_string()).collect()
}

#[test]
fn a_timer_starts_two_turns_answers_between_them_are_taken_and_no_clip_goes_out_twice() {
    let ws = Workspace::plain();
    ws.set("audit_rate = 0.05", "audit_rate = 1.0");
    let folders = ["recordings", "answers", "tasks"].map(|name| ws.beside(name));
    folders[..2].iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
    let [recordings, answers, tasks] = &folders;
    let comes_in = |name| std::fs::copy(sample(name), recordings.join(name)).unwrap();
    comes_in("volunteer_19b6d3ae.flac");
    let said = turn(&ws, &folders, "75", 0);
    assert!(said.is_empty(), "{said}");
    let elsewhere = [recordings.clone(), ws.beside("answer"), tasks.clone()];
    let said = turn(&ws, &elsewhere, "75", 2);
    assert!(
        said.contains("answer: no such folder"),
        "a mistyped folder is not an empty one: {said}"
    );
    let first = handed_out(tasks);
    assert!(!first.is_empty() && tasks.join("report.html").is_file());

    let mut answered = first.clone();
    for row in &mut answered {
        row["validator"] = json!("vera");
        row["verdict"] = json!("corrected");
        row["text"] = json!("un deux trois");
        row["answered_at"] = json!(jiff::Timestamp::now().to_string());
    }
    let file = ws.write_rows("answers/vera.jsonl", &answered);
    comes_in("volunteer_2eecc97c.flac");
    turn(&ws, &folders, "75", 0);
    assert!(!Path::new(&file).exists(), "what was imported is set aside");
    let turns: Vec<_> = std::fs::read_dir(answers.join("imported")).unwrap().flatten().collect();
    assert!(turns.len() == 1 && turns[0].path().join("vera.jsonl").is_file(), "{turns:?}");
    let status = ws.json("status");
    assert_eq!(status["clips"]["settled"], answered.len(), "{status}");
    let both = clips(&handed_out(tasks));
    assert!(both.is_superset(&clips(&first)), "the first turn's files are as they were");
    assert!(both.len() > first.len(), "nothing of the second recording was handed out");
    assert_eq!(handed_out(tasks).len(), both.len(), "a clip stands in two files");

    // Files that are none, and too few corrections for a round: told, and the turn goes on.
    std::fs::write(recordings.join("broken.flac"), "no audio").unwrap();
    std::fs::write(answers.join("notes.pdf"), "%PDF no answers").unwrap();
    comes_in("volunteer_bdc43f40.flac");
    let said = turn(&ws, &folders, "1", 3);
    for told in ["broken.flac", "ingest: exit code 3", "notes.pdf", "adapt: exit code 1"] {
        assert!(said.contains(told), "no '{told}' in {said}");
    }
    let aside = std::fs::read_dir(answers.join("rejected")).unwrap().next().unwrap().unwrap();
    assert!(aside.path().join("notes.pdf").is_file(), "it is not among what was imported");
    let now = clips(&handed_out(tasks));
    assert!(now.is_superset(&both) && now.len() > both.len(), "the third recording went out");
}
