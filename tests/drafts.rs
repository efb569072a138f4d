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

/// What people settle on, in every clip.
const SAID: &str = "le chat dort bien ici";

/// Three recordings of one speaker each, drafted by a script that leaves two words out; with every clip's path, start and end.
fn drafted(blind: bool) -> (Workspace, Vec<(String, f64, f64)>) {
    let ws = Workspace::plain();
    if blind {
        ws.set("blind_share = 0.0", "blind_share = 1.0");
    }
    let files = ["quebec_menu.flac", "english_speakers.flac", "volunteer_19b6d3ae.flac"];
    ws.ingest(&files.map(sample).each_ref().map(|path| &**path));
    let script = ws.write_rows("script.jsonl", &[json!({"text": "le chat dort"})]);
    ws.to(0, "run", &["--scripted", &script]);
    let clip = |row: &Value| {
        let path = row["path"].as_str().unwrap().rsplit('/').next().unwrap().to_string();
        (path, row["start"].as_f64().unwrap(), row["end"].as_f64().unwrap())
    };
    let clips: Vec<_> = ws.transcripts().iter().map(clip).collect();
    assert!(files.iter().all(|file| clips.iter().any(|(path, ..)| path == file)), "{clips:?}");
    (ws, clips)
}

/// Imports what an engine makes of each clip; nothing of a clip without a text.
fn write_engine(
    ws: &Workspace,
    engine: &str,
    clips: &[(String, f64, f64)],
    says: impl Fn(usize, &str) -> Option<&'static str>,
) {
    let texts = clips.iter().enumerate().filter_map(|(n, (path, start, end))| {
        let text = says(n, path)?;
        Some(json!({"path": path, "start": start, "end": end, "text": text}))
    });
    import(ws, 0, engine, &ws.write_rows("engine.jsonl", &texts.collect::<Vec<_>>()));
}

/// Everything that waits is settled with [`SAID`].
fn settle(ws: &Workspace) {
    let answer = |mut row: Value| {
        row["validator"] = json!("ana");
        row["verdict"] = json!("corrected");
        row["text"] = json!(SAID);
        row
    };
    let answers: Vec<Value> = ws.tasks().into_iter().map(answer).collect();
    ws.to(0, "answers", &[&ws.write_rows("answers.jsonl", &answers)]);
}

