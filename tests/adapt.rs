//! A round of adaptation with the real model on real speech: what is learnt from, a kill in the middle, the
//! record, the model file, and the way back.
#![cfg(feature = "adapt")]

mod util;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use util::{Workspace, run_to, sample, second_ear, stdout};

/// Answers that are enough for a round, and few enough for a test.
const ANSWERS: usize = 24;

/// A workspace of which some Québec prompts are answered from their references.
fn corrected() -> Workspace {
    let ws = Workspace::new();
    ws.set("audit_rate = 0.05", "audit_rate = 1.0");
    ws.ingest(&[&sample("quebec_menu.flac")]);
    ws.to(0, "run", &[]);
    let tasks = ws.beside("tasks");
    ws.to(0, "tasks", &["--out", tasks.to_str().unwrap(), "--format", "jsonl"]);
    let answers = ws.beside("answers.jsonl");
    let rows = jsonl_files(&tasks);
    let script = util::root().join("scripts/answers-from-references.py");
    let mut python = std::process::Command::new("python3");
    python.arg(script).arg(util::sample("references.jsonl")).args(&rows);
    let done = python.output().unwrap();
    assert!(done.status.success(), "{}", util::stderr(&done));
    let rows: Vec<&[u8]> = done.stdout.split_inclusive(|b| *b == b'\n').take(ANSWERS).collect();
    fs::write(&answers, rows.concat()).unwrap();
    ws.to(0, "answers", &[answers.to_str().unwrap()]);
    ws
}

