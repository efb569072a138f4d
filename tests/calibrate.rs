//! The score follows what people find: `calibrate` on a workspace's own answers. The clips are real,
//! the drafts a script's.

mod util;

use std::path::PathBuf;

use serde_json::{Value, json};
use util::{Workspace, decode_flac, sample, stderr, stdout, write_wav};

/// What the script transcribes everywhere.
const TEXT: &str = "appuyez sur la touche étoile";

/// The menu of a Québec answering service, said `times` times, by a speaker of Québec.
fn manifest(ws: &Workspace, times: usize) -> PathBuf {
    let (rate, samples) = decode_flac(&sample("quebec_menu.flac"));
    let all: Vec<i16> = samples.iter().copied().cycle().take(times * samples.len()).collect();
    write_wav(&ws.beside("menu.wav"), 1, rate, &all);
    let path = ws.beside("menu.csv");
    std::fs::write(&path, "path,region\nmenu.wav,fr-CA-QC\n").unwrap();
    path
}

/// Every task answered; the draft is right in the share of clips that `right` says of its place.
fn answer(ws: &Workspace, right: impl Fn(usize) -> bool) {
    let rows: Vec<Value> = ws
        .tasks()
        .into_iter()
        .enumerate()
        .map(|(n, mut row)| {
            row["validator"] = json!("ana");
            row["verdict"] = json!("corrected");
            row["text"] = json!(if right(n) { TEXT } else { "tout autre chose" });
            row
        })
        .collect();
    let file = ws.write_rows("answers.jsonl", &rows);
    ws.to(0, "answers", &[&file]);
}

/// The score that ships, taken for the script's.
fn workspace(times: usize) -> (Workspace, String) {
    let ws = Workspace::new();
    ws.set("audit_rate = 0.05", "audit_rate = 0.5");
    ws.score_scripts();
    let script: Vec<Value> = (0..900)
        .map(|n| {
            let logprob = [-0.05, -0.1, -0.2, -0.4, -0.8][n % 5];
            json!({"start": n * 4, "end": n * 4 + 4, "text": TEXT, "logprob": logprob})
        })
        .collect();
    let script = ws.write_rows("script.jsonl", &script);
    ws.ingest(&[&manifest(&ws, times)]);
    ws.to(0, "run", &["--scripted", &script]);
    (ws, script)
}

fn scores(ws: &Workspace) -> Vec<f64> {
    ws.transcripts().iter().filter_map(|r| r["score"].as_f64()).collect()
}

#[test]
fn a_score_that_people_contradict_comes_down_and_routes_the_next_run() {
    let (ws, script) = workspace(8);
    let before = scores(&ws);
    // One draft in four is right, whatever its score says.
    answer(&ws, |n| n % 4 == 0);
    let done = ws.to(0, "calibrate", &["--json"]);
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    let a = &done["adjustment"];
    assert!(a["log_loss_after"].as_f64() < a["log_loss_before"].as_f64(), "{done}");
    assert!(a["regions"]["fr-CA-QC"]["clips"].as_u64().unwrap() >= 30, "{done}");
    // About half of the sample is reserved for guarantees, and counts nowhere here.
    let (used, left) =
        (a["clips"].as_u64().unwrap(), done["reserved_for_guarantees"].as_u64().unwrap());
    assert!(left * 3 > used / 2 && used > left, "{used} {left}");

    ws.to(0, "run", &["--scripted", &script]);
    // Clips that were handed out keep their score; the others come down.
    let after = ws.transcripts();
    let open: Vec<&Value> = after.iter().filter(|r| r["decision"] == "auto").collect();
    let human = after.iter().filter(|r| r["decision"] == "human").count();
    let highest = before.iter().copied().fold(0.0, f64::max);
    let now = open.iter().filter_map(|r| r["score"].as_f64()).fold(0.0, f64::max);
    assert!(highest > 0.8 && now < 0.7, "{highest} {now}");
    assert!(human > after.len() / 2);
    let report = ws.json("report");
    assert_eq!(report["versions"]["calibration"]["own_clips"], a["clips"]);
    assert!(stdout(&ws.to(0, "calibrate", &[])).contains("Platt"));
}

#[test]
fn too_few_answers_change_nothing_and_say_how_many_are_needed() {
    let (ws, _) = workspace(1);
    let before = std::fs::read(ws.dir.join("calibration.json")).unwrap();
    let refused = ws.to(1, "calibrate", &[]);
    assert!(stderr(&refused).contains("60 are needed"), "{}", stderr(&refused));
    answer(&ws, |_| true);
    let refused = ws.to(1, "calibrate", &["--json"]);
    assert!(stdout(&refused).contains("\"refused\""), "{}", stdout(&refused));
    assert_eq!(std::fs::read(ws.dir.join("calibration.json")).unwrap(), before);

    // A calibration of another place is not written over.
    ws.set("calibration = \"\"", "calibration = \"other.json\"");
    std::fs::copy(ws.dir.join("calibration.json"), ws.dir.join("other.json")).unwrap();
    let refused = ws.to(1, "calibrate", &[]);
    assert!(stderr(&refused).contains("other.json"), "{}", stderr(&refused));
}
