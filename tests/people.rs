//! Several people on the same clips, checks, adjudication, words that people confirm: end to end.

mod util;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};
use util::{Workspace, rows, sample, stdout};

/// Words that the script decodes in the clips, in turn.
const DECODED: [&str; 8] = [
    "veuillez composer votre numéro de téléphone",
    "il fait frette à matin mon chum",
    "appuyez sur la touche étoile",
    "votre message est enregistré",
    "pour revenir au menu principal",
    "la conférence commence maintenant",
    "raccrochez puis recommencez",
    "merci de votre appel",
];

/// A workspace whose clips are real, and whose drafts are a script's: no model is needed.
fn workspace() -> (Workspace, Vec<Value>) {
    let ws = Workspace::new();
    for (from, to) in [
        ("blind_share = 0.05", "blind_share = 0.0"),
        ("gold_share = 0.05", "gold_share = 0.0"),
        ("seeded_error_share = 0.02", "seeded_error_share = 0.0"),
    ] {
        ws.set(from, to);
    }
    ws.ingest(&[&sample("quebec_menu.flac")]);
    let script: Vec<Value> = (0..100)
        .map(|n| json!({"start": n * 4, "end": n * 4 + 4, "text": DECODED[n % DECODED.len()]}))
        .collect();
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    let waiting = ws.transcripts();
    assert!(waiting.len() > 20 && waiting.iter().all(|r| r["decision"] == "human"));
    (ws, waiting)
}

fn tasks(ws: &Workspace, name: &str, more: &[&str]) -> Vec<Value> {
    let out = ws.beside(name);
    let mut args = vec!["--out", out.to_str().unwrap(), "--format", "jsonl,html"];
    args.extend(more);
    ws.to(0, "tasks", &args);
    let files = std::fs::read_dir(&out).into_iter().flatten().map(|e| e.unwrap().path());
    let files = files.filter(|p| p.extension().is_some_and(|e| e == "jsonl"));
    files.flat_map(|p| rows(&std::fs::read_to_string(p).unwrap())).collect()
}

/// The one file of a kind in a folder beside the workspace.
fn file_in(ws: &Workspace, folder: &str, extension: &str) -> PathBuf {
    let mut files = std::fs::read_dir(ws.beside(folder)).unwrap().map(|e| e.unwrap().path());
    files.find(|p| p.extension().is_some_and(|e| e == extension)).unwrap()
}

fn answer(task: &Value, who: &str, text: &str) -> Value {
    let mut row = task.clone();
    row["validator"] = json!(who);
    row["verdict"] = json!(if task["draft"] == text { "as_is" } else { "corrected" });
    row["text"] = json!(text);
    row["active_seconds"] = json!(9.0);
    row["answered_at"] = json!("2026-11-24T10:00:00Z");
    row
}

#[test]
fn of_many_clips_only_the_most_urgent_go_out_with_what_is_said_around_them() {
    let (ws, waiting) = workspace();
    let all = tasks(&ws, "all", &["--clips-per-file", "1000"]);
    assert_eq!(all.len(), waiting.len());
    // In order of time each clip has its neighbours' drafts around it.
    for pair in all.windows(2) {
        assert_eq!(pair[0]["context_after"], pair[1]["draft"]);
        assert_eq!(pair[1]["context_before"], pair[0]["draft"]);
    }
    let few = tasks(&ws, "few", &["--clips-per-file", "2", "--files", "3"]);
    assert_eq!(few.len(), 6);
    let row = |clip: &Value| all.iter().find(|r| r["clip"] == *clip).unwrap();
    for task in &few {
        let same = |column: &str| task[column] == row(&task["clip"])[column];
        assert!(same("context_before") && same("context_after") && same("draft"), "{task}");
    }
    // They are the first batches of those that all of them make.
    let out = ws.beside("twos");
    let args =
        ["--out", out.to_str().unwrap(), "--format", "jsonl", "--clips-per-file", "2", "--json"];
    let batches: Value = serde_json::from_slice(&ws.to(0, "tasks", &args).stdout).unwrap();
    let first: BTreeSet<&str> = (0..3).map(|n| batches["batches"][n].as_str().unwrap()).collect();
    let of_few: BTreeSet<&str> = few.iter().map(|t| t["batch"].as_str().unwrap()).collect();
    assert_eq!(of_few, first);
}

