//! Who has which clip: shared out by name, taken back, counted per person. Clips are real, drafts are a script's.

mod util;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use util::{Workspace, rows, stderr, stdout};

/// Hands out rows; what the command says in JSON, and the rows of each person.
fn hand_out(ws: &Workspace, folder: &str, more: &[&str]) -> (Value, BTreeMap<String, Vec<Value>>) {
    let out = ws.beside(folder);
    let args = ["--out", out.to_str().unwrap(), "--format", "jsonl", "--json"];
    let said = ws.to(0, "tasks", &[&args[..], more].concat());
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    let mut of_people = BTreeMap::new();
    for handed in said["handed"].as_array().unwrap() {
        let files = handed["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap());
        let all = files.flat_map(|f| rows(&std::fs::read_to_string(f).unwrap())).collect();
        of_people.insert(handed["to"].as_str().unwrap().to_string(), all);
    }
    (said, of_people)
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| row["clip"].as_str().unwrap().to_string()).collect()
}

/// The rows answered, by whom they are stamped for.
fn answered(rows: &[Value], minutes: i64) -> Vec<Value> {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    let answered = |row: &Value| {
        let mut row = row.clone();
        row["verdict"] = json!("as_is");
        row["active_seconds"] = json!(6.0);
        row["answered_at"] = json!(at.to_string());
        row
    };
    rows.iter().map(answered).collect()
}

fn people(ws: &Workspace) -> BTreeMap<String, Value> {
    let all = ws.json("people")["people"].as_array().unwrap().clone();
    all.into_iter().map(|p| (p["name"].as_str().unwrap().to_string(), p)).collect()
}

#[test]
fn fifty_people_get_clips_of_their_own_and_a_second_call_hands_nobody_the_same() {
    let ws = Workspace::waiting();
    let waiting = ws.transcripts().len();
    let names: Vec<String> = (1..=50).map(|n| format!("personne {n}")).collect();
    let list = ws.beside("people.csv");
    std::fs::write(&list, format!("\u{feff}nom;ville\n{};\n", names.join(";Québec\n"))).unwrap();
    let list = list.to_str().unwrap();
    let args = ["--to", list, "--files", "1", "--clips-per-file", "1"];
    let (said, first) = hand_out(&ws, "first", &args);
    assert_eq!(first.len(), 50);
    let all: Vec<String> = first.values().flat_map(|rows| ids(rows)).collect();
    let each: BTreeSet<&String> = all.iter().collect();
    assert_eq!((all.len(), each.len()), (waiting.min(50), waiting.min(50)), "{said}");
    for (name, rows) in &first {
        assert!(rows.iter().all(|row| row["validator"] == json!(name)), "stamped with the name");
    }
    let (_, second) = hand_out(&ws, "second", &args);
    let again: BTreeSet<String> = second.values().flat_map(|rows| ids(rows)).collect();
    assert!(again.iter().all(|clip| !each.contains(clip)), "others have them");
}

#[test]
fn two_answers_are_asked_of_two_people() {
    let ws = Workspace::waiting();
    let waiting = ws.transcripts().len();
    let (_, got) = hand_out(&ws, "t", &["--to", "ana,ben,carl", "--validators", "2"]);
    let mut people: BTreeMap<String, usize> = BTreeMap::new();
    got.values().flat_map(|rows| ids(rows)).for_each(|clip| *people.entry(clip).or_default() += 1);
    assert_eq!(people.len(), waiting);
    assert!(people.values().all(|n| *n == 2));
    let sizes: Vec<usize> = got.values().map(Vec::len).collect();
    assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 10, "{sizes:?}");
}

