//! How well slicing does on real speech whose segment times are known; prints tables.
//!
//! `cargo nextest run --release --run-ignored only --no-capture slicing_on_the_shared` from a
//! checkout that has the project's data in `../shared/data`.
//! With `SLICE_GRID` set to a JSON list of settings it tries each of them; with `SLICE_DUMP` set to
//! a folder it writes the clips of each there, for measuring words. `ten_hours` measures memory
//! and speed on a recording that it makes, or on `LONG_RECORDING`.
//! Speech of a segment is measured without the detector: its 16 ms frames within 30 dB (and 25 dB)
//! of the segment's loudest frame, RMS. "Cut": more than one clip holds such frames of the segment,
//! each more than 5 of them. "Lost": such frames outside every clip, as a share of all.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::decode;
use super::detect::{Detector, FRAME};
use super::slice::slice;
use crate::domain::{Channel, Piece, Samples, SliceSettings, Span};

struct Heard {
    samples: Vec<f32>,
    probabilities: Vec<f32>,
}

impl Heard {
    fn clips(&self, settings: &SliceSettings) -> Vec<Span> {
        let length = Samples(self.samples.len() as u64);
        let clip = |piece: Piece| match piece {
            Piece::Clip { span } => Some(span),
            _ => None,
        };
        slice(length, &self.probabilities, settings).into_iter().filter_map(clip).collect()
    }

    /// Loud frames of a span, as sample positions of their middles.
    fn loud(&self, span: Span, below_peak_db: f32) -> Vec<u64> {
        let from = span.start.index().min(self.samples.len());
        let to = span.end.index().min(self.samples.len());
        let power = |frame: &[f32]| frame.iter().map(|x| x * x).sum::<f32>() / frame.len() as f32;
        let frames: Vec<f32> = self.samples[from..to].chunks(FRAME.index()).map(power).collect();
        let peak = frames.iter().copied().fold(0.0, f32::max);
        let enough = peak * 10f32.powf(-below_peak_db / 10.0);
        let middle = |i: usize| (from + i * FRAME.index() + FRAME.index() / 2) as u64;
        (0..frames.len()).filter(|&i| frames[i] > enough).map(middle).collect()
    }
}

fn hear(path: &Path) -> Heard {
    let (mut samples, mut detector) = (Vec::new(), Detector::new());
    decode::stream(path, Channel::Mix, &mut |block| {
        samples.extend_from_slice(block);
        detector.push(block);
        Ok(())
    })
    .expect("decode");
    Heard { samples, probabilities: detector.finish() }
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data")
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("manifest");
    text.lines().map(|line| serde_json::from_str(line).expect("row")).collect()
}

fn segments(path: &Path) -> Vec<Span> {
    let json: Value =
        serde_json::from_str(&fs::read_to_string(path).expect("segments")).expect("json");
    let time = |s: &Value, key: &str| Samples::from_seconds(s[key].as_f64().expect("seconds"));
    let all = json["segments"].as_array().expect("segments");
    all.iter().map(|s| Span::new(time(s, "start"), time(s, "end"))).collect()
}

fn recording_row(heard: &Heard, segments: &[Span], settings: &SliceSettings) -> String {
    let clips = heard.clips(settings);
    let holds = |clip: &Span, at: u64| clip.start.0 <= at && at < clip.end.0;
    let (mut cut, mut lost25, mut all25, mut lost30, mut all30) = (0, 0, 0, 0, 0);
    for &segment in segments {
        let loud = heard.loud(segment, 30.0);
        let shares = clips.iter().map(|c| loud.iter().filter(|&&at| holds(c, at)).count());
        cut += usize::from(shares.filter(|&n| n > 5).count() > 1);
        all30 += loud.len();
        lost30 += loud.iter().filter(|&&at| !clips.iter().any(|c| holds(c, at))).count();
        let loud = heard.loud(segment, 25.0);
        all25 += loud.len();
        lost25 += loud.iter().filter(|&&at| !clips.iter().any(|c| holds(c, at))).count();
    }
    let seconds: Samples = clips.iter().map(|c| c.len()).sum();
    format!(
        "{:>4} segments {:>4} clips {:>6.1} s of {:>6.1}  cut {:>5.2} %  lost (30 dB) {:>5.2} %  (25 dB) {:>5.2} %",
        segments.len(),
        clips.len(),
        seconds.seconds(),
        heard.samples.len() as f64 / 16_000.0,
        100.0 * cut as f64 / segments.len() as f64,
        100.0 * lost30 as f64 / all30 as f64,
        100.0 * lost25 as f64 / all25 as f64,
    )
}

