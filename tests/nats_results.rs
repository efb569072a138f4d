//! Which results of workers a run takes: its own, and nothing else. A real server; results that nobody asked for are
//! put there by the test itself.
#![cfg(feature = "nats")]

mod util;

use std::time::Duration;

use async_nats::jetstream;
use futures_util::StreamExt;
use serde_json::{Value, json};
use util::nats::{Server, hypotheses, there_is_one, until_transcribed};
use util::nats_set::{SLOW, Set, set};
use util::stderr;

/// The one run on a server, `WORKSPACE.SETUP` as in subjects; waits for it.
async fn the_run(jetstream: &jetstream::Context) -> String {
    loop {
        if let Ok(stream) = jetstream.get_stream("second-ear-work").await {
            let mut names = stream.consumer_names();
            if let Some(Ok(name)) = names.next().await {
                return name.replace('-', ".");
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Puts results on the server: the subject behind `second-ear.result.`, and the body.
fn answer(server: &Server, results: impl FnOnce(&str) -> Vec<(String, Vec<u8>)>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        let jetstream = jetstream::new(client);
        for (subject, body) in results(&the_run(&jetstream).await) {
            let subject = format!("second-ear.result.{subject}");
            jetstream.publish(subject, body.into()).await.unwrap().await.unwrap();
        }
    });
}

/// Waits until every clip is on the server or transcribed.
fn until_all_are_offered(server: &Server, set: &Set) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let jetstream = jetstream::new(async_nats::connect(server.url()).await.unwrap());
        the_run(&jetstream).await;
        loop {
            let stream = jetstream.get_stream("second-ear-work").await.unwrap();
            let there = stream.cached_info().state.messages as usize;
            if there + hypotheses(set.dir()).len() >= set.wanted.len() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
}

/// A result that a run takes, for the clip and the decode policy.
fn good(clip: &str, policy: &str) -> Value {
    let bounds: Vec<f64> = clip.rsplitn(3, '_').take(2).map(|n| n.parse().unwrap()).collect();
    let token =
        json!({"text": " bonsoir", "p": (-0.1f64).exp(), "logprob": -0.1, "start": 0, "end": 100});
    json!({
        "clip": clip, "model": "scripted", "policy": policy, "language": "fr", "text": "bonsoir",
        "tokens": [token], "p_no_speech": 0.02, "p_language": 0.98, "best_language": ["fr", 0.98],
        "language_entropy": 0.1, "pass": "short", "replaced": null,
        "seconds": (bounds[0] - bounds[1]) / 16_000.0,
        "level": {"rms_db": -20.0, "peak_db": -3.0, "range_db": 30.0, "clipped": 0.0},
    })
}

/// The decode policy of what is transcribed.
fn policy(set: &Set) -> String {
    let db = rusqlite::Connection::open(set.dir().join("state.db")).unwrap();
    db.query_row("SELECT policy FROM hypotheses LIMIT 1", [], |row| row.get(0)).unwrap()
}

#[test]
fn results_that_a_run_did_not_ask_for_are_counted_by_reason_and_their_clips_transcribed_again() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let run = set.coordinator(&server.url(), &["--json", "--ack-timeout", "1"]);
    let first = set.worker(&server.url(), &["--workers", "1"]);
    until_transcribed(set.dir(), 1);
    first.signal("KILL");
    until_all_are_offered(&server, &set);
    let policy = policy(&set);
    // The last clips are still to be transcribed.
    let clips: Vec<&String> = set.wanted.iter().rev().map(|(clip, _)| clip).collect();
    let changes: [(&str, &str, Value); 8] = [
        ("other_model", "model", json!("f".repeat(16))),
        ("other_policy", "policy", json!("greedy")),
        ("other_clip", "clip", json!("0123456789abcdef_0000000000_0000016000")),
        ("too_much_text", "replaced", json!("a".repeat(20_000))),
        ("other_text", "text", json!("adieu")),
        (
            "not_a_number",
            "level",
            json!({"rms_db": 1.0, "peak_db": 0.0, "range_db": 1.0, "clipped": 7.0}),
        ),
        ("outside_the_clip", "seconds", json!(1e9)),
        ("unreadable", "tokens", json!("rubbish")),
    ];
    answer(&server, |run| {
        let body = |h: &Value| json!({"transcribed": h}).to_string().into_bytes();
        let mut all = Vec::new();
        for ((_, field, value), clip) in changes.iter().zip(&clips) {
            let mut h = good(clip, &policy);
            h[field] = value.clone();
            all.push((format!("{run}.mallory.{clip}"), body(&h)));
        }
        let (workspace, _) = run.split_once('.').unwrap();
        let nowhere = "0123456789abcdef_0000000000_0000016000";
        all.push((format!("{run}.mallory.{nowhere}"), body(&good(nowhere, &policy))));
        all.push((format!("{workspace}.x.mallory.{}", clips[0]), body(&good(clips[0], &policy))));
        // And one that it takes: this worker is as good as any.
        all.push((format!("{run}.mallory.{}", clips[8]), body(&good(clips[8], &policy))));
        all
    });
    let second = set.worker(&server.url(), &["--workers", "2", "--name", "honest"]);
    let output = run.end_with(3);
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(done["transcribed"], set.wanted.len());
    let mut expected: Vec<&str> = changes.iter().map(|(reason, ..)| *reason).collect();
    expected.extend(["not_handed_out", "other_setup"]);
    let counted = done["refused"]["count"].as_object().unwrap();
    for reason in &expected {
        assert_eq!(counted.get(*reason), Some(&json!(1)), "{reason}: {counted:?}");
    }
    assert_eq!(counted.len(), expected.len(), "{counted:?}");
    assert_eq!(done["refused"]["first"].as_array().unwrap().len(), expected.len());
    let said = stderr(&output);
    assert!(said.contains(&format!("worker mallory for clip {}", clips[0])), "{said}");
    assert!(said.contains("10 results of workers were not taken"), "{said}");
    // What is stored is what honest workers made, but for the one that was good.
    let mut found = hypotheses(set.dir());
    let mut wanted = set.wanted.clone();
    for list in [&mut found, &mut wanted] {
        list.retain(|(clip, _)| clip != clips[8]);
    }
    assert_eq!(found, wanted);
    let db = rusqlite::Connection::open(set.dir().join("state.db")).unwrap();
    let maker = |clip: &str| -> String {
        let sql = "SELECT worker FROM hypotheses WHERE clip = ?1";
        db.query_row(sql, [clip], |row| row.get(0)).unwrap()
    };
    assert_eq!((maker(clips[8]), maker(clips[0])), ("mallory".into(), "honest".into()));
    drop(second);
}

#[test]
fn a_clip_whose_results_are_refused_again_and_again_stays_open_and_the_run_says_so() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let run = set.coordinator(&server.url(), &[]);
    let clips: Vec<&String> = set.wanted.iter().map(|(clip, _)| clip).collect();
    until_all_are_offered(&server, &set);
    answer(&server, |run| {
        let subject = format!("{run}.mallory.{}", clips[2]);
        vec![(subject, b"{}".to_vec()); 3]
    });
    let began = std::time::Instant::now();
    while set.workspace.json("status")["failed_clips"].as_array().unwrap().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not fail");
        std::thread::sleep(Duration::from_millis(200));
    }
    run.signal("INT");
    let said = stderr(&run.end_with(130));
    assert!(said.contains(&format!("worker mallory for clip {}", clips[2])), "{said}");
    let failed = &set.workspace.json("status")["failed_clips"];
    assert!(failed[0]["error"].as_str().unwrap().contains("3 results of workers"), "{failed}");
    assert!(hypotheses(set.dir()).is_empty());
    let hand = set.worker(&server.url(), &["--workers", "2"]);
    set.coordinator(&server.url(), &[]).end_with(0);
    set.all_is_there();
    assert_eq!(set.workspace.json("status")["failed_clips"].as_array().unwrap().len(), 0);
    drop(hand);
}

