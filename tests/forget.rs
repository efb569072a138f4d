//! People who leave: what goes with them, what cannot be reached, and that nothing of them is left in any byte of the
//! workspace. The clips are real, the drafts a script's.

mod util;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use util::{Workspace, decode_flac, rows, run, sample, second_ear, stderr, stdout, write_wav};

/// A name and a text that nothing else in the workspace has.
const NAME: &str = "Zacharie Quillfeather";
const TEXT: &str = "xylophone barguignerait kilimandjaro";

/// What a workspace with two speakers, who have a recording each, is made of.
struct Calls {
    ws: Workspace,
    script: String,
    theirs: PathBuf,
}

/// The menu of an answering service, louder for each speaker, so that no two files are the same.
fn recording(path: &Path, loudness: i16) {
    let (rate, samples) = decode_flac(&sample("quebec_menu.flac"));
    let samples: Vec<i16> = samples.iter().map(|s| s / 8 * loudness).collect();
    write_wav(path, 1, rate, &samples);
}

/// Zacharie's recording lies in the workspace, Ana's beside it.
fn calls() -> Calls {
    let ws = Workspace::new();
    ws.score_scripts();
    ws.set("audit_rate = 0.05", "audit_rate = 0.8");
    let theirs = ws.dir.join("zq-interview.wav");
    recording(&theirs, 5);
    recording(&ws.beside("ana.wav"), 3);
    let manifest = ws.beside("manifest.csv");
    let lines = format!(
        "path,speaker,region\n{},{NAME},fr-CA-QC\n{},ana,fr-BE\n",
        theirs.display(),
        ws.beside("ana.wav").display()
    );
    std::fs::write(&manifest, lines).unwrap();
    ws.to(0, "ingest", &[manifest.to_str().unwrap()]);
    let id = |path: &Path| whisper_id(path);
    let script = [
        json!({"recording": id(&theirs), "text": TEXT, "logprob": -0.6}),
        json!({"recording": id(&ws.beside("ana.wav")), "text": "appuyez sur la touche étoile", "logprob": -0.6}),
    ];
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    Calls { ws, script, theirs }
}

/// The id of a file's mix.
fn whisper_id(path: &Path) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..16].to_string()
}

/// Answers of one person to rows.
fn answers(ws: &Workspace, tasks: &[Value], validator: &str) -> String {
    let answered: Vec<Value> = tasks
        .iter()
        .map(|task| {
            let mut row = task.clone();
            row["validator"] = json!(validator);
            row["verdict"] = json!("corrected");
            row["text"] = json!(text(task));
            row["active_seconds"] = json!(8.0);
            row["answered_at"] = json!("2026-11-24T10:00:00Z");
            row
        })
        .collect();
    ws.write_rows(&format!("{}.jsonl", validator.replace(' ', "-")), &answered)
}

/// What is said: in Ana's recording something else.
fn text(task: &Value) -> String {
    match task["path"].as_str().unwrap().contains("ana") {
        true => "appuyez oui".into(),
        false => format!("oui {TEXT}"),
    }
}

/// Files under a folder whose bytes hold any of these.
fn holding(folder: &Path, needles: &[Vec<u8>]) -> Vec<(PathBuf, usize)> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        for (n, needle) in needles.iter().enumerate() {
            if bytes.windows(needle.len()).any(|window| window == needle.as_slice()) {
                found.push((entry.path().to_path_buf(), n));
            }
        }
    }
    found
}

/// What a search for Zacharie looks for: name, text, words of it, path, a stretch of the sound.
fn needles(sound: &[u8]) -> Vec<Vec<u8>> {
    let texts = [NAME, TEXT, "barguignerait", "zq-interview"];
    let mut needles: Vec<Vec<u8>> = texts.iter().map(|t| t.as_bytes().to_vec()).collect();
    needles.push(sound[sound.len() / 2..sound.len() / 2 + 64].to_vec());
    needles
}

