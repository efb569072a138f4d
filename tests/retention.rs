//! What was kept for its time goes: audio within the workspace, texts of answers, names of validators; what they settled
//! stays. Drafts are a script's; things are made old in the database.

mod util;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};
use util::{Workspace, run, sample, stderr, stdout};

/// What Ana wrote, found nowhere else.
const WORDS: &str = "chauve-souris pamplemousse";
/// What Ana said of a word, found nowhere else.
const MEANING: &str = "rien du tout, selon Ana";
const OLD: &str = "2020-05-04T10:00:00Z";

/// A workspace with a file of its own and one of the team's, both transcribed, reviewed by Ana in 2020.
fn workspace() -> (Workspace, PathBuf, PathBuf, Vec<Value>) {
    let ws = Workspace::plain();
    let own = ws.dir.join("audio/own.flac");
    std::fs::create_dir(ws.dir.join("audio")).unwrap();
    std::fs::copy(sample("volunteer_19b6d3ae.flac"), &own).unwrap();
    let teams = ws.beside("teams.flac");
    std::fs::copy(sample("volunteer_2b2a8f5e.flac"), &teams).unwrap();
    ws.ingest(&[&own, &teams]);
    let script = ws.write_rows("script.jsonl", &[json!({"text": "bonjour tout le monde"})]);
    ws.to(0, "run", &["--scripted", &script]);
    let answers: Vec<Value> =
        ws.tasks().into_iter().map(|task| answer(task, "Ana Lucía Ferreira")).collect();
    (ws, own, teams, answers)
}

fn answer(mut task: Value, who: &str) -> Value {
    task["validator"] = json!(who);
    task["verdict"] = json!("corrected");
    task["text"] = json!(format!("{WORDS} {}", task["clip"].as_str().unwrap()));
    task["active_seconds"] = json!(4.0);
    task["answered_at"] = json!(OLD);
    task["tags"] =
        json!([{"kind": "idiom", "text": "pantoute", "region": "fr-CA-QC", "meaning": MEANING}]);
    task
}

fn settle(ws: &Workspace, answers: &[Value]) -> String {
    let file = ws.write_rows("answers.jsonl", answers);
    ws.to(0, "answers", &[&file]);
    file
}

/// All recordings were ingested, and all batches made, in 2020.
fn make_old(ws: &Workspace) {
    let db = Connection::open(ws.dir.join("state.db")).unwrap();
    db.execute("UPDATE recordings SET ingested = ?1", [OLD]).unwrap();
    db.execute("UPDATE batches SET created = ?1", [OLD]).unwrap();
    db.execute("UPDATE outputs SET created = ?1", [OLD]).unwrap();
}

#[track_caller]
fn retention(ws: &Workspace, more: &[&str]) -> Value {
    let output = ws.to(0, "retention", &[more, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn kind<'v>(found: &'v Value, name: &str) -> &'v Value {
    found["kinds"].as_array().unwrap().iter().find(|k| k["kind"] == name).unwrap()
}

/// Whether any file of the workspace holds these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        match path.is_dir() {
            true => holds(&path, bytes),
            false => std::fs::read(&path).unwrap().windows(bytes.len()).any(|w| w == bytes),
        }
    })
}

