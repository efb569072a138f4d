//! The report: its numbers as JSON and table, its page by itself.

mod util;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use util::{Workspace, rows, sample, stdout};

/// Scripted drafts of real recordings; every second task is settled, half of these with other words.
fn workspace() -> Workspace {
    let ws = Workspace::new();
    ws.set("audit_rate = 0.05", "audit_rate = 0.4");
    ws.ingest(&[&sample("quebec_menu.flac"), &sample("english_speakers.flac")]);
    let script = ws.write_rows("script.jsonl", &[json!({"text": "un deux trois <script> quatre"})]);
    ws.to(0, "run", &["--scripted", &script]);
    let answers: Vec<Value> = ws
        .tasks()
        .into_iter()
        .step_by(2)
        .enumerate()
        .map(|(n, mut row)| {
            row["validator"] = json!("<b>ana</b>");
            row["verdict"] = json!("corrected");
            row["text"] =
                json!(if n % 2 == 0 { "un deux trois script quatre" } else { "cinq six" });
            row["active_seconds"] = json!(6.25);
            row
        })
        .collect();
    let file = ws.write_rows("answers.jsonl", &answers);
    ws.to(0, "answers", &[&file]);
    ws
}

#[test]
fn the_table_has_one_row_a_clip_and_adds_up_to_the_report() {
    let ws = workspace();
    let table = ws.beside("clips.csv");
    let said = ws.to(0, "report", &["--json", "--csv", table.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!((&report["version"], &report["versions"]["clips_csv"]), (&json!(2), &json!(1)));

    let mut table = csv::Reader::from_path(table).unwrap();
    let names: Vec<String> = table.headers().unwrap().iter().map(String::from).collect();
    let clips: Vec<csv::StringRecord> = table.records().map(|r| r.unwrap()).collect();
    let column = |row: &csv::StringRecord, name: &str| {
        row[names.iter().position(|n| n == name).unwrap()].to_string()
    };
    let ids: BTreeSet<String> = clips.iter().map(|r| column(r, "clip")).collect();
    let heard: BTreeSet<String> = rows(&stdout(&ws.to(0, "transcripts", &[])))
        .iter()
        .map(|r| r["clip"].as_str().unwrap().into())
        .collect();
    assert_eq!(ids, heard);
    assert_eq!(ids.len(), clips.len());

    let human = clips.iter().filter(|r| column(r, "decision") == "human").count();
    assert_eq!(report["human"]["clips"]["part"], json!(human));
    let sum =
        |name: &str| clips.iter().filter_map(|r| column(r, name).parse::<u64>().ok()).sum::<u64>();
    assert_eq!(report["drafts"]["settled"]["errors"], json!(sum("errors")));
    assert_eq!(report["drafts"]["settled"]["words"], json!(sum("reference_words")));
    assert!(sum("errors") > 0);
    for row in clips.iter().filter(|r| column(r, "reasons").is_empty()) {
        assert_eq!(column(row, "inclusion"), "0.4");
    }
}

#[test]
fn every_rate_says_how_it_was_made_or_why_it_is_missing() {
    fn walk(node: &Value, path: &str, seen: &mut usize) {
        if let Some(rate) = node.as_object() {
            if rate.contains_key("method") && rate.contains_key("missing") {
                *seen += 1;
                let known = ["value", "low", "high"].iter().all(|k| rate[*k].is_number());
                assert!(known != rate["missing"].is_string(), "{path}: {node}");
            }
            rate.iter().for_each(|(k, v)| walk(v, &format!("{path}.{k}"), seen));
        } else if let Some(list) = node.as_array() {
            list.iter().enumerate().for_each(|(i, v)| walk(v, &format!("{path}[{i}]"), seen));
        }
    }
    let mut seen = 0;
    walk(&workspace().json("report"), "", &mut seen);
    assert!(seen > 30, "{seen} rates");
    seen = 0;
    walk(&Workspace::new().json("report"), "", &mut seen);
    assert!(seen > 10, "{seen} rates of an empty workspace");
}

#[test]
fn the_page_stands_alone_and_reads_aloud() {
    let ws = workspace();
    let path = ws.beside("report.html");
    ws.to(0, "report", &["--html", path.to_str().unwrap()]);
    let page = std::fs::read_to_string(&path).unwrap();
    for outside in ["<script", "http:", "https:", "src=", "@import", "<link"] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert!(!page.contains("<b>ana"), "a name became markup");
    let (pictures, said) = (page.matches("<svg").count(), page.matches("role=\"img\"").count());
    assert!(pictures >= 6 && said == pictures, "{pictures} pictures, {said} with a role");
    assert_eq!(page.matches("<title id=").count(), pictures);
    assert_eq!(page.matches("<desc id=").count(), pictures);
    assert!(page.matches("<summary>Table").count() >= pictures, "a picture without its table");
    let ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|s| s.split('"').next().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice");
    for promised in
        ["Clopper", "Hajek", "Geifman", "SHA-256", "prefers-color-scheme: dark", "@media print"]
    {
        assert!(page.contains(promised), "no {promised}");
    }
}
