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
    let ws = Workspace::plain();
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
    row["answered_at"] = in_minutes(0);
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
    util::page_data(&std::fs::read_to_string(file_in(ws, folder, "html")).unwrap()).unwrap()
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

    // One is reported as offensive: nobody else gets it, but the adjudicator, who is warned.
    let tasks = rows(&std::fs::read_to_string(file_in(&ws, "t", "jsonl")).unwrap());
    let mut shocked = answer(&tasks[0], "ana", "");
    shocked["verdict"] = json!("offensive");
    ws.set("validators = 1", "validators = 2");
    let file = ws.write_rows("ana.jsonl", &[shocked]);
    let two = ws.beside("two");
    ws.to(0, "tasks", &["--out", two.to_str().unwrap(), "--format", "html"]);
    ws.to(0, "answers", &[&file]);
    let clip = &tasks[0]["clip"];
    let item = |folder: &str| {
        let data = page_data(&ws, folder);
        let items = data["items"].as_array().unwrap().clone();
        items.into_iter().find(|i| i["row"]["clip"] == *clip)
    };
    let out = ["three", "lead"].map(|name| ws.beside(name).to_str().unwrap().to_string());
    ws.to(0, "tasks", &["--out", &out[0], "--format", "html"]);
    assert_eq!(item("three"), None);
    ws.to(0, "tasks", &["--out", &out[1], "--format", "html", "--adjudicate"]);
    assert_eq!(item("lead").unwrap()["warnings"], json!(["violent", "reported"]));
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

/// What `answers` says of a file, as JSON; `code`: how it exits.
#[track_caller]
fn import(ws: &Workspace, code: i32, file: &str) -> Value {
    serde_json::from_slice(&ws.to(code, "answers", &[file, "--json"]).stdout).unwrap()
}

fn text_of(ws: &Workspace, task: &Value) -> Value {
    let row = ws.transcripts().into_iter().find(|r| r["clip"] == task["clip"]);
    row.map_or(Value::Null, |r| r["text"].clone())
}

fn in_minutes(minutes: i64) -> Value {
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
    json!(now.to_string())
}

#[test]
fn an_answer_from_the_future_or_from_before_its_batch_replaces_no_other() {
    let (ws, _) = workspace();
    let task = &tasks(&ws, "t", &["--files", "1", "--clips-per-file", "3"])[0];
    let at = |text: &str, minutes: i64| {
        let mut row = answer(task, "ana", text);
        row["answered_at"] = in_minutes(minutes);
        row
    };
    let first = ws.write_rows("1.jsonl", &[at("la bonne phrase", 0)]);
    assert_eq!(import(&ws, 0, &first)["marked"], json!({}));
    for (name, minutes, said) in [("f", 60 * 24, "future"), ("p", -60 * 24, "before the batch")] {
        let file = ws.write_rows(&format!("{name}.jsonl"), &[at("une autre phrase", minutes)]);
        let got = import(&ws, 0, &file);
        assert_eq!(got["rejected"], json!({"superseded": 1}));
        assert!(got["reasons"][0].as_str().unwrap().contains(said), "{got}");
    }
    assert_eq!(text_of(&ws, task), "la bonne phrase");
    // Four minutes are a clock that is not quite right; and a real time replaces an odd one.
    let near = ws.write_rows("n.jsonl", &[at("presque à l'heure", 4)]);
    assert_eq!(import(&ws, 0, &near)["marked"], json!({}));
    assert_eq!(text_of(&ws, task), "presque à l'heure");
    let other = &tasks(&ws, "o", &["--files", "1", "--clips-per-file", "3"])[1];
    let mut odd = answer(other, "bob", "de demain");
    odd["answered_at"] = in_minutes(60 * 24);
    let odd = ws.write_rows("odd.jsonl", &[odd]);
    assert_eq!(import(&ws, 0, &odd)["marked"], json!({"time_in_future": 1}));
    let mut real = answer(other, "bob", "d'aujourd'hui");
    real["answered_at"] = in_minutes(0);
    let real = ws.write_rows("real.jsonl", &[real]);
    assert_eq!(import(&ws, 0, &real)["accepted"], 1);
    assert_eq!(text_of(&ws, other), "d'aujourd'hui");
    assert_eq!(import(&ws, 0, &odd)["rejected"], json!({"superseded": 1}));
}

