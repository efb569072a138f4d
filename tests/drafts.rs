//! Drafts of other engines: imported in the shapes of their tools, read by the real model, scored once people have answered.

mod util;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use util::{Workspace, decode_flac, root, rows, sample, stderr, stdout, write_wav};

fn data(name: &str) -> String {
    root().join("tests/data/drafts").join(name).to_str().unwrap().to_string()
}

/// What `drafts import --json` says.
fn import(ws: &Workspace, code: i32, engine: &str, file: &str) -> Value {
    let output = ws.to(code, "drafts", &["import", file, "--engine", engine, "--json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A file of a folder.
fn first(folder: &Path, ending: &str) -> PathBuf {
    let mut all = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.find(|path| path.extension().is_some_and(|e| e == ending)).unwrap()
}

/// Takes an engine's drafts.
fn take(ws: &Workspace, engine: &str) {
    ws.set("engine = \"\"", &format!("engine = \"{engine}\""));
}

#[test]
fn every_shape_is_recognised_bad_rows_are_named_and_numbers_that_say_nothing_are_missing() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("quebec_menu.flac")]);
    for (file, words, failed, confidence) in [
        ("nemo.json", 18, 2, "there is none"),
        ("whisper/quebec_menu.json", 5, 0, "kept"),
        ("whisperx/quebec_menu.json", 2, 0, "there is none"),
        ("whisper_cpp/quebec_menu.flac.json", 2, 0, "kept"),
        ("words.ctm", 3, 1, "it is 1.0 throughout"),
        ("aws/asrOutput.json", 2, 0, "kept"),
        ("deepgram/quebec_menu.json", 2, 0, "kept"),
        ("google/quebec_menu.json", 3, 0, "kept"),
        ("azure/contenturl_0.json", 3, 0, "there is none"),
        ("assemblyai/quebec_menu.json", 2, 0, "kept"),
        ("ours.jsonl", 5, 2, "kept"),
    ] {
        let engine = file.replace('/', ".");
        let done = import(&ws, if failed > 0 { 3 } else { 0 }, &engine, &data(file));
        assert_eq!((&done["recordings"], &done["words"]), (&json!(1), &json!(words)), "{done}");
        assert_eq!(done["failed_total"], json!(failed), "{done}");
        let trust = &done["word_confidence"];
        let said = trust["why"].as_str().or(trust["is"].as_str()).unwrap();
        assert_eq!(said, confidence, "{file}");
    }
    // Google's 0.0 is no confidence, word by word; Azure has one for a phrase.
    let done = import(&ws, 0, "google", &data("google/quebec_menu.json"));
    assert_eq!(done["word_confidence"]["count"], 2);
    let done = import(&ws, 0, "azure", &data("azure/contenturl_0.json"));
    assert_eq!(done["text_confidence"]["count"], 2);
    let done = import(&ws, 3, "nemo", &data("nemo.json"));
    assert_eq!(done["text_confidence"]["why"], "it is 0.0 throughout");
    assert_eq!(done["words_without_time"], 18);
    let failed = done["failed"].to_string();
    for said in
        ["line 3: no recording of this workspace is called", "line 4: `offset` without `duration`"]
    {
        assert!(failed.contains(said), "{failed}");
    }
    // What is imported again replaces what there was; what is unknown is refused as a whole.
    let output = ws.to(
        3,
        "drafts",
        &["import", &data("ours.jsonl"), &data("words.ctm"), "--engine", "nemo"],
    );
    assert!(stderr(&output).contains("seconds of the recording"), "{}", stderr(&output));
    let known = sample("references.jsonl").with_file_name("README.md");
    let output = ws.to(3, "drafts", &["import", known.to_str().unwrap(), "--engine", "x"]);
    assert!(stderr(&output).contains("none of the shapes"), "{}", stderr(&output));
    let listed: Vec<Value> =
        serde_json::from_slice(&ws.to(0, "drafts", &["--json"]).stdout).unwrap();
    let nemo = listed.iter().find(|row| row["engine"] == "nemo").unwrap();
    assert_eq!(
        (&nemo["words"], &nemo["texts"], &nemo["times"]),
        (&json!(8), &json!(3), &json!(true))
    );
    assert_eq!(listed.len(), 14);
    ws.to(0, "drafts", &["remove", "--engine", "nemo"]);
    ws.to(1, "drafts", &["remove", "--engine", "nemo"]);
    assert!(!stdout(&ws.to(0, "drafts", &[])).contains("nemo "));
    ws.to(2, "drafts", &["import", &data("ours.jsonl"), "--engine", "a@b"]);
}

