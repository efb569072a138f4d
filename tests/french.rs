//! The language of what people read: French as well as English, by `--lang` or the environment. JSON and tables have none.

mod util;

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Value, json};
use util::{Workspace, sample, second_ear, stderr, stdout};

/// Settled by two people, with engines, a guarantee, pay, flags and an appeal, a withdrawal, a failed recording: whatever the
/// report has a section for, but rounds.
fn settled() -> Workspace {
    let ws = Workspace::new();
    ws.score_scripts();
    for (from, to) in [
        ("audit_rate = 0.05", "audit_rate = 0.4"),
        ("# target_risk = 0.05", "target_risk = 0.05"),
        ("pay_per_clip = 0.0", "pay_per_clip = 0.2"),
        ("floor_per_hour = 0.0", "floor_per_hour = 9000.0"),
        ("validators = 1", "validators = 2"),
        ("title = \"\"", "title = \"Appels\""),
    ] {
        ws.set(from, to);
    }
    let voices = ["quebec_menu.flac", "english_speakers.flac", "volunteer_19b6d3ae.flac"];
    let others = ["volunteer_2b2a8f5e.flac", "fleurs_fr_002.flac", "fleurs_fr_005.flac"];
    let row = |(n, name): (usize, &str)| {
        let region = ["fr-CA-QC", "fr-BE"][n % 2];
        json!({"path": sample(name), "speaker": format!("S{n}"), "region": region})
    };
    let rows: Vec<Value> = voices.into_iter().chain(others).enumerate().map(row).collect();
    let manifest = ws.write_rows("manifest.jsonl", &rows);
    ws.to(0, "ingest", &[&manifest]);
    let script: Vec<Value> = (0..200)
        .map(|n| {
            let (text, logprob) =
                [("appuyez sur étoile", -0.001), ("il fait frette", -1.5)][n % 5 / 4];
            json!({"start": n * 4, "end": n * 4 + 4, "text": text, "logprob": logprob})
        })
        .collect();
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    ws.to(0, "forget", &["--recording", sample(others[2]).to_str().unwrap(), "--yes"]);
    let texts: Vec<Value> = ws
        .transcripts()
        .iter()
        .map(|row| json!({"path": row["path"], "start": row["start"], "end": row["end"], "text": "appuyez sur la touche"}))
        .collect();
    let texts = ws.write_rows("nova.jsonl", &texts);
    ws.to(0, "drafts", &["import", &texts, "--engine", "nova"]);
    let tasks = ws.tasks();
    for (who, text) in [("ana", "appuyez sur étoile"), ("ben", "appuyez sur la touche étoile")] {
        let answer = |(n, row): (usize, &Value)| {
            let mut row = row.clone();
            row["validator"] = json!(who);
            row["verdict"] = json!(if n == 0 { "unintelligible" } else { "corrected" });
            row["text"] = json!(if n == 0 { "" } else { text });
            row["active_seconds"] = json!(0.5);
            row
        };
        let answers: Vec<Value> = tasks.iter().enumerate().map(answer).collect();
        ws.to(0, "answers", &[&ws.write_rows("answers.jsonl", &answers)]);
    }
    ws.to(0, "people", &["appeal", "--of", "ana", "--about", "fast", "--says", "non"]);
    ws
}

/// Two rounds, one of which was not promoted, and a later model's drafts.
fn rounds(ws: &Workspace) {
    let db = rusqlite::Connection::open(ws.dir.join("state.db")).unwrap();
    db.execute_batch(
        "UPDATE hypotheses SET model = 'earlier'; UPDATE decisions SET model = 'earlier';",
    )
    .unwrap();
    let why = [
        "it is not surely better on the test clips: it is in 61.5 % of the replicates of the paired bootstrap, and 95 % are needed; more corrections, from more speakers, would tell",
        "retention en got worse by 1.3 points (at most 0.5 are allowed)",
    ];
    let promoted =
        json!({"is": "promoted", "model": "scripted", "sha256": "ab", "file": "round-1.bin"});
    for (number, verdict) in [(1, promoted), (2, json!({"is": "rejected", "why": why}))] {
        let measured = json!([{"set": "test", "clips": 100, "units": 4, "words": 900, "before": 0.142,
            "after": 0.087, "difference": [-0.071, -0.039], "better": 1.0}]);
        let body = json!({"number": number, "created": "2026-11-24T10:00:00Z", "base": "base",
            "parent": number - 1, "parent_model": "earlier", "start_model": "earlier", "averages": [],
            "seed": 7, "data_digest": "0123456789abcdef", "recipe": {"rate": 1e-5},
            "clips": {"train": 120}, "train_seconds": 552.0, "losses": [1.25, 0.5], "share": 0.6,
            "wall_seconds": 80.0, "measured": measured, "verdict": verdict});
        let model = body["verdict"]["model"].as_str();
        db.execute(
            "INSERT INTO rounds (number, created, base, parent, model, body) VALUES (?1, 't', 'base', ?2, ?3, ?4)",
            rusqlite::params![number, number - 1, model, body.to_string()],
        )
        .unwrap();
    }
    drop(db);
    ws.ingest(&[&sample("volunteer_70e70b43.flac")]);
    ws.to(0, "run", &["--scripted", ws.beside("script.jsonl").to_str().unwrap()]);
}

