//! What is written: datasets, task files and transcripts replace nothing of the user's; readers change nothing; a
//! workspace can be checked, saved, restored, and says who changed it.

mod util;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use util::{Workspace, run_to, sample, second_ear, stderr, stdout, write_wav};

/// A workspace of one recording whose drafts are all accepted, and a copy of that recording that may be changed.
fn accepted() -> (Workspace, PathBuf) {
    let ws = Workspace::new();
    ws.score_scripts();
    ws.set("audit_rate = 0.05", "audit_rate = 0.0");
    let audio = ws.beside("talk.flac");
    fs::copy(sample("volunteer_2eecc97c.flac"), &audio).unwrap();
    ws.ingest(&[&audio]);
    scripted(&ws, "il fait beau ce matin");
    (ws, audio)
}

fn scripted(ws: &Workspace, text: &str) -> Output {
    let script = ws.write_rows("script.jsonl", &[json!({"text": text, "logprob": -0.0001})]);
    second_ear().args(["run", &ws.path(), "--scripted", &script]).output().unwrap()
}

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_dataset_stays_when_a_new_one_would_be_empty_or_holds_a_file_of_the_user() {
    let (ws, audio) = accepted();
    let out = ws.beside("dataset");
    let args = ["--out", out.to_str().unwrap(), "--with-auto"];
    ws.to(0, "dataset", &args);
    let before = names(&out);
    assert!(before.contains(&"README.md".to_string()));

    fs::rename(&audio, ws.beside("elsewhere.flac")).unwrap();
    let refused = stderr(&ws.to(1, "dataset", &args));
    assert!(refused.contains("talk.flac") && refused.contains("older one stays"), "{refused}");
    assert_eq!(names(&out), before);
    fs::rename(ws.beside("elsewhere.flac"), &audio).unwrap();

    fs::write(out.join("notes.txt"), "mine").unwrap();
    let refused = stderr(&ws.to(1, "dataset", &args));
    assert!(refused.contains("notes.txt"), "{refused}");
    fs::remove_file(out.join("notes.txt")).unwrap();
    let refused = stderr(&ws.to(1, "dataset", &[&args[..], &["--format", "hf,nemo"]].concat()));
    assert!(refused.contains("is a dataset itself"), "{refused}");
    ws.to(0, "dataset", &args);
    assert_eq!(names(&out), before);
}

#[test]
fn what_killed_commands_left_is_swept_by_the_next_one() {
    let (ws, _) = accepted();
    let (dataset, tasks) = (ws.beside(".second-ear-dead.part"), ws.beside("tasks"));
    fs::create_dir_all(&dataset).unwrap();
    fs::write(dataset.join(".second-ear-dataset"), "").unwrap();
    fs::create_dir_all(&tasks).unwrap();
    fs::write(tasks.join(".second-ear-dead.part"), "half").unwrap();
    ws.to(0, "dataset", &["--out", ws.beside("set").to_str().unwrap(), "--with-auto"]);
    ws.to(0, "transcripts", &["--out", tasks.to_str().unwrap()]);
    assert!(!dataset.exists());
    assert_eq!(names(&tasks), [".second-ear-files", "transcripts.jsonl"]);
}