#[test]
fn without_times_the_answer_imported_later_stays_and_the_message_says_so() {
    let (ws, _) = workspace();
    let task = &tasks(&ws, "t", &["--files", "1", "--clips-per-file", "3"])[0];
    let file = |name: &str, text: &str| {
        let mut row = answer(task, "ana", text);
        row["answered_at"] = json!("");
        ws.write_rows(name, &[row])
    };
    let (first, second) = (file("1.jsonl", "une phrase"), file("2.jsonl", "autre chose"));
    ws.to(0, "answers", &[&first]);
    let said = util::stderr(&ws.to(0, "answers", &[&second]));
    assert!(said.contains("order of import"), "{said}");
    assert_eq!(text_of(&ws, task), "autre chose");
    // What was replaced once stays so, however often it comes.
    assert_eq!(import(&ws, 0, &first)["rejected"], json!({"superseded": 1}));
    assert_eq!(text_of(&ws, task), "autre chose");
}

#[test]
fn names_that_look_alike_are_one_person() {
    let (ws, _) = workspace();
    ws.set("validators = 1", "validators = 2");
    let task = &tasks(&ws, "t", &["--files", "1", "--clips-per-file", "3"])[0];
    // Cyrillic, zero-width, full-width, other case: one vote, not five.
    let names = ["Ana", "Аna", "A\u{200b}na", "\u{ff21}na", "ANA"];
    let rows: Vec<Value> = names.iter().map(|name| answer(task, name, "une phrase")).collect();
    let file = ws.write_rows("a.jsonl", &rows);
    let said = util::stderr(&ws.to(0, "answers", &[&file]));
    assert!(said.contains("'ANA' looks like 'Ana'"), "{said}");
    let people = ws.json("report")["work"]["validators"].as_object().unwrap().clone();
    assert_eq!(people.keys().collect::<Vec<_>>(), ["Ana"]);
    assert_eq!(people["Ana"]["answers"], 1);
    assert!(tasks(&ws, "for-ana", &["--for", "aNa"]).iter().all(|t| t["clip"] != task["clip"]));
}

#[test]
fn answers_to_a_file_that_was_written_for_another_are_marked_and_on_request_rejected() {
    let (ws, _) = workspace();
    let all = tasks(&ws, "t", &["--for", "ana", "--files", "1", "--clips-per-file", "3"]);
    let by = |who: &str, n: usize| {
        let mut row = answer(&all[n], who, "une phrase");
        row["batch"] = json!(""); // nobody gets round it by leaving the batch out
        ws.write_rows(&format!("{who}{n}.jsonl"), &[row])
    };
    assert_eq!(import(&ws, 0, &by("ana", 0))["marked"], json!({}));
    assert_eq!(import(&ws, 0, &by("mallory", 1))["marked"], json!({"not_handed_to_them": 1}));
    let report = ws.json("report");
    assert_eq!(report["work"]["validators"]["mallory"]["marked"]["not_handed_to_them"], 1);
    assert_eq!(
        report["work"]["batches"][all[0]["batch"].as_str().unwrap()]["handed_to"],
        json!(["ana"])
    );
    ws.set("assigned_only = false", "assigned_only = true");
    assert_eq!(import(&ws, 3, &by("mallory", 2))["rejected"], json!({"not_assigned": 1}));
    assert_eq!(import(&ws, 0, &by("ana", 2))["accepted"], 1);
    // A file for nobody in particular is open to all.
    let open = tasks(&ws, "open", &["--files", "1", "--clips-per-file", "2"]);
    let file = ws.write_rows("open.jsonl", &[answer(&open[0], "mallory", "une phrase")]);
    assert_eq!(import(&ws, 0, &file)["accepted"], 1);
}

#[test]
fn only_the_file_handed_to_the_adjudicator_ends_a_dispute() {
    let (ws, _) = workspace();
    ws.set("max_validators = 3", "max_validators = 1");
    ws.set("validators = 1", "validators = 2");
    let all = tasks(&ws, "t", &["--files", "1", "--clips-per-file", "3"]);
    let people = [("ana", "le premier texte"), ("bob", "un tout autre récit")];
    let rows: Vec<Value> = people.iter().map(|(who, text)| answer(&all[0], who, text)).collect();
    let file = ws.write_rows("both.jsonl", &rows);
    assert_eq!(import(&ws, 0, &file)["contested"], 1);
    let import_one = |who: &str, task: &Value| {
        let file = ws.write_rows(&format!("{who}-ends.jsonl"), &[answer(task, who, "mon texte")]);
        import(&ws, 0, &file)
    };
    // Whoever disagrees does not decide, in a file for nobody in particular ...
    let open = tasks(&ws, "open", &["--adjudicate"]);
    let got = import_one("bob", &open[0]);
    assert_eq!(
        (got["contested"].clone(), got["marked"]["not_handed_to_them"].clone()),
        (json!(1), json!(1))
    );
    // ... and in a file for Dora nobody but her.
    let named = tasks(&ws, "named", &["--adjudicate", "--for", "dora"]);
    assert_eq!(import_one("mallory", &named[0])["contested"], 1);
    assert_eq!(text_of(&ws, &all[0]), all[0]["draft"]);
    assert_eq!(import_one("dora", &named[0])["contested"], 0);
    assert_eq!(text_of(&ws, &all[0]), "mon texte");
}

