//! What leaves a workspace about people: papers beside datasets whose numbers can be found again, pseudonyms, task
//! files that their user alone can read or that need a passphrase.

mod util;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use util::{Workspace, rows, sample, stderr, stdout};

const SPEAKERS: [&str; 3] = ["Anselme Trépanier", "Béatrice Laliberté", "Cunégonde Désilets"];
const VALIDATOR: &str = "Zénobie Vachon";
/// How our FLAC files begin, in base64: the mark, then a STREAMINFO of 34 bytes, the last block. Shorter marks are in any page by
/// chance.
const FLAC: &str = "ZkxhQ4AAACI";

/// Scripted drafts of three named speakers; most clips are settled by a named validator.
fn workspace() -> Workspace {
    let ws = Workspace::new();
    ws.score_scripts();
    ws.set("audit_rate = 0.05", "audit_rate = 0.6");
    ws.set("pay_per_clip = 0.0", "pay_per_clip = 0.1");
    ws.set("contact = \"\"", "contact = \"voix@exemple.org\"");
    let manifest = ws.beside("calls.csv");
    let files = ["quebec_menu.flac", "volunteer_19b6d3ae.flac", "volunteer_2e3a959c.flac"];
    let regions = ["fr-CA-QC", "fr-BE", ""];
    let lines = files.iter().zip(SPEAKERS).zip(regions).map(|((file, speaker), region)| {
        format!("{},{speaker},{region},CC-BY-4.0\n", sample(file).display())
    });
    let text = format!("path,speaker,region,licence\n{}", lines.collect::<String>());
    std::fs::write(&manifest, text).unwrap();
    ws.ingest(&[&manifest]);
    let script: Vec<Value> = (0..60)
        .map(|n| json!({"start": n * 4, "end": n * 4 + 4, "text": format!("appel numéro {n} du jour"), "logprob": -0.01}))
        .collect();
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    let answers: Vec<Value> = ws
        .tasks()
        .into_iter()
        .enumerate()
        .filter(|(n, _)| n % 5 != 4)
        .map(|(n, mut row)| {
            row["validator"] = json!(VALIDATOR);
            row["verdict"] = json!(if n % 3 == 0 { "corrected" } else { "as_is" });
            row["text"] = json!(if n % 3 == 0 {
                format!("appel {n} corrigé")
            } else {
                row["draft"].as_str().unwrap().to_string()
            });
            row["active_seconds"] = json!(7.5);
            row
        })
        .collect();
    let answers = ws.write_rows("answers.jsonl", &answers);
    ws.to(0, "answers", &[&answers]);
    ws
}

/// Every file under a folder, as text.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = files.filter(|f| f.file_type().is_file());
    files
        .map(|f| {
            (
                f.path().to_path_buf(),
                String::from_utf8_lossy(&std::fs::read(f.path()).unwrap()).into_owned(),
            )
        })
        .collect()
}

fn read(path: PathBuf) -> Value {
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
}

#[test]
fn every_number_of_the_papers_stands_in_what_report_or_dataset_prints() {
    let ws = workspace();
    let out = ws.beside("set");
    let args = ["--out", out.to_str().unwrap(), "--format", "hf,nemo", "--with-auto", "--json"];
    let dataset: Value = serde_json::from_slice(&ws.to(0, "dataset", &args).stdout).unwrap();
    let report: Value = serde_json::from_slice(&ws.to(0, "report", &["--json"]).stdout).unwrap();
    let digits = regex::Regex::new(r"\d+(\.\d+)?").unwrap();
    for format in ["hf", "nemo"] {
        let numbers = read(out.join(format).join("numbers.json"));
        let numbers = numbers["numbers"].as_array().unwrap();
        let mut fields = BTreeSet::new();
        for number in numbers {
            let whole = if number["of"] == "report" { &report } else { &dataset };
            let pointer = number["pointer"].as_str().unwrap();
            assert_eq!(whole.pointer(pointer), Some(&number["value"]), "{format} {pointer}");
            fields.extend(
                number["stated_in"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()),
            );
        }
        let croissant = read(out.join(format).join("croissant.json"));
        for field in fields.iter().filter(|field| field.starts_with("rai:")) {
            assert!(croissant.get(*field).is_some(), "{field}");
        }
        let biases = croissant["rai:dataBiases"].to_string();
        assert!(biases.contains("fr-CA-QC") && biases.contains("95 % interval"), "{biases}");
        let plan = croissant["rai:dataReleaseMaintenancePlan"].as_str().unwrap();
        assert!(plan.contains("voix@exemple.org"), "{plan}");
        // Every number that a sentence says is one of the list, as it is or as it is shown.
        let shown: BTreeSet<String> = numbers.iter().flat_map(|n| as_shown(&n["value"])).collect();
        for (field, said) in croissant.as_object().unwrap() {
            let sentences = |field: &str| field.starts_with("rai:") && !FREE.contains(&field);
            for number in digits.find_iter(&said.to_string()).filter(|_| sentences(field)) {
                assert!(shown.contains(number.as_str()), "{field}: {} in {said}", number.as_str());
            }
        }
    }
}