fn jsonl_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(jsonl_files(&path));
        } else if path.extension().is_some_and(|e| e == "jsonl") {
            files.push(path);
        }
    }
    files
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn a_round_survives_a_kill_learns_judges_and_can_be_taken_back() {
    let ws = corrected();
    let dir = ws.path();
    let settled = ws.json("status")["clips"]["settled"].as_u64().unwrap();
    assert!(settled >= 20, "{settled}");

    // A dry run says what it would do and does nothing.
    let options = "--mode decoder --epochs 2 --runs 2 --folds 2 --json".split(' ');
    let options: Vec<&str> = ["adapt", &dir].into_iter().chain(options).collect();
    let dry: Value =
        serde_json::from_slice(&run_to(0, &[&options[..], &["--dry-run"]].concat()).stdout)
            .unwrap();
    let clips = |row: &Value, used: &str| row["clips"][used].as_u64().unwrap_or(0);
    let parts: u64 = ["train", "dev", "test"].map(|used| clips(&dry, used)).iter().sum();
    let excluded: u64 =
        dry["excluded"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(parts + excluded, settled, "{dry}");
    assert!(clips(&dry, "train") > clips(&dry, "test") && clips(&dry, "test") > 0, "{dry}");
    assert!(
        clips(&dry, "retention en test") >= 70 && clips(&dry, "retention fr test") >= 60,
        "{dry}"
    );
    assert!(!ws.dir.join("models").exists());

    // Killed after the first epoch of one of the two trainings, it goes on from there.
    let mut child =
        second_ear().args(&options).stdout(std::process::Stdio::null()).spawn().unwrap();
    let checkpoints = [1, 2].map(|n| ws.dir.join(format!("models/training-{n}-of-2.safetensors")));
    let began = Instant::now();
    while !checkpoints.iter().any(|file| file.exists()) {
        assert!(began.elapsed() < Duration::from_secs(600), "no checkpoint");
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it was killed");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ws.json("status")["round"], 0);
    let base = fs::read(util::root().join("models/ggml-base.bin")).unwrap();

    let done: Value = serde_json::from_slice(&run_to(0, &options).stdout).unwrap();
    assert_eq!(done["number"], 1);
    for used in ["train", "dev", "test"] {
        assert_eq!(clips(&done, used), clips(&dry, used), "{used}");
    }
    assert_eq!(done["losses"].as_array().unwrap().len(), 2);
    assert!(number(&done["losses"][1]) < number(&done["losses"][0]), "{done}");
    let mut sets: BTreeSet<&str> =
        done["measured"].as_array().unwrap().iter().map(|m| m["set"].as_str().unwrap()).collect();
    let crossed = sets.remove("cross-validation");
    let kinds = ["retention fr: read sentences", "retention fr: volunteers"];
    assert!(kinds.iter().all(|kind| sets.remove(kind)), "{sets:?}");
    assert_eq!(sets, BTreeSet::from(["test", "retention en", "retention fr"]));
    for m in done["measured"].as_array().unwrap() {
        let change = number(&m["after"]) - number(&m["before"]);
        let (low, high) = (number(&m["difference"][0]), number(&m["difference"][1]));
        assert!(low <= change && change <= high, "{m}");
    }
    // The averages that were tried: those that went too far stand right before the one that was taken.
    let averages = done["averages"].as_array().unwrap();
    assert_eq!(averages.len(), 4, "{done}");
    let taken = averages.iter().position(|a| a["share"] == done["share"]).unwrap();
    let far: Vec<bool> = averages.iter().map(|a| a["too_far"] != json!([])).collect();
    assert!(far[..taken].is_sorted() && !far[taken + 1..].contains(&true), "{done}");
    for average in averages {
        assert!(number(&average["dev"]) >= 0.0, "{average}");
        assert_eq!(average["retention_sets"].as_object().unwrap().len(), 2, "{average}");
    }
    let left: Vec<_> = fs::read_dir(ws.dir.join("models")).unwrap().flatten().collect();
    let status = ws.json("status");
    let verdict = &done["verdict"];
    // The verdict follows from what was measured.
    let by_set = |set: &str| {
        let all = done["measured"].as_array().unwrap();
        all.iter().find(|m| m["set"] == set).unwrap().clone()
    };
    let worse = |set: &str| number(&by_set(set)["after"]) - number(&by_set(set)["before"]) > 0.005;
    let harmed = |kind: &&str| worse(kind) && number(&by_set(kind)["worse"]) >= 0.9;
    let retention_holds =
        !worse("retention en") && !worse("retention fr") && !kinds.iter().any(harmed);
    // With so few test clips all that were learnt from are judged too, unless the old model stays anyway.
    let from_nothing = verdict["why"].to_string().contains("writes nothing");
    assert_eq!(crossed, retention_holds && !from_nothing, "{done}");
    if crossed {
        let judged = by_set("cross-validation")["clips"].as_u64().unwrap();
        assert_eq!(judged, clips(&done, "train") + clips(&done, "test"), "{done}");
    }
    let judge = if crossed { "cross-validation" } else { "test" };
    let may = number(&by_set(judge)["better"]) >= 0.95 && retention_holds;
    if verdict["is"] == "promoted" {
        assert!(may, "{done}");
        assert_eq!(status["round"], 1);
        assert_eq!(left.len(), 1, "only the model stays");
        let file = ws.dir.join(verdict["file"].as_str().unwrap());
        let model = fs::read(&file).unwrap();
        assert_eq!(model.len(), base.len());
        assert!(model[..1000] == base[..1000] && model != base);
        assert!(
            status["model_file"]
                .as_str()
                .unwrap()
                .ends_with(file.file_name().unwrap().to_str().unwrap())
        );
        run_to(0, &["model", "rollback", &dir]);
        assert_eq!(ws.json("status")["round"], 0);
        run_to(0, &["model", "rollback", &dir, "--to", "1"]);
        assert_eq!(ws.json("status")["round"], 1);
    } else {
        assert!(!verdict["why"].as_array().unwrap().is_empty());
        assert!(!may || from_nothing, "{done}");
        assert_eq!(status["round"], 0);
        assert_eq!(left.len(), 0, "{left:?}");
        run_to(1, &["model", "rollback", &dir]);
    }
    // Both ways, the record is in the report's store and the next round keeps the splits.
    let again: Value =
        serde_json::from_slice(&run_to(0, &[&options[..], &["--dry-run"]].concat()).stdout)
            .unwrap();
    assert_eq!(again["number"], 2);
    // Whichever model is in use, training begins from the settings' one.
    assert_eq!(done["start_model"], done["parent_model"], "{done}");
    assert_eq!(again["start_model"], done["start_model"], "{again}");
    assert_eq!(again["parent_model"] != again["start_model"], verdict["is"] == "promoted");
    for used in ["train", "dev", "test"] {
        assert_eq!(clips(&again, used), clips(&done, used), "{used}");
    }
}

#[test]
fn too_few_corrections_and_models_that_cannot_be_trained_are_refused_with_the_next_step() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("volunteer_19b6d3ae.flac")]);
    let output = run_to(1, &["adapt", &ws.path()]);
    let said = util::stderr(&output);
    assert!(said.contains("0 clips are settled") && said.contains("second-ear tasks"), "{said}");
    run_to(1, &["model", "rollback", &ws.path()]);
    run_to(2, &["adapt", &ws.path(), "--mode", "best"]);
    assert!(stdout(&run_to(0, &["adapt", "--help"])).contains("Examples: second-ear adapt"));
    assert_eq!(ws.json("status")["round"], json!(0));
}