#[test]
fn people_vote_word_by_word_and_an_adjudicator_ends_what_they_cannot() {
    let (ws, _) = workspace();
    ws.set("validators = 1", "validators = 2");
    let tasks_a = tasks(&ws, "a", &[]);
    let draft = |t: &Value| t["draft"].as_str().unwrap().to_string();
    // Ana and Bob: on the first clip they disagree and the draft decides; on the second nothing does;
    // on the rest they agree.
    let of = |who: &str, end: &str| -> Vec<Value> {
        tasks_a
            .iter()
            .enumerate()
            .map(|(n, t)| match (n, end) {
                (0, "x") => answer(t, who, &draft(t).replace(' ', "  ")),
                (0, _) => answer(t, who, &format!("{} {end}", draft(t))),
                (1, _) => answer(t, who, &format!("{end} autre {end} chose {end}")),
                _ => answer(t, who, &draft(t)),
            })
            .collect()
    };
    let ana = ws.write_rows("ana.jsonl", &of("ana", "x"));
    let bob = ws.write_rows("bob.jsonl", &of("bob", "y"));
    let said = ws.to(0, "answers", &[&ana, "--json"]);
    assert!(stdout(&said).contains("\"settled\": 0"), "one of two answers settles nothing");
    ws.to(0, "answers", &[&bob]);
    let rows: Vec<Value> = ws.transcripts();
    let find = |clip: &Value| rows.iter().find(|r| r["clip"] == *clip).unwrap().clone();
    assert_eq!(find(&tasks_a[0]["clip"])["text"], tasks_a[0]["draft"]);
    assert_eq!(find(&tasks_a[1]["clip"])["source"], "machine");
    assert_eq!(find(&tasks_a[2]["clip"])["source"], "human");

    // A third is asked; Ana is not asked again. He agrees with nobody either.
    assert!(tasks(&ws, "for-ana", &["--for", "ana"]).is_empty());
    let third = tasks(&ws, "b", &[]);
    assert_eq!(third.len(), 1);
    let carl =
        ws.write_rows("carl.jsonl", &[answer(&third[0], "carl", "encore un tout autre texte")]);
    let said = ws.to(0, "answers", &[&carl, "--json"]);
    assert!(stdout(&said).contains("\"contested\": 1"), "{}", stdout(&said));
    assert!(tasks(&ws, "none", &[]).is_empty());

    let last = tasks(&ws, "adjudicate", &["--adjudicate"]);
    assert_eq!(last.len(), 1);
    let page = file_in(&ws, "adjudicate", "html");
    assert!(std::fs::read_to_string(page).unwrap().contains("encore un tout autre texte"));
    let dora = ws.write_rows("dora.jsonl", &[answer(&last[0], "dora", "la bonne phrase")]);
    ws.to(0, "answers", &[&dora]);
    let text = ws.transcripts().into_iter().find(|r| r["clip"] == last[0]["clip"]).unwrap();
    assert_eq!(
        (text["text"].as_str(), text["source"].as_str()),
        (Some("la bonne phrase"), Some("human"))
    );
    assert_eq!(ws.json("status")["seconds"]["waiting"], 0.0);

    let report = ws.json("report");
    let agreement = &report["work"]["agreement"];
    assert_eq!(agreement["clips"], json!(tasks_a.len()));
    let alpha = agreement["alpha"]["value"].as_f64().unwrap();
    assert!(alpha > 0.8 && alpha < 1.0, "{agreement}");
    assert_eq!(report["work"]["validators"]["ana"]["answers"], json!(tasks_a.len()));
}

