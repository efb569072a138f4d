//! What the program says to people (`--help`) and to machines (`--json`), as snapshots: a change of either is seen.
//! Times, ids and paths are blanked, numbers rounded; drafts are a script's, and only the last commands need the model.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo nextest run surface`; then read `git diff tests/snapshots`.
//! Left out: `worker`, which needs a server, and `model rollback`, which needs a round.
// A build without training or NATS shows less.
#![cfg(all(feature = "adapt", feature = "nats"))]

mod util;

use std::process::Output;

use serde_json::{Value, json};
use util::{Workspace, sample, second_ear, stderr, stdout};

/// The program with a terminal of this width, whatever terminal runs the test.
fn said(args: &[&str]) -> Output {
    second_ear().args(args).env("COLUMNS", "100").output().unwrap()
}

/// The help of a command, then that of each command within it.
fn help(path: &[&str], all: &mut String) {
    let output = said(&[path, &["--help"]].concat());
    assert!(output.status.success(), "{path:?} {}", stderr(&output));
    let text = stdout(&output);
    let command = [&["second-ear"], path].concat().join(" ");
    all.push_str(&format!("===== {command} =====\n{text}\n"));
    let commands = text.lines().skip_while(|l| *l != "Commands:").skip(1);
    for line in commands.take_while(|l| !l.is_empty()) {
        // What a name says may go on in lines that are further in.
        let name = line.strip_prefix("  ").and_then(|l| l.split(' ').next()).unwrap_or_default();
        if !name.is_empty() && name != "help" {
            help(&[path, &[name]].concat(), all);
        }
    }
}

#[test]
fn the_surface_for_people() {
    let mut all = String::new();
    help(&[], &mut all);
    insta::assert_snapshot!("help", all);
}

/// Six significant digits, since the last ones are the processor's; none of what a model transcribed.
fn rounded(value: &mut Value, transcribed: bool) {
    match value {
        Value::Number(n) if transcribed => {
            *value = json!(if n.is_f64() { "[NUMBER]" } else { "[COUNT]" })
        }
        Value::Number(n) if n.is_f64() => {
            let short: f64 = format!("{:.5e}", n.as_f64().unwrap()).parse().unwrap();
            *value = json!(short);
        }
        Value::Array(all) => all.iter_mut().for_each(|v| rounded(v, transcribed)),
        Value::Object(fields) => fields.values_mut().for_each(|v| rounded(v, transcribed)),
        _ => {}
    }
}

/// The JSON that a command prints, under its name.
struct Said {
    all: String,
    ws: Workspace,
}

impl Said {
    /// Runs `second-ear NAME DIR MORE --json`.
    #[track_caller]
    fn json(&mut self, name: &str, more: &[&str]) {
        let dir = self.ws.path();
        self.plain(name, &[&[dir.as_str()], more].concat());
    }

    /// Runs `second-ear NAME MORE --json`.
    #[track_caller]
    fn plain(&mut self, name: &str, more: &[&str]) {
        let args: Vec<&str> = name.split(' ').chain(more.iter().copied()).collect();
        let mut command = second_ear();
        if !["adapt", "evaluate", "model verify"].contains(&name) {
            command.env("SECOND_EAR_MODELS", self.ws.beside("none"));
        }
        let output = command.args(&args).arg("--json").output().unwrap();
        let mut value: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", stderr(&output)));
        rounded(&mut value, name == "evaluate");
        let text = serde_json::to_string_pretty(&value).unwrap();
        let code = output.status.code().unwrap();
        self.all.push_str(&format!("===== {name}: exit code {code} =====\n{text}\n"));
    }

    fn beside(&self, name: &str) -> String {
        self.ws.beside(name).to_str().unwrap().to_string()
    }
}