/// Doctor finds nothing but that the scripted score is not the model's.
#[track_caller]
fn checked(ws: &Workspace) {
    let output = run(&["doctor", &ws.path(), "--json"]);
    let findings = parsed(&output)["findings"].clone();
    assert!(findings.as_array().unwrap().iter().all(|f| f["check"] == "model"), "{findings}");
}

#[track_caller]
fn parsed(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(output)))
}

#[test]
fn nothing_of_a_speaker_is_left_in_any_byte_and_the_others_stay() {
    let Calls { ws, script, theirs } = calls();
    let tasks = ws.tasks();
    let answered = answers(&ws, &tasks, "bob");
    ws.to(0, "answers", &[&answered]);
    let dataset = ws.beside("dataset");
    let done = ws.to(0, "dataset", &["--out", dataset.to_str().unwrap(), "--json"]);
    assert_eq!(parsed(&done)["versions"], json!([1]));
    let page = ws.beside("report.html");
    ws.to(0, "report", &["--html", page.to_str().unwrap()]);
    let saved = ws.beside("saved.tar");
    ws.to(0, "backup", &[saved.to_str().unwrap()]);
    let before = ws.json("status");
    let sound = std::fs::read(&theirs).unwrap();
    let needles = needles(&sound);
    assert!(!holding(&ws.dir, &needles).is_empty());

    let dry = ws.to(0, "forget", &["--speaker", NAME, "--dry-run", "--json"]);
    let dry = parsed(&dry);
    assert_eq!((&dry["dry_run"], &dry["counts"]["recordings"]), (&json!(true), &json!(1)), "{dry}");
    assert!(theirs.exists() && dataset.exists());
    let refused = ws.to(1, "forget", &["--speaker", NAME]);
    assert!(stderr(&refused).contains("--dry-run, then"), "{}", stderr(&refused));

    let done = parsed(&ws.to(0, "forget", &["--speaker", NAME, "--yes", "--json"]));
    for what in ["recordings", "clips", "drafts", "decisions", "answers", "settled", "task_rows"] {
        assert!(done["counts"][what].as_u64().unwrap() > 0, "{what}: {done}");
    }
    let kinds: Vec<&str> =
        done["outputs"].as_array().unwrap().iter().map(|o| o["kind"].as_str().unwrap()).collect();
    for kind in ["tasks", "dataset", "report", "backup"] {
        assert!(kinds.contains(&kind), "{kind}: {done}");
    }
    assert!(done["outputs"].as_array().unwrap().iter().all(|o| o["fate"] == "removed"), "{done}");
    assert!(!theirs.exists() && !dataset.exists() && !page.exists() && !saved.exists());
    assert!(done["unreachable"].as_array().unwrap().len() >= 3, "{done}");
    assert_eq!(holding(&ws.dir, &needles), []);
    let log = stdout(&ws.to(0, "log", &[]));
    assert!(log.contains("forget") && log.contains("[withdrawn]") && !log.contains(NAME), "{log}");

    // Bob's work on it is paid all the same.
    let bob = ws.json("report")["work"]["validators"]["bob"].clone();
    assert_eq!(bob["withdrawn"]["answers"], done["counts"]["answers"], "{bob}");
    assert!(
        bob["withdrawn"]["active_seconds"].as_f64().unwrap() > 0.0
            && bob["answers"].as_u64().unwrap() > 0
    );
    let after = ws.json("status");
    assert_eq!(after["recordings"], 1);
    let sum: f64 =
        after["seconds"].as_object().unwrap().values().map(|s| s.as_f64().unwrap()).sum();
    assert!((sum - after["input_seconds"].as_f64().unwrap()).abs() < 1e-9);
    assert!(after["input_seconds"].as_f64() < before["input_seconds"].as_f64());
    assert_eq!(after["withdrawals"].as_array().unwrap().len(), 1);
    let version = &after["rests_on_withdrawn"].as_array().unwrap();
    assert!(version.iter().any(|o| o["kind"] == "dataset" && o["version"] == 1), "{after}");
    checked(&ws);
    ws.to(0, "run", &["--scripted", &script]);
    let left = ws.transcripts();
    assert!(!left.is_empty() && left.iter().all(|row| row["speaker"] == "ana"), "{left:?}");

    // The next version tells readers what left, and the first one no longer stands.
    ws.to(0, "dataset", &["--out", dataset.to_str().unwrap()]);
    let told = rows(&std::fs::read_to_string(dataset.join("withdrawn.jsonl")).unwrap());
    let gone: Vec<&Value> = told.iter().filter(|row| row["why"] == "withdrawn").collect();
    assert!(!gone.is_empty() && gone.iter().all(|row| row["version"] == 1), "{told:?}");
    assert!(gone.iter().all(|row| row["sha256"].as_str().unwrap().len() == 64));
    let standing = ws.json("status")["rests_on_withdrawn"].clone();
    assert!(standing.as_array().unwrap().iter().all(|o| o["kind"] != "dataset"), "{standing}");
    let card = std::fs::read_to_string(dataset.join("README.md")).unwrap();
    assert!(card.contains("Version 2"), "{card}");
    assert!(ws.dir.join("withdrawn.jsonl").exists());
}