#[test]
fn the_report_compares_engines_and_the_model_on_the_same_clips() {
    let (ws, clips) = drafted(false);
    assert_eq!(ws.json("report")["engines"], Value::Null);
    let menu = |path: &str| path == "quebec_menu.flac";
    let in_menu = clips.iter().filter(|(path, ..)| menu(path)).count();
    write_engine(&ws, "nova", &clips, |_, _| Some(SAID));
    // A word wrong everywhere but in the menu, and of its first clip nothing.
    let first = clips.iter().position(|(path, ..)| menu(path)).unwrap();
    write_engine(&ws, "canary", &clips, |n, path| match menu(path) {
        _ if n == first => None,
        true => Some(SAID),
        false => Some("le chien dort bien ici"),
    });
    settle(&ws);
    let report = ws.json("report");
    let engines = &report["engines"];
    let all = clips.len() as f64;
    assert_eq!((&engines["clips"], &engines["recordings"]), (&json!(clips.len()), &json!(3)));
    // Every clip has five words and stands for itself.
    let canary = (5.0 + all - in_menu as f64) / (5.0 * all);
    let compared = engines["compared"].as_array().unwrap();
    for (one, (name, wer)) in
        compared.iter().zip([("nova", 0.0), ("canary", canary), ("base", 0.4)])
    {
        assert_eq!(one["engine"], name);
        let near = |value: &Value, by_hand: f64| {
            assert!((value.as_f64().unwrap() - by_hand).abs() < 1e-6, "{name}: {value}, {by_hand}");
        };
        near(&one["wer"]["value"], wer);
        near(&one["by_region"]["unknown"]["value"], wer);
        match name {
            "nova" => assert_eq!(one["difference"], Value::Null),
            _ => near(&one["difference"]["value"], wer),
        }
        assert_eq!((&one["own"], &one["in_use"]), (&json!(name == "base"), &json!(name == "base")));
        assert_eq!(
            one["people_missing"],
            if name == "base" { "no_calibration" } else { "not_read" }
        );
    }
    assert_eq!(compared[2]["wer"], report["drafts"]["all_wer"], "the same clips, the same rate");
    // Of three speakers alike the model leaves out as many words: no interval, and none is made up.
    let says = engines["says"].as_str().unwrap();
    assert!(says.contains("nova and canary cannot be told apart"), "{says}");
    assert_eq!((&engines["blind_clips"], &compared[0]["blind_wer"]), (&json!(0), &Value::Null));
    let text = stdout(&ws.to(0, "report", &[]));
    assert!(text.contains(says) && text.contains("not read by the model"), "{text}");
    let page = ws.beside("report.html");
    ws.to(0, "report", &["--html", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("Which engine?") && page.contains("Errors of engines on the same clips"));

    // A recording that an engine was never asked about is no clip without words.
    ws.to(0, "drafts", &["remove", "--engine", "canary"]);
    let menu_alone: Vec<_> = clips.iter().filter(|(path, ..)| menu(path)).cloned().collect();
    write_engine(&ws, "canary", &menu_alone, |_, _| Some(SAID));
    let engines = ws.json("report")["engines"].clone();
    assert_eq!((&engines["clips"], &engines["recordings"]), (&json!(in_menu), &json!(1)));
    let left = clips.len() - in_menu;
    assert_eq!(engines["left_out"]["without_texts"], json!({"canary": left}));
    assert_eq!(engines["left_out"]["clips"], json!(left));
    for engine in ["canary", "nova"] {
        ws.to(0, "drafts", &["remove", "--engine", engine]);
    }
    assert_eq!(ws.json("report")["engines"], Value::Null);
}

#[test]
fn texts_that_were_written_without_a_draft_in_sight_are_counted_and_compared_apart() {
    let (ws, clips) = drafted(true);
    write_engine(&ws, "nova", &clips, |_, _| Some(SAID));
    settle(&ws);
    let engines = ws.json("report")["engines"].clone();
    assert!(clips.len() >= 30, "{}", clips.len());
    assert_eq!(engines["blind_clips"], json!(clips.len()));
    for one in engines["compared"].as_array().unwrap() {
        assert_eq!(one["blind_wer"], one["wer"]);
        assert_eq!(one["blind_difference"], one["difference"]);
    }
}

/// A manifest of the menu in which an engine is right where `right` says so, writes nothing where it says nothing, and elsewhere
/// what nobody said.
fn half_right(
    ws: &Workspace,
    manifest: &str,
    name: &str,
    right: impl Fn(usize) -> Option<bool>,
) -> (String, Vec<(f64, String)>) {
    let all = rows(&std::fs::read_to_string(manifest).unwrap());
    let of_menu = rows(&std::fs::read_to_string(sample("references.jsonl")).unwrap());
    let of_menu: Vec<&Value> = of_menu.iter().filter(|r| r["path"] == "quebec_menu.flac").collect();
    let (mut written, mut said) = (Vec::new(), Vec::new());
    for (n, row) in all.iter().enumerate() {
        let Some(right) = right(n) else { continue };
        let text = match right {
            true => of_menu[n % of_menu.len()]["text"].as_str().unwrap().to_string(),
            false => format!("personne ne dit ici {name} zèbre {n}"),
        };
        let mut row = row.clone();
        row["pred_text"] = json!(text);
        said.push((row["offset"].as_f64().unwrap(), text));
        written.push(row);
    }
    (ws.write_rows(&format!("{name}.json"), &written), said)
}

/// What an engine said at a time.
fn at(said: &[(f64, String)], start: f64) -> Option<&str> {
    let found = said.iter().find(|(at, _)| (at - start).abs() < 0.01);
    found.map(|(_, text)| text.as_str())
}

#[test]
fn of_two_engines_the_better_draft_of_each_clip_goes_out_and_both_stand_in_the_page() {
    let ws = Workspace::plain();
    let (manifest, _) = menu(&ws);
    ws.to(0, "ingest", &[&manifest, "--segments", "keep"]);
    let (nova, nova_said) =
        half_right(&ws, &manifest, "nova", |n| (n % 10 != 3).then_some(n % 2 == 0));
    let (canary, canary_said) = half_right(&ws, &manifest, "canary", |n| Some(n % 2 == 1));
    import(&ws, 0, "nova", &nova);
    import(&ws, 0, "canary", &canary);
    let (list, one, text) =
        ("engine = [\"nova\", \"canary\"]", "engine = \"nova\"", "engine = \"nova, canary\"");
    ws.set("engine = \"\"", list);
    let said = stderr(&ws.to(0, "run", &[]));
    assert!(said.contains("No draft of nova") && said.contains("No draft of canary"), "{said}");
    let right = |row: &Value| !row["text"].as_str().unwrap().contains("personne ne dit ici");
    let both = ws.transcripts();
    let wrong: Vec<&Value> = both.iter().filter(|r| !right(r)).collect();
    assert!(both.len() > 80 && wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), both.len());
    for row in &both {
        let start = row["start"].as_f64().unwrap();
        let text = row["text"].as_str();
        assert!(text == at(&nova_said, start) || text == at(&canary_said, start), "{row}");
        assert_eq!((&row["decision"], &row["score"]), (&json!("human"), &Value::Null));
    }
    assert_eq!(ws.json("report")["versions"]["policies"].as_object().unwrap().len(), 2);
    assert_eq!(ws.json("status")["engines"], json!(["nova", "canary"]));

    // With one taken out the other's texts are the drafts, and the model's own where it has no word; with both, all is as it was.
    let run = || -> Value { serde_json::from_slice(&ws.to(0, "run", &["--json"]).stdout).unwrap() };
    ws.set(list, one);
    assert_eq!(run()["transcribed"], 0, "every draft is there");
    let mut silent = 0;
    for row in ws.transcripts() {
        match at(&nova_said, row["start"].as_f64().unwrap()) {
            Some(said) => assert_eq!(row["text"], said),
            None => silent += usize::from(row["text"] != "" && right(&row)),
        }
    }
    assert!(silent > 5, "{silent}");
    ws.set(one, text);
    assert_eq!(run()["transcribed"], 0);
    assert_eq!(ws.transcripts(), both);

    // The page has what the other engine wrote, which went out nowhere.
    let pages = ws.beside("pages");
    ws.to(0, "tasks", &["--out", pages.to_str().unwrap(), "--files", "1"]);
    let page = std::fs::read_to_string(first(&pages, "html")).unwrap();
    for other in ["nova zèbre", "canary zèbre"] {
        assert!(page.contains(&format!("personne ne dit ici {other}")), "{other}");
    }

    // Both learn from all answers, whichever draft people saw.
    let out = ws.beside("rows");
    let some = ["--out", out.to_str().unwrap(), "--format", "jsonl", "--files", "1"];
    ws.to(0, "tasks", &[&some[..], &["--clips-per-file", "72"]].concat());
    let answers: Vec<Value> = rows(&std::fs::read_to_string(first(&out, "jsonl")).unwrap())
        .into_iter()
        .map(|mut row| {
            row["validator"] = json!("ana");
            row["verdict"] = json!("as_is");
            row["text"] = row["draft"].clone();
            row
        })
        .collect();
    ws.to(0, "answers", &[&ws.write_rows("answers.jsonl", &answers)]);
    let fitted = ws.to(0, "calibrate", &["--json"]);
    let fitted: Vec<Value> = serde_json::from_slice(&fitted.stdout).unwrap();
    for (fit, engine) in fitted.iter().zip(["nova", "canary"]) {
        let path = format!("calibration.{engine}.json");
        assert_eq!(fit["engine"], engine);
        assert!(fit["path"].as_str().unwrap().ends_with(&path), "{fit}");
        assert!(fit["adjustment"]["clips"].as_u64().unwrap() > 60, "{fit}");
    }
    ws.to(0, "run", &[]);
    let report = ws.json("report");
    let others = &report["versions"]["other_calibrations"];
    assert!(others[0]["file"].as_str().unwrap().ends_with("calibration.canary.json"), "{others}");
    for one in report["engines"]["compared"].as_array().unwrap() {
        let in_use = one["in_use"] == true;
        assert_eq!(in_use, one["engine"] != "base");
        assert_eq!(in_use, one["people"]["value"].is_number(), "{one}");
    }
}