#[test]
fn seven_hours_on_three_seconds_of_audio_are_capped_and_counted() {
    let (ws, _) = workspace();
    ws.set("pay_per_clip = 0.0", "pay_per_clip = 0.05");
    let task = &tasks(&ws, "t", &["--files", "1", "--clips-per-file", "3"])[0];
    let mut row = answer(task, "ana", "une phrase");
    row["active_seconds"] = json!(25_200.0);
    let file = ws.write_rows("a.jsonl", &[row]);
    assert_eq!(import(&ws, 0, &file)["marked"]["time_capped"], 1);
    let seconds = task["end"].as_f64().unwrap() - task["start"].as_f64().unwrap();
    let report = ws.json("report");
    let ana = &report["work"]["validators"]["ana"];
    assert!(
        (ana["active_seconds"].as_f64().unwrap() - (60.0 + 50.0 * seconds)).abs() < 1e-6,
        "{ana}"
    );
    assert_eq!(
        (ana["marked"]["time_capped"].clone(), report["cost"]["capped_answers"].clone()),
        (json!(1), json!(1))
    );
}

#[test]
fn a_zero_width_space_is_no_correction_and_no_text() {
    let (ws, _) = workspace();
    let all = tasks(&ws, "t", &["--files", "1", "--clips-per-file", "3"]);
    let draft = all[0]["draft"].as_str().unwrap();
    let same = answer(&all[0], "ana", &format!("{draft}\u{200b}"));
    let nothing = answer(&all[1], "ana", "\u{200b}");
    let turned = answer(&all[2], "ana", "\u{202e}une\u{2066} phrase\u{202c}");
    let file = ws.write_rows("a.jsonl", &[same, nothing, turned]);
    let got = import(&ws, 3, &file);
    assert_eq!(
        (got["accepted"].clone(), got["rejected"].clone()),
        (json!(2), json!({"malformed": 1}))
    );
    assert_eq!(ws.json("report")["people"]["verdicts"], json!({"as_is": 1, "corrected": 1}));
    assert_eq!(text_of(&ws, &all[2]), "une phrase");
}

#[test]
fn credits_come_from_accepted_rows_and_follow_the_newest_wish() {
    let (ws, _) = workspace();
    let all = tasks(&ws, "t", &["--files", "1", "--clips-per-file", "3"]);
    let download = |name: &str, credit: &str, at: i64, row: Value| {
        let header = json!({"format": "second-ear answers", "version": 1, "credit": credit,
                            "written_at": in_minutes(at)});
        ws.write_rows(name, &[header, row])
    };
    let good = |who: &str, n: usize| answer(&all[n], who, "une phrase");
    let mut foreign = good("mallory", 1);
    foreign["workspace"] = json!("another");
    let mut altered = good("eve", 1);
    altered["draft_digest"] = json!("0123456789abcdef");
    ws.to(0, "answers", &[&download("1", "**Zoé** B.", -30, good("ana", 0))]);
    let bob = good("bob", 2);
    ws.to(0, "answers", &[&download("2", "Bob", -30, bob.clone())]);
    ws.to(3, "answers", &[&download("3", "Mallory", -30, foreign)]);
    ws.to(3, "answers", &[&download("4", "Eve", -30, altered)]);
    let credits = || {
        let out = ws.beside("dataset");
        ws.to(0, "dataset", &["--out", out.to_str().unwrap()]);
        let card = std::fs::read_to_string(out.join("README.md")).unwrap();
        card.lines().find(|l| l.starts_with("Reviewed")).unwrap_or_default().to_string()
    };
    let named = credits();
    assert!(named.contains("by \\*\\*Zoé\\*\\* B., Bob, who"), "{named}");
    // Bob takes it back with the same answers; an older file of his does not bring it again.
    ws.to(0, "answers", &[&download("5", "", -10, bob.clone())]);
    ws.to(0, "answers", &[&download("2", "Bob", -30, bob)]);
    assert!(!credits().contains("Bob"), "{}", credits());
}

