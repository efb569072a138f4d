//! Pay, flags and appeals of people, end to end: what is due and paid, what somebody lifts.

mod util;

use serde_json::{Value, json};
use util::{Workspace, stderr, stdout};

/// A workspace in which every clip waits for a person, at ten cents each; with its tasks.
fn workspace() -> (Workspace, Vec<Value>) {
    let ws = Workspace::waiting();
    ws.set("pay_per_clip = 0.0", "pay_per_clip = 0.10");
    let tasks = ws.tasks();
    (ws, tasks)
}

fn answer(task: &Value, who: &str, at: &str, seconds: f64) -> Value {
    let mut row = task.clone();
    row["validator"] = json!(who);
    row["verdict"] = json!("as_is");
    row["active_seconds"] = json!(seconds);
    row["answered_at"] = json!(at);
    row
}

/// RFC 3339.
fn now() -> String {
    jiff::Timestamp::now().to_string()
}

#[test]
fn what_was_earned_less_what_was_paid_is_due_and_the_same_payment_is_noted_once() {
    let (ws, tasks) = workspace();
    let rows: Vec<Value> = tasks[..8].iter().map(|t| answer(t, "ana", &now(), 18.0)).collect();
    ws.to(0, "answers", &[&ws.write_rows("ana.jsonl", &rows)]);
    let pay = |more: &[&str]| {
        let output = ws.to(0, "people", &[&["pay"][..], more, &["--json"]].concat());
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let ana = pay(&[])["people"][0].clone();
    let near = |value: &Value, wanted: f64| (value.as_f64().unwrap() - wanted).abs() < 1e-9;
    assert!(near(&ana["earned"], 0.8) && near(&ana["due"], 0.8) && near(&ana["overdue"], 0.0));
    assert!(near(&ana["hourly"], 20.0), "{ana}");
    let one = ["--to", "ANA", "--amount", "0.5", "--on", "2026-11-30", "--note", "novembre"];
    assert_eq!(
        pay(&one),
        json!({"noted": 1, "known": 0, "strangers": [], "failed": [], "failed_total": 0})
    );
    assert_eq!(pay(&one)["known"], json!(1));
    let list = ws.beside("payments.csv");
    std::fs::write(
        &list,
        "name;amount;paid_on;note\nana;0,1;2026-12-01;\nana;nichts;2026-12-01;\nben;1;gestern;\n",
    )
    .unwrap();
    let list = list.to_str().unwrap();
    let said = ws.to(3, "people", &["pay", list]);
    let said = stderr(&said);
    assert!(said.contains("payments.csv:3: 'nichts' is no amount"), "{said}");
    assert!(said.contains("payments.csv:4: 'gestern' is no day"), "{said}");
    let ana = pay(&[])["people"][0].clone();
    assert!(near(&ana["paid"], 0.6) && near(&ana["due"], 0.2), "{ana}");
    let months = ana["months"].as_array().unwrap();
    assert!(months.iter().any(|m| m["month"] == "2026-12" && near(&m["paid"], 0.1)), "{ana}");
    let everybody = ws.json("people")["people"].clone();
    assert!(near(&everybody[0]["due"], 0.2), "the same by whichever list: {everybody}");
    // Old work that nobody paid is overdue.
    ws.set("pay_within_days = 30", "pay_within_days = 0");
    assert!(near(&pay(&[])["people"][0]["overdue"], 0.2));
    let text = stdout(&ws.to(0, "people", &["pay"]));
    assert!(text.contains("Overdue: earned over 0 days ago"), "{text}");
    ws.to(2, "people", &["pay", "--to", "ana"]);
    let misspelt = ws.to(0, "people", &["pay", "--to", "Annna", "--amount", "1"]);
    assert!(stderr(&misspelt).contains("Annna has answered nothing here"), "{}", stderr(&misspelt));
}

#[test]
fn a_flag_is_lifted_by_a_person_with_an_answer_and_the_log_keeps_who_and_why() {
    let (ws, tasks) = workspace();
    // Ten answers in no time at all.
    let rows: Vec<Value> = tasks[..12].iter().map(|t| answer(t, "ana", &now(), 0.1)).collect();
    ws.to(0, "answers", &[&ws.write_rows("ana.jsonl", &rows)]);
    let validator = || ws.json("report")["work"]["validators"]["ana"].clone();
    assert_eq!(validator()["flags"], json!(["fast"]));
    let args = ["appeal", "--of", "ana", "--about", "fast", "--says", "je connais ces phrases"];
    ws.to(0, "people", &args);
    assert_eq!(validator()["flags"], json!(["fast"]), "nothing follows by itself");
    assert_eq!(validator()["appeals"], json!([{"about": "fast", "outcome": null}]));
    // A decision needs a person who decides, and an answer.
    ws.to(2, "people", &["appeal", "--decide", "1", "--outcome", "lifted"]);
    let empty = ["appeal", "--decide", "1", "--outcome", "lifted", "--by", " ", "--answer", "ok"];
    assert!(stderr(&ws.to(1, "people", &empty)).contains("who decides?"));
    let decide = [
        "appeal",
        "--decide",
        "1",
        "--outcome",
        "lifted",
        "--by",
        "Eva",
        "--answer",
        "C'est vrai, merci.",
    ];
    ws.to(0, "people", &decide);
    assert_eq!(validator()["flags"], json!([]));
    let log = stdout(&ws.to(0, "people", &["appeal"]));
    for part in ["1. ana, fast", "je connais ces phrases", "lifted by Eva", "C'est vrai, merci."] {
        assert!(log.contains(part), "{log}");
    }
    // The report holds nobody's words.
    let report = stdout(&ws.to(0, "report", &["--json"]));
    assert!(!report.contains("Eva") && !report.contains("je connais"));
    let unknown = ["appeal", "--of", "nobody", "--about", "weight"];
    assert!(stderr(&ws.to(1, "people", &unknown)).contains("nobody called nobody"));
    ws.to(2, "people", &["appeal", "--of", "ana", "--about", "lazy"]);
    // The notice, and the statement.
    let notice = stdout(&ws.to(0, "people", &["notice", "--languages", "fr,en"]));
    assert!(notice.contains("0.10 EUR") && notice.contains("No program turns anybody away"));
    let out = ws.beside("statements");
    let args = ["statement", "--of", "ana", "--out", out.to_str().unwrap(), "--json"];
    let said: Value = serde_json::from_slice(&ws.to(0, "people", &args).stdout).unwrap();
    assert_eq!((&said["answers"], said["batches"].as_array().unwrap().len()), (&json!(12), 1));
    assert!((said["due"].as_f64().unwrap() - 1.2).abs() < 1e-9, "{said}");
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 3, "page, data, record");
    assert!(
        stderr(&ws.to(1, "people", &["statement", "--of", "eve"])).contains("nobody called eve")
    );
    // What a person gets who asks, and what is left of one who withdraws.
    let out = ws.beside("subject");
    ws.to(0, "subject", &["--validator", "ana", "--out", out.to_str().unwrap()]);
    assert!(std::fs::read_to_string(out.join("appeals.jsonl")).unwrap().contains("Eva"));
    ws.to(0, "forget", &["--validator", "ana", "--yes"]);
    assert!(stdout(&ws.to(0, "people", &["appeal"])).contains("no appeals"));
}