#[test]
fn what_nobody_answered_comes_back_and_goes_to_another_and_a_late_answer_is_taken() {
    let ws = Workspace::waiting();
    let args = ["--files", "1", "--clips-per-file", "6"];
    let (said, first) = hand_out(&ws, "first", &[&args[..], &["--to", "ana,ben"]].concat());
    let (ana, ben) = (&first["ana"], &first["ben"]);
    assert_eq!((ana.len(), ben.len()), (6, 6));
    // Ana has answered two just now; Ben none.
    let two = ws.write_rows("two.jsonl", &answered(&ana[..2], 3));
    let import = stderr(&ws.to(0, "answers", &[&two]));
    assert!(import.contains("  ana: 2 answers, 0:12 of work"), "{import}");
    let now = people(&ws);
    assert_eq!((&now["ana"]["handed_out"], &now["ana"]["waiting"]), (&json!(6), &json!(4)));
    assert_eq!((&now["ana"]["answered"], &now["ana"]["minutes"]), (&json!(2), &json!(0.2)));
    assert_eq!(now["ben"]["out"][0]["batch"], said["batches"][1]);
    let reminded = stdout(&ws.to(0, "people", &["--remind", "--silent-for", "0"]));
    assert!(reminded.contains("ben: 6 clips, silent for 0 days"), "{reminded}");
    let reminded = stdout(&ws.to(0, "people", &["--remind"]));
    assert!(reminded.starts_with("Nobody"), "{reminded}");

    let before = ws.json("status")["waiting"].clone();
    assert_eq!(before["handed_out"], json!(10));
    let taken = ws.to(0, "tasks", &["--older-than", "0h", "--json"]);
    let taken: Value = serde_json::from_slice(&taken.stdout).unwrap();
    assert_eq!(taken["reclaimed"][0]["handed_to"], json!(["ben"]));
    assert_eq!(taken["under_way"][0]["handed_to"], json!(["ana"]), "answers still come");
    assert_eq!(ws.json("status")["waiting"]["handed_out"], json!(4));
    assert_eq!(people(&ws)["ben"]["waiting"], json!(0));
    let again = ws.to(1, "tasks", &["--reclaim", said["batches"][1].as_str().unwrap()]);
    assert!(stderr(&again).contains("taken back before"));
    let unknown = stderr(&ws.to(1, "tasks", &["--reclaim", "nobody"]));
    assert!(unknown.contains("no batch is called nobody"), "{unknown}");

    // Carl gets what Ben had, and nothing that Ana has.
    let all = ["--to", "carl"];
    let (_, second) = hand_out(&ws, "second", &all);
    let carl = ids(&second["carl"]);
    assert!(ids(ben).is_subset(&carl) && ids(ana).is_disjoint(&carl));
    // Ben was only slow.
    let late = ws.write_rows("late.jsonl", &answered(ben, 0));
    let import = ws.to(0, "answers", &[&late, "--json"]);
    let import: Value = serde_json::from_slice(&import.stdout).unwrap();
    assert_eq!((&import["accepted"], &import["settled"]), (&json!(6), &json!(6)));
    assert_eq!(import["people"]["ben"]["accepted"], json!(6));
    // By name it comes back also while somebody is at work.
    let batch = said["batches"][0].as_str().unwrap();
    let said = stderr(&ws.to(0, "tasks", &["--reclaim", batch]));
    assert!(said.contains("4 clips that nobody answered, 2 answers stay"), "{said}");
}

#[test]
fn a_file_for_nobody_in_particular_keeps_its_clips_until_it_is_taken_back() {
    let ws = Workspace::waiting();
    let out = ws.beside("open");
    let args = ["--out", out.to_str().unwrap(), "--format", "jsonl", "--json"];
    let open: Value = serde_json::from_slice(&ws.to(0, "tasks", &args).stdout).unwrap();
    let to_ana = ws.beside("ana");
    let said = ws.to(0, "tasks", &["--out", to_ana.to_str().unwrap(), "--to", "ana"]);
    assert!(stderr(&said).contains("are with others already"), "{}", stderr(&said));
    let table = stdout(&ws.to(0, "people", &[]));
    assert!(table.contains("Open to all"), "{table}");
    let empty = ws.to(1, "tasks", &["--out", to_ana.to_str().unwrap(), "--to", " "]);
    assert!(stderr(&empty).contains("--to names nobody"), "{}", stderr(&empty));
    let batches: Vec<&str> =
        open["batches"].as_array().unwrap().iter().map(|b| b.as_str().unwrap()).collect();
    ws.to(0, "tasks", &["--reclaim", &batches.join(",")]);
    let (_, got) = hand_out(&ws, "after", &["--to", "ana"]);
    assert_eq!(got["ana"].len(), ws.transcripts().len());
}