fn singles_row(heard: &[Heard], settings: &SliceSettings) -> String {
    let (mut none, mut several, mut lost, mut all) = (0, 0, 0, 0);
    for one in heard {
        let clips = one.clips(settings);
        none += usize::from(clips.is_empty());
        several += usize::from(clips.len() > 1);
        let whole = Span::new(Samples(0), Samples(one.samples.len() as u64));
        let loud = one.loud(whole, 25.0);
        all += loud.len();
        lost += loud
            .iter()
            .filter(|&&at| !clips.iter().any(|c| c.start.0 <= at && at < c.end.0))
            .count();
    }
    format!(
        "{:>4} files  no clip {none:>3}  several {several:>3}  lost (25 dB) {:>5.2} %",
        heard.len(),
        100.0 * lost as f64 / all as f64,
    )
}

const RECORDINGS: [&str; 4] = ["quebec_menu_a", "quebec_menu_b", "volunteers_fr", "accents_en"];
const SINGLES: [&str; 5] =
    ["french_volunteers", "quebec_prompts", "english_accents", "fleurs_fr", "librivox_en"];

#[test]
#[ignore = "needs ../shared/data, 60 minutes of speech that is not in the repository"]
fn slicing_on_the_shared_recordings_and_clips() {
    let recordings: Vec<(Heard, Vec<Span>)> = RECORDINGS
        .iter()
        .map(|name| {
            let folder = data().join("recordings");
            let heard = hear(&folder.join(format!("{name}.flac")));
            (heard, segments(&folder.join(format!("{name}.json"))))
        })
        .collect();
    let singles: Vec<Vec<Heard>> = SINGLES
        .iter()
        .map(|name| {
            let rows = lines(&data().join(name).join("manifest.jsonl"));
            let audio = |row: &Value| data().join(name).join(row["audio"].as_str().expect("audio"));
            rows.iter().map(|row| hear(&audio(row))).collect()
        })
        .collect();
    let all = std::env::var("SLICE_GRID").ok();
    let grid: Vec<SliceSettings> = match all {
        None => vec![SliceSettings::default()],
        Some(text) => serde_json::from_str(&text).expect("settings"),
    };
    for (number, settings) in grid.into_iter().enumerate() {
        if let Some(folder) = std::env::var_os("SLICE_DUMP") {
            let mut clips = serde_json::Map::new();
            let spans = |heard: &Heard| -> Value {
                let spans = heard.clips(&settings);
                spans.iter().map(|c| vec![c.start.0, c.end.0]).collect()
            };
            for (name, (heard, _)) in RECORDINGS.iter().zip(&recordings) {
                clips.insert((*name).into(), spans(heard));
            }
            for (name, heard) in SINGLES.iter().zip(&singles) {
                clips.insert((*name).into(), heard.iter().map(spans).collect());
            }
            let file = Path::new(&folder).join(format!("{number}.json"));
            fs::write(file, Value::Object(clips).to_string()).expect("write");
        }
        println!("\n{settings:?}");
        for (name, (heard, segments)) in RECORDINGS.iter().zip(&recordings) {
            println!("{name:18} {}", recording_row(heard, segments, &settings));
        }
        for (name, heard) in SINGLES.iter().zip(&singles) {
            println!("{name:18} {}", singles_row(heard, &settings));
        }
    }
}

/// Peak memory of this process so far, MB (Linux).
fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("status");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("kB");
    kilobytes / 1024.0
}

#[test]
#[ignore = "writes 300 MB and takes a minute"]
fn ten_hours_need_less_than_100_mb() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = std::env::var_os("LONG_RECORDING").map(PathBuf::from).unwrap_or_else(|| {
        let bytes =
            fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio/mulaw_8000.wav"))
                .expect("fixture");
        let at = bytes.windows(4).position(|w| w == b"data").expect("data");
        let (header, speech) = (&bytes[..at + 4], &bytes[at + 8..]);
        let second: Vec<u8> = speech.iter().copied().chain([0xff; 8_000]).take(8_000).collect();
        let path = folder.path().join("long.wav");
        let mut file = std::io::BufWriter::new(fs::File::create(&path).expect("create"));
        let mut put = |bytes: &[u8]| std::io::Write::write_all(&mut file, bytes).expect("write");
        let data = 36_000u32 * 8_000;
        put(&header[..4]);
        put(&(data + at as u32).to_le_bytes());
        put(&header[8..]);
        put(&data.to_le_bytes());
        (0..36_000).for_each(|_| put(&second));
        drop(file);
        path
    });
    let before = peak_memory();
    let start = std::time::Instant::now();
    let mut detector = Detector::new();
    let decoded = decode::stream(&path, Channel::Mix, &mut |block| {
        detector.push(block);
        Ok(())
    })
    .expect("decode");
    let probabilities = detector.finish();
    let pieces = slice(decoded.length, &probabilities, &SliceSettings::default());
    let took = start.elapsed().as_secs_f64();
    let hours = decoded.length.seconds() / 3600.0;
    println!(
        "{hours:.2} h, {} pieces: {took:.1} s, {:.0} times real time, peak {:.0} MB ({before:.0} before)",
        pieces.len(),
        decoded.length.seconds() / took,
        peak_memory(),
    );
    assert!(peak_memory() < 100.0);
}