/// What of a value is filled in: the names of fields with something in them.
fn shape(value: &Value) -> BTreeSet<String> {
    let filled = |v: &Value| match v {
        Value::Null => false,
        Value::String(s) => !s.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(all) => !all.is_empty(),
        _ => true,
    };
    let fields = value.as_object().unwrap().iter();
    // The first and the last clip of a recording have nothing on one side.
    let fields = fields.filter(|(name, _)| !name.starts_with("context"));
    fields.filter(|(_, v)| filled(v)).map(|(name, _)| name.clone()).collect()
}

#[test]
fn nothing_in_any_format_tells_a_check_from_a_task() {
    let (ws, all) = workspace();
    ws.set("mark_share = 0.0", "mark_share = 1.0");
    let first = tasks(&ws, "t", &["--files", "1", "--clips-per-file", "14"]);
    let settled: Vec<Value> = first
        .iter()
        .map(|t| answer(t, "ana", &format!("{} exactement", t["draft"].as_str().unwrap())))
        .collect();
    ws.to(0, "answers", &[&ws.write_rows("ana.jsonl", &settled)]);
    let done: BTreeSet<String> = first.iter().map(|t| t["clip"].to_string()).collect();
    let gold: Vec<Value> = all
        .iter()
        .filter(|r| !done.contains(&r["clip"].to_string()))
        .take(4)
        .map(|r| json!({"clip": r["clip"], "text": "texte connu de tous"}))
        .collect();
    ws.to(0, "answers", &[&ws.write_rows("gold.jsonl", &gold), "--gold"]);
    ws.set("gold_share = 0.0", "gold_share = 0.3");
    ws.set("seeded_error_share = 0.0", "seeded_error_share = 0.5");
    let out = ws.beside("mixed");
    let page = ws.beside("page");
    for (out, formats) in [(&out, "jsonl,csv,label-studio,turkle,appen"), (&page, "html")] {
        let out = out.to_str().unwrap();
        let args = ["--out", out, "--format", formats, "--clips-per-file", "1000"];
        ws.to(0, "tasks", &args);
    }
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    let mut checks =
        db.prepare("SELECT clip FROM batch_clips WHERE purpose IN ('gold', 'seeded')").unwrap();
    let checks: BTreeSet<String> =
        checks.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(checks.len() > 6, "{checks:?}");
    let read = |end: &str| {
        let files = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().path());
        let names = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().matches('.').count();
        let mut files = files.filter(|p| names(p) == end.matches('.').count());
        std::fs::read_to_string(files.find(|p| p.to_string_lossy().ends_with(end)).unwrap())
            .unwrap()
    };
    let table = |text: &str| -> Vec<Value> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names = reader.headers().unwrap().clone();
        let row = |r: csv::StringRecord| {
            names.iter().zip(r.iter()).map(|(n, c)| (n.to_string(), json!(c))).collect()
        };
        reader.records().map(|r| Value::Object(row(r.unwrap()))).collect()
    };
    let data = page_data(&ws, "page");
    let items = data["items"].as_array().unwrap().clone();
    let studio: Vec<Value> = serde_json::from_str(&read(".label-studio.json")).unwrap();
    let formats: [(&str, Vec<Value>, &str); 7] = [
        ("page", items.clone(), "/row/clip"),
        ("page's rows", items.iter().map(|i| i["row"].clone()).collect(), "/clip"),
        ("jsonl", rows(&read(".jsonl")), "/clip"),
        ("csv", table(&read(".csv")), "/clip"),
        ("turkle", table(&read(".turkle.csv")), "/clip"),
        ("label-studio", studio.iter().map(|t| t["data"].clone()).collect(), "/clip"),
        ("appen", table(&read(".appen.csv")), "/clip"),
    ];
    for (format, rows, clip) in &formats {
        let (check, task): (Vec<&Value>, Vec<&Value>) = rows
            .iter()
            .partition(|row| checks.contains(row.pointer(clip).unwrap().as_str().unwrap()));
        assert!(!check.is_empty() && !task.is_empty(), "{format}");
        let tasks: BTreeSet<_> = task.iter().map(|row| shape(row)).collect();
        for row in check {
            assert!(tasks.contains(&shape(row)), "{format}: {:?} is not of {tasks:?}", shape(row));
        }
    }
    // In order of time, so that no place in the file tells; words are those of the draft, in its time.
    let starts: Vec<f64> = items.iter().map(|i| i["row"]["start"].as_f64().unwrap()).collect();
    assert!(starts.windows(2).all(|w| w[0] < w[1]));
    let codes = |check: bool| -> BTreeSet<String> {
        let here =
            items.iter().filter(|i| checks.contains(i["row"]["clip"].as_str().unwrap()) == check);
        here.map(|i| i["reasons"].to_string()).collect()
    };
    assert!(codes(true).is_subset(&codes(false)), "{:?} {:?}", codes(true), codes(false));
    for (n, item) in items.iter().enumerate() {
        let words = item["words"].as_array().unwrap();
        let text: String = words.iter().map(|w| w[0].as_str().unwrap()).collect();
        assert_eq!(text.trim(), item["row"]["draft"].as_str().unwrap());
        let times: Vec<u64> = words.iter().map(|w| w[1].as_u64().unwrap()).collect();
        assert!(times.windows(2).all(|w| w[0] <= w[1]), "{times:?}");
        // What is said beside a check is what this file says there, and no known text.
        assert!(!item["row"].to_string().contains("texte connu"), "{item}");
        if let Some(next) = items.get(n + 1)
            && checks.contains(next["row"]["clip"].as_str().unwrap())
            && next["row"]["start"] == item["row"]["end"]
        {
            assert_eq!(item["row"]["context_after"], next["row"]["draft"]);
        }
    }
}