/// Fields with numbers that are names: versions, rates of sampling, digests.
const FREE: [&str; 4] = [
    "rai:machineAnnotationTools",
    "rai:dataAnnotationPlatform",
    "rai:dataPreprocessingProtocol",
    "rai:personalSensitiveInformation",
];

/// A number as sentences show it: whole, in percent, in minutes, rounded; and the 95 of an interval.
fn as_shown(value: &Value) -> Vec<String> {
    let Some(n) = value.as_f64() else { return Vec::new() };
    vec![
        value.to_string(),
        format!("{:.1}", 100.0 * n),
        format!("{:.1}", n / 60.0),
        format!("{n:.1}"),
        format!("{n:.2}"),
        format!("{n:.3}"),
        "95".into(),
    ]
}

#[test]
fn no_export_names_a_speaker_or_validator_unless_that_is_asked_for() {
    let ws = workspace();
    let leaves = |names: &[&str]| {
        let out = ws.beside(&format!("out{}", names.len()));
        let at = |name: &str| out.join(name).to_str().unwrap().to_string();
        std::fs::create_dir(&out).unwrap();
        let with = |args: &[&str]| -> Vec<String> {
            args.iter().chain(names).map(|arg| arg.to_string()).collect()
        };
        let to = |command: &str, args: &[&str]| {
            let args = with(args);
            ws.to(0, command, &args.iter().map(String::as_str).collect::<Vec<_>>())
        };
        to("dataset", &["--out", &at("set"), "--format", "hf,nemo"]);
        to("transcripts", &["--out", &at("text"), "--format", "jsonl,vtt,textgrid"]);
        let (html, csv) = (at("report.html"), at("clips.csv"));
        let said = to("report", &["--json", "--html", &html, "--csv", &csv]);
        std::fs::write(out.join("report.json"), stdout(&said)).unwrap();
        texts(&out)
    };
    for (path, text) in leaves(&[]) {
        for name in SPEAKERS.iter().chain([&VALIDATOR]) {
            let family = name.split(' ').next_back().unwrap();
            assert!(!text.contains(family), "{} names {name}", path.display());
        }
    }
    let named = leaves(&["--names"]);
    let holds = |file: &str, name: &str| {
        named.iter().any(|(path, text)| path.ends_with(file) && text.contains(name))
    };
    for file in ["train/metadata.jsonl", "clips.csv", "transcripts.jsonl"] {
        assert!(SPEAKERS.iter().any(|name| holds(file, name)), "{file}");
    }
    assert!(holds("report.json", VALIDATOR));
    // The team's own terminal names people.
    assert!(stdout(&ws.to(0, "report", &[])).contains(VALIDATOR));
}

#[test]
fn a_person_has_the_same_pseudonym_in_every_export_and_another_in_another_workspace() {
    let of = |ws: &Workspace| -> BTreeSet<String> {
        let out = ws.beside("set");
        ws.to(0, "dataset", &["--out", out.to_str().unwrap()]);
        let rows_of = |path: &PathBuf| rows(&std::fs::read_to_string(path).unwrap());
        let files = texts(&out).into_iter().map(|(path, _)| path);
        let files = files.filter(|path| path.ends_with("metadata.jsonl"));
        let rows: Vec<Value> = files.flat_map(|path| rows_of(&path)).collect();
        rows.iter().map(|r| r["speaker"].as_str().unwrap().to_string()).collect()
    };
    let (ws, other) = (workspace(), workspace());
    let speakers = of(&ws);
    assert_eq!(speakers, of(&ws));
    assert!(speakers.iter().all(|s| s.starts_with("speaker-")), "{speakers:?}");
    let transcribed = rows(&stdout(&ws.to(0, "transcripts", &[])));
    for speaker in &speakers {
        assert!(transcribed.iter().any(|r| r["speaker"] == *speaker), "{speaker}");
    }
    assert!(speakers.is_disjoint(&of(&other)));
    // Numbers do not depend on what people are called.
    let human = |ws: &Workspace, more: &[&str]| -> Value {
        let said = ws.to(0, "report", &[&["--json"], more].concat());
        let report: Value = serde_json::from_slice(&said.stdout).unwrap();
        json!([
            report["human"],
            report["drafts"],
            report["cost"],
            report["by_round"],
            report["fairness"]
        ])
    };
    assert_eq!(human(&ws, &[]), human(&ws, &["--names"]));
    assert_eq!(human(&ws, &[]), human(&other, &[]));
}