#[test]
fn what_was_withdrawn_is_not_taken_again_unless_they_consent_anew() {
    let Calls { ws, theirs, .. } = calls();
    let tasks = ws.tasks();
    let copy = ws.beside("copy.wav");
    std::fs::copy(&theirs, &copy).unwrap();
    let of = |task: &&Value| task["clip"].as_str().unwrap().starts_with(&whisper_id(&theirs));
    let late: Vec<Value> = tasks.iter().filter(of).cloned().collect();
    assert!(!late.is_empty());
    let late = answers(&ws, &late, "bob");
    ws.to(0, "forget", &["--speaker", NAME, "--yes"]);

    let refused = ws.to(3, "answers", &[&late, "--json"]);
    assert!(parsed(&refused)["rejected"]["withdrawn_clip"].as_u64().unwrap() > 0);
    let refused = ws.to(3, "ingest", &[copy.to_str().unwrap()]);
    assert!(stderr(&refused).contains("withdrawn on 20"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("copy.wav"), "{}", stderr(&refused));
    let other = ws.beside("other.wav");
    recording(&other, 4);
    let manifest = ws.beside("again.csv");
    std::fs::write(&manifest, format!("path,speaker\nother.wav,{NAME}\n")).unwrap();
    let refused = ws.to(3, "ingest", &[manifest.to_str().unwrap()]);
    assert!(stderr(&refused).contains("its speaker withdrew on"), "{}", stderr(&refused));
    assert_eq!(ws.json("status")["recordings"], 1);

    ws.to(0, "ingest", &[manifest.to_str().unwrap(), "--again"]);
    ws.to(0, "ingest", &[copy.to_str().unwrap(), "--again"]);
    assert_eq!(ws.json("status")["recordings"], 3);
    ws.to(0, "ingest", &[copy.to_str().unwrap(), manifest.to_str().unwrap()]);
}

#[test]
fn a_validator_takes_answers_and_names_along_and_texts_settle_on_the_others() {
    let Calls { ws, .. } = calls();
    let tasks = ws.tasks();
    let (alone, both) = tasks.split_at(tasks.len() / 2);
    for (who, which) in [("Zoé Quill", alone), ("ZOÉ QUILL", both), ("bob", both)] {
        let file = answers(&ws, which, who);
        ws.to(0, "answers", &[&file]);
    }
    let settled = ws.json("status")["clips"]["settled"].as_u64().unwrap();
    assert_eq!(settled as usize, tasks.len());
    let held = ws.beside("held");
    ws.to(0, "subject", &["--validator", "Zoé Quill", "--out", held.to_str().unwrap()]);
    let own = rows(&std::fs::read_to_string(held.join("answers.jsonl")).unwrap());
    assert_eq!(own.len(), tasks.len());
    assert!(own.iter().all(|row| row["validator"] == "Zoé Quill"), "{own:?}");

    let done = parsed(&ws.to(0, "forget", &["--validator", "zoé quill", "--yes", "--json"]));
    assert_eq!(done["counts"]["answers"].as_u64().unwrap() as usize, tasks.len());
    let settled = ws.json("status")["clips"]["settled"].as_u64().unwrap();
    assert_eq!(settled as usize, both.len(), "what they answered alone waits again");
    assert_eq!(ws.json("report")["people"]["validators"], 1);
    let needles =
        ["Zoé Quill", "ZOÉ QUILL", "Zoé-Quill", "ZOÉ-QUILL"].map(|t| t.as_bytes().to_vec());
    assert_eq!(holding(&ws.dir, &needles), []);
    let back = answers(&ws, alone, "Zoé Quill");
    let refused = ws.to(3, "answers", &[&back, "--json"]);
    assert!(parsed(&refused)["rejected"]["withdrawn_validator"].as_u64().unwrap() > 0);
    assert!(!stderr(&refused).contains("Quill:"));
}

#[test]
fn a_clip_becomes_a_reject_and_every_second_stays_in_one_state() {
    let Calls { ws, script, .. } = calls();
    let before = ws.json("status");
    let clip = ws.transcripts()[0]["clip"].as_str().unwrap().to_string();
    ws.to(0, "forget", &["--clip", &clip, "--yes"]);
    ws.to(0, "run", &["--scripted", &script]);
    let after = ws.json("status");
    assert_eq!(after["input_seconds"], before["input_seconds"]);
    assert!(after["seconds"]["dropped"].as_f64() > before["seconds"]["dropped"].as_f64());
    assert!(ws.transcripts().iter().all(|row| row["clip"] != clip.as_str()));
    checked(&ws);
    let unknown = ws.to(1, "forget", &["--clip", &clip, "--yes"]);
    assert!(stderr(&unknown).contains("no clip"), "{}", stderr(&unknown));
}

#[test]
fn of_a_recording_with_several_speakers_only_their_parts_go() {
    let ws = Workspace::new();
    ws.score_scripts();
    let path = ws.beside("talk.wav");
    recording(&path, 5);
    let manifest = ws.write_rows(
        "talk.jsonl",
        &[
            json!({"path": "talk.wav", "offset": 0, "duration": 12, "speaker": NAME}),
            json!({"path": "talk.wav", "offset": 12, "duration": 14, "speaker": "ana"}),
        ],
    );
    ws.to(0, "ingest", &[&manifest]);
    let script = [
        json!({"start": 0, "end": 12, "text": TEXT}),
        json!({"start": 12, "end": 99, "text": "appuyez sur la touche étoile"}),
    ];
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    let speakers = |ws: &Workspace| {
        let mut all: Vec<String> =
            ws.transcripts().iter().map(|r| r["speaker"].as_str().unwrap().into()).collect();
        all.dedup();
        all
    };
    assert_eq!(speakers(&ws), [NAME, "ana"]);
    let held = ws.beside("held");
    ws.to(0, "subject", &["--speaker", NAME, "--out", held.to_str().unwrap()]);
    let clips = rows(&std::fs::read_to_string(held.join("clips.jsonl")).unwrap());
    assert!(clips.iter().all(|clip| clip["drafts"][0]["text"] == TEXT), "{clips:?}");
    assert_eq!(std::fs::read_dir(held.join("audio")).unwrap().count(), clips.len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&held), mode(&held.join("clips.jsonl"))), (0o700, 0o600));
    }

    let done = parsed(&ws.to(0, "forget", &["--speaker", NAME, "--yes", "--json"]));
    assert_eq!(done["counts"]["recordings"], Value::Null, "{done}");
    assert!(done["kept"][0]["path"].as_str().unwrap().ends_with("talk.wav"), "{done}");
    assert!(path.exists(), "it is the team's, and Ana is in it");
    assert_eq!(speakers(&ws), ["ana"]);
    ws.to(0, "run", &["--scripted", &script]);
    assert_eq!(speakers(&ws), ["ana"]);
    checked(&ws);
    assert_eq!(holding(&ws.dir, &[NAME, TEXT].map(|t| t.as_bytes().to_vec())), []);
    let refused = ws.to(3, "ingest", &[&manifest]);
    assert!(stderr(&refused).contains("its speaker withdrew"), "{}", stderr(&refused));
}