#[test]
fn a_download_whose_end_is_missing_is_said_to_be_cut_and_what_is_there_is_kept() {
    let ws = Workspace::waiting();
    let (_, got) = hand_out(&ws, "t", &["--to", "ana", "--files", "1", "--clips-per-file", "5"]);
    let header = json!({"format": "second-ear answers", "version": 1, "answered": 5});
    let whole: Vec<Value> = std::iter::once(header).chain(answered(&got["ana"], 0)).collect();
    let cut = ws.write_rows("cut.jsonl", &whole[..4]);
    let said = ws.to(3, "answers", &[&cut]);
    assert!(stderr(&said).contains("says that 5 answers follow, and 3 do"), "{}", stderr(&said));
    assert_eq!(people(&ws)["ana"]["answered"], json!(3));
    // The whole file brings the rest; what was there is refused in one line.
    let file = ws.write_rows("whole.jsonl", &whole);
    let said = stderr(&ws.to(0, "answers", &[&file]));
    assert!(said.contains("likewise 2 more rows, in lines 3, 4"), "{said}");
    assert_eq!(said.matches("rejected:").count(), 1, "{said}");
    assert_eq!(people(&ws)["ana"]["answered"], json!(5));
}

#[test]
fn an_answer_that_replaces_another_is_counted_for_its_person() {
    let ws = Workspace::waiting();
    ws.set("pay_per_clip = 0.0", "pay_per_clip = 0.10");
    let (_, got) = hand_out(&ws, "t", &["--to", "ana", "--files", "1", "--clips-per-file", "4"]);
    let mut all = answered(&got["ana"], 0);
    all[3]["verdict"] = json!("skip");
    ws.to(0, "answers", &[&ws.write_rows("a.jsonl", &all)]);
    let mut newer = answered(&all[..1], 1);
    newer[0]["verdict"] = json!("corrected");
    newer[0]["text"] = json!("tout autre chose");
    let said = stderr(&ws.to(0, "answers", &[&ws.write_rows("b.jsonl", &newer)]));
    assert!(said.contains("ana: 1 answers, 1 of them in place of earlier ones"), "{said}");
    let ana = &people(&ws)["ana"];
    assert_eq!((&ana["answered"], &ana["replaced"]), (&json!(4), &json!(1)));
    let due = ana["due"].as_f64().unwrap();
    assert!((due - 0.4).abs() < 1e-9, "the skip is paid, what was replaced once: {due}");
    // Who would rather not is not asked again; another is.
    let (_, got) = hand_out(&ws, "again", &["--to", "ana,ben", "--files", "1"]);
    let skipped = all[3]["clip"].as_str().unwrap();
    assert!(!ids(&got["ana"]).contains(skipped) && ids(&got["ben"]).contains(skipped));
}

#[test]
fn rows_for_a_french_spreadsheet_come_back_from_it() {
    let ws = Workspace::waiting();
    let out = ws.beside("excel");
    let args = ["--out", out.to_str().unwrap(), "--format", "csv", "--spreadsheet", "--to", "zoé"];
    ws.to(0, "tasks", &args);
    let mut files = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().path());
    let file = files.find(|p| p.extension().is_some_and(|e| e == "csv")).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with('\u{feff}') && text.lines().next().unwrap().contains(";draft;"));
    // As Excel saves it: Windows line ends, the verdict filled in.
    let filled = text.replace(";zoé;;", ";zoé;as_is;").replace('\n', "\r\n");
    assert_ne!(filled.len(), text.replace('\n', "\r\n").len());
    let back = ws.beside("back.csv");
    std::fs::write(&back, filled).unwrap();
    ws.to(0, "answers", &[back.to_str().unwrap()]);
    assert_eq!(people(&ws)["zoé"]["answered"], json!(ws.transcripts().len()));
}
