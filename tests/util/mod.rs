//! What the integration tests share: a fresh workspace each, the program, real samples.
#![allow(dead_code)] // each test file uses its part

pub mod nats;
#[cfg(feature = "nats")]
pub mod nats_set;
#[cfg(feature = "serve")]
pub mod server;
pub mod tiny_model;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The folder of the checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A real recording of `samples/`.
pub fn sample(name: &str) -> PathBuf {
    root().join("samples").join(name)
}

/// A workspace in a folder of its own.
pub struct Workspace {
    pub folder: TempDir,
    pub dir: PathBuf,
}

/// The program, run in the checkout so that it finds `models/`, in English whatever the developer's language is.
pub fn second_ear() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_second-ear"));
    command
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C")
        .env("SECOND_EAR_MODELS", root().join("models"));
    command
}

/// Runs to the end.
pub fn run(args: &[&str]) -> Output {
    second_ear().args(args).output().unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs to the end and insists on the exit code.
#[track_caller]
pub fn run_to(code: i32, args: &[&str]) -> Output {
    let output = run(args);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{args:?}\n{}{}",
        stdout(&output),
        stderr(&output)
    );
    output
}

impl Workspace {
    /// A fresh one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("ws");
        let workspace = Self { folder, dir };
        run_to(0, &["init", &workspace.path(), "--language", "fr"]);
        workspace
    }

    pub fn path(&self) -> String {
        self.dir.to_str().unwrap().to_string()
    }

    /// A path beside the workspace.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    pub fn ingest(&self, files: &[&Path]) {
        let dir = self.path();
        let mut args = vec!["ingest", &dir];
        args.extend(files.iter().map(|f| f.to_str().unwrap()));
        run_to(0, &args);
    }

    #[track_caller]
    pub fn to(&self, code: i32, command: &str, more: &[&str]) -> Output {
        let dir = self.path();
        let mut args = vec![command, &dir];
        args.extend(more);
        run_to(code, &args)
    }

    #[track_caller]
    pub fn json(&self, command: &str) -> Value {
        // People under the names that the tests gave them.
        let named: &[&str] = if command == "report" { &["--json", "--names"] } else { &["--json"] };
        let output = self.to(0, command, named);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The transcripts, one row per clip; code 3: of what is through.
    #[track_caller]
    pub fn transcripts(&self) -> Vec<Value> {
        let output = run(&["transcripts", &self.path(), "--names"]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
        rows(&stdout(&output))
    }

    /// Replaces a setting in the settings file.
    pub fn set(&self, from: &str, to: &str) {
        let path = self.dir.join("second-ear.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "no '{from}' in the settings");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    /// One without checks or hidden drafts.
    pub fn plain() -> Self {
        let ws = Self::new();
        ws.set_plain();
        ws
    }

    fn set_plain(&self) {
        for (from, to) in [
            ("blind_share = 0.05", "blind_share = 0.0"),
            ("gold_share = 0.05", "gold_share = 0.0"),
            ("seeded_error_share = 0.02", "seeded_error_share = 0.0"),
        ] {
            self.set(from, to);
        }
    }

    /// The score that ships, taken for the script's; no checks, no hidden draft.
    pub fn score_scripts(&self) {
        self.set_plain();
        self.set("window_seconds = 20.0", "window_seconds = 0.0");
        let shipped = root().join("models/calibration/base-f16.json");
        let shipped = std::fs::read_to_string(shipped).unwrap();
        let mut calibration: Value = serde_json::from_str(&shipped).unwrap();
        calibration["model"] = "scripted".into();
        std::fs::write(self.dir.join("calibration.json"), calibration.to_string()).unwrap();
    }

    /// One in which every clip waits for a person: clips are real, drafts are a script's.
    pub fn waiting() -> Self {
        let ws = Workspace::plain();
        ws.ingest(&[&sample("quebec_menu.flac")]);
        let script: Vec<Value> = (0..100)
        .map(
            |n| json!({"start": n * 4, "end": n * 4 + 4, "text": format!("la phrase {n} du menu")}),
        )
        .collect();
        let script = ws.write_rows("script.jsonl", &script);
        ws.to(0, "run", &["--scripted", &script]);
        ws
    }

    /// Task rows of everything that waits.
    pub fn tasks(&self) -> Vec<Value> {
        let out = self.beside("tasks");
        self.to(0, "tasks", &["--out", out.to_str().unwrap(), "--format", "jsonl"]);
        let mut all = Vec::new();
        for entry in std::fs::read_dir(&out).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "jsonl") {
                all.extend(rows(&std::fs::read_to_string(path).unwrap()));
            }
        }
        all
    }

    /// Writes rows as an answers file.
    pub fn write_rows(&self, name: &str, rows: &[Value]) -> String {
        let path = self.beside(name);
        let text: String = rows.iter().map(|r| format!("{r}\n")).collect();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_string()
    }
}

/// What a task page was made from, if it is one.
pub fn page_data(page: &str) -> Option<Value> {
    let (_, data) = page.split_once("<script type=\"application/json\" id=\"tasks\">")?;
    Some(serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap())
}

/// JSON lines.
#[track_caller]
pub fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// Rate and samples of a mono FLAC file.
pub fn decode_flac(path: &Path) -> (u32, Vec<i16>) {
    use symphonia::core::formats::{FormatOptions, TrackType, probe::Hint};
    use symphonia::core::{codecs::audio::AudioDecoderOptions, io::MediaSourceStream};
    let file = std::fs::File::open(path).unwrap();
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let probe = symphonia::default::get_probe();
    let mut format =
        probe.probe(&Hint::new(), stream, FormatOptions::default(), Default::default()).unwrap();
    let track = format.default_track(TrackType::Audio).unwrap();
    let params = track.codec_params.as_ref().unwrap().audio().unwrap().clone();
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&params, &AudioDecoderOptions::default())
        .unwrap();
    let (mut samples, mut block) = (Vec::new(), Vec::<i16>::new());
    while let Some(packet) = format.next_packet().unwrap() {
        decoder.decode(&packet).unwrap().copy_to_vec_interleaved(&mut block);
        samples.extend_from_slice(&block);
    }
    (params.sample_rate.unwrap(), samples)
}

/// A 16-bit WAV of interleaved samples.
pub fn write_wav(path: &Path, channels: u16, rate: u32, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(path, spec).unwrap();
    samples.iter().for_each(|s| wav.write_sample(*s).unwrap());
    wav.finalize().unwrap();
}
