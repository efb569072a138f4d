//! The tables of a study: what is in them, what is not, and that a withdrawal reaches them. Clips are real, drafts a
//! script's.

mod util;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use util::{Workspace, sample, stderr, stdout};

/// Names that may be in no table.
const SPEAKER: &str = "Zacharie Quillfeather";
const VALIDATOR: &str = "Ottilie Brambledown";
/// What nobody else should read.
const REPORTED: &str = "numéro de carte";

type Row = BTreeMap<String, String>;

fn table(study: &Path, name: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(study.join(format!("{name}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Every byte of every file.
fn all_text(study: &Path) -> String {
    let files = std::fs::read_dir(study).unwrap().map(|file| file.unwrap().path());
    files.map(|path| String::from_utf8(std::fs::read(path).unwrap()).unwrap()).collect()
}

/// Two recordings, one of a named speaker; drafts with a score.
fn calls() -> Workspace {
    let ws = Workspace::new();
    ws.score_scripts();
    ws.set("audit_rate = 0.05", "audit_rate = 0.8");
    let manifest = ws.beside("calls.csv");
    let [menu, voice] = ["quebec_menu.flac", "volunteer_19b6d3ae.flac"].map(sample);
    let rows = format!("{},{SPEAKER},fr-CA-QC\n{},,\n", menu.display(), voice.display());
    std::fs::write(&manifest, format!("path,speaker,region\n{rows}")).unwrap();
    ws.to(0, "ingest", &[manifest.to_str().unwrap()]);
    let script = [
        json!({"start": 0, "end": 8, "text": "il fait frette à matin", "logprob": -0.3}),
        json!({"text": "appuyez sur la touche étoile", "logprob": -0.001}),
    ];
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    ws
}

/// Answers all that waits: the first clip with `first`, the others as drafted.
fn answer(ws: &Workspace, first: (&str, &str)) {
    let tasks = ws.tasks();
    assert!(tasks.len() > 2);
    let answered = tasks.into_iter().enumerate().map(|(n, mut row)| {
        row["validator"] = json!(VALIDATOR);
        row["verdict"] = json!(if n == 0 { first.0 } else { "as_is" });
        row["text"] = json!(if n == 0 { first.1 } else { "" });
        row["active_seconds"] = json!(6.25);
        row["answered_at"] = json!(jiff::Timestamp::now().to_string());
        row
    });
    let answers = ws.write_rows("answers.jsonl", &answered.collect::<Vec<Value>>());
    ws.to(0, "answers", &[&answers]);
}

#[track_caller]
fn study(ws: &Workspace, more: &[&str]) -> (std::path::PathBuf, String) {
    let out = ws.beside("study");
    let output = ws.to(0, "study", &[&["--out", out.to_str().unwrap()], more].concat());
    (out, stderr(&output) + &stdout(&output))
}

#[test]
fn every_decision_has_its_score_threshold_reasons_and_what_scored_it() {
    let ws = calls();
    let (study, _) = study(&ws, &[]);
    let decisions = table(&study, "decisions");
    let clips = table(&study, "clips");
    assert_eq!(decisions.len(), clips.len());
    let scorings = table(&study, "scorings");
    let [scoring] = scorings.as_slice() else { panic!("{scorings:?}") };
    assert_eq!(scoring["calibration_sha256"].len(), 64);
    let reasons = table(&study, "reasons");
    for decision in &decisions {
        let number = |name: &str| decision[name].parse::<f64>().unwrap();
        assert_eq!(decision["scoring"], scoring["scoring"]);
        assert_eq!((&*decision["model"], &*decision["threshold_rule"]), ("scripted", "setting"));
        let of: Vec<&Row> = reasons.iter().filter(|r| r["clip"] == decision["clip"]).collect();
        let low =
            of.iter().any(|r| ["low_confidence", "regional_evidence"].contains(&&*r["reason"]));
        assert_eq!(number("score") < number("threshold"), low, "{decision:?} {of:?}");
        assert_eq!(decision["decision"] == "human", !of.is_empty(), "{decision:?} {of:?}");
        let drawn = of.iter().any(|r| r["reason"] == "random_audit");
        assert_eq!(number("inclusion") < 1.0, drawn || decision["decision"] == "auto");
    }
    let audits = reasons.iter().filter(|r| r["reason"] == "random_audit").count();
    assert!(audits > 0 && audits < decisions.len(), "{audits} of {}", decisions.len());
}

#[test]
fn an_answer_that_another_one_replaced_is_there_and_says_which_one_counts() {
    let ws = calls();
    answer(&ws, ("corrected", "tout autre chose"));
    answer_again(&ws);
    let (study, _) = study(&ws, &[]);
    let answers = table(&study, "answers");
    let old: Vec<&Row> = answers.iter().filter(|a| a["current"] == "false").collect();
    let [old] = old.as_slice() else { panic!("{answers:?}") };
    let new = answers.iter().find(|a| a["answer"] == old["superseded_by"]).unwrap();
    assert_eq!((&*old["text"], &*new["text"]), ("tout autre chose", "encore autre chose"));
    assert_eq!(new["superseded_by"], "");
    let tasks = table(&study, "tasks");
    let task = tasks.iter().find(|t| t["clip"] == old["clip"]).unwrap();
    assert_eq!(task["draft_digest"], old["draft_digest"]);
    assert_eq!((&*task["purpose"], &*task["blind"]), ("task", "no"));
    let settled = table(&study, "settled");
    let settled = settled.iter().find(|s| s["clip"] == old["clip"]).unwrap();
    assert_eq!((&*settled["text"], &*settled["changed"]), ("encore autre chose", "true"));
    let events = table(&study, "events");
    let commands: Vec<&str> = events.iter().map(|e| &*e["command"]).collect();
    assert!(commands.starts_with(&["init", "ingest", "run", "tasks", "answers"]), "{commands:?}");
}

/// The same person thinks again of the first clip.
fn answer_again(ws: &Workspace) {
    let rows = util::rows(&std::fs::read_to_string(ws.beside("answers.jsonl")).unwrap());
    let mut row = rows[0].clone();
    row["text"] = json!("encore autre chose");
    row["answered_at"] = json!(jiff::Timestamp::now().to_string());
    let again = ws.write_rows("again.jsonl", &[row]);
    ws.to(0, "answers", &[&again]);
}

#[test]
fn people_and_paths_are_named_with_names_alone() {
    let ws = calls();
    answer(&ws, ("corrected", "tout autre chose"));
    let (place, _) = study(&ws, &[]);
    let text = all_text(&place);
    let folder = ws.folder.path().to_str().unwrap().to_string();
    for name in [SPEAKER, VALIDATOR, &folder, "quebec_menu"] {
        assert!(!text.contains(name), "{name} is in a table");
    }
    let pseudonym = &table(&place, "answers")[0]["validator"];
    assert!(pseudonym.starts_with("validator-"), "{pseudonym}");
    assert_eq!(table(&place, "validators")[0]["validator"], *pseudonym);
    let (place, _) = study(&ws, &["--names"]);
    let text = all_text(&place);
    for name in [SPEAKER, VALIDATOR, "quebec_menu"] {
        assert!(text.contains(name), "{name} is in no table");
    }
}

#[test]
fn no_text_of_a_clip_with_personal_data_is_in_a_study() {
    let ws = calls();
    answer(&ws, ("corrected", REPORTED));
    let (place, _) = study(&ws, &[]);
    let clip = table(&place, "answers").into_iter().find(|a| a["text"] == REPORTED).unwrap();
    let rows = util::rows(&std::fs::read_to_string(ws.beside("answers.jsonl")).unwrap());
    let mut row = rows[0].clone();
    row["validator"] = json!("somebody else");
    row["verdict"] = json!("personal_data");
    row["text"] = json!("");
    let report = ws.write_rows("report.jsonl", &[row]);
    ws.to(0, "answers", &[&report]);
    let (place, said) = study(&ws, &[]);
    assert!(!all_text(&place).contains(REPORTED));
    assert!(said.contains("Texts of 1 clips"), "{said}");
    let of_clip = |name: &str| -> Vec<Row> {
        let rows = table(&place, name);
        rows.into_iter().filter(|row| row["clip"] == clip["clip"]).collect()
    };
    assert_eq!(of_clip("clips")[0]["withheld"], "personal_data");
    assert_eq!(of_clip("decisions").len(), 1, "what was decided is there all the same");
    for (name, column) in [("drafts", "text"), ("tasks", "draft"), ("answers", "text")] {
        assert!(of_clip(name).iter().all(|row| row[column].is_empty()), "{name}");
    }
}

#[test]
fn a_recording_without_consent_to_evaluate_is_in_no_table() {
    let ws = calls();
    answer(&ws, ("corrected", "tout autre chose"));
    let (place, _) = study(&ws, &[]);
    let before = table(&place, "clips");
    let statement = ws.beside("letters.csv");
    let lines = format!("speaker,consent_purposes\n{SPEAKER},\"review, train, publish\"\n");
    std::fs::write(&statement, lines).unwrap();
    ws.to(0, "consent", &["import", statement.to_str().unwrap()]);
    let (place, said) = study(&ws, &["--json"]);
    let [left] = table(&place, "recordings").try_into().unwrap();
    assert!(said.contains("consent to 'evaluate' is missing"), "{said}");
    let gone: Vec<&Row> = before.iter().filter(|c| c["recording"] != left["recording"]).collect();
    assert!(!gone.is_empty() && gone.len() < before.len());
    let text = all_text(&place);
    for clip in gone {
        assert!(!text.contains(&clip["clip"]), "{clip:?}");
    }
}

#[test]
fn a_withdrawal_takes_a_study_away_and_the_next_one_is_without_the_person() {
    let ws = calls();
    answer(&ws, ("corrected", "tout autre chose"));
    let (place, _) = study(&ws, &["--names"]);
    assert!(all_text(&place).contains(SPEAKER));
    let told = ws.to(0, "forget", &["--speaker", SPEAKER, "--yes", "--json"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let of_study = |o: &&Value| o["kind"] == "study";
    let output = told["outputs"].as_array().unwrap().iter().find(of_study).unwrap();
    assert_eq!(output["fate"], "removed");
    assert!(!place.exists());
    let (place, _) = study(&ws, &["--names"]);
    assert!(!all_text(&place).contains(SPEAKER));
    ws.to(0, "forget", &["--validator", VALIDATOR, "--yes"]);
    assert!(!place.exists());
    let (place, _) = study(&ws, &["--names"]);
    assert!(!all_text(&place).contains(VALIDATOR) && table(&place, "answers").is_empty());
}

#[test]
fn a_study_replaces_an_older_one_and_nothing_of_the_users() {
    let ws = calls();
    let (place, _) = study(&ws, &[]);
    study(&ws, &[]);
    std::fs::write(place.join("notes.txt"), "mine").unwrap();
    let output = ws.to(1, "study", &["--out", place.to_str().unwrap()]);
    assert!(stderr(&output).contains("notes.txt in it was not written by second-ear"));
    assert_eq!(std::fs::read_to_string(place.join("notes.txt")).unwrap(), "mine");
}

#[test]
fn the_codebook_in_the_docs_is_the_one_that_a_study_has() {
    let ws = calls();
    let (place, _) = study(&ws, &[]);
    let printed = stdout(&util::run_to(0, &["generate", "codebook"]));
    assert_eq!(std::fs::read_to_string(place.join("codebook.md")).unwrap(), printed);
    let docs = util::root().join("docs/reference/codebook.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    assert!(
        docs == printed,
        "write it anew: second-ear generate codebook > docs/reference/codebook.md"
    );
}