#[test]
fn nothing_goes_unless_the_settings_say_so_and_somebody_says_yes() {
    let (ws, own, _, answers) = workspace();
    settle(&ws, &answers);
    make_old(&ws);
    let found = retention(&ws, &["--yes"]);
    assert!(found["kinds"].as_array().unwrap().iter().all(|k| k["kept_from"].is_null()), "{found}");
    ws.set("audio_days = 0", "audio_days = 30");
    ws.set("answers_days = 0", "answers_days = 30");
    let found = retention(&ws, &["--dry-run"]);
    assert_eq!(found["dry_run"], true);
    assert_eq!(kind(&found, "audio")["things"], 1);
    assert_eq!(kind(&found, "answers")["things"], answers.len());
    assert_eq!(found["elsewhere"].as_array().unwrap().len(), 1);
    let refused = run(&["retention", &ws.path()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--yes"), "{}", stderr(&refused));
    assert!(own.exists() && holds(&ws.dir, WORDS.as_bytes()));
    assert_eq!(retention(&ws, &["--dry-run"])["log"], json!([]));
}

#[test]
fn audio_within_the_workspace_goes_and_the_teams_own_files_stay() {
    let (ws, own, teams, answers) = workspace();
    settle(&ws, &answers);
    ws.set("audio_days = 0", "audio_days = 30");
    assert_eq!(kind(&retention(&ws, &["--dry-run"]), "audio")["things"], 0, "nothing is old");
    make_old(&ws);
    let bytes = std::fs::metadata(&own).unwrap().len();
    let done = retention(&ws, &["--yes"]);
    assert!(!own.exists() && teams.exists());
    assert_eq!(
        (&kind(&done, "audio")["bytes"], &done["log"][0]["bytes"]),
        (&json!(bytes), &json!(bytes))
    );
    assert_eq!(done["log"][0]["rule"], "retention.audio_days = 30");
    assert_eq!(retention(&ws, &["--yes"])["log"].as_array().unwrap().len(), 1, "once");
    // What is left says so, and goes on.
    assert_eq!(ws.json("status")["audio_removed"], 1);
    ws.to(0, "doctor", &[]);
    assert_eq!(ws.transcripts().len(), answers.len());
    let data = ws.beside("data");
    let args = ["--out", data.to_str().unwrap(), "--json"];
    let written: Value = serde_json::from_slice(&ws.to(0, "dataset", &args).stdout).unwrap();
    assert!(written["left_out"]["audio_removed"].as_u64().unwrap() > 0, "{written}");
    let script = ws.beside("script.jsonl");
    ws.to(0, "run", &["--scripted", script.to_str().unwrap()]);
    // Killed between the rows and the file, the same command ends it.
    std::fs::copy(sample("volunteer_19b6d3ae.flac"), &own).unwrap();
    retention(&ws, &["--yes"]);
    assert!(!own.exists());
    // Ingested again, the file is there for its time.
    std::fs::copy(sample("volunteer_19b6d3ae.flac"), &own).unwrap();
    ws.ingest(&[&own]);
    assert_eq!(ws.json("status")["audio_removed"], 0);
    retention(&ws, &["--yes"]);
    assert!(own.exists());
}

#[test]
fn texts_of_old_answers_go_byte_by_byte_and_what_they_settled_stays() {
    let (ws, _, _, answers) = workspace();
    let (last, old) = answers.split_last().unwrap();
    let file = settle(&ws, old);
    make_old(&ws);
    let script = ws.beside("script.jsonl");
    ws.set("answers_days = 0", "answers_days = 30");
    let settled = |ws: &Workspace| -> Vec<String> {
        let texts = ws.transcripts().into_iter().filter(|r| r["source"] == "human");
        texts.map(|r| r["text"].as_str().unwrap().to_string()).collect()
    };
    let before = settled(&ws);
    assert_eq!(before.len(), old.len());
    let seconds = ws.json("report")["people"]["active_seconds"].clone();
    let done = retention(&ws, &["--yes"]);
    assert_eq!(kind(&done, "answers")["things"], old.len());
    let db = Connection::open(ws.dir.join("state.db")).unwrap();
    let texts: i64 = db
        .query_row("SELECT count(*) FROM answers WHERE text <> '' OR tags <> '[]'", [], |r| {
            r.get(0)
        })
        .unwrap();
    assert_eq!(texts, 0);
    drop(db);
    assert!(!holds(&ws.dir, MEANING.as_bytes()), "the tag is in a file of the workspace");
    // The settled texts stay through later imports, settlings and runs; so does what people are paid for.
    assert_eq!(settled(&ws), before);
    let more = ws.write_rows("more.jsonl", std::slice::from_ref(last));
    ws.to(0, "answers", &[&more]);
    ws.to(0, "run", &["--scripted", script.to_str().unwrap()]);
    assert_eq!(settled(&ws).len(), old.len() + 1);
    assert!(before.iter().all(|text| settled(&ws).contains(text)));
    assert!(ws.json("report")["people"]["active_seconds"].as_f64() > seconds.as_f64());
    // The same file again brings nothing back.
    let again = ws.to(0, "answers", &[&file, "--json"]);
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again["accepted"], 0, "{again}");
    assert_eq!(kind(&retention(&ws, &["--dry-run"]), "answers")["things"], 1, "the new one alone");
}

#[test]
fn old_names_become_pseudonyms_and_are_found_nowhere_in_the_workspace() {
    let (ws, _, _, answers) = workspace();
    let file = settle(&ws, &answers);
    make_old(&ws);
    let name = "Ana Lucía Ferreira".as_bytes();
    assert!(holds(&ws.dir, name));
    ws.set("people_days = 0", "people_days = 30");
    let done = retention(&ws, &["--yes"]);
    assert_eq!(kind(&done, "people")["things"], 1);
    assert!(!holds(&ws.dir, name), "the name is in a file of the workspace");
    assert_eq!(retention(&ws, &["--dry-run"])["kinds"][3]["things"], 0, "a pseudonym is none");
    let report = ws.json("report");
    assert_eq!(report["people"]["validators"], 1);
    assert_eq!(ws.json("status")["clips"]["settled"], answers.len());
    let again = ws.to(0, "answers", &[&file, "--json"]);
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again["accepted"], 0, "an old file does not bring the name back: {again}");
    assert!(stdout(&ws.to(0, "retention", &["--dry-run"])).contains("names of validators"));
}