#[test]
fn the_surface_for_machines() {
    let ws = Workspace::new();
    ws.score_scripts();
    ws.set("audit_rate = 0.05", "audit_rate = 0.8");
    let manifest = ws.beside("calls.csv");
    let [menu, voice] = ["quebec_menu.flac", "volunteer_19b6d3ae.flac"].map(sample);
    let rows = format!("{},ana,fr-CA-QC\n{},bo,fr-BE\n", menu.display(), voice.display());
    std::fs::write(&manifest, format!("path,speaker,region\n{rows}")).unwrap();
    let script = [
        json!({"start": 0, "end": 8, "text": "il fait frette à matin", "logprob": -0.3}),
        json!({"text": "appuyez sur la touche étoile", "logprob": -0.001}),
    ];
    let script = ws.write_rows("script.jsonl", &script);
    let mut said = Said { all: String::new(), ws };

    said.json("ingest", &[manifest.to_str().unwrap()]);
    said.json("run", &["--scripted", &script]);
    said.json("tasks", &["--out", &said.beside("out"), "--format", "jsonl,label-studio"]);
    let answers: Vec<Value> = said
        .ws
        .tasks()
        .into_iter()
        .enumerate()
        .map(|(n, mut row)| {
            row["validator"] = json!("ana");
            row["verdict"] = json!(["as_is", "corrected", "corrected", "skip"][n % 4]);
            row["text"] = json!(["", "appuyez sur l'étoile", "tout autre chose", ""][n % 4]);
            row["active_seconds"] = json!(6.25);
            row["answered_at"] = json!(jiff::Timestamp::now().to_string());
            row
        })
        .chain([json!({"clip": "nobody's", "verdict": "as_is"})])
        .collect();
    let answers = said.ws.write_rows("answers.jsonl", &answers);
    said.json("answers", &[&answers]);
    said.json("status", &[]);
    said.json("calibrate", &[]);
    said.json("audit-plan", &["--target-risk", "0.05"]);
    said.json("dataset", &["--out", &said.beside("dataset"), "--with-auto"]);
    said.json("report", &[]);
    said.json("study", &["--out", &said.beside("study")]);
    said.json("lexicon add", &["barguiner", "--region", "fr-CA-QC", "--meaning", "marchander"]);
    let words = said.beside("words.tsv");
    std::fs::write(&words, "term\tkind\tregions\tambiguity\nbec\tword\tfr-CA-QC\t1\nx\n").unwrap();
    said.json("lexicon import", &[&words]);
    said.json("lexicon list", &["--region", "fr-US-LA", "--kind", "idiom"]);
    said.json("lexicon regions", &[]);
    said.json("lexicon test", &["il fait frette à matin"]);
    said.json("doctor", &[]);
    said.json("backup", &[&said.beside("saved.tar")]);
    said.json("log", &["--last", "2"]);
    said.json("subject", &["--speaker", "bo", "--out", &said.beside("for-bo")]);
    said.json("forget", &["--speaker", "bo", "--dry-run"]);
    said.json("forget", &["--resume"]);
    said.plain("model list", &[]);
    said.json("adapt", &["--dry-run"]);
    said.plain("model verify", &["base"]);
    let spoken = [json!({"audio": sample("fleurs_fr_002.flac"), "text": "les gens"})];
    let spoken = said.ws.write_rows("spoken.jsonl", &spoken);
    said.plain("evaluate", &[&spoken]);

    let mut settings = insta::Settings::clone_current();
    let folder = said.ws.folder.path().to_str().unwrap();
    for (pattern, blank) in [
        (regex::escape(folder).as_str(), "[FOLDER]"),
        (regex::escape(util::root().to_str().unwrap()).as_str(), "[CHECKOUT]"),
        (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "[TIME]"),
        (r"\b[0-9a-f]{12,64}\b", "[ID]"),
        // Its end says how this machine holds the model.
        (r"(windows[a-z0-9.]+-)?greedy-[a-z0-9+-]+", "[POLICY]"),
    ] {
        settings.add_filter(pattern, blank);
    }
    settings.bind(|| insta::assert_snapshot!("json", said.all));
}
