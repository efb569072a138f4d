//! What people agreed to, from the manifest to the dataset: columns, refusals, purposes that stop a command, statements
//! that come later. Drafts are a script's.

mod util;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use util::{Workspace, rows, sample, stderr};

/// Short recordings of different people.
const VOICES: [&str; 4] = [
    "volunteer_19b6d3ae.flac",
    "volunteer_2b2a8f5e.flac",
    "volunteer_2e3a959c.flac",
    "volunteer_2eecc97c.flac",
];

/// A manifest beside the workspace: the columns after `path`, then a row for each voice.
fn manifest(ws: &Workspace, columns: &str, said: &[&str]) -> String {
    let mut text = format!("path,{columns}\n");
    for (voice, said) in VOICES.iter().zip(said) {
        text += &format!("{},{said}\n", sample(voice).display());
    }
    write(ws, "voices.csv", &text)
}

fn write(ws: &Workspace, name: &str, text: &str) -> String {
    std::fs::write(ws.beside(name), text).unwrap();
    ws.beside(name).to_str().unwrap().to_string()
}

#[track_caller]
fn json_of(ws: &Workspace, code: i32, command: &str, more: &[&str]) -> (Value, String) {
    let output = ws.to(code, command, &[more, &["--json"]].concat());
    (serde_json::from_slice(&output.stdout).unwrap(), stderr(&output))
}

/// Cuts, and drafts as a script says.
fn transcribe(ws: &Workspace) -> Value {
    let script = ws.write_rows("script.jsonl", &[json!({"text": "bonjour tout le monde"})]);
    json_of(ws, 0, "run", &["--scripted", &script]).0
}

/// The voice that a recording, clip or row is of.
fn voice(row: &Value) -> String {
    let path = row["path"].as_str().unwrap();
    Path::new(path).file_name().unwrap().to_str().unwrap().to_string()
}

fn voices(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(voice).collect()
}

fn set_of(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| name.to_string()).collect()
}

/// Everything that waits is answered by Ana, just now.
fn answer_all(ws: &Workspace) -> Vec<Value> {
    let tasks = ws.tasks();
    let answers = tasks.iter().map(|task| {
        let mut row = task.clone();
        row["validator"] = json!("ana");
        row["verdict"] = json!("corrected");
        row["text"] = json!(format!("bonjour à {}", voice(task)));
        row["active_seconds"] = json!(4.0);
        row["answered_at"] = json!(jiff::Timestamp::now().to_string());
        row
    });
    let answers: Vec<Value> = answers.collect();
    let file = ws.write_rows("answers.jsonl", &answers);
    ws.to(0, "answers", &[&file]);
    tasks
}

