//! Tasks for every tool, and what comes back from each, with the real program on real speech and
//! hypotheses from a script.

mod util;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use util::{Workspace, sample};

/// How many clips wait, and the folder of their tasks in all six formats.
fn handed_out(ws: &Workspace) -> (usize, PathBuf) {
    let script = ws.write_rows("script.jsonl", &[json!({"text": "bonjour tout le monde"})]);
    ws.ingest(&[&sample("volunteer_2eecc97c.flac"), &sample("volunteer_435bf632.flac")]);
    ws.to(0, "run", &["--scripted", &script]);
    let out = ws.beside("tasks");
    let formats = "html,jsonl,csv,label-studio,turkle,appen";
    ws.to(0, "tasks", &["--out", out.to_str().unwrap(), "--format", formats]);
    let waiting = ws.json("status")["clips"]["waiting"].as_u64().unwrap() as usize;
    assert!(waiting > 0);
    (waiting, out)
}

/// The file whose name ends so.
fn file(out: &Path, ending: &str) -> Vec<u8> {
    let entries = std::fs::read_dir(out).unwrap().map(|e| e.unwrap().path());
    let mut found = entries.filter(|p| p.to_str().unwrap().ends_with(ending));
    let path = found.next().unwrap_or_else(|| panic!("no {ending} in {}", out.display()));
    std::fs::read(path).unwrap()
}

/// The CSV table that is of no other tool.
fn plain_table(out: &Path) -> PathBuf {
    let tasks = std::fs::read_dir(out).unwrap().map(|e| e.unwrap().path());
    let plain = tasks
        .filter(|p| p.extension().is_some_and(|e| e == "csv"))
        .find(|p| p.file_name().unwrap().to_str().unwrap().matches('.').count() == 1);
    plain.unwrap()
}

/// A table with `more` columns in front, the others renamed.
fn filled_in(table: &[u8], rename: fn(&str) -> String, more: &[(&str, &str)]) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(table);
    let mut out = csv::Writer::from_writer(Vec::new());
    let names = reader.headers().unwrap().clone();
    let keep: Vec<usize> =
        (0..names.len()).filter(|i| !more.iter().any(|(n, _)| *n == rename(&names[*i]))).collect();
    let header = more.iter().map(|(n, _)| n.to_string());
    out.write_record(header.chain(keep.iter().map(|i| rename(&names[*i])))).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let cells = more.iter().map(|(_, cell)| *cell);
        out.write_record(cells.chain(keep.iter().map(|i| &record[*i]))).unwrap();
    }
    out.into_inner().unwrap()
}