#[test]
fn provenance_says_what_the_team_stated_and_which_day_the_dataset_replaces() {
    let ws = workspace();
    let out = ws.beside("set");
    let write = || {
        ws.to(0, "dataset", &["--out", out.to_str().unwrap()]);
        read(out.join("provenance.json"))
    };
    let first = write();
    assert_eq!(first["provenance"]["previous-date"], Value::Null);
    assert_eq!(first["to_fill"]["/source/issuer"], "dataset.issuer");
    assert_eq!(first["use"]["license"], json!(["CC-BY-4.0"]));
    ws.set("issuer = \"\"", "issuer = \"Radio Chambly\"");
    ws.set("origin_countries = []", "origin_countries = [\"CA-QC\"]");
    let second = write();
    assert_eq!(second["source"]["id"], first["source"]["id"], "the same rows");
    assert_eq!(second["provenance"]["previous-date"], first["provenance"]["date"]);
    assert_eq!(second["source"]["issuer"][0]["name"], "Radio Chambly");
    assert_eq!(second["provenance"]["origin-geography"], json!([{"country": "CA", "state": "QC"}]));
    assert!(second["to_fill"].get("/source/issuer").is_none());
    ws.set("origin_countries = [\"CA-QC\"]", "origin_countries = [\"Canada\"]");
    let refused = stderr(&ws.to(1, "dataset", &["--out", out.to_str().unwrap()]));
    assert!(refused.contains("dataset.origin_countries") && refused.contains("CA-QC"), "{refused}");
}

#[test]
fn a_page_under_a_passphrase_holds_nothing_readable_and_other_formats_are_refused() {
    let ws = workspace();
    let (out, file) = (ws.beside("pages"), ws.beside("passphrase.txt"));
    std::fs::write(&file, "quatre mots faciles à dire\n").unwrap();
    let to = |code: i32, more: &[&str]| {
        let args = ["--out", out.to_str().unwrap(), "--passphrase-file", file.to_str().unwrap()];
        ws.to(code, "tasks", &[&args[..], more].concat())
    };
    let refused = stderr(&to(1, &["--format", "html,csv"]));
    assert!(refused.contains("csv") && refused.contains("--format html"), "{refused}");
    let html = |out: &Path| -> Vec<_> {
        texts(out)
            .into_iter()
            .filter(|(path, _)| path.extension().is_some_and(|e| e == "html"))
            .collect()
    };
    let open = ws.beside("open");
    ws.to(0, "tasks", &["--out", open.to_str().unwrap()]);
    assert!(html(&open).iter().all(|(_, page)| page.contains(FLAC)), "what is looked for below");
    to(0, &[]);
    let pages = html(&out);
    assert!(!pages.is_empty());
    let waiting = ws.transcripts();
    for (path, page) in &pages {
        assert!(page.contains("\"kdf\":\"PBKDF2-HMAC-SHA-256\""), "{}", path.display());
        assert!(!page.contains("appel numéro") && !page.contains(FLAC), "{}", path.display());
        for row in &waiting {
            assert!(!page.contains(row["clip"].as_str().unwrap()));
        }
    }
    std::fs::write(&file, "trop court\n").unwrap();
    let refused = stderr(&to(1, &[]));
    assert!(refused.contains("12 characters") && !refused.contains("trop court"), "{refused}");
    let asked = stderr(&ws.to(1, "tasks", &["--out", out.to_str().unwrap(), "--passphrase"]));
    assert!(asked.contains("--passphrase-file"), "{asked}");
    assert!(!stdout(&ws.to(0, "log", &["--json"])).contains("mots faciles"));
}

#[cfg(unix)]
#[test]
fn task_files_transcripts_and_backups_are_for_their_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let ws = workspace();
    let (tasks, text, saved) = (ws.beside("out"), ws.beside("text"), ws.beside("saved.tar"));
    ws.to(0, "tasks", &["--out", tasks.to_str().unwrap(), "--format", "html,jsonl,csv"]);
    ws.to(0, "transcripts", &["--out", text.to_str().unwrap()]);
    ws.to(0, "backup", &[saved.to_str().unwrap()]);
    let mut checked = 0;
    for (path, _) in [texts(&tasks), texts(&text), texts(&saved)].concat() {
        if !path.ends_with(".second-ear-files") {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 6, "{checked}");
}