#[test]
fn a_clip_with_personal_data_or_offensive_content_is_left_out_everywhere_and_listed() {
    let (ws, _) = workspace();
    let all = tasks(&ws, "t", &["--clips-per-file", "1000"]);
    let near = &all[5];
    let mut report = answer(&all[6], "ana", "");
    report["verdict"] = json!("personal_data");
    let mut old = answer(&all[20], "ana", "");
    old["verdict"] = json!("shocking");
    ws.to(0, "answers", &[&ws.write_rows("ana.jsonl", &[report, old])]);
    let withheld = ws.json("status")["withheld"].clone();
    let listed: Vec<_> =
        withheld.as_array().unwrap().iter().map(|w| (&w["clip"], &w["verdict"])).collect();
    assert_eq!(
        listed,
        [(&all[6]["clip"], &json!("personal_data")), (&all[20]["clip"], &json!("offensive"))]
    );
    assert!(stdout(&ws.to(0, "status", &[])).contains("s: personal_data"));
    // Neither its text nor the clip is in what others read.
    assert_eq!(near["context_after"], all[6]["draft"]);
    let later = tasks(&ws, "later", &["--clips-per-file", "1000"]);
    let find = |t: &Value| later.iter().find(|l| l["clip"] == t["clip"]);
    assert_eq!(find(near).unwrap()["context_after"], "");
    assert_eq!((find(&all[6]), find(&all[20])), (None, None));
    let said = ws.to(0, "transcripts", &[]);
    assert!(util::stderr(&said).contains("2 clips with personal data"), "{}", util::stderr(&said));
    let listed = rows(&stdout(&said));
    assert!(listed.iter().all(|r| r["clip"] != all[6]["clip"] && r["clip"] != all[20]["clip"]));
    ws.to(0, "answers", &[&ws.write_rows("cat.jsonl", &[answer(near, "cat", "un texte")])]);
    let out = ws.beside("set");
    let written = ws.to(0, "dataset", &["--with-auto", "--json", "--out", out.to_str().unwrap()]);
    let written: Value = serde_json::from_slice(&written.stdout).unwrap();
    assert_eq!(written["left_out"], json!({"offensive": 1, "personal_data": 1}));
    // A second opinion does not outvote it; the adjudicator does.
    ws.to(0, "answers", &[&ws.write_rows("bob.jsonl", &[answer(&all[6], "bob", "rien de tel")])]);
    assert_eq!(text_of(&ws, &all[6]), Value::Null);
    let lead = tasks(&ws, "lead", &["--adjudicate"]);
    assert_eq!(lead.len(), 1);
    ws.to(
        0,
        "answers",
        &[&ws.write_rows("lead.jsonl", &[answer(&lead[0], "lead", "rien de tel")])],
    );
    assert_eq!(text_of(&ws, &all[6]), "rien de tel");
    assert_eq!(ws.json("status")["withheld"].as_array().unwrap().len(), 1);
}