/// Imports the file twice: everything goes in and is settled with the text, then nothing is new.
#[track_caller]
fn comes_back(ws: &Workspace, waiting: usize, name: &str, bytes: &[u8]) {
    let path = ws.beside(name);
    std::fs::write(&path, bytes).unwrap();
    let import = || -> Value {
        let output = ws.to(0, "answers", &[path.to_str().unwrap(), "--json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let first = import();
    assert_eq!(first["accepted"], json!(waiting), "{first}");
    assert_eq!(first["settled"], json!(waiting), "{first}");
    assert_eq!(first["rejected"], json!({}), "{first}");
    assert_eq!(ws.json("status")["seconds"]["waiting"], json!(0.0));
    let human = ws.transcripts().into_iter().filter(|r| r["source"] == "human");
    let texts: Vec<_> = human.map(|r| r["text"].as_str().unwrap().to_string()).collect();
    assert_eq!(texts, vec!["bonsoir tout le monde"; waiting]);
    let again = import();
    assert_eq!(again["accepted"], json!(0), "{again}");
    assert_eq!(again["rejected"], json!({"duplicate": waiting}), "{again}");
}

const TEXT: &str = "bonsoir tout le monde";

#[test]
fn every_format_is_written_with_what_its_tool_needs_beside() {
    let ws = Workspace::new();
    let (waiting, out) = handed_out(&ws);
    let tasks: Value = serde_json::from_slice(&file(&out, ".label-studio.json")).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), waiting);
    for task in tasks.as_array().unwrap() {
        let (_, audio) = task["data"]["audio"].as_str().unwrap().split_once("?d=").unwrap();
        assert!(out.join(audio).is_file(), "{audio}");
    }
    for ending in [".turkle.csv", ".appen.csv"] {
        let table = file(&out, ending);
        assert_eq!(csv::Reader::from_reader(&table[..]).records().count(), waiting);
    }
    assert!(!file(&out, ".html").is_empty());
    // What stands beside is the user's to change.
    assert!(!file(&out, "label-studio.xml").is_empty());
    std::fs::write(out.join("turkle-template.html"), "mine").unwrap();
    ws.to(0, "tasks", &["--out", out.to_str().unwrap(), "--format", "turkle"]);
    assert_eq!(file(&out, "turkle-template.html"), b"mine");
}

#[test]
fn rows_come_back() {
    let (jsonl, csv) = (Workspace::new(), Workspace::new());
    let (waiting, out) = handed_out(&jsonl);
    let mut rows = util::rows(std::str::from_utf8(&file(&out, ".jsonl")).unwrap());
    for row in &mut rows {
        row["validator"] = json!("ana");
        row["verdict"] = json!("corrected");
        row["text"] = json!(TEXT);
    }
    let lines: String = rows.iter().map(|r| format!("{r}\n")).collect();
    comes_back(&jsonl, waiting, "answers", lines.as_bytes());

    let (waiting, out) = handed_out(&csv);
    let table = std::fs::read(plain_table(&out)).unwrap();
    let more = [("validator", "ana"), ("verdict", "corrected"), ("text", TEXT)];
    comes_back(&csv, waiting, "answers", &filled_in(&table, |n| n.into(), &more));
}

/// What people said of the clips, by code, in the order of the codes.
fn verdicts(ws: &Workspace) -> Value {
    ws.json("report")["people"]["verdicts"].clone()
}

#[test]
fn verdict_codes_of_earlier_versions_are_still_read() {
    const EARLIER: [&str; 2] = ["several_voices", "shocking"];
    let current = |n: usize| json!({ "offensive": n / 2, "overlapping_speech": n - n / 2 });
    let import = |ws: &Workspace, name: &str, bytes: &[u8]| {
        let path = ws.beside(name);
        std::fs::write(&path, bytes).unwrap();
        ws.to(0, "answers", &[path.to_str().unwrap()]);
    };

    let ws = Workspace::new();
    let (waiting, out) = handed_out(&ws);
    let mut rows = util::rows(std::str::from_utf8(&file(&out, ".jsonl")).unwrap());
    for (i, row) in rows.iter_mut().enumerate() {
        row["validator"] = json!("ana");
        row["verdict"] = json!(EARLIER[i % 2]);
    }
    let lines: String = rows.iter().map(|r| format!("{r}\n")).collect();
    import(&ws, "answers.jsonl", lines.as_bytes());
    assert!(waiting >= 2);
    assert_eq!(verdicts(&ws), current(waiting));

    let ws = Workspace::new();
    let (waiting, out) = handed_out(&ws);
    let more = [("validator", "ana"), ("verdict", EARLIER[1])];
    let table = std::fs::read(plain_table(&out)).unwrap();
    import(&ws, "answers.csv", &filled_in(&table, |n| n.into(), &more));
    assert_eq!(verdicts(&ws), json!({ "offensive": waiting }));

    let ws = Workspace::new();
    let (waiting, out) = handed_out(&ws);
    let more = [("WorkerId", "2"), ("Answer.verdict", EARLIER[0]), ("Answer.transcript", "")];
    let table = file(&out, ".turkle.csv");
    import(&ws, "turkle.csv", &filled_in(&table, |n| format!("Input.{n}"), &more));
    assert_eq!(verdicts(&ws), json!({ "overlapping_speech": waiting }));

    let ws = Workspace::new();
    let (waiting, out) = handed_out(&ws);
    let more =
        [("_unit_id", "1"), ("_worker_id", "4711"), ("transcript", ""), ("verdict", EARLIER[1])];
    let table = file(&out, ".appen.csv");
    import(&ws, "appen.csv", &filled_in(&table, |n| n.into(), &more));
    assert_eq!(verdicts(&ws), json!({ "offensive": waiting }));

    let ws = Workspace::new();
    let (waiting, out) = handed_out(&ws);
    let mut tasks: Value = serde_json::from_slice(&file(&out, ".label-studio.json")).unwrap();
    for (i, task) in tasks.as_array_mut().unwrap().iter_mut().enumerate() {
        let choices = json!({ "choices": [EARLIER[i % 2]] });
        let verdict = json!({ "from_name": "verdict", "type": "choices", "value": choices });
        task["annotations"] = json!([{ "completed_by": 7, "result": [verdict] }]);
    }
    import(&ws, "export.json", tasks.to_string().as_bytes());
    assert_eq!(verdicts(&ws), current(waiting));
}

#[test]
fn label_studio_comes_back() {
    let ws = Workspace::new();
    let (waiting, out) = handed_out(&ws);
    let mut tasks: Value = serde_json::from_slice(&file(&out, ".label-studio.json")).unwrap();
    for task in tasks.as_array_mut().unwrap() {
        let mut result = task["predictions"][0]["result"].clone();
        result[0]["value"]["text"] = json!([TEXT]);
        task["annotations"] = json!([{
            "id": 101, "completed_by": 7, "was_cancelled": false, "lead_time": 41.2,
            "created_at": "2026-11-20T10:00:00.000000Z", "updated_at": "2026-11-20T10:00:41.200000Z",
            "result": result,
        }]);
    }
    comes_back(&ws, waiting, "export.json", tasks.to_string().as_bytes());
}

#[test]
fn turkle_and_mechanical_turk_come_back() {
    let input = |name: &str| format!("Input.{name}");
    let (turkle, mturk) = (Workspace::new(), Workspace::new());
    let (waiting, out) = handed_out(&turkle);
    let more = [
        ("HITId", "1"),
        ("AssignmentId", "1"),
        ("WorkerId", "2"),
        ("SubmitTime", "Fri Nov 20 17:05:41 UTC 2026"),
        ("WorkTimeInSeconds", "41"),
        ("Answer.transcript", TEXT),
        ("Turkle.Username", "alice"),
    ];
    let table = file(&out, ".turkle.csv");
    comes_back(&turkle, waiting, "results.csv", &filled_in(&table, input, &more));
    let (waiting, out) = handed_out(&mturk);
    let more = [
        ("HITId", "3HIT"),
        ("WorkerId", "A1WORKER"),
        ("AssignmentStatus", "Submitted"),
        ("SubmitTime", "Fri Nov 20 09:05:41 PST 2026"),
        ("WorkTimeInSeconds", "41"),
        ("Answer.transcript", TEXT),
        ("Answer.verdict", "corrected"),
        ("Approve", ""),
        ("Reject", ""),
    ];
    let table = file(&out, ".turkle.csv");
    comes_back(&mturk, waiting, "batch.csv", &filled_in(&table, input, &more));
}

#[test]
fn appen_comes_back_and_its_aggregated_report_is_refused() {
    let ws = Workspace::new();
    let (waiting, out) = handed_out(&ws);
    let aggregated = util::root().join("tests/data/formats/appen_aggregated.csv");
    let refused = ws.to(3, "answers", &[aggregated.to_str().unwrap()]);
    assert!(util::stderr(&refused).contains("Full report"), "{}", util::stderr(&refused));
    let more = [
        ("_unit_id", "867851139"),
        ("_created_at", "11/20/2026 17:05:41"),
        ("_golden", "false"),
        ("_started_at", "11/20/2026 17:05:00"),
        ("_worker_id", "4711"),
        ("transcript", TEXT),
        ("verdict", ""),
    ];
    let table = file(&out, ".appen.csv");
    comes_back(&ws, waiting, "full.csv", &filled_in(&table, |n| n.into(), &more));
}