#[test]
fn the_order_of_imports_does_not_matter() {
    let end = |order: [usize; 3]| {
        let (ws, _) = workspace();
        ws.set("validators = 1", "validators = 2");
        let tasks = tasks(&ws, "t", &[]);
        let files: Vec<String> = ["ana", "bob", "carl"]
            .iter()
            .enumerate()
            .map(|(w, who)| {
                let said = tasks.iter().enumerate().map(|(n, t)| {
                    let draft = t["draft"].as_str().unwrap();
                    let text = if (n + w) % 3 == 0 {
                        "autre mot".to_string()
                    } else {
                        format!("{draft} bien")
                    };
                    answer(t, who, &text)
                });
                ws.write_rows(&format!("{who}.jsonl"), &said.collect::<Vec<_>>())
            })
            .collect();
        for n in order {
            ws.to(0, "answers", &[&files[n]]);
        }
        ws.transcripts()
    };
    assert_eq!(end([0, 1, 2]), end([2, 0, 1]));
}

#[test]
fn gold_and_planted_errors_are_mixed_in_and_never_learned_from() {
    let (ws, all) = workspace();
    // The team knows ten texts.
    let gold: Vec<Value> = all[..10]
        .iter()
        .map(|r| json!({"clip": r["clip"], "text": "texte connu de tous"}))
        .collect();
    let bad = json!({"clip": "no-such-clip", "text": "x"});
    let file = ws.write_rows("gold.jsonl", &[gold.clone(), vec![bad]].concat());
    let said = ws.to(3, "answers", &[&file, "--gold"]);
    assert!(util::stderr(&said).contains("no clip 'no-such-clip'"), "{}", util::stderr(&said));
    ws.set("gold_share = 0.0", "gold_share = 0.5");
    ws.set("seeded_error_share = 0.0", "seeded_error_share = 0.5");
    ws.set("clips_per_file = 100", "clips_per_file = 8");
    ws.set("pay_per_clip = 0.0", "pay_per_clip = 0.05");
    ws.set("floor_per_hour = 0.0", "floor_per_hour = 30.0");

    let first = ws.beside("first");
    let said =
        ws.to(0, "tasks", &["--out", first.to_str().unwrap(), "--format", "jsonl", "--json"]);
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert!(!said["under_floor"].as_object().unwrap().is_empty(), "{said}");
    let known: BTreeSet<String> = gold.iter().map(|g| g["clip"].to_string()).collect();
    let mut answers = Vec::new();
    for entry in std::fs::read_dir(&first).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        for task in rows(&std::fs::read_to_string(path).unwrap()) {
            let gold = known.contains(&task["clip"].to_string());
            let text = if gold { "texte connu de nous" } else { "une autre phrase entendue" };
            answers.push(answer(&task, "ana", text));
        }
    }
    let controls = answers.iter().filter(|a| known.contains(&a["clip"].to_string())).count();
    assert!(controls >= 4, "{controls} gold clips were handed out");
    let file = ws.write_rows("ana.jsonl", &answers);
    ws.to(0, "answers", &[&file]);

    // Now there are settled texts to plant errors in: Bob lets every one of them pass.
    ws.set("validators = 1", "validators = 2");
    ws.set("gold_share = 0.5", "gold_share = 0.0");
    let more = ws.beside("more");
    ws.ingest(&[&sample("volunteer_19b6d3ae.flac"), &sample("volunteer_9db44709.flac")]);
    let script = ws.write_rows("again.jsonl", &[json!({"text": "encore une phrase à entendre"})]);
    ws.to(0, "run", &["--scripted", &script]);
    ws.to(0, "tasks", &["--out", more.to_str().unwrap(), "--format", "jsonl", "--only-new"]);
    let tasks = rows(&std::fs::read_to_string(file_in(&ws, "more", "jsonl")).unwrap());
    let before: BTreeSet<String> = answers.iter().map(|a| a["clip"].to_string()).collect();
    let planted = tasks.iter().filter(|t| before.contains(&t["clip"].to_string()));
    let planted: Vec<&Value> = planted.collect();
    assert!(!planted.is_empty(), "no planted error in {} tasks", tasks.len());
    for task in &planted {
        assert_ne!(task["draft"], "une autre phrase entendue");
    }
    let bob: Vec<Value> =
        tasks.iter().map(|t| answer(t, "bob", t["draft"].as_str().unwrap())).collect();
    let file = ws.write_rows("bob.jsonl", &bob);
    ws.to(0, "answers", &[&file]);
    let report = ws.json("report");
    let work = &report["work"];
    assert_eq!(work["validators"]["bob"]["seeded_caught"]["part"], 0);
    assert_eq!(work["validators"]["bob"]["seeded_caught"]["of"], json!(planted.len()));
    let gold_wer = work["validators"]["ana"]["gold"]["wer"].as_f64().unwrap();
    assert!((gold_wer - 0.25).abs() < 1e-9, "{gold_wer}");
    assert!(work["batches"].as_object().unwrap().values().any(|b| b["under_floor"] == true));

    // What was planted is not learned, and no gold clip is in the training data.
    let out = ws.beside("dataset");
    ws.to(0, "dataset", &["--out", out.to_str().unwrap(), "--format", "nemo"]);
    let mut learned = String::new();
    for name in ["train", "dev", "test"] {
        for entry in std::fs::read_dir(&out).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with(name) && path.is_file() {
                learned.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    assert!(learned.contains("une autre phrase entendue"), "{learned}");
    assert!(!learned.contains("texte connu"));
    for task in planted {
        assert!(!learned.contains(task["draft"].as_str().unwrap()));
    }
}

#[test]
fn a_share_of_the_tasks_is_blind_and_what_was_shown_is_compared() {
    let (ws, _) = workspace();
    ws.set("blind_share = 0.0", "blind_share = 0.4");
    let tasks = tasks(&ws, "t", &[]);
    let blind = tasks.iter().filter(|t| t["draft"] == "").count();
    assert!(blind > 3 && blind < tasks.len() - 3, "{blind} of {}", tasks.len());
    let answers: Vec<Value> =
        tasks.iter().map(|t| answer(t, "ana", "tout à fait autre chose")).collect();
    let file = ws.write_rows("ana.jsonl", &answers);
    ws.to(0, "answers", &[&file]);
    let drafts = &ws.json("report")["work"]["drafts"];
    assert_eq!(drafts["blind"]["clips"], json!(blind));
    assert_eq!(drafts["shown"]["clips"], json!(tasks.len() - blind));
}

#[test]
fn words_that_two_clips_confirm_route_the_next_run() {
    let (ws, _) = workspace();
    let tasks = tasks(&ws, "t", &[]);
    let answers: Vec<Value> = tasks
        .iter()
        .take(3)
        .map(|t| {
            let mut row = answer(t, "ana", "on va se pogner le moine à soir");
            row["tags"] = json!([{"kind": "idiom", "text": "se pogner le moine", "region": "fr-CA-QC",
                                  "meaning": "ne rien faire"}]);
            row
        })
        .collect();
    let file = ws.write_rows("ana.jsonl", &answers);
    ws.to(0, "answers", &[&file]);
    let listing = serde_json::from_slice::<Value>(
        &util::run_to(0, &["lexicon", "list", &ws.path(), "--json"]).stdout,
    )
    .unwrap();
    let person = &listing["from_people"][0];
    assert_eq!(person["term"], "se pogner le moine");
    assert_eq!((person["clips"].clone(), person["in_use"].clone()), (json!(3), json!(true)));
    ws.ingest(&[&sample("volunteer_19b6d3ae.flac")]);
    let script =
        ws.write_rows("again.jsonl", &[json!({"text": "il aime se pogner le moine le dimanche"})]);
    ws.to(0, "run", &["--scripted", &script]);
    let row = ws
        .transcripts()
        .into_iter()
        .find(|r| r["path"].as_str().unwrap().contains("19b6"))
        .unwrap();
    let reasons = row["reasons"].as_array().unwrap();
    assert!(reasons.contains(&json!("idiom")), "{row}");
}

/// The page's blob of tasks.
fn page_data(ws: &Workspace, folder: &str) -> Value {
    let page = std::fs::read_to_string(file_in(ws, folder, "html")).unwrap();
    let start = page.find("id=\"tasks\">").unwrap() + "id=\"tasks\">".len();
    let end = start + page[start..].find("</script").unwrap();
    serde_json::from_str(&page[start..end]).unwrap()
}

#[test]
fn the_page_warns_marks_and_says_what_it_pays() {
    let ws = Workspace::new();
    for (from, to) in [
        ("blind_share = 0.05", "blind_share = 0.0"),
        ("mark_share = 0.0", "mark_share = 1.0"),
        ("pay_per_clip = 0.0", "pay_per_clip = 0.25"),
        ("\n[tasks.regions]", "\n[tasks.regions]\nfr-CA-GASP = { fr = \"Gaspésie\" }"),
    ] {
        ws.set(from, to);
    }
    ws.ingest(&[&sample("volunteer_19b6d3ae.flac"), &sample("volunteer_9db44709.flac")]);
    let script = [
        json!({"start": 0, "end": 0.1, "text": "unused"}),
        json!({"text": "il va te tuer demain", "logprobs": [-0.1, -0.1, -3.0, -0.1, -2.0]}),
    ];
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    let out = ws.beside("t");
    ws.to(0, "tasks", &["--out", out.to_str().unwrap(), "--format", "html,jsonl"]);
    let data = page_data(&ws, "t");
    let items = data["items"].as_array().unwrap();
    assert!(items.len() >= 2);
    for item in items {
        assert_eq!(item["warnings"], json!(["violent"]), "{item}");
        assert_eq!(item["doubtful"], json!([2, 4]));
    }
    assert_eq!(data["work"]["pay_per_clip"], 0.25);
    assert!(data["work"]["estimate_seconds"].as_f64().unwrap() > 10.0);
    assert_eq!(data["regions"], json!({"fr-CA-GASP": {"fr": "Gaspésie"}}));

    // One is reported as offensive; its neighbour, if it has one, is warned of too.
    let tasks = rows(&std::fs::read_to_string(file_in(&ws, "t", "jsonl")).unwrap());
    let mut shocked = answer(&tasks[0], "ana", "");
    shocked["verdict"] = json!("offensive");
    ws.set("validators = 1", "validators = 2");
    let file = ws.write_rows("ana.jsonl", &[shocked]);
    let two = ws.beside("two");
    ws.to(0, "tasks", &["--out", two.to_str().unwrap(), "--format", "html"]);
    ws.to(0, "answers", &[&file]);
    let three = ws.beside("three");
    ws.to(0, "tasks", &["--out", three.to_str().unwrap(), "--format", "html"]);
    let data = page_data(&ws, "three");
    let clip = &tasks[0]["clip"];
    let item = data["items"].as_array().unwrap().iter().find(|i| i["row"]["clip"] == *clip);
    assert_eq!(item.unwrap()["warnings"], json!(["violent", "reported"]));
}

#[test]
fn an_import_that_died_before_it_settled_is_settled_by_the_next_command() {
    let (ws, _) = workspace();
    let tasks = tasks(&ws, "t", &[]);
    let file = ws.write_rows("ana.jsonl", &[answer(&tasks[0], "ana", "une phrase")]);
    ws.to(0, "answers", &[&file]);
    let settled = ws.transcripts();
    // As if killed between the two transactions.
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    db.execute("DELETE FROM consensus", []).unwrap();
    db.execute("INSERT INTO meta VALUES ('unsettled', '')", []).unwrap();
    drop(db);
    assert_ne!(ws.transcripts(), settled);
    ws.to(0, "ingest", &[sample("quebec_menu.flac").to_str().unwrap()]);
    assert_eq!(ws.transcripts(), settled);
}
