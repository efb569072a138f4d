//! What a team says on its pages: read from its settings and files, and an error that names what is wrong.

mod util;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};
use util::{Workspace, run, sample, stderr};

/// A workspace with two clips that wait, from recordings of two speakers.
fn workspace() -> Workspace {
    let ws = Workspace::plain();
    ws.ingest(&[&sample("volunteer_19b6d3ae.flac"), &sample("volunteer_9db44709.flac")]);
    let script = ws.write_rows("script.jsonl", &[json!({"text": "il fait beau"})]);
    ws.to(0, "run", &["--scripted", &script]);
    ws
}

/// The data of the pages in a folder beside the workspace.
fn pages(ws: &Workspace, folder: &str) -> Vec<Value> {
    let files = std::fs::read_dir(ws.beside(folder)).unwrap().map(|e| e.unwrap().path());
    let pages = files.filter(|p| p.extension().is_some_and(|e| e == "html"));
    pages.map(|p| util::page_data(&std::fs::read_to_string(p).unwrap()).unwrap()).collect()
}

fn tasks(ws: &Workspace, folder: &str, more: &[&str]) -> Vec<Value> {
    let out = ws.beside(folder);
    let mut args = vec!["--out", out.to_str().unwrap()];
    args.extend(more);
    ws.to(0, "tasks", &args);
    pages(ws, folder)
}

#[test]
fn the_page_says_what_the_team_wrote_and_which_batch_it_is() {
    let ws = workspace();
    // The first two stand under [dataset] too, where any text will do.
    for (from, to) in [
        ("title = \"\"", "title = \"Gaspésie\""),
        ("contact = \"\"", "contact = \" Dora  B. \""),
        ("instructions = \"\"", "instructions = \"ours.md\""),
        ("writing_rules = \"\"", "writing_rules = \"rules.md\""),
        ("deadline = \"\"", "deadline = \"2026-12-31\""),
    ] {
        ws.set(from, to);
    }
    let folder = PathBuf::from(ws.path());
    std::fs::write(folder.join("ours.md"), "Hear **all** of it, <b>too</b>.").unwrap();
    std::fs::write(folder.join("rules.md"), "- one\n- two\n").unwrap();

    let all = tasks(&ws, "out", &["--clips-per-file", "1"]);
    assert!(all.len() >= 2, "{}", all.len());
    let numbers: BTreeSet<u64> = all.iter().map(|page| page["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=all.len() as u64).collect());
    for page in &all {
        assert_eq!(page["title"], "Gaspésie");
        assert_eq!(page["expected"], "fr");
        assert_eq!(page["items"][0]["language"], "fr");
        assert_eq!(page["team"]["contact"], "Dora B.");
        assert_eq!(page["team"]["deadline"], "2026-12-31");
        let line = &page["team"]["instructions"][0]["lines"][0];
        assert_eq!(line[1], json!({"text": "all", "style": "bold"}));
        assert_eq!(line[2]["text"], " of it, <b>too</b>.");
        assert_eq!(page["team"]["rules"][0]["lines"].as_array().unwrap().len(), 2);
    }
    // Written again, a batch keeps its number; voices are numbers, not names.
    let again = tasks(&ws, "again", &["--clips-per-file", "1"]);
    let named = |pages: &[Value]| -> BTreeMap<String, u64> {
        let one = |page: &Value| (page["batch"].to_string(), page["number"].as_u64().unwrap());
        pages.iter().map(one).collect()
    };
    assert_eq!(named(&all), named(&again));
    let together = tasks(&ws, "together", &[]);
    let voices =
        together[0]["items"].as_array().unwrap().iter().map(|item| item["speaker"].as_u64());
    assert_eq!(voices.collect::<BTreeSet<_>>(), BTreeSet::from([Some(0), Some(1)]));
}

#[test]
fn a_file_that_is_not_there_and_a_day_that_is_none_are_named() {
    let ws = workspace();
    ws.set("instructions = \"\"", "instructions = \"nowhere.md\"");
    let out = ws.beside("out");
    let dir = ws.path();
    let args = ["tasks", &dir, "--out", out.to_str().unwrap()];
    let failed = run(&args);
    assert!(!failed.status.success());
    let said = stderr(&failed);
    assert!(said.contains("tasks.instructions") && said.contains("nowhere.md"), "{said}");
    ws.set("instructions = \"nowhere.md\"", "instructions = \"\"");
    ws.set("deadline = \"\"", "deadline = \"31.12.2026\"");
    let said = stderr(&run(&args));
    assert!(said.contains("tasks.deadline") && said.contains("2026-12-31"), "{said}");
}