#[test]
fn a_bad_date_or_purpose_costs_its_row_and_no_folder_brings_the_file_in() {
    let ws = Workspace::plain();
    let folder = ws.beside("in");
    std::fs::create_dir(&folder).unwrap();
    for (voice, name) in VOICES.iter().zip(["a.flac", "b.flac", "c.flac", "d.flac"]) {
        std::fs::copy(sample(voice), folder.join(name)).unwrap();
    }
    let table = write(
        &ws,
        "in/calls.csv",
        "path,consent_by,consent_date,consent_text,consent_purposes,consent_until\n\
         a.flac,Zoé,2026-03-31,form 2,\"review, train\",2099-12-31\n\
         b.flac,Bo,31/03/2026,,review,\n\
         c.flac,Cy,,,review sell,\n\
         d.flac,Di,,,review;publish,2099-02-30\n",
    );
    let (done, said) = json_of(&ws, 3, "ingest", &[&table, folder.to_str().unwrap()]);
    assert_eq!(done["added"], 1, "{done}");
    for named in [
        "line 3: `consent_date`: '31/03/2026' is not a date",
        "line 4: `consent_purposes`: 'sell' is not a purpose",
        "line 5: `consent_until`: '2099-02-30' is not a date",
        "correct the row",
    ] {
        assert!(said.contains(named), "{named}\n{said}");
    }
    let (list, _) = json_of(&ws, 0, "consent", &[]);
    let [only] = list["recordings"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!(only["purposes"], json!(["review", "train"]));
    assert_eq!((&only["by"], &only["source"]), (&json!("Zoé"), &json!("own")));
    assert_eq!((&only["date"], &only["until"]), (&json!("2026-03-31"), &json!("2099-12-31")));
    // Corrected, the rows are taken.
    let fixed = std::fs::read_to_string(&table).unwrap().replace("31/03/2026", "2026-03-31");
    let fixed = fixed.replace("review sell", "review").replace("2099-02-30", "2099-02-28");
    std::fs::write(&table, fixed).unwrap();
    assert_eq!(json_of(&ws, 0, "ingest", &[&table]).0["added"], 3);
}

#[test]
fn a_note_that_says_no_leaves_no_purpose_and_is_named() {
    let ws = Workspace::plain();
    let said = ["NO - withdrawn,", "Retirée le 3 mars,train", "signed form 12,", "review,"];
    let table = manifest(&ws, "consent,consent_purposes", &said);
    let (done, told) = json_of(&ws, 0, "ingest", &[&table]);
    let refused: Vec<Value> = done["refused"].as_array().unwrap().clone();
    assert_eq!(refused.len(), 2, "{done}");
    assert!(told.contains("refused or withdrawn for 2 recordings"), "{told}");
    assert!(VOICES[..2].iter().all(|voice| told.contains(voice)), "{told}");
    let (list, _) = json_of(&ws, 0, "consent", &[]);
    let purposes: Vec<&Value> =
        list["recordings"].as_array().unwrap().iter().map(|r| &r["purposes"]).collect();
    let all = json!(["review", "train", "evaluate", "publish"]);
    assert_eq!(purposes, [&json!([]), &json!([]), &all, &json!(["review"])]);
    assert_eq!(list["sources"], json!({"default": 1, "own": 1, "refused": 2}));
    // A second row that says no counts, though the first one stays where they contradict each other.
    let both = write(
        &ws,
        "both.csv",
        &format!("path,consent\n{0},oui\n{0},révoqué\n", sample(VOICES[2]).display()),
    );
    let (done, _) = json_of(&ws, 3, "ingest", &[&both]);
    assert_eq!(done["refused"].as_array().unwrap().len(), 1, "{done}");
    assert_eq!(json_of(&ws, 0, "consent", &[]).0["sources"]["refused"], 3);
}

#[test]
fn each_command_leaves_out_the_recordings_whose_purpose_it_lacks_and_names_them() {
    let ws = Workspace::plain();
    let purposes = [
        "\"review, train, evaluate, publish\",",
        "\"train, evaluate, publish\",",
        "\"review, train\",",
        "\"review, evaluate, publish\",2020-01-01",
    ];
    ws.to(0, "ingest", &[&manifest(&ws, "consent_purposes,consent_until", &purposes)]);
    let ran = transcribe(&ws);
    let all = ws.transcripts();
    assert_eq!(voices(&all).len(), 4, "transcripts are the team's own");
    let of = |name: &str| all.iter().filter(|row| voice(row) == name).count();
    let barred = of(VOICES[1]) + of(VOICES[3]);
    assert_eq!(ran["without_consent"]["clips"], barred, "{ran}");

    let out = ws.beside("out");
    let (done, told) =
        json_of(&ws, 0, "tasks", &["--out", out.to_str().unwrap(), "--format", "jsonl"]);
    assert_eq!(done["clips"], of(VOICES[0]) + of(VOICES[2]));
    assert_eq!(done["without_consent"]["clips"], barred);
    assert!(told.contains("'review' is missing") && told.contains(VOICES[1]), "{told}");
    assert!(told.contains("consent held until 2020-01-01"), "{told}");
    let status = ws.json("status");
    assert_eq!(status["recordings_without_consent"]["review"], 2);
    assert_eq!(status["not_reviewed"], barred);
    assert_eq!(voices(&answer_all(&ws)), set_of(&[VOICES[0], VOICES[2]]));

    // Settled are the first and the third; the third may neither be published nor measured.
    let data = ws.beside("data");
    let (done, told) = json_of(&ws, 0, "dataset", &["--out", data.to_str().unwrap()]);
    assert_eq!(done["clips"], of(VOICES[0]));
    assert_eq!(done["left_out"], json!({"no_consent_to_publish": of(VOICES[2])}));
    assert!(told.contains("'publish' is missing") && told.contains(VOICES[2]), "{told}");
    let report = ws.json("report");
    assert_eq!(report["without_consent_to_evaluate"], of(VOICES[2]));
    let measured = ws.beside("clips.csv");
    ws.to(0, "report", &["--csv", measured.to_str().unwrap()]);
    let table = std::fs::read_to_string(measured).unwrap();
    let column = table.lines().next().unwrap().split(',').position(|c| c == "errors").unwrap();
    let with_errors =
        table.lines().skip(1).filter(|l| !l.split(',').nth(column).unwrap().is_empty());
    assert_eq!(with_errors.count(), of(VOICES[0]));
}

#[cfg(feature = "adapt")]
#[test]
fn nobody_trains_or_is_judged_without_their_consent() {
    let ws = Workspace::plain();
    let table = |purposes: &str| {
        let menu = sample("quebec_menu.flac");
        write(&ws, "menu.csv", &format!("path,consent_purposes\n{},{purposes}\n", menu.display()))
    };
    ws.to(0, "ingest", &[&table("review train evaluate")]);
    let script: Vec<Value> = (0..100)
        .map(|n| json!({"start": n * 4, "end": n * 4 + 4, "text": format!("le numéro {n} est occupé")}))
        .collect();
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    let tasks = ws.tasks();
    let answers = tasks.iter().enumerate().map(|(n, task)| {
        let mut row = task.clone();
        row["validator"] = json!("ana");
        row["verdict"] = json!("corrected");
        row["text"] = json!(format!("la ligne {n} est libre"));
        row["answered_at"] = json!(jiff::Timestamp::now().to_string());
        row
    });
    let answers = ws.write_rows("answers.jsonl", &answers.collect::<Vec<_>>());
    ws.to(0, "answers", &[&answers]);
    let planned = || {
        let planned = util::run(&["adapt", &ws.path(), "--dry-run", "--json"]);
        (serde_json::from_slice::<Value>(&planned.stdout).ok(), stderr(&planned))
    };
    let (all, said) = planned();
    let all = all.unwrap_or_else(|| panic!("{said}"));
    let number = |plan: &Value, used: &str| plan["clips"][used].as_u64().unwrap_or(0);
    let (train, held) = (number(&all, "train"), number(&all, "dev") + number(&all, "test"));
    assert!(train > 0 && held > 0, "{all}");

    ws.to(0, "ingest", &[&table("review train")]);
    let (plan, said) = planned();
    assert!(plan.is_none(), "nothing is left to judge by");
    assert!(said.contains(&format!("{held} more are left out")), "{said}");
    assert!(said.contains("'evaluate' is missing") && said.contains("quebec_menu"), "{said}");
    ws.to(0, "ingest", &[&table("review evaluate")]);
    let (plan, said) = planned();
    assert!(plan.is_none(), "nothing is left to learn from");
    assert!(said.contains(&format!("{train} more are left out")), "{said}");
    ws.to(0, "ingest", &[&table("review train")]);
    let refused = stderr(&ws.to(1, "calibrate", &[]));
    assert!(refused.contains("0 settled clips are too few"), "{refused}");
    assert!(
        refused.contains("'evaluate' is missing") && refused.contains("quebec_menu"),
        "{refused}"
    );
}

#[test]
fn a_team_may_want_a_statement_for_everything() {
    let ws = Workspace::plain();
    ws.set("default = \"review, train, evaluate, publish\"", "default = \"\"");
    ws.to(0, "ingest", &[&manifest(&ws, "consent_purposes", &["review", "", "", ""])]);
    transcribe(&ws);
    assert_eq!(voices(&ws.tasks()), set_of(&[VOICES[0]]));
    ws.set("default = \"\"", "default = \"review, sell\"");
    let said = stderr(&ws.to(1, "status", &[]));
    assert!(said.contains("consent.default") && said.contains("'sell'"), "{said}");
}

#[test]
fn statements_come_later_and_what_the_change_costs_is_said() {
    let ws = Workspace::plain();
    let said = ["ana,", "bo,", "bo,", "di,signed"];
    ws.to(0, "ingest", &[&manifest(&ws, "speaker,consent", &said)]);
    transcribe(&ws);
    answer_all(&ws);
    let all = ws.transcripts();
    let of = |name: &str| all.iter().filter(|row| voice(row) == name).count();
    let (list, _) = json_of(&ws, 0, "consent", &[]);
    let id = list["recordings"][0]["recording"].as_str().unwrap();
    let letters = write(
        &ws,
        "letters.csv",
        &format!(
            "recording,path,speaker,consent_purposes,consent,consent_date,mood\n\
             {id},,,\"review,train\",,2026-03-31,good\n\
             ,,bo,,withdrawn,,\n\
             ,{},,none,,,\n\
             ,nobody.wav,,review,,,\n\
             ,,,review,,,\n\
             ,,di,,,,\n\
             ,,di,review,,soon,\n",
            VOICES[3]
        ),
    );
    let args = ["import", letters.as_str()];
    let (done, told) = json_of(&ws, 3, "consent", &args);
    assert_eq!((&done["rows"], &done["changed"]), (&json!(3), &json!(4)), "{done}");
    assert_eq!(done["lost"], json!({"evaluate": 4, "publish": 4, "review": 3, "train": 3}));
    assert_eq!(done["leave_datasets"], all.len(), "{done}");
    assert_eq!(done["leave_training"], all.len() - of(VOICES[0]));
    assert_eq!(done["ignored_columns"], json!(["mood"]));
    for named in [
        "line 5: no recording",
        "line 6: no path",
        "line 7: says nothing",
        "line 8: `consent_date`",
    ] {
        assert!(told.contains(named), "{named}\n{told}");
    }
    let (again, _) = json_of(&ws, 3, "consent", &args);
    assert_eq!((&again["changed"], &again["unchanged"]), (&json!(0), &json!(4)));
    // Purposes alone do not overrule a note that says no.
    let back =
        ws.write_rows("back.jsonl", &[json!({"speaker": "bo", "consent_purposes": ["publish"]})]);
    let (done, _) = json_of(&ws, 0, "consent", &["import", &back]);
    assert_eq!(done["still_refused"].as_array().unwrap().len(), 2, "{done}");
    let anew =
        json!({"speaker": "bo", "consent_purposes": "publish", "consent": "letter of 2 May"});
    let anew = ws.write_rows("anew.jsonl", &[anew]);
    let (done, _) = json_of(&ws, 0, "consent", &["import", &anew]);
    assert_eq!(done["gained"], json!({"publish": 2}), "{done}");
    let logged = ws.json("log");
    let last = logged.as_array().unwrap().last().unwrap();
    assert!(last["files"].to_string().contains("anew.jsonl"), "{last}");
}

#[test]
fn clips_in_peoples_hands_are_counted_when_consent_to_review_goes() {
    let ws = Workspace::plain();
    ws.to(0, "ingest", &[&manifest(&ws, "speaker", &["ana", "bo", "cy", "di"])]);
    transcribe(&ws);
    let out = ws.tasks();
    let handed = out.iter().filter(|row| voice(row) == VOICES[0]).count();
    let letter = write(&ws, "letter.csv", "speaker,consent\nana,no\n");
    let (done, told) = json_of(&ws, 0, "consent", &["import", &letter]);
    assert_eq!((&done["handed_out"], &done["leave_tasks"]), (&json!(handed), &json!(handed)));
    assert!(told.contains("ask for these back"), "{told}");
}

#[test]
fn a_dataset_has_the_licences_asked_for_and_says_what_was_agreed_to_but_not_by_whom() {
    let ws = Workspace::plain();
    let said = [
        "CC0-1.0,Zoé Tremblay,2026-03-31,form 2,\"review, publish\",2099-01-01",
        "CC-BY-4.0,,,,,",
        "CC-BY-NC-4.0,,,,,",
        ",,,,,",
    ];
    let columns = "licence,consent_by,consent_date,consent_text,consent_purposes,consent_until";
    ws.to(0, "ingest", &[&manifest(&ws, columns, &said)]);
    transcribe(&ws);
    answer_all(&ws);
    let data = ws.beside("data");
    let written = |licences: &str| {
        let args = ["--out", data.to_str().unwrap(), "--format", "nemo", "--licence", licences];
        let (done, _) = json_of(&ws, 0, "dataset", &args);
        let mut all = Vec::new();
        for split in ["train", "dev", "test"] {
            let text = std::fs::read_to_string(data.join(format!("{split}.json")));
            all.extend(rows(&text.unwrap_or_default()));
        }
        (done, all)
    };
    let (done, all) = written("cc0-1.0,CC-BY-4.0");
    let licences: BTreeSet<&str> = all.iter().map(|r| r["licence"].as_str().unwrap()).collect();
    assert_eq!(licences, BTreeSet::from(["CC0-1.0", "CC-BY-4.0"]));
    let left: BTreeSet<&str> =
        done["left_out"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(left, BTreeSet::from(["licence_unknown", "other_licence"]));
    let row = all.iter().find(|r| r["licence"] == "CC0-1.0").unwrap();
    assert_eq!(row["consent_date"], "2026-03-31");
    assert_eq!(row["consent_text"], "form 2");
    assert_eq!(row["consent_purposes"], "review, publish");
    assert_eq!(row["consent_until"], "2099-01-01");
    assert!(!row.to_string().contains("Tremblay"), "{row}");
    let (done, all) = written("none");
    assert!(all.iter().all(|r| r["licence"].is_null()), "{done}");
    assert!(done["left_out"].get("licence_unknown").is_none(), "{done}");
    let none = ws.to(1, "dataset", &["--out", data.to_str().unwrap(), "--licence", "MIT"]);
    assert!(stderr(&none).contains("every settled clip is left out"), "{}", stderr(&none));
}
