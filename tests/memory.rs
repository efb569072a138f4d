//! The memory of corrections, with the real model: what people corrected in two clips stands beside the draft of a third, can be taken
//! out, and goes with the person whose words it rests on. A team's own terms are tried likewise.

mod util;

use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};
use util::{Workspace, decode_flac, page_data, rows, run_to, sample, stderr, stdout, write_wav};

/// Writes the part of the menu before a prompt, and the part from it on.
fn parts(ws: &Workspace, prompt: &str) -> [PathBuf; 2] {
    let (rate, menu) = decode_flac(&sample("quebec_menu.flac"));
    let references = std::fs::read_to_string(sample("references.jsonl")).unwrap();
    let said = rows(&references).into_iter().find(|row| row["text"] == prompt).unwrap();
    let at = ((said["start"].as_f64().unwrap() - 0.2) * f64::from(rate)) as usize;
    let [before, after] = ["before.wav", "after.wav"].map(|name| ws.beside(name));
    write_wav(&before, 1, rate, &menu[..at]);
    write_wav(&after, 1, rate, &menu[at..]);
    [before, after]
}

/// `second-ear memory COMMAND DIR ...`.
#[track_caller]
fn memory(ws: &Workspace, code: i32, command: &str, more: &[&str]) -> Output {
    let dir = ws.path();
    run_to(code, &[&["memory", command, &dir], more].concat())
}

fn listed(ws: &Workspace) -> Value {
    serde_json::from_slice(&memory(ws, 0, "list", &["--json"]).stdout).unwrap()
}