/// The report as a page in a language.
fn page(ws: &Workspace, lang: &str) -> String {
    let path = ws.beside(&format!("{lang}.html"));
    ws.to(0, "report", &["--html", path.to_str().unwrap(), "--lang", lang]);
    std::fs::read_to_string(path).unwrap()
}

/// The texts of a page that are prose: three words or more; neither code nor what the methods cite.
fn prose(page: &str) -> BTreeSet<String> {
    let aside =
        Regex::new("(?s)<style>.*?</style>|<code>.*?</code>|<ul class=\"cited\">.*?</ul>").unwrap();
    let words = Regex::new(r"\p{L}{2,}[ ,;:]+\p{L}{2,}[ ,;:]+\p{L}{2,}").unwrap();
    let text = aside.replace_all(page, "<>").replace('\u{a0}', " ");
    let texts =
        text.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim());
    texts.filter(|text| words.is_match(text)).map(String::from).collect()
}

#[test]
fn a_french_report_has_no_english_heading_caption_or_sentence() {
    let ws = settled();
    rounds(&ws);
    let (english, french) = (page(&ws, "en"), page(&ws, "fr"));
    // Every section is there.
    for heading in [
        "Ce qui demande une personne",
        "Erreur résiduelle des brouillons acceptés",
        "Garantie de risque",
        "Les régions sont-elles servies également",
        "Quel moteur",
        "Qualité du score",
        "Tour après tour",
        "Tours d’adaptation",
        "Coût",
        "Les personnes qui valident",
        "Influence des brouillons",
        "Accord",
        "Méthodes",
        "Versions exactes",
        "contestation (réponses trop rapides) : attend une décision",
        "sous le plancher",
        "retrait",
        "il n’est pas meilleur à coup sûr",
    ] {
        assert!(french.replace('\u{a0}', " ").contains(heading), "no '{heading}'");
    }
    assert!(french.contains("<html lang=\"fr\">") && english.contains("<html lang=\"en\">"));
    let (of_english, of_french) = (prose(&english), prose(&french));
    assert!(of_english.len() > 80 && of_french.len() > 80, "{}", of_english.len());
    let same: Vec<_> = of_english.intersection(&of_french).collect();
    assert!(same.is_empty(), "in both languages: {same:#?}");
    // No text is there twice in one language and once in the other.
    let count = |page: &str| page.matches("<th").count() + page.matches("<h2").count();
    assert_eq!(count(&english), count(&french));
    // Decimals have commas, and percentages a space that does not break.
    let dots = Regex::new(r"\d\.\d+\u{a0}%|\d,\d %").unwrap();
    assert!(!dots.is_match(&french) && Regex::new(r"\d,\d\u{a0}%").unwrap().is_match(&french));
}

#[test]
fn the_terminal_report_and_status_are_in_french_and_json_is_the_same_in_both() {
    let ws = settled();
    rounds(&ws);
    let words = Regex::new(r"\p{L}{2,}[ ,;:]+\p{L}{2,}[ ,;:]+\p{L}{2,}").unwrap();
    for command in ["report", "status"] {
        let [english, french] =
            ["en", "fr"].map(|lang| stdout(&ws.to(0, command, &["--lang", lang])));
        let lines = |text: &str| -> BTreeSet<String> {
            let lines = text.lines().map(str::trim).filter(|line| words.is_match(line));
            lines.map(String::from).collect()
        };
        let (of_english, of_french) = (lines(&english), lines(&french));
        let same: Vec<_> = of_english.intersection(&of_french).collect();
        assert!(same.is_empty(), "{command} in both languages: {same:#?}");
        assert_eq!(english.lines().count(), french.lines().count(), "{french}");
        let [english, french] =
            ["en", "fr"].map(|lang| stdout(&ws.to(0, command, &["--json", "--lang", lang])));
        assert_eq!(english, french, "{command} --json");
    }
    let status = stdout(&ws.to(0, "status", &["--lang", "fr"])).replace('\u{a0}', " ");
    for said in ["enregistrements, ", "réglé", "Garantie de risque : WER moyen"] {
        assert!(status.contains(said), "no '{said}' in\n{status}");
    }
}

#[test]
fn the_environment_chooses_french_and_the_option_wins() {
    let ws = Workspace::new();
    let said = |environment: &[(&str, &str)], args: &[&str]| {
        let mut command = second_ear();
        command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG");
        let dir = ws.path();
        stdout(
            &command
                .envs(environment.iter().copied())
                .args(["status", &dir])
                .args(args)
                .output()
                .unwrap(),
        )
    };
    let english = |text: &str| text.starts_with("0 recordings, ");
    let french = |text: &str| text.starts_with("0 enregistrement, ");
    assert!(french(&said(&[("LANG", "fr_FR.UTF-8")], &[])));
    assert!(french(&said(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "fr_CA")], &[])));
    assert!(french(&said(&[], &["--lang", "fr"])));
    assert!(english(&said(&[], &[])));
    assert!(english(&said(&[("LANG", "fr_FR.UTF-8"), ("LC_ALL", "C")], &[])));
    assert!(english(&said(&[("LANG", "fr_FR.UTF-8")], &["--lang", "en"])));
    let refused = ws.to(2, "status", &["--lang", "de"]);
    let why = stderr(&refused);
    assert!(why.contains("'de'") && why.contains("en, fr"), "{why}");
}