#[cfg(unix)]
#[test]
fn a_device_or_a_planted_link_is_not_written_over() {
    let (ws, _) = accepted();
    let theirs = ws.beside("theirs.txt");
    fs::write(&theirs, "theirs").unwrap();
    let link = ws.beside("report.html");
    std::os::unix::fs::symlink(&theirs, &link).unwrap();
    ws.to(1, "report", &["--html", link.to_str().unwrap()]);
    ws.to(1, "report", &["--csv", "/dev/null"]);
    ws.to(1, "dataset", &["--out", "/dev/null", "--with-auto"]);
    ws.to(1, "transcripts", &["--out", link.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(theirs).unwrap(), "theirs");
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_table_that_somebody_filled_in_is_not_written_over() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("volunteer_2eecc97c.flac")]);
    scripted(&ws, "il fait beau");
    let out = ws.beside("tasks");
    let args = ["--out", out.to_str().unwrap(), "--format", "csv"];
    ws.to(0, "tasks", &args);
    ws.to(0, "tasks", &args);
    let table = names(&out).into_iter().find(|name| name.ends_with(".csv")).unwrap();
    fs::write(out.join(&table), "filled in by hand").unwrap();
    let refused = stderr(&ws.to(1, "tasks", &args));
    assert!(refused.contains(&table) && refused.contains("changed it since"), "{refused}");
    assert_eq!(fs::read_to_string(out.join(&table)).unwrap(), "filled in by hand");
}

#[test]
fn a_player_finds_the_subtitles_and_what_has_none_is_named() {
    let (ws, _) = accepted();
    let out = ws.beside("subtitles");
    let args = ["--out", out.to_str().unwrap(), "--format", "srt,vtt"];
    let (broken, later) = (ws.beside("broken.wav"), ws.beside("later.flac"));
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut wav = hound::WavWriter::create(&broken, spec).unwrap();
    (0..16_000).for_each(|n| wav.write_sample(if n == 9000 { f32::NAN } else { 0.1 }).unwrap());
    wav.finalize().unwrap();
    ws.ingest(&[&broken]);
    assert_eq!(scripted(&ws, "il fait beau").status.code(), Some(3));
    fs::copy(sample("fleurs_fr_002.flac"), &later).unwrap();
    ws.ingest(&[&later]);
    let told = stderr(&ws.to(3, "transcripts", &args));
    assert!(told.contains("later.flac: no transcript: waits for `second-ear run`"), "{told}");
    assert!(told.contains("broken.wav: no transcript: "), "{told}");
    assert_eq!(names(&out), [".second-ear-files", "talk.srt", "talk.vtt"]);
    assert!(stderr(&ws.to(3, "transcripts", &[])).contains("later.flac"));

    fs::write(out.join("later.srt"), "mine").unwrap();
    scripted(&ws, "il fait beau");
    let told = stderr(&ws.to(3, "transcripts", &args));
    assert!(told.contains("later.srt") && told.contains("did not write it"), "{told}");
    assert_eq!(fs::read_to_string(out.join("later.srt")).unwrap(), "mine");
    assert!(out.join("later.vtt").exists());
}

#[test]
fn a_call_has_a_transcript_of_each_channel_and_one_of_the_conversation() {
    let ws = Workspace::new();
    let (rate, voice) = util::decode_flac(&sample("volunteer_19b6d3ae.flac"));
    let n = 6 * rate as usize;
    // The second speaks when the first has ended.
    let both = (0..2 * n).flat_map(|i| match i < n {
        true => [voice[i], 0],
        false => [0, voice[i - n]],
    });
    write_wav(&ws.beside("call.wav"), 2, rate, &both.collect::<Vec<_>>());
    let manifest = ws.beside("calls.csv");
    fs::write(&manifest, "path,speaker,channel\ncall.wav,agent|client,split\n").unwrap();
    ws.ingest(&[&manifest]);
    scripted(&ws, "bonjour");
    let out = ws.beside("out");
    let formats = ["--format", "txt,srt,vtt,textgrid", "--names"];
    ws.to(0, "transcripts", &[&["--out", out.to_str().unwrap()], &formats[..]].concat());
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert!(!read("call-c0.txt").contains(':') && read("call-c0.txt").contains("bonjour"));
    let talk = read("call.txt");
    let speakers: Vec<_> = talk.lines().map(|line| line.split_once(": ").unwrap().0).collect();
    assert!(speakers.is_sorted() && speakers.contains(&"agent") && speakers.contains(&"client"));
    assert_eq!(talk.lines().count(), read("call.srt").matches("-->").count());
    assert!(read("call.vtt").contains("<v client>bonjour"));
    assert!(read("call.TextGrid").contains("name = \"id client\""));
}