#[test]
fn a_worker_refuses_a_setup_that_somebody_else_put_there() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let run = set.coordinator(&server.url(), &[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let jetstream = jetstream::new(async_nats::connect(server.url()).await.unwrap());
        let name = format!("setup-{}", the_run(&jetstream).await.replace('.', "-"));
        let store = jetstream.get_object_store("second-ear").await.unwrap();
        store.put(name.as_str(), &mut &b"{\"program\": \"mine\"}"[..]).await.unwrap();
    });
    let hand = set.worker(&server.url(), &["--idle-exit", "3", "--json"]).end_with(0);
    let said: Value = serde_json::from_slice(&hand.stdout).unwrap();
    let why = said["refused"].as_object().unwrap().values().next().unwrap();
    assert!(why.as_str().unwrap().contains("it is another one"), "{why}");
    drop(run);
}

#[test]
fn a_result_that_comes_too_late_is_no_alarm() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let hand = set.worker(&server.url(), &["--workers", "2"]);
    set.coordinator(&server.url(), &[]).end_with(0);
    set.workspace.ingest(&[&util::sample("volunteer_19b6d3ae.flac")]);
    hand.signal("STOP");
    let run = set.coordinator(&server.url(), &["--json"]);
    let (clip, policy) = (&set.wanted[3].0, policy(&set));
    answer(&server, |run| {
        let body = json!({"transcribed": good(clip, &policy)}).to_string();
        vec![(format!("{run}.late.{clip}"), body.into_bytes())]
    });
    std::thread::sleep(Duration::from_secs(2));
    hand.signal("CONT");
    let done: Value = serde_json::from_slice(&run.end_with(0).stdout).unwrap();
    assert_eq!(done["refused"]["count"], json!({}));
    let kept = hypotheses(set.dir());
    assert!(set.wanted.iter().all(|row| kept.contains(row)));
    drop(hand);
}