#[test]
fn old_task_files_go_and_one_that_somebody_filled_in_stays_and_is_named() {
    let (ws, _, _, answers) = workspace();
    make_old(&ws);
    let folder = ws.beside("tasks");
    let files = || -> Vec<PathBuf> {
        let all = walkdir::WalkDir::new(&folder).into_iter().map(|f| f.unwrap().into_path());
        let ours =
            |p: &PathBuf| p.is_file() && !p.file_name().unwrap().to_str().unwrap().starts_with('.');
        all.filter(ours).collect()
    };
    assert!(files().len() > answers.len(), "a page and its audio: {:?}", files());
    let filled = files().into_iter().find(|p| p.extension().is_some_and(|e| e == "jsonl")).unwrap();
    std::fs::write(&filled, "Ana's work").unwrap();
    ws.set("task_files_days = 0", "task_files_days = 30");
    let dry = retention(&ws, &["--dry-run"]);
    assert_eq!(kind(&dry, "task_files")["things"], files().len(), "{dry}");
    let before = files().len();
    let output = ws.to(3, "retention", &["--yes", "--json"]);
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(files(), std::slice::from_ref(&filled));
    assert!(stderr(&output).contains(filled.to_str().unwrap()), "{}", stderr(&output));
    assert_eq!(kind(&done, "task_files")["things"], before - 1);
    assert_eq!(done["log"][0]["things"], before - 1);
    assert_eq!(retention(&ws, &["--yes"])["log"].as_array().unwrap().len(), 1, "once");
}

#[test]
fn somebody_whose_name_became_a_pseudonym_can_still_leave_by_their_name() {
    let (ws, _, _, answers) = workspace();
    settle(&ws, &answers);
    make_old(&ws);
    ws.set("answers_days = 0", "answers_days = 30");
    ws.set("people_days = 0", "people_days = 30");
    retention(&ws, &["--yes"]);
    assert_eq!(ws.json("status")["clips"]["settled"], answers.len());
    ws.to(0, "forget", &["--validator", "Ana Lucía Ferreira", "--yes"]);
    // What was settled rested on answers whose texts are gone: nobody could tell what was hers.
    assert_eq!(ws.json("status")["clips"].get("settled").and_then(Value::as_u64).unwrap_or(0), 0);
    assert!(!holds(&ws.dir, WORDS.as_bytes()));
}