/// Text and score of the only recording's clips.
fn texts(ws: &Workspace) -> Vec<(String, Value, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_string();
    let all = ws.transcripts().into_iter();
    all.map(|row| (text(&row, "text"), row["score"].clone(), text(&row, "decision"))).collect()
}

#[test]
fn an_engine_s_text_is_the_draft_and_the_model_s_own_stands_beside_it_until_it_is_taken_out() {
    let ws = Workspace::plain();
    ws.ingest(&[&sample("fleurs_fr_002.flac")]);
    ws.to(0, "run", &[]);
    let own = texts(&ws);
    let write = |text: &str| {
        let row = json!({"path": "fleurs_fr_002.flac", "text": text});
        ws.write_rows("engine.jsonl", &[row])
    };
    let file = write("Quelqu'un dit ici une phrase tout autre que celle du modèle, mot après mot.");
    import(&ws, 0, "other", &file);
    assert_eq!(texts(&ws), own, "nothing changes before the settings name it");

    take(&ws, "other");
    let said = stderr(&ws.to(0, "run", &[]));
    assert!(said.contains("second-ear calibrate"), "{said}");
    let theirs = texts(&ws);
    let all: Vec<&str> = theirs.iter().map(|(text, ..)| text.as_str()).collect();
    assert!(all.concat().contains("Quelqu'un") && all.concat().contains("mot."), "{all:?}");
    for (text, score, decision) in &theirs {
        assert_eq!((score, decision.as_str()), (&Value::Null, "human"), "{text}");
    }
    // The page has both.
    let pages = ws.beside("pages");
    ws.to(0, "tasks", &["--out", pages.to_str().unwrap()]);
    let page = std::fs::read_to_string(first(&pages, "html")).unwrap();
    let words = own.iter().flat_map(|(text, ..)| text.split_whitespace());
    let word = words.filter(|w| w.is_ascii() && !all.concat().contains(*w)).max_by_key(|w| w.len());
    assert!(page.contains("Quelqu") && page.contains(word.unwrap()), "{word:?}");
}

#[test]
fn another_import_makes_drafts_anew_and_without_a_text_the_model_s_own_is_scored_as_ever() {
    let ws = Workspace::plain();
    ws.ingest(&[&sample("volunteer_2eecc97c.flac")]);
    ws.to(0, "run", &[]);
    let own = texts(&ws);
    let draft = |text: &str| {
        let row = json!({"path": "volunteer_2eecc97c.flac", "text": text});
        import(&ws, 0, "other", &ws.write_rows("engine.jsonl", &[row]));
        ws.to(0, "run", &[]);
        texts(&ws).into_iter().map(|(text, ..)| text).collect::<Vec<_>>().join(" ")
    };
    take(&ws, "other");
    assert_eq!(draft("Un premier texte."), "Un premier texte.");
    assert_eq!(draft("Un second."), "Un second.");
    ws.to(0, "drafts", &["remove", "--engine", "other"]);
    ws.to(0, "run", &[]);
    assert_eq!(texts(&ws), own);
    // What cannot be read, because it is far too long, leaves the model's own draft.
    let long = vec!["anticonstitutionnellement"; 200].join(" ");
    assert_eq!(draft(&long), own.iter().map(|(t, ..)| t.as_str()).collect::<Vec<_>>().join(" "));
}

/// The menu of an answering service, said twice, and NeMo's manifest of it: every third text is that of another part.
fn menu(ws: &Workspace) -> (String, Vec<(f64, String, bool)>) {
    let (rate, samples) = decode_flac(&sample("quebec_menu.flac"));
    let length = samples.len() as f64 / f64::from(rate);
    write_wav(&ws.beside("menu.wav"), 1, rate, &[&samples[..], &samples].concat());
    let all = rows(&std::fs::read_to_string(sample("references.jsonl")).unwrap());
    let all: Vec<&Value> = all.iter().filter(|r| r["path"] == "quebec_menu.flac").collect();
    let (mut manifest, mut said) = (Vec::new(), Vec::new());
    for n in 0..2 * all.len() {
        let row = all[n % all.len()];
        let (start, end) = (row["start"].as_f64().unwrap(), row["end"].as_f64().unwrap());
        let offset = start + if n < all.len() { 0.0 } else { length };
        let right = n % 3 != 0;
        let text = if right { row } else { all[(n + 7) % all.len()] }["text"].as_str().unwrap();
        manifest.push(json!({"audio_filepath": "menu.wav", "offset": offset, "duration": end - start, "pred_text": text}));
        said.push((offset, text.to_string(), right));
    }
    (ws.write_rows("menu.json", &manifest), said)
}