/// Runs the program as somebody who may not write the workspace.
#[cfg(unix)]
fn as_a_stranger(args: &[&str]) -> Output {
    use std::os::unix::fs::MetadataExt;
    let program = env!("CARGO_BIN_EXE_second-ear");
    if fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
        let line: Vec<String> =
            [&[program], args].concat().iter().map(|a| format!("'{a}'")).collect();
        let mut su = Command::new("su");
        su.env("LC_ALL", "C");
        return su.args(["nobody", "-s", "/bin/sh", "-c", &line.join(" ")]).output().unwrap();
    }
    Command::new(program).args(args).env("LC_ALL", "C").output().unwrap()
}

#[cfg(unix)]
#[test]
fn readers_work_where_nobody_may_write() {
    use std::os::unix::fs::PermissionsExt;
    let (ws, _) = accepted();
    let mode =
        |path: &Path, mode| fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    mode(ws.folder.path(), 0o755);
    let dir = ws.path();
    let expected = ws.transcripts();
    for name in names(&ws.dir) {
        if name.starts_with("state.db-") {
            fs::remove_file(ws.dir.join(name)).unwrap(); // empty: nobody has the database open
        }
    }
    let before = names(&ws.dir);
    mode(&ws.dir, 0o555);
    for command in ["status", "report", "log", "transcripts"] {
        let output = as_a_stranger(&[command, &dir]);
        assert_eq!(output.status.code(), Some(0), "{command}: {}", stderr(&output));
    }
    assert_eq!(util::rows(&stdout(&as_a_stranger(&["transcripts", &dir]))), expected);
    assert_eq!(names(&ws.dir), before, "nothing was left beside the database");
    let refused = as_a_stranger(&["ingest", &dir, "/dev/null"]);
    assert_eq!(refused.status.code(), Some(1));
    mode(&ws.dir.join("state.db"), 0o000);
    let refused = stderr(&as_a_stranger(&["status", &dir]));
    assert!(refused.contains("no permission to read"), "{refused}");
    mode(&ws.dir, 0o755);
}

#[test]
fn doctor_finds_nothing_in_a_sound_workspace_and_names_what_is_wrong() {
    let ws = Workspace::new();
    let audio = ws.beside("talk.flac");
    fs::copy(sample("volunteer_2eecc97c.flac"), &audio).unwrap();
    ws.ingest(&[&audio]);
    scripted(&ws, "il fait beau");
    let sound = said(&ws.to(0, "doctor", &["--deep", "--json"]));
    assert_eq!(sound["findings"], json!([]));
    assert_eq!(sound["checks"].as_array().unwrap().len(), 8, "{sound}");

    fs::write(&audio, "something else").unwrap();
    fs::write(ws.dir.join(".second-ear-x.part"), "half").unwrap();
    fs::write(ws.dir.join("calibration.json"), "{").unwrap();
    let ill = said(&ws.to(3, "doctor", &["--json"]));
    let found: Vec<_> = ill["findings"].as_array().unwrap().iter().map(|f| &f["check"]).collect();
    assert_eq!(found, ["recordings", "model", "leftovers"], "{ill}");
    assert!(stdout(&ws.to(3, "doctor", &["--fix"])).contains("Removed"));
    assert!(!ws.dir.join(".second-ear-x.part").exists());

    let database = ws.dir.join("state.db");
    let mut bytes = fs::read(&database).unwrap();
    bytes[4096..].fill(0x5a);
    fs::write(&database, bytes).unwrap();
    let told = stderr(&ws.to(1, "status", &[]));
    assert!(told.contains("damaged") && told.contains("doctor"), "{told}");
    assert!(stdout(&ws.to(3, "doctor", &[])).contains("database: "));
    fs::write(&database, "").unwrap();
    assert!(stderr(&ws.to(1, "status", &[])).contains("is empty"));
}

