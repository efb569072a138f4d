//! What people have on their disks and in their tables: links, pipes, names in every spelling, rows that contradict each
//! other. Each costs itself alone and is named.

mod util;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use util::{Workspace, sample, stderr};

/// A short recording beside the workspace; each number makes another content.
fn audio(path: &Path, n: i16) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let tone = |i: i32| ((i * i32::from(n) * 37) % 2000) as i16;
    util::write_wav(path, 1, 16_000, &(0..16_000).map(tone).collect::<Vec<_>>());
}

#[track_caller]
fn ingested(ws: &Workspace, code: i32, more: &[&str]) -> (Value, String) {
    let output = ws.to(code, "ingest", &[more, &["--json"]].concat());
    (serde_json::from_slice(&output.stdout).unwrap(), stderr(&output))
}

/// Speakers and where their clips are, in order.
fn speakers(ws: &Workspace) -> Vec<(String, f64, f64)> {
    let row = |r: Value| {
        let number = |name: &str| r[name].as_f64().unwrap();
        (r["speaker"].as_str().unwrap().to_string(), number("start"), number("end"))
    };
    ws.transcripts().into_iter().map(row).collect()
}

#[cfg(unix)]
fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_what_is_left_out_is_counted_and_named() {
    use std::os::unix::fs::symlink;
    let ws = Workspace::new();
    let folder = ws.beside("in");
    audio(&folder.join("a.wav"), 1);
    audio(&ws.beside("elsewhere/b.wav"), 2);
    symlink(ws.beside("elsewhere"), folder.join("linked")).unwrap();
    symlink("a.wav", folder.join("twice.wav")).unwrap();
    symlink("..", folder.join("loop")).unwrap();
    for name in ["._a.wav", "notes.txt", "calls.csv"] {
        std::fs::write(folder.join(name), "x").unwrap();
    }
    pipe(&folder.join("pipe.wav"));
    let started = Instant::now();
    let folder = folder.to_str().unwrap();
    let (done, said) = ingested(&ws, 0, &[folder, "--verbose"]);
    assert!(started.elapsed() < Duration::from_secs(60));
    assert_eq!(
        (&done["added"], &done["known"], &done["failed_total"]),
        (&json!(2), &json!(1), &json!(0))
    );
    // The loop leads to the folder of the workspace, in which the rest lies.
    let kinds = &done["skipped_by_kind"];
    assert_eq!(
        (&kinds["special"], &kinds["system"], &kinds["table"]),
        (&json!(1), &json!(1), &json!(1))
    );
    for name in ["._a.wav", "notes.txt", "calls.csv", "pipe.wav"] {
        assert!(said.lines().any(|l| l.starts_with("left out, ") && l.ends_with(name)), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_refused_at_once_whatever_it_is_given_as() {
    let ws = Workspace::new();
    for name in ["pipe.wav", "pipe.csv", "pipe.jsonl", "pipe.tsv"] {
        pipe(&ws.beside(name));
    }
    let beside = |name: &str| ws.beside(name).to_str().unwrap().to_string();
    let refused = |output: std::process::Output| {
        let said = stderr(&output);
        assert!(said.contains("a pipe, a socket or a device"), "{said}");
    };
    for name in ["pipe.wav", "pipe.csv", "pipe.jsonl"] {
        refused(ws.to(3, "ingest", &[&beside(name)]));
    }
    refused(ws.to(3, "ingest", &["/dev/zero"]));
    refused(ws.to(3, "answers", &[&beside("pipe.csv")]));
    refused(ws.to(3, "answers", &["/dev/zero", "--gold"]));
    refused(util::run_to(1, &["lexicon", "import", &ws.path(), &beside("pipe.tsv")]));
    refused(util::run_to(1, &["lexicon", "test", &ws.path(), "--file", &beside("pipe.tsv")]));
    refused(util::run_to(1, &["evaluate", &beside("pipe.jsonl")]));
}

#[test]
fn a_folder_without_audio_says_so() {
    let ws = Workspace::new();
    let folder = ws.beside("photos");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.jpg"), "x").unwrap();
    let said = stderr(&ws.to(3, "ingest", &[folder.to_str().unwrap()]));
    assert!(said.contains("photos: no audio in this folder"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_file_name_that_is_no_utf_8_is_refused_by_name_and_the_others_go_in() {
    use std::os::unix::ffi::OsStrExt;
    let ws = Workspace::new();
    let folder = ws.beside("in");
    audio(&folder.join("good.wav"), 1);
    audio(&folder.join(std::ffi::OsStr::from_bytes(b"caf\xe9.wav")), 2);
    let (done, said) = ingested(&ws, 3, &[folder.to_str().unwrap()]);
    assert_eq!((&done["added"], &done["failed_total"]), (&json!(1), &json!(1)));
    assert!(said.contains("caf") && said.contains("not UTF-8"), "{said}");
}

#[test]
fn names_are_one_in_whichever_form_they_are_written() {
    let ws = Workspace::new();
    let (nfc, nfd) = ("\u{e9}t\u{e9}", "e\u{301}te\u{301}");
    audio(&ws.beside(&format!("{nfd}/{nfc}.wav")), 1);
    let manifest = ws.beside("m.csv");
    let row = |form: &str, speaker: &str| format!("{form}/{form}.wav,{speaker}\n");
    let text = format!("path,speaker\n{}{}", row(nfc, nfc), row(nfd, nfd));
    std::fs::write(&manifest, text).unwrap();
    let (done, said) = ingested(&ws, 0, &[manifest.to_str().unwrap()]);
    assert_eq!((&done["added"], &done["known"]), (&json!(1), &json!(1)), "{said}");
    let again = ws.beside(&format!("{nfc}/{nfd}.wav"));
    let (done, _) = ingested(&ws, 0, &[again.to_str().unwrap()]);
    assert_eq!((&done["added"], &done["known"]), (&json!(0), &json!(1)));
}

#[test]
fn rows_that_contradict_each_other_are_named_with_both_lines_and_the_first_stays() {
    let ws = Workspace::new();
    ["a", "b", "c"]
        .iter()
        .zip(1..)
        .for_each(|(name, n)| audio(&ws.beside(&format!("{name}.wav")), n));
    std::fs::copy(ws.beside("a.wav"), ws.beside("copy.wav")).unwrap();
    let manifest = ws.beside("m.csv");
    let text = "path,speaker,region,licence,channel\na.wav,ana,,,\nb.wav,bob,fr-BE,,\nb.wav,bob,fr-CA,,\n\
                copy.wav,eve,,,\nb.wav,,,CC0-1.0,\nc.wav,,,,\nc.wav,,,,0\nb.wav,bob,fr-BE,,\n";
    std::fs::write(&manifest, text).unwrap();
    let (done, said) = ingested(&ws, 3, &[manifest.to_str().unwrap()]);
    assert_eq!((&done["added"], &done["failed_total"]), (&json!(3), &json!(3)), "{said}");
    let failed = |line: usize, words: [&str; 3]| {
        let line = format!("m.csv line {line}: ");
        let row = said.lines().find(|l| l.contains(&line)).unwrap_or_else(|| panic!("{said}"));
        assert!(words.iter().all(|word| row.contains(word)), "{row}");
    };
    failed(4, ["region", "'fr-CA'", "'fr-BE' in"]);
    failed(5, ["speaker", "'eve'", "line 2"]);
    failed(8, ["channel", "single channels", "line 7"]);
}

#[test]
fn a_manifest_says_how_to_take_a_file_that_also_lies_in_a_folder() {
    let ws = Workspace::new();
    let folder = ws.beside("in");
    std::fs::create_dir(&folder).unwrap();
    util::write_wav(&folder.join("call.wav"), 2, 16_000, &[100, -100].repeat(16_000));
    let manifest = ws.beside("m.csv");
    std::fs::write(&manifest, "path,channel\nin/call.wav,split\n").unwrap();
    let (done, _) = ingested(&ws, 0, &[folder.to_str().unwrap(), manifest.to_str().unwrap()]);
    assert_eq!((&done["added"], &done["known"]), (&json!(2), &json!(1)));
}

#[test]
fn rows_with_offsets_are_segments_of_one_recording_each_with_its_speaker() {
    let ws = Workspace::new();
    std::fs::copy(sample("quebec_menu.flac"), ws.beside("call.flac")).unwrap();
    let row = |speaker: &str, offset: f64, duration: f64| json!({"audio_filepath": "call.flac", "speaker": speaker, "offset": offset, "duration": duration});
    let manifest = ws.write_rows(
        "nemo.jsonl",
        &[
            row("bob", 20.0, 10.0),
            row("ana", 5.0, 15.0),
            row("eve", 12.0, 3.0),
            row("eve", 9999.0, 3.0),
        ],
    );
    let (done, said) = ingested(&ws, 3, &[&manifest]);
    assert_eq!((&done["added"], &done["failed_total"]), (&json!(1), &json!(2)), "{said}");
    assert!(
        said.contains("line 3") && said.contains("'ana' in") && said.contains("line 2"),
        "{said}"
    );
    assert!(said.contains("line 4") && said.contains("ends at 10002.00 s"), "{said}");
    let script = ws.write_rows("script.jsonl", &[json!({"text": "bonjour"})]);
    ws.to(0, "run", &["--scripted", &script]);
    let clips = speakers(&ws);
    assert!(
        clips.iter().any(|(who, ..)| who == "ana") && clips.iter().any(|(who, ..)| who == "bob")
    );
    for (who, start, end) in clips {
        let (from, to) = if who == "ana" { (5.0, 20.0) } else { (20.0, 30.0) };
        assert!(start >= from && end <= to, "{who} {start} {end}");
    }
    let status = ws.json("status");
    let seconds = status["seconds"].as_object().unwrap();
    let sum: f64 = seconds.values().map(|s| s.as_f64().unwrap()).sum();
    let all = status["input_seconds"].as_f64().unwrap();
    assert!((sum - all).abs() < 0.0005);
    assert!(seconds["dropped"].as_f64().unwrap() >= all - 25.001, "{status}");
}

#[test]
fn a_table_of_common_voice_goes_in_as_it_is_downloaded() {
    let ws = Workspace::new();
    audio(&ws.beside("cv/clips/a.wav"), 1);
    audio(&ws.beside("cv/clips/b.wav"), 2);
    let table = ws.beside("cv/dev.tsv");
    let text =
        "client_id\tpath\tsentence\tlocale\nx\ta.wav\t\"Oui\tfr\ny\tb.wav\t\"Non\" dit-il\tfr\n";
    std::fs::write(&table, text).unwrap();
    let (done, said) = ingested(&ws, 0, &[table.to_str().unwrap()]);
    assert_eq!(done["added"], 2, "{said}");
}

#[test]
fn an_open_quote_in_a_manifest_costs_its_own_row() {
    let ws = Workspace::new();
    ["a", "b", "c"]
        .iter()
        .zip(1..)
        .for_each(|(name, n)| audio(&ws.beside(&format!("{name}.wav")), n));
    let manifest = ws.beside("m.csv");
    let text = "sep=;\npath;speaker;consent\na.wav;ana;\"two\nlines\"\nb.wav;\"bob;x\nc.wav;eve;y\n\
                C:\\calls\\a.wav;;\n~/d.wav;;\n";
    std::fs::write(&manifest, text).unwrap();
    let (done, said) = ingested(&ws, 3, &[manifest.to_str().unwrap()]);
    assert_eq!((&done["added"], &done["failed_total"]), (&json!(2), &json!(3)), "{said}");
    for words in
        [["line 5", "quotation mark"], ["line 7", "Windows path"], ["line 8", "not expanded"]]
    {
        let row = said.lines().find(|l| l.contains(words[0])).unwrap_or_else(|| panic!("{said}"));
        assert!(row.contains(words[1]), "{row}");
    }
}

#[test]
fn of_very_many_bad_rows_the_first_are_told_and_all_are_counted() {
    const ROWS: usize = 30_000;
    let ws = Workspace::new();
    let file = |name: &str, head: &str, row: &str| {
        let path = ws.beside(name);
        std::fs::write(&path, format!("{head}\n{}", format!("{row}\n").repeat(ROWS))).unwrap();
        path.to_str().unwrap().to_string()
    };
    let (ws_path, answers) = (ws.path(), "workspace,clip,draft_digest,validator,verdict");
    let words = "term\tkind\tregions\tambiguity";
    let (csv, jsonl) = (file("m.csv", "path,speaker", "x"), file("m.jsonl", "", "{"));
    let (table, rows) = (file("a.csv", answers, "x"), file("a.jsonl", "{}", "{}"));
    let (export, words) = (file("e.json", "[{}", ",{}"), file("w.tsv", words, "x"));
    for (total, args) in [
        ("failed_total", vec!["ingest", &ws_path, &csv]),
        ("failed_total", vec!["ingest", &ws_path, &jsonl]),
        ("rejected", vec!["answers", &ws_path, &table]),
        ("rejected", vec!["answers", &ws_path, &rows]),
        ("rejected", vec!["answers", &ws_path, &export]),
        ("failed_total", vec!["answers", &ws_path, &rows, "--gold"]),
        ("failed_total", vec!["lexicon", "import", &ws_path, &words]),
    ] {
        let output = util::run_to(3, &[&args[..], &["--json"]].concat());
        let done: Value = serde_json::from_slice(&output.stdout).unwrap();
        let count = match total {
            "rejected" => done[total].as_object().unwrap().values().filter_map(Value::as_u64).sum(),
            total => done[total].as_u64().unwrap(),
        };
        assert!(count >= ROWS as u64, "{args:?}: {count}");
        let said = stderr(&output);
        assert!(said.lines().count() < 30 && said.contains(" more"), "{args:?}: {said}");
        // Rows of one reason are one line, which counts them all.
        let all = ["29999 more", "30000 more"].iter().any(|count| said.contains(count));
        assert!(total != "rejected" || all, "{args:?}: {said}");
        assert!(output.stdout.len() < 1_000_000, "{args:?}");
    }
}
