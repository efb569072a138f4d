//! Mutants of every kind of file that comes from elsewhere, handed to the real program: `scripts/fuzz`. It must end by
//! itself, soon, within its memory, with an exit code of its own and without a panic. What it does not survive is kept
//! in target/fuzz.

#[path = "../crates/whisper/src/mutate.rs"]
mod mutate;
mod util;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mutate::{Mutator, asked};
use serde_json::{Value, json};
use util::{Workspace, root, sample};

/// Memory that a process may address, KiB: many times what these files need.
const MEMORY: u64 = 6 << 20;

/// A good file: its ending, and its bytes.
type Seed = (String, Vec<u8>);

/// A folder and the files in it as command lines.
type Commands<'a> = dyn Fn(&Path, &[PathBuf]) -> Vec<Vec<String>> + 'a;

/// What is mutated, and how it is handed over.
struct Target<'a> {
    name: &'a str,
    seeds: Vec<Seed>,
    text: bool,
    /// Files in one process.
    batch: usize,
    /// A process gets this long.
    patience: Duration,
    /// Arguments of each process that gets files; the folder is theirs, and new.
    commands: Box<Commands<'a>>,
}

/// Runs mutants until the time is over.
fn fuzz(target: &Target) {
    let (seconds, seed) = (asked("FUZZ_SECONDS", 5), asked("FUZZ_SEED", 1));
    let kept = root().join("target/fuzz");
    std::fs::create_dir_all(&kept).unwrap();
    let (began, mut number, mut findings) = (Instant::now(), 0, 0);
    while began.elapsed() < Duration::from_secs(seconds) {
        let mutants: Vec<(String, Vec<u8>)> =
            (number..).take(target.batch).map(|n| target.mutant(seed, n)).collect();
        if let Some(why) = target.try_all(&mutants) {
            // Which of them was it?
            let guilty: Vec<_> = mutants
                .iter()
                .filter_map(|one| Some((one, target.try_all(std::slice::from_ref(one))?)))
                .collect();
            findings += guilty.len().max(1);
            for ((name, bytes), why) in &guilty {
                println!("fuzz: {}: {name}: {why}", target.name);
                std::fs::write(kept.join(format!("{}-{seed}-{name}", target.name)), bytes).unwrap();
            }
            if guilty.is_empty() {
                println!("fuzz: {}: together, from number {number}: {why}", target.name);
                let folder = kept.join(format!("{}-{seed}-from-{number}", target.name));
                std::fs::create_dir_all(&folder).unwrap();
                mutants.iter().for_each(|(name, b)| std::fs::write(folder.join(name), b).unwrap());
            }
        }
        number += target.batch as u64;
    }
    println!("fuzz: {}: {number} executions, {findings} findings, seed {seed}", target.name);
    assert_eq!(findings, 0, "see {}", kept.display());
}

impl Target<'_> {
    fn mutant(&self, seed: u64, number: u64) -> (String, Vec<u8>) {
        let mut mutator = Mutator::new(seed, self.name, number);
        let (ending, file) = &self.seeds[mutator.below(self.seeds.len())];
        let (_, other) = &self.seeds[mutator.below(self.seeds.len())];
        let bytes = match self.text {
            true => mutator.text(file, other),
            false => mutator.bytes(file, other, &[]),
        };
        (format!("{number}.{ending}"), bytes)
    }

    /// Hands files over; what went wrong, if anything did.
    fn try_all(&self, mutants: &[(String, Vec<u8>)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let paths = mutants.iter().map(|(name, bytes)| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        });
        let paths: Vec<PathBuf> = paths.collect();
        let commands = (self.commands)(folder.path(), &paths);
        commands.into_iter().find_map(|args| {
            let wrong = wrong(&args, folder.path(), self.patience)?;
            Some(format!("second-ear {}: {wrong}", args[0]))
        })
    }
}