#[test]
fn once_people_have_answered_right_texts_are_accepted_and_wrong_ones_are_not() {
    let ws = Workspace::plain();
    let (manifest, said) = menu(&ws);
    ws.to(0, "ingest", &[&manifest, "--segments", "keep"]);
    import(&ws, 0, "canary", &manifest);
    take(&ws, "canary");
    ws.to(0, "run", &[]);
    let is_right = |row: &Value| {
        let start = row["start"].as_f64().unwrap();
        let (_, text, right) = said.iter().find(|(at, ..)| (at - start).abs() < 0.01).unwrap();
        (text.clone(), *right)
    };
    let before = ws.transcripts();
    assert!(
        before.len() > 80 && before.iter().all(|r| r["text"] == is_right(r).0),
        "{}",
        before.len()
    );
    assert!(before.iter().all(|r| r["decision"] == "human" && r["score"].is_null()));

    let out = ws.beside("first");
    let some = [
        "--out",
        out.to_str().unwrap(),
        "--format",
        "jsonl",
        "--files",
        "1",
        "--clips-per-file",
        "72",
    ];
    ws.to(0, "tasks", &some);
    let answers: Vec<Value> = rows(&std::fs::read_to_string(first(&out, "jsonl")).unwrap())
        .into_iter()
        .map(|mut row| {
            let (draft, right) = is_right(&row);
            assert_eq!(row["draft"], draft);
            row["validator"] = json!("ana");
            row["verdict"] = json!(if right { "as_is" } else { "corrected" });
            row["text"] = json!(if right { draft } else { "tout autre chose".into() });
            row
        })
        .collect();
    assert_eq!(answers.len(), 72);
    ws.to(0, "answers", &[&ws.write_rows("answers.jsonl", &answers)]);
    let fitted = ws.to(0, "calibrate", &["--json"]);
    let fitted: Value = serde_json::from_slice(&fitted.stdout).unwrap();
    assert!(fitted["path"].as_str().unwrap().ends_with("calibration.canary.json"), "{fitted}");
    assert!(!ws.dir.join("calibration.json").exists());
    ws.to(0, "run", &[]);
    let after = ws.transcripts();
    let auto: Vec<bool> =
        after.iter().filter(|r| r["decision"] == "auto").map(|r| is_right(r).1).collect();
    assert!(!auto.is_empty() && auto.iter().all(|right| *right), "{auto:?}");
    let report = ws.json("report");
    assert_eq!(report["versions"]["calibration"]["own_clips"], fitted["adjustment"]["clips"]);

    // Without answers there is no score again.
    let recording = after[0]["recording"].as_str().unwrap();
    ws.to(0, "forget", &["--recording", recording, "--yes"]);
    assert!(
        !ws.dir.join("calibration.canary.json").exists() || {
            let text = std::fs::read_to_string(ws.dir.join("calibration.canary.json")).unwrap();
            serde_json::from_str::<Value>(&text).unwrap()["adjustment"].is_null()
        }
    );
}

#[test]
fn whoever_leaves_is_given_what_engines_wrote_and_takes_it_along() {
    let ws = Workspace::new();
    let manifest = ws.beside("calls.csv");
    let menu = sample("quebec_menu.flac");
    std::fs::write(&manifest, format!("path,speaker\n{},ana\n", menu.display())).unwrap();
    ws.to(0, "ingest", &[manifest.to_str().unwrap()]);
    import(&ws, 3, "ours", &data("ours.jsonl"));
    let folder = ws.beside("for-ana");
    ws.to(0, "subject", &["--speaker", "ana", "--out", folder.to_str().unwrap()]);
    let held = rows(&std::fs::read_to_string(folder.join("engine_texts.jsonl")).unwrap());
    assert_eq!((&held[1]["engine"], &held[1]["text"]), (&json!("ours"), &json!("Après le bip")));
    ws.to(0, "forget", &["--speaker", "ana", "--yes"]);
    assert_eq!(stdout(&ws.to(0, "drafts", &["--json"])).trim(), "[]");
    let bytes = std::fs::read(ws.dir.join("state.db")).unwrap();
    assert!(!bytes.windows(6).any(|w| w == b"Aucune"));
}