#[test]
fn killed_at_many_moments_a_withdrawal_is_finished_by_the_next_command() {
    let needles = [NAME, TEXT, "zq-interview"].map(|t| t.as_bytes().to_vec());
    let mut interrupted = 0;
    // How long it takes here and now.
    let undisturbed = {
        let Calls { ws, .. } = calls();
        let began = std::time::Instant::now();
        ws.to(0, "forget", &["--speaker", NAME, "--yes"]);
        began.elapsed()
    };
    for tenth in 1..9 {
        let wait = undisturbed * tenth / 10;
        let Calls { ws, script, theirs } = calls();
        let tasks = ws.tasks();
        let answered = answers(&ws, &tasks, "bob");
        ws.to(0, "answers", &[&answered]);
        let mut child = second_ear()
            .args(["forget", &ws.path(), "--speaker", NAME, "--yes"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(wait);
        let alive = child.try_wait().unwrap().is_none();
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        let begun = ws.json("status")["withdrawal_unfinished"] == true;
        interrupted += usize::from(alive && begun);
        if begun {
            // Nothing goes out meanwhile.
            let out = ws.beside("late");
            let refused = run(&["dataset", &ws.path(), "--out", out.to_str().unwrap()]);
            assert!(stderr(&refused).contains("--resume"), "{}", stderr(&refused));
        }
        // The same command finishes it, and so does any other; before it had begun, it has to be asked for again.
        if begun && interrupted % 2 == 1 {
            ws.to(0, "forget", &["--speaker", NAME, "--yes"]);
        }
        ws.to(0, "run", &["--scripted", &script]);
        if ws.json("status")["withdrawals"].as_array().unwrap().is_empty() {
            ws.to(0, "forget", &["--speaker", NAME, "--yes"]);
        }
        assert!(!theirs.exists());
        assert_eq!(holding(&ws.dir, &needles), [], "killed after {wait:?}");
        let status = ws.json("status");
        assert_eq!(status["withdrawal_unfinished"], false);
        assert_eq!(status["withdrawals"].as_array().unwrap().len(), 1);
        assert_eq!(status["recordings"], 1);
        let resumed = ws.to(0, "forget", &["--resume"]);
        assert!(stderr(&resumed).contains("No withdrawal was cut short"));
        checked(&ws);
    }
    assert!(interrupted >= 1, "no withdrawal was cut short");
}

#[test]
fn a_name_that_is_not_there_is_refused_and_the_log_does_not_keep_it() {
    let Calls { ws, .. } = calls();
    let refused = ws.to(1, "forget", &["--speaker", "zacharie quillfeather", "--yes"]);
    assert!(stderr(&refused).contains(&format!("there is '{NAME}'")), "{}", stderr(&refused));
    ws.to(1, "forget", &["--validator", "nobody", "--yes"]);
    ws.to(1, "forget", &["--recording", "nowhere.wav", "--dry-run"]);
    ws.to(2, "forget", &["--yes"]);
    assert!(!stdout(&ws.to(0, "log", &[])).contains("forget"));
}