#[test]
fn a_backup_taken_during_a_run_is_restored_and_the_run_goes_on_there() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("quebec_menu.flac")]);
    let mut run = second_ear().args(["run", &ws.path(), "--quiet"]).spawn().unwrap();
    util::nats::until_transcribed(&ws.dir, 2);
    let saved = ws.beside("saved.tar");
    let holds = said(&ws.to(0, "backup", &[saved.to_str().unwrap(), "--json"]));
    run.wait().unwrap();
    assert_eq!(holds["holds"], json!(["state.db", "second-ear.toml"]));
    ws.to(1, "backup", &[saved.to_str().unwrap()]);
    let elsewhere = ws.beside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let tar = |args: &[&str]| Command::new("tar").args(args).status().unwrap().success();
    assert!(tar(&["xf", saved.to_str().unwrap(), "-C", elsewhere.to_str().unwrap()]));
    let restored = elsewhere.join("ws");
    let restored = restored.to_str().unwrap();
    run_to(0, &["doctor", restored]);
    run_to(0, &["run", restored, "--quiet"]);
    let rows = util::rows(&stdout(&run_to(0, &["transcripts", restored])));
    assert_eq!(rows, ws.transcripts());
    assert_eq!(names(ws.folder.path()), ["elsewhere", "saved.tar", "ws"]);
}

#[test]
fn a_backup_holds_the_lexicon_and_names_what_lies_elsewhere() {
    let ws = Workspace::new();
    let entry = "term\tstandard\tregion\n";
    std::fs::write(ws.dir.join("words.tsv"), entry).unwrap();
    std::fs::write(ws.beside("words.tsv"), entry).unwrap();
    ws.set("lexicon = \"\"", "lexicon = \"./words.tsv\"");
    let holds = said(&ws.to(0, "backup", &[ws.beside("a.tar").to_str().unwrap(), "--json"]));
    assert!(holds["holds"].as_array().unwrap().contains(&"words.tsv".into()), "{holds}");
    ws.set("lexicon = \"./words.tsv\"", "lexicon = \"../words.tsv\"");
    let told = ws.to(3, "backup", &[ws.beside("b.tar").to_str().unwrap()]);
    assert!(stderr(&told).contains("../words.tsv lies outside"), "{}", stderr(&told));
}

#[test]
fn the_log_says_which_command_changed_what_with_which_files_also_when_it_failed() {
    let (ws, _) = accepted();
    ws.set("accept_score = ", "accept_score = 1.0 # ");
    scripted(&ws, "il fait beau ce matin");
    let mut answer = ws.tasks().remove(0);
    answer["validator"] = json!("ana");
    answer["verdict"] = json!("as_is");
    let answers = ws.write_rows("answers.jsonl", &[answer]);
    ws.to(0, "answers", &[&answers]);
    run_to(1, &["model", "rollback", &ws.path(), "--to", "7"]);
    let log = said(&ws.to(0, "log", &["--json"]));
    let log = log.as_array().unwrap();
    let commands: Vec<&str> =
        log.iter().map(|entry| entry["arguments"][0].as_str().unwrap()).collect();
    assert_eq!(commands, ["init", "ingest", "run", "run", "tasks", "answers", "model"]);
    let imported = &log[5];
    assert_eq!(imported["files"][0]["path"], json!(answers));
    assert_eq!(imported["files"][0]["sha256"].as_str().unwrap().len(), 64);
    let changed = &imported["changed"];
    assert_eq!(
        (&changed["answers"], &changed["clips_settled"]),
        (&json!(1), &json!(1)),
        "{changed}"
    );
    assert_eq!(imported["outcome"], "done");
    assert!(log[6]["outcome"].as_str().unwrap().starts_with("failed: "));
    let last = stdout(&ws.to(0, "log", &["--last", "2"]));
    assert!(last.contains("answers +1") && !last.contains("ingest"), "{last}");
}