/// Runs the program; what is wrong with how it ended.
fn wrong(args: &[String], folder: &Path, patience: Duration) -> Option<String> {
    let said = folder.join("said.txt");
    let errors = std::fs::File::create(&said).unwrap();
    // No ffmpeg: our own readers are meant.
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY}; PATH=/nowhere; exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_second-ear"))
        .args(args)
        .current_dir(root())
        .env("LC_ALL", "C")
        .env("SECOND_EAR_MODELS", root().join("models"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors)
        .spawn()
        .unwrap();
    let began = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if began.elapsed() > patience => {
                child.kill().unwrap();
                child.wait().unwrap();
                return Some(format!("it does not end within {} s", patience.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let said = String::from_utf8_lossy(&std::fs::read(said).unwrap()).into_owned();
    let panicked = said.lines().position(|line| line.contains("panicked at"));
    if let Some(at) = panicked {
        return Some(said.lines().skip(at).take(2).collect::<Vec<_>>().join(" "));
    }
    let codes = [Some(0), Some(1), Some(2), Some(3)];
    (!codes.contains(&status.code())).then(|| {
        let end: Vec<&str> = said.lines().rev().take(3).collect();
        format!("{status}: {}", end.join(" | "))
    })
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_string()
}

/// Files of a folder of the checkout, except for large ones.
fn seeds(folder: &str, wanted: impl Fn(&str) -> bool) -> Vec<Seed> {
    let mut all: Vec<Seed> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let ending = path.extension()?.to_str()?.to_string();
            let bytes = std::fs::read(&path).unwrap();
            (wanted(&ending) && bytes.len() < 300_000).then_some((ending, bytes))
        })
        .collect();
    all.sort();
    assert!(!all.is_empty(), "{folder}");
    all
}

/// A copy of a workspace in a folder.
fn copied(workspace: &Workspace, folder: &Path) -> String {
    let to = folder.join("ws");
    std::fs::create_dir(&to).unwrap();
    for entry in std::fs::read_dir(&workspace.dir).unwrap().flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    text(&to)
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_containers() {
    let empty = Workspace::new();
    let script = empty.beside("script.jsonl");
    std::fs::write(&script, r#"{"text": "bonjour"}"#).unwrap();
    let mut all = seeds("tests/data/audio", |ending| !["md", "sh"].contains(&ending));
    all.extend(seeds("samples", |ending| ending == "flac"));
    fuzz(&Target {
        name: "containers",
        seeds: all,
        text: false,
        batch: 40,
        patience: Duration::from_secs(120),
        commands: Box::new(|folder, files| {
            let ws = copied(&empty, folder);
            let ingest = with_all("ingest", ws.clone(), files);
            vec![ingest, ["run", &ws, "--scripted", &text(&script)].map(String::from).to_vec()]
        }),
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_manifests() {
    let empty = Workspace::new();
    let audio = text(&sample("volunteer_2eecc97c.flac"));
    let (other, third) = (text(&sample("fleurs_fr_002.flac")), text(&sample("quebec_menu.flac")));
    let csv = format!(
        "path,speaker,region,licence,consent,language,channel\n{audio},ann,fr-CA-QC,CC0-1.0,yes,fr,mix\n\
         \"{other}\",\"b, c\",,,\"no\",fr,0\n{third},ann,fr-FR,,,,\n"
    );
    let tsv = format!(
        "client_id\tpath\tsentence\tup_votes\tlocale\nx\t{audio}\tbonjour \"tous\"\t2\tfr\ny\t{other}\t\t0\tfr\n"
    );
    let line = |path: &str, speaker: &str| json!({"path": path, "speaker": speaker, "region": "fr-CA", "licence": "x", "language": "fr"});
    let jsonl = format!("{}\n{}\n", line(&audio, "ann"), line(&other, "é\u{301}"));
    let nemo = |at: f64| json!({"audio_filepath": third, "offset": at, "duration": 2.5, "text": "oui", "speaker": "s"});
    let nemo = format!("{}\n{}\n", nemo(0.0), nemo(2.5));
    let source = |path: &str| json!({"id": "r", "sources": [{"type": "file", "channels": [0], "source": path}], "sampling_rate": 16000, "num_samples": 96000, "duration": 6.0});
    let said = json!({"id": "s", "recording_id": "r", "start": 0.5, "duration": 2.0, "channel": 0, "text": "oui", "language": "fr_CA", "speaker": "ann", "custom": {"region": "fr-CA-QC"}});
    let cut = json!({"id": "c", "start": 1.0, "duration": 4.0, "channel": 0, "supervisions": [said], "recording": source(&third), "type": "MonoCut"});
    let (recordings, cuts) = (format!("{}\n", source(&audio)), format!("{cut}\n"));
    let all = [
        ("csv", csv),
        ("tsv", tsv),
        ("jsonl", jsonl),
        ("jsonl", nemo),
        ("jsonl", recordings),
        ("jsonl", cuts),
    ];
    fuzz(&Target {
        name: "manifests",
        seeds: all.map(|(ending, text)| (ending.to_string(), text.into_bytes())).to_vec(),
        text: true,
        batch: 40,
        patience: Duration::from_secs(60),
        commands: Box::new(|folder, files| vec![with_all("ingest", copied(&empty, folder), files)]),
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_engines() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("quebec_menu.flac")]);
    let mut all = Vec::new();
    for folder in [
        "",
        "whisper",
        "whisperx",
        "whisper_cpp",
        "aws",
        "deepgram",
        "google",
        "azure",
        "assemblyai",
    ] {
        all.extend(seeds(&format!("tests/data/drafts/{folder}"), |_| true));
    }
    fuzz(&Target {
        name: "engines",
        seeds: all,
        text: true,
        batch: 20,
        patience: Duration::from_secs(60),
        commands: Box::new(|folder, files| {
            let workspace = copied(&ws, folder);
            let mut import = with_all("drafts", workspace, &[]);
            import.push("import".into());
            import.extend(files.iter().map(|file| text(file)));
            import.extend(["--engine", "x"].map(String::from));
            vec![import]
        }),
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_statements() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("volunteer_2eecc97c.flac"), &sample("fleurs_fr_002.flac")]);
    let csv = "path,speaker,consent,consent_by,consent_date,consent_purposes,consent_until,licence\n\
               volunteer_2eecc97c.flac,,,Zoé,2026-03-31,\"review, train\",2099-12-31,CC0-1.0\n\
               fleurs_fr_002.flac,,NO - withdrawn,,,,,\n";
    let row = json!({"path": "fleurs_fr_002.flac", "consent_purposes": ["review"], "consent_date": "2026-03-31"});
    let all = [("csv", csv.to_string()), ("jsonl", format!("{row}\n"))];
    fuzz(&Target {
        name: "statements",
        seeds: all.map(|(ending, text)| (ending.to_string(), text.into_bytes())).to_vec(),
        text: true,
        batch: 20,
        patience: Duration::from_secs(60),
        commands: Box::new(|folder, files| {
            let workspace = copied(&ws, folder);
            let import = |file: &PathBuf| {
                ["consent", &workspace, "import", &text(file)].map(String::from).to_vec()
            };
            files.iter().map(import).collect()
        }),
    });
}

/// A command on all files at once.
fn with_all(command: &str, workspace: String, files: &[PathBuf]) -> Vec<String> {
    [command.to_string(), workspace]
        .into_iter()
        .chain(files.iter().map(|file| text(file)))
        .collect()
}

/// A workspace whose clips wait for people, and its task rows.
fn waiting() -> (Workspace, Vec<Value>) {
    let ws = Workspace::new();
    ws.ingest(&[&sample("quebec_menu.flac")]);
    let script = ws.beside("script.jsonl");
    std::fs::write(&script, r#"{"text": "bonjour"}"#).unwrap();
    ws.to(0, "run", &["--scripted", &text(&script)]);
    let tasks = ws.tasks();
    (ws, tasks)
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_answers() {
    let (ws, mut tasks) = waiting();
    let formats = ws.beside("formats");
    let out = text(&formats);
    ws.to(0, "tasks", &["--out", &out, "--format", "jsonl,csv,label-studio,turkle"]);
    for (n, row) in tasks.iter_mut().enumerate() {
        row["validator"] = format!("v{}", n % 3).into();
        row["verdict"] = ["as_is", "corrected", "unintelligible"][n % 3].into();
        row["text"] = if n % 3 == 1 { "bonsoir à tous".into() } else { "".into() };
        row["answered_at"] = "2026-11-23T10:00:00Z".into();
        row["active_seconds"] = 4.5.into();
    }
    let written = std::fs::read_to_string(ws.write_rows("answers.jsonl", &tasks[..6])).unwrap();
    let mut all = vec![("jsonl".to_string(), written.into_bytes())];
    all.extend(seeds("tests/data/formats", |_| true));
    all.extend(seeds("tests/data/page", |ending| ending == "jsonl"));
    let exported = walkdir::WalkDir::new(&formats).into_iter().flatten();
    all.extend(exported.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
        let ending = entry.path().extension()?.to_str()?.to_string();
        let bytes = std::fs::read(entry.path()).unwrap();
        (["csv", "json"].contains(&&*ending) && bytes.len() < 300_000).then_some((ending, bytes))
    }));
    // As people fill in the table.
    let columns = ["workspace", "clip", "draft_digest", "validator", "verdict", "text"];
    let cells = |row: &Value| columns.map(|c| row[c].as_str().unwrap_or_default().to_string());
    let table = tasks.iter().take(6).map(|row| cells(row).join(",") + "\n");
    let table = columns.join(",") + "\n" + &table.collect::<String>();
    all.push(("csv".to_string(), table.into_bytes()));
    fuzz(&Target {
        name: "answers",
        seeds: all,
        text: true,
        batch: 60,
        patience: Duration::from_secs(60),
        commands: Box::new(|folder, files| vec![with_all("answers", copied(&ws, folder), files)]),
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_settings() {
    let ws = Workspace::new();
    let settings = std::fs::read(ws.dir.join("second-ear.toml")).unwrap();
    fuzz(&Target {
        name: "settings",
        seeds: vec![("toml".to_string(), settings)],
        text: true,
        batch: 1,
        patience: Duration::from_secs(30),
        commands: Box::new(|folder, files| {
            let to = copied(&ws, folder);
            std::fs::copy(&files[0], Path::new(&to).join("second-ear.toml")).unwrap();
            vec![["status", &to, "--json"].map(String::from).to_vec()]
        }),
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_calibrations() {
    let (ws, _) = waiting();
    let calibration = std::fs::read(root().join("models/calibration/base-f16.json")).unwrap();
    let mut calibration: Value = serde_json::from_slice(&calibration).unwrap();
    calibration["model"] = "scripted".into();
    let script = ws.beside("script.jsonl");
    fuzz(&Target {
        name: "calibrations",
        seeds: vec![("json".to_string(), calibration.to_string().into_bytes())],
        text: true,
        batch: 1,
        patience: Duration::from_secs(30),
        commands: Box::new(|folder, files| {
            let to = copied(&ws, folder);
            std::fs::copy(&files[0], Path::new(&to).join("calibration.json")).unwrap();
            vec![["run", &to, "--scripted", &text(&script)].map(String::from).to_vec()]
        }),
    });
}

#[test]
#[ignore = "scripts/fuzz"]
fn fuzz_lexicons() {
    let ws = Workspace::new();
    let lexicon = std::fs::read_to_string(root().join("src/routing/lexicon_fr.tsv")).unwrap();
    let lines = lexicon.lines().filter(|line| !line.starts_with('#'));
    let some: String = lines.take(8).map(|line| format!("{line}\n")).collect();
    fuzz(&Target {
        name: "lexicons",
        seeds: vec![("tsv".to_string(), some.into_bytes())],
        text: true,
        batch: 1,
        patience: Duration::from_secs(30),
        commands: Box::new(|folder, files| {
            let to = copied(&ws, folder);
            let import = ["lexicon", "import", &to, &text(&files[0])].map(String::from).to_vec();
            let test = ["lexicon", "test", &to, "je magasine une tuque"].map(String::from).to_vec();
            vec![import, test]
        }),
    });
}
