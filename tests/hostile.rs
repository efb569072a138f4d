//! Input that is broken or malicious: a clear error for that file or row, the rest done.

mod util;

use std::path::Path;

use serde_json::json;
use util::{Workspace, rows, sample, stderr, stdout, write_wav};

#[test]
fn broken_files_are_named_and_the_good_one_goes_in() {
    let ws = Workspace::new();
    let folder = ws.beside("in");
    std::fs::create_dir(&folder).unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    let good = std::fs::read(sample("volunteer_2eecc97c.flac")).unwrap();
    put("good.flac", &good);
    put("empty.wav", b"");
    put(
        "text.mp3",
        b"this is a shopping list, not audio: milk, bread, eggs\n".repeat(20).as_slice(),
    );
    put(
        "noise.flac",
        &(0..4000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>(),
    );
    put("header.wav", b"RIFF\xff\xff\xff\x7fWAVE");
    put("truncated.flac", &good[..good.len() / 2]);
    write_wav(&folder.join("nothing.wav"), 1, 16_000, &[]);
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut nan = hound::WavWriter::create(folder.join("nan.wav"), spec).unwrap();
    (0..16_000).for_each(|n| nan.write_sample(if n == 9000 { f32::NAN } else { 0.1 }).unwrap());
    nan.finalize().unwrap();

    let dir = ws.path();
    let ingest = util::run(&["ingest", &dir, folder.to_str().unwrap(), "no/such/file.wav"]);
    assert_eq!(ingest.status.code(), Some(3), "{}", stderr(&ingest));
    let run = util::run(&["run", &dir]);
    assert_eq!(run.status.code(), Some(3), "{}", stderr(&run));
    let said = stderr(&ingest) + &stderr(&run);
    for name in [
        "empty.wav",
        "text.mp3",
        "noise.flac",
        "header.wav",
        "truncated.flac",
        "nothing.wav",
        "nan.wav",
        "no/such/file.wav",
    ] {
        assert!(
            said.lines().any(|l| l.starts_with("failed: ") && l.contains(name)),
            "{name} is not named in:\n{said}"
        );
    }
    assert!(!said.contains("panicked"), "{said}");
    assert!(!said.lines().any(|l| l.starts_with("failed: ") && l.contains("good.flac")), "{said}");
    let rows = ws.transcripts();
    assert!(rows.iter().any(|r| r["path"].as_str().unwrap().ends_with("good.flac")));
    let status = ws.json("status");
    let sum: f64 =
        status["seconds"].as_object().unwrap().values().map(|s| s.as_f64().unwrap()).sum();
    assert!((sum - status["input_seconds"].as_f64().unwrap()).abs() < 0.0005);
}

#[cfg(not(feature = "ctranslate2"))]
#[test]
fn weights_that_this_program_cannot_hold_are_named_and_nothing_is_lost() {
    let ws = Workspace::new();
    let settings = ws.dir.join("second-ear.toml");
    let set = |weights: &str| {
        let text = std::fs::read_to_string(&settings).unwrap();
        let lines = text.lines().map(|line| match line.starts_with("weights = ") {
            true => format!("weights = \"{weights}\"\n"),
            false => format!("{line}\n"),
        });
        std::fs::write(&settings, lines.collect::<String>()).unwrap();
    };
    set("int8");
    ws.ingest(&[&sample("volunteer_2eecc97c.flac")]);
    let refused = stderr(&ws.to(1, "run", &[]));
    assert!(refused.contains("decode.weights") && refused.contains("ctranslate2"), "{refused}");
    set("file");
    ws.to(0, "run", &[]);
    assert_eq!(ws.transcripts().len(), 1);
}

#[test]
fn a_file_that_is_gone_or_changed_is_named_and_found_again() {
    let ws = Workspace::new();
    let (old, new) = (ws.beside("a.flac"), ws.beside("b.flac"));
    std::fs::copy(sample("volunteer_2eecc97c.flac"), &old).unwrap();
    ws.ingest(&[&old]);
    std::fs::rename(&old, &new).unwrap();
    let said = stderr(&ws.to(3, "run", &[]));
    assert!(said.contains("a.flac") && said.contains("ingest it again"), "{said}");
    let found = ws.to(0, "ingest", &[new.to_str().unwrap(), "--json"]);
    let found: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(found["moved"], 1);
    ws.to(0, "run", &[]);
    assert_eq!(ws.json("status")["recordings"], 1);

    std::fs::copy(sample("volunteer_19b6d3ae.flac"), &new).unwrap();
    let changed = ws.to(0, "ingest", &[new.to_str().unwrap(), "--json"]);
    let changed: serde_json::Value = serde_json::from_slice(&changed.stdout).unwrap();
    assert_eq!(
        (changed["added"].clone(), changed["changed"].as_array().unwrap().len()),
        (json!(1), 1)
    );
}

#[test]
fn hostile_names_and_texts_survive_every_format_and_cannot_break_out_of_the_page() {
    let evil =
        "</script><script>alert(1)</script> \"quoted\" 'it''s' \u{202e}abc\u{202c} 🦻 --> a\tb";
    let ws = Workspace::new();
    let audio = ws.beside("émoji 🦻 \"q\" <b>.flac");
    std::fs::copy(sample("volunteer_2eecc97c.flac"), &audio).unwrap();
    let manifest = ws.beside("m.jsonl");
    let row = json!({"path": audio.file_name().unwrap().to_str().unwrap(), "speaker": evil, "licence": evil});
    std::fs::write(&manifest, row.to_string()).unwrap();
    ws.set("accept_score = ", "accept_score = 1.0 # ");
    ws.ingest(&[&manifest]);
    ws.to(0, "run", &[]);

    let out = ws.beside("out");
    ws.to(0, "tasks", &["--out", out.to_str().unwrap(), "--format", "html,jsonl,csv"]);
    let tasks = ws.tasks();
    assert!(tasks[0]["path"].as_str().unwrap().contains("🦻 \"q\" <b>"));
    let mut answer = tasks[0].clone();
    answer["validator"] = json!(evil);
    answer["verdict"] = json!("corrected");
    answer["text"] = json!(evil);
    let file = ws.write_rows("a.jsonl", &[answer]);
    ws.to(0, "answers", &[&file]);

    let rows = ws.transcripts();
    assert!(
        rows[0]["text"].as_str().unwrap().contains("</script><script>alert(1)</script> \"quoted\"")
    );
    let subtitles = ws.beside("subtitles");
    ws.to(
        0,
        "transcripts",
        &["--out", subtitles.to_str().unwrap(), "--format", "txt,srt,vtt,textgrid", "--names"],
    );
    let dataset = ws.beside("ds");
    let args = ["--out", dataset.to_str().unwrap(), "--format", "hf,nemo", "--names"];
    ws.to(0, "dataset", &args);
    let page = ws.beside("report.html");
    ws.to(0, "report", &["--html", page.to_str().unwrap(), "--names"]);
    assert!(!std::fs::read_to_string(page).unwrap().contains("<script>alert"));
    // Another clip of the same speaker now has the hostile text as its context in the page.
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "html") {
            let html = std::fs::read_to_string(&path).unwrap();
            assert!(
                !html.contains("<b>.flac") && !html.contains("<script>alert"),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn each_bad_answer_row_is_named_with_its_reason_and_the_good_one_goes_in() {
    let ws = Workspace::new();
    ws.set("accept_score = ", "accept_score = 1.0 # ");
    ws.ingest(&[&sample("quebec_menu.flac")]);
    ws.to(0, "run", &[]);
    let tasks = ws.tasks();
    assert!(tasks.len() > 8);
    let answer = |n: usize| {
        let t = &tasks[n];
        json!({"workspace": t["workspace"], "clip": t["clip"], "draft_digest": t["draft_digest"],
               "validator": "v", "verdict": "corrected", "text": format!("texte {n}")})
    };
    let with = |n: usize, field: &str, value: serde_json::Value| {
        let mut row = answer(n);
        row[field] = value;
        row
    };
    let mut altered = tasks[5].clone();
    altered["draft"] = json!("something else altogether");
    altered["validator"] = json!("v");
    altered["verdict"] = json!("as_is");
    let bad = [
        with(1, "workspace", json!("another")),
        with(2, "clip", json!("0123456789abcdef_0000000000_0000016000")),
        with(3, "draft_digest", json!("0123456789abcdef")),
        with(4, "verdict", json!("perfect")),
        altered,
        with(6, "text", json!("  ")),
        with(7, "validator", json!("")),
        answer(0),
    ];
    let mut all = vec![answer(0)];
    all.extend(bad.clone());
    let file = ws.write_rows("mixed.jsonl", &all);
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str("{\"workspace\": \"trunca");
    std::fs::write(&file, text).unwrap();
    let output = ws.to(3, "answers", &[&file, "--json"]);
    let done: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(done["accepted"], 1, "{done}");
    // Two rows have one reason: a line names both.
    assert_eq!(done["reasons"].as_array().unwrap().len(), bad.len(), "{done}");
    assert!(done["reasons"].to_string().contains("likewise 1 more row, in line 6"), "{done}");
    for (code, n) in
        [("wrong_workspace", 1), ("unknown_clip", 1), ("altered_draft", 2), ("duplicate", 1)]
    {
        assert_eq!(done["rejected"][code], n, "{code} in {done}");
    }
    // Twice the same file is no failure.
    let good = ws.write_rows("good.jsonl", &[answer(0), answer(1)]);
    ws.to(0, "answers", &[&good]);
    ws.to(0, "answers", &[&good]);
    assert_eq!(ws.json("status")["clips"]["settled"], 2);
}

#[test]
fn a_newer_answer_replaces_an_older_one_in_whatever_order_they_come() {
    let texts: Vec<String> = [[0, 1], [1, 0]]
        .iter()
        .map(|order| {
            let ws = Workspace::new();
            ws.set("accept_score = ", "accept_score = 1.0 # ");
            ws.ingest(&[&sample("volunteer_2eecc97c.flac")]);
            ws.to(0, "run", &[]);
            let task = ws.tasks().remove(0);
            let now = jiff::Timestamp::now();
            for n in order {
                let mut row = task.clone();
                row["validator"] = json!("v");
                row["verdict"] = json!("corrected");
                row["text"] = json!(format!("version {n}"));
                let at = now + jiff::SignedDuration::from_secs(*n);
                row["answered_at"] = json!(at.to_string());
                let file = ws.write_rows("a.jsonl", &[row]);
                ws.to(0, "answers", &[&file]);
            }
            rows(&stdout(&ws.to(0, "transcripts", &[])))[0]["text"].as_str().unwrap().to_string()
        })
        .collect();
    assert_eq!(texts, ["version 1", "version 1"]);
}

#[test]
fn a_full_disk_is_an_error_that_names_the_file_and_loses_nothing() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let ws = Workspace::new();
    ws.ingest(&[&sample("volunteer_2eecc97c.flac")]);
    ws.to(0, "run", &[]);
    let before = ws.transcripts();
    let output = util::second_ear()
        .args(["transcripts", &ws.path()])
        .stdout(std::fs::OpenOptions::new().write(true).open(full).unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(ws.transcripts(), before);
}

#[test]
fn no_name_is_obeyed_by_a_terminal_or_a_spreadsheet_and_no_folder_leaves_the_machine() {
    let ws = Workspace::new();
    let folder = ws.beside("secret-folder");
    std::fs::create_dir(&folder).unwrap();
    let evil = folder.join("a\u{1b}[2J\u{202e}\nfailed: forged.wav");
    std::fs::write(&evil, b"no audio at all").unwrap();
    let good = folder.join("good.flac");
    std::fs::copy(sample("volunteer_2eecc97c.flac"), &good).unwrap();
    let manifest = ws.beside("m.jsonl");
    let row = json!({"path": good, "speaker": "=1+1;@SUM(A1)"});
    std::fs::write(&manifest, row.to_string()).unwrap();
    let dir = ws.path();
    let said = util::run(&["ingest", &dir, manifest.to_str().unwrap(), evil.to_str().unwrap()]);
    let said = stderr(&said)
        + &stderr(&util::run(&["run", &dir, "--scripted", &{
            ws.write_rows("script.jsonl", &[json!({"text": "bonjour;=HYPERLINK(1)"})])
        }]));
    assert!(said.contains("forged.wav"), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said:?}");
    assert!(!said.lines().any(|l| l.starts_with("failed: forged")), "{said}");

    let out = ws.beside("out");
    let formats = "html,jsonl,csv,label-studio,turkle,appen";
    ws.to(0, "tasks", &["--out", out.to_str().unwrap(), "--format", formats]);
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("secret-folder"), "{}", path.display());
        if path.extension().is_some_and(|e| e == "csv") {
            assert!(text.contains("bonjour;'=HYPERLINK(1)"), "{text}");
        }
    }
    assert_eq!(ws.tasks()[0]["path"], "good.flac");
    let table = ws.beside("clips.csv");
    ws.to(0, "report", &["--csv", table.to_str().unwrap(), "--names"]);
    let table = std::fs::read_to_string(table).unwrap();
    assert!(table.contains(",'=1+1;'@SUM(A1),"), "{table}");
}
