//! Two-speaker calls, languages found by the model, people's time that is limited: end to end.

mod util;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use util::{Workspace, decode_flac, sample, write_wav};

/// A stereo call: a French volunteer on the left, an English speaker on the right.
fn call(ws: &Workspace) -> String {
    let (rate, left) = decode_flac(&sample("volunteer_19b6d3ae.flac"));
    let (other, right) = decode_flac(&sample("english_speakers.flac"));
    assert_eq!(rate, other, "samples of one rate make a call");
    let seconds = 12 * rate as usize;
    let at = |side: &[i16], n: usize| side.get(n).copied().unwrap_or_default();
    let both: Vec<i16> = (0..seconds).flat_map(|n| [at(&left, n), at(&right, n)]).collect();
    let path = ws.beside("call.wav");
    write_wav(&path, 2, rate, &both);
    let manifest = ws.beside("calls.csv");
    std::fs::write(&manifest, "path,speaker,channel\ncall.wav,agent | client,split\n").unwrap();
    manifest.to_str().unwrap().to_string()
}

#[test]
fn each_channel_of_a_call_is_a_speaker_whose_language_the_model_finds() {
    let ws = Workspace::new();
    ws.set("language = \"fr\"", "language = \"auto\"");
    let manifest = call(&ws);
    ws.to(0, "ingest", &[&manifest]);
    assert_eq!(ws.json("status")["recordings"], 2);
    ws.to(0, "run", &[]);

    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for row in ws.transcripts() {
        let speaker = row["speaker"].as_str().unwrap().to_string();
        let channel = if speaker == "agent" { "-c0" } else { "-c1" };
        assert!(row["recording"].as_str().unwrap().ends_with(channel), "{row}");
        let text = row["text"].as_str().unwrap().to_lowercase();
        texts.entry(speaker).or_default().push_str(&text);
    }
    assert_eq!(texts.keys().collect::<Vec<_>>(), ["agent", "client"]);
    assert!(texts["agent"].contains("beaucoup plus sévère"), "{texts:?}");
    assert!(texts["client"].contains("turning point"), "{texts:?}");

    // Both channels count, and both add up.
    let status = ws.json("status");
    let seconds = status["seconds"].as_object().unwrap();
    let total: f64 = seconds.values().map(|s| s.as_f64().unwrap()).sum();
    assert_eq!(status["input_seconds"], 24.0);
    assert!((total - 24.0).abs() < 0.0005, "{status}");
}

/// Rows that are for people, and the seconds in them.
fn for_people(ws: &Workspace) -> (usize, f64, usize) {
    let rows = ws.transcripts();
    let human: Vec<&Value> = rows.iter().filter(|r| r["decision"] == "human").collect();
    let length = |r: &&Value| r["end"].as_f64().unwrap() - r["start"].as_f64().unwrap();
    (human.len(), human.iter().map(length).sum(), rows.len())
}

#[test]
fn people_hear_no_more_than_the_budget_allows_and_what_is_left_out_says_why() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("quebec_menu.flac")]);
    ws.to(0, "run", &[]);
    let (unlimited, seconds, clips) = for_people(&ws);
    assert!(unlimited >= 10, "only {unlimited} clips are for people");

    ws.set("# max_human_share = 0.2", "max_human_share = 0.2");
    ws.to(0, "run", &[]);
    let (limited, ..) = for_people(&ws);
    assert_eq!(limited, (clips as f64 * 0.2).floor() as usize);
    let over: Vec<Value> = ws.transcripts();
    let over: Vec<_> = over.iter().filter(|r| r["decision"] == "auto").collect();
    assert!(over.iter().any(|r| r["reasons"] != json!([])), "nothing is marked as over the budget");
    let report = ws.json("report");
    assert!(report["human"]["clips"]["share"].as_f64().unwrap() <= 0.2, "{report}");

    ws.set("max_human_share = 0.2", "");
    ws.set("# max_human_minutes = 60.0", "max_human_minutes = 0.4");
    ws.to(0, "run", &[]);
    let (_, minutes, _) = for_people(&ws);
    assert!(minutes <= 24.0 && minutes > 24.0 - 15.0, "{minutes} s of {seconds} s");
}