/// The other readings that pages offer, by draft, of clips that nobody was handed yet; the workspace stays as it is.
fn versions(ws: &Workspace) -> Vec<(String, Vec<String>)> {
    let (copy, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for entry in std::fs::read_dir(&ws.dir).unwrap().flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    let (dir, folder) = (copy.path().to_str().unwrap(), out.path().to_str().unwrap());
    run_to(0, &["tasks", dir, "--out", folder, "--only-new"]);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(out.path()).unwrap().flatten() {
        let page = std::fs::read_to_string(entry.path()).unwrap_or_default();
        let Some(data) = page_data(&page) else { continue };
        for item in data["items"].as_array().unwrap() {
            let texts = item["versions"].as_array().unwrap().iter();
            let texts = texts.map(|v| v["text"].as_str().unwrap().to_string());
            found.push((item["row"]["draft"].as_str().unwrap().to_string(), texts.collect()));
        }
    }
    found
}

/// Whether the page offers a reading of a draft that begins so.
fn offers(ws: &Workspace, draft: &str, reading: &str) -> bool {
    let all = versions(ws);
    let of = all.iter().find(|(text, _)| text.starts_with(draft));
    let (_, texts) = of.unwrap_or_else(|| panic!("no draft begins with {draft}: {all:#?}"));
    texts.iter().any(|text| text.starts_with(reading))
}

#[test]
fn what_two_clips_corrected_is_offered_for_a_third_until_it_is_taken_out_or_its_person_leaves() {
    let ws = Workspace::plain();
    ws.set("audit_rate = 0.05", "audit_rate = 1.0");
    ws.set("blind_above_wer = 0.3", "blind_above_wer = 100.0");
    let prompt =
        "Veuillez entrer un ou plusieurs mots clés, séparés par l'étoile puis appuyez sur dièse.";
    let [before, after] = parts(&ws, prompt);
    ws.ingest(&[&before]);
    ws.to(0, "run", &[]);
    let mut answers = ws.tasks();
    let mut corrected = 0;
    for row in &mut answers {
        let draft = row["draft"].as_str().unwrap().to_string();
        let text = draft.replace("sur 10.", "sur dièse.");
        corrected += usize::from(draft != text);
        let text = text.replace("sur Dielse", "sur dièse").replace("du dies", "du dièse");
        row["validator"] = json!("vera");
        row["verdict"] = json!(if text == draft { "as_is" } else { "corrected" });
        row["text"] = json!(text);
        row["answered_at"] = json!("2026-03-01T10:00:00Z");
    }
    assert!(corrected >= 2, "base writes '10' for 'dièse': {answers:#?}");
    let answers = ws.write_rows("answers.jsonl", &answers);
    ws.to(0, "answers", &[&answers]);
    let all = listed(&ws);
    let pair = all["pairs"].as_array().unwrap().iter().find(|p| p["wrote"] == "10").unwrap();
    assert_eq!((&pair["said"], &pair["standing"]), (&json!("dièse"), &json!("in_use")));
    assert_eq!((&pair["clips"], &pair["people"]), (&json!(corrected), &json!(1)));

    // The third draft has the same word misspelt in another way.
    ws.ingest(&[&after]);
    let said = stderr(&ws.to(0, "run", &[]));
    assert!(said.contains("tried on"), "{said}");
    let third = |ws: &Workspace| {
        let all = versions(ws);
        let of = all.into_iter().find(|(text, _)| text.contains("mots clés"));
        of.expect("the third draft waits")
    };
    let (draft, _) = third(&ws);
    let misspelt = draft.trim_end_matches('.').rsplit(' ').next().unwrap().to_string();
    assert_ne!(misspelt, "dièse", "base does not write it here");
    let offers = |ws: &Workspace| third(ws).1.iter().any(|text| text.contains("appuyez sur dièse"));
    assert!(offers(&ws), "{draft}");
    let again: Value = serde_json::from_slice(&ws.to(0, "run", &["--json"]).stdout).unwrap();
    assert_eq!(again["tried"], 0, "once is enough");

    memory(&ws, 0, "remove", &[&misspelt, "dièse"]);
    assert!(!offers(&ws));
    ws.to(0, "run", &[]);
    assert!(!offers(&ws), "nor by the next run");
    memory(&ws, 0, "restore", &[&misspelt, "dièse"]);
    ws.to(0, "run", &[]);
    assert!(offers(&ws));
    memory(&ws, 0, "remove", &["10", "dièse"]);
    assert!(stdout(&memory(&ws, 0, "list", &[])).contains("taken out"));
    let unknown = memory(&ws, 1, "remove", &["a", "b"]);
    assert!(stderr(&unknown).contains("nobody wrote 'b'"), "{}", stderr(&unknown));

    ws.to(0, "forget", &["--validator", "vera", "--yes"]);
    assert_eq!(listed(&ws)["pairs"], json!([]));
    let database = std::fs::read(ws.dir.join("state.db")).unwrap();
    let holds = |text: &str| database.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(!holds("\"said\":\"dièse\""), "nothing of the pair is left");
    ws.to(0, "run", &[]);
    assert!(!offers(&ws));
}

#[test]
fn a_team_s_own_term_is_offered_where_the_model_misheard_it_and_nowhere_else() {
    let ws = Workspace::plain();
    ws.set("audit_rate = 0.05", "audit_rate = 1.0");
    ws.set("blind_above_wer = 0.3", "blind_above_wer = 100.0");
    ws.set("file = \"\"", "file = \"terms.tsv\"");
    std::fs::write(ws.dir.join("terms.tsv"), "a\tb\tc\n").unwrap();
    let prompt = "pour entrer un numéro différent, appuyez sur 2";
    let [_, after] = parts(&ws, prompt);
    ws.ingest(&[&after]);
    let refused = stderr(&ws.to(1, "run", &[]));
    assert!(refused.contains("terms.tsv, line 1"), "{refused}");
    std::fs::write(ws.dir.join("terms.tsv"), "term\tsounds\nvoix\tvoie\ntel qu'entendue\n")
        .unwrap();
    ws.to(0, "run", &[]);
    assert!(offers(&ws, "Pour diminuer", "Pour diminuer le volume de votre voix"));
    let others = versions(&ws);
    let others = others.iter().filter(|(draft, _)| !draft.contains("voie"));
    assert!(others.flat_map(|(_, texts)| texts).all(|text| !text.contains("voix")));
    assert_eq!(listed(&ws)["terms"], json!(["voix", "tel qu'entendue"]));
}
