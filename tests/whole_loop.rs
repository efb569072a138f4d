//! The whole loop with the real model on real speech.

mod util;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use util::{Workspace, run_to, sample, stdout};

const VOLUNTEERS: [&str; 3] =
    ["volunteer_19b6d3ae.flac", "volunteer_2eecc97c.flac", "volunteer_bdc43f40.flac"];

/// Seconds of all states together, to the sample.
fn total(status: &Value) -> f64 {
    status["seconds"].as_object().unwrap().values().map(|s| s.as_f64().unwrap()).sum()
}

#[test]
fn recordings_become_tasks_answers_training_data_transcripts_and_a_report() {
    let ws = Workspace::new();
    ws.to(0, "ingest", &[sample("manifest.csv").to_str().unwrap()]);
    let before = ws.json("status");
    assert_eq!(before["seconds"]["pending"], before["input_seconds"]);

    ws.to(0, "run", &[]);
    let status = ws.json("status");
    let input = status["input_seconds"].as_f64().unwrap();
    assert!((total(&status) - input).abs() < 0.0005, "{status}");
    assert!((input - before["input_seconds"].as_f64().unwrap()).abs() < 0.001);
    assert_eq!(status["seconds"]["pending"], 0.0);

    // The menu is French speech of a known text: most of its words must be there.
    let transcripts = ws.transcripts();
    let menu: String = transcripts
        .iter()
        .filter(|r| r["path"].as_str().unwrap().ends_with("quebec_menu.flac"))
        .map(|r| format!("{} ", r["text"].as_str().unwrap().to_lowercase()))
        .collect();
    for phrase in ["appuyez sur", "boîte vocale", "veuillez", "mot de passe"] {
        assert!(menu.contains(phrase), "'{phrase}' is missing in: {menu}");
    }

    // People settle every task: half as it is, half corrected.
    let tasks = ws.tasks();
    assert!(!tasks.is_empty(), "no clip of {} was routed to a person", transcripts.len());
    let answers: Vec<Value> = tasks
        .iter()
        .enumerate()
        .map(|(n, task)| {
            let mut row = task.clone();
            row["validator"] = json!("v1");
            row["active_seconds"] = json!(4.5);
            row["answered_at"] = json!("2026-11-23T10:00:00Z");
            row["verdict"] =
                json!(if n % 2 == 0 && task["draft"] != "" { "as_is" } else { "corrected" });
            row["text"] = if row["verdict"] == "as_is" {
                task["draft"].clone()
            } else {
                json!("un deux trois")
            };
            row
        })
        .collect();
    let file = ws.write_rows("answers.jsonl", &answers);
    ws.to(0, "answers", &[&file]);
    let status = ws.json("status");
    assert_eq!(status["seconds"]["waiting"], 0.0);
    assert_eq!(status["clips"]["settled"], json!(tasks.len()));
    assert!((total(&status) - input).abs() < 0.0005);

    let corrected: BTreeSet<_> = ws
        .transcripts()
        .iter()
        .filter(|r| r["source"] == "human")
        .map(|r| r["clip"].to_string())
        .collect();
    assert_eq!(corrected.len(), tasks.len());

    let out = ws.beside("dataset");
    ws.to(0, "dataset", &["--out", out.to_str().unwrap(), "--format", "hf,nemo"]);
    let mut wavs = 0;
    let mut stack = vec![out.join("hf")];
    while let Some(dir) = stack.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                stack.push(path);
            } else if path.extension().is_some_and(|e| e == "wav") {
                let wav = hound::WavReader::open(&path).unwrap();
                assert_eq!((wav.spec().channels, wav.spec().sample_rate), (1, 16_000));
                wavs += 1;
            }
        }
    }
    assert_eq!(wavs, tasks.len());

    let report = ws.json("report");
    assert_eq!(report["people"]["answers"], json!(tasks.len()));
    assert_eq!(report["people"]["median_active_seconds"], 4.5);
    let page = ws.beside("report.html");
    let text = stdout(&ws.to(0, "report", &["--html", page.to_str().unwrap()]));
    assert!(text.contains("draft WER"), "{text}");
    assert!(std::fs::read_to_string(page).unwrap().contains("</html>"));
}

#[test]
fn running_again_changes_nothing() {
    let ws = Workspace::new();
    let files: Vec<_> = VOLUNTEERS.iter().map(|f| sample(f)).collect();
    ws.ingest(&files.iter().map(|f| f.as_path()).collect::<Vec<_>>());
    ws.to(0, "run", &[]);
    let first = (ws.transcripts(), ws.json("status"));
    ws.ingest(&files.iter().map(|f| f.as_path()).collect::<Vec<_>>());
    ws.to(0, "run", &[]);
    assert_eq!((ws.transcripts(), ws.json("status")), first);
}

#[test]
fn two_workspaces_decide_alike_whatever_the_number_of_workers() {
    let transcripts: Vec<_> = ["1", "2"]
        .iter()
        .map(|workers| {
            let ws = Workspace::new();
            ws.ingest(&[&sample(VOLUNTEERS[0]), &sample(VOLUNTEERS[1])]);
            ws.to(0, "run", &["--workers", workers]);
            ws.transcripts()
        })
        .collect();
    assert_eq!(transcripts[0], transcripts[1]);
}

#[test]
fn the_audits_probability_stands_in_every_row() {
    let ws = Workspace::new();
    ws.set("audit_rate = 0.05", "audit_rate = 0.5");
    ws.set("accept_score = ", "accept_score = 0.0 # ");
    ws.ingest(&[&sample("quebec_menu.flac")]);
    ws.to(0, "run", &[]);
    let rows = ws.transcripts();
    let audited = rows.iter().filter(|r| r["reasons"] == json!(["random_audit"])).count();
    let auto = rows.iter().filter(|r| r["decision"] == "auto").count();
    assert!(audited > 0 && auto > 0, "{audited} audited, {auto} accepted");
    for row in &rows {
        let expected = if row["decision"] == "auto" || row["reasons"] == json!(["random_audit"]) {
            0.5
        } else {
            1.0
        };
        assert_eq!(row["inclusion_probability"], json!(expected), "{row}");
    }
}

#[test]
fn a_model_with_a_wrong_checksum_is_refused_before_it_is_loaded() {
    let models = tempfile::tempdir().unwrap();
    std::fs::write(models.path().join("ggml-base.bin"), b"lmgg, not really").unwrap();
    let ws = Workspace::new();
    ws.ingest(&[&sample(VOLUNTEERS[0])]);
    let output = util::second_ear()
        .args(["run", &ws.path()])
        .env("SECOND_EAR_MODELS", models.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = util::stderr(&output);
    assert!(said.contains("ggml-base.bin") && said.contains("model pull base"), "{said}");
    run_to(0, &["model", "verify", "base"]);
}
