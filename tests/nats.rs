//! Runs over a NATS server, and what may go wrong on the way: nothing lost, nothing twice. A real server, a
//! real network, real signals; hypotheses come from a script where the model does not matter.
#![cfg(feature = "nats")]

mod util;

use std::time::Duration;

use util::nats::{
    Running, Server, coordinator, has_second_opinion, hypotheses, other_texts, there_is_one,
    until_transcribed, worker,
};
use util::nats_set::{SLOW, nothing_is_left, set};
use util::{Workspace, run_to, sample, second_ear, stderr, stdout};

#[test]
fn the_model_decodes_on_workers_what_it_decodes_here_bit_for_bit() {
    if !there_is_one() {
        return;
    }
    let (local, spread) = (Workspace::new(), Workspace::new());
    for w in [&local, &spread] {
        // one at 16 kHz, and one that is resampled
        w.ingest(&[
            &sample("quebec_menu.flac"),
            &util::root().join("tests/data/audio/mp3_44100.mp3"),
            &sample("english_speakers.flac"),
        ]);
    }
    local.to(0, "run", &[]);
    let server = Server::start("");
    let hands =
        [worker(&server.url(), &["--workers", "1"]), worker(&server.url(), &["--workers", "1"])];
    let run = coordinator(&spread, &server.url(), &["--ack-timeout", "30"]).end_with(0);
    assert!(stderr(&run).contains("clips transcribed"), "{}", stderr(&run));
    let wanted = hypotheses(&local.dir);
    assert!(wanted.iter().any(|(_, body)| has_second_opinion(body)), "no second pass among them");
    assert_eq!(hypotheses(&spread.dir), wanted);
    assert_eq!(local.transcripts().len(), spread.transcripts().len());
    nothing_is_left(&server);
    for hand in hands {
        hand.signal("TERM");
        hand.end_with(0);
    }
}

#[test]
fn a_worker_that_is_killed_in_the_middle_of_a_clip_costs_nothing() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let first = set.worker(&server.url(), &["--workers", "2"]);
    let run = set.coordinator(&server.url(), &["--json"]);
    until_transcribed(set.dir(), 3);
    first.signal("KILL");
    let second = set.worker(&server.url(), &["--workers", "1"]);
    let done: serde_json::Value = serde_json::from_slice(&run.end_with(0).stdout).unwrap();
    assert_eq!(done["transcribed"], set.wanted.len());
    set.all_is_there();
    nothing_is_left(&server);
    drop(second);
}

#[test]
fn a_coordinator_that_is_killed_goes_on_where_it_was() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let hand = set.worker(&server.url(), &["--workers", "1"]);
    let run = set.coordinator(&server.url(), &[]);
    until_transcribed(set.dir(), 3);
    run.signal("KILL");
    run.end();
    let before = hypotheses(set.dir()).len();
    // Meanwhile the worker goes on: what it transcribes waits on the server.
    std::thread::sleep(Duration::from_millis(800));
    let output = set.coordinator(&server.url(), &["--json"]).end_with(0);
    let done: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(done["transcribed"], set.wanted.len() - before);
    set.all_is_there();
    nothing_is_left(&server);
    hand.signal("TERM");
    let hand = hand.end_with(0);
    // What it had handed in was not transcribed again.
    let said = stderr(&hand);
    let line = said.lines().find(|line| line.contains("clips transcribed")).unwrap();
    let clips = line.split(' ').next().unwrap().parse::<usize>().unwrap();
    assert!(
        (set.wanted.len()..set.wanted.len() + 3).contains(&clips),
        "{} of {said}",
        set.wanted.len()
    );
}

#[test]
fn a_server_that_is_gone_for_20_seconds_is_waited_for() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let mut server = Server::start("");
    let hand = set.worker(&server.url(), &["--workers", "1"]);
    let run = set.coordinator(&server.url(), &[]);
    until_transcribed(set.dir(), 3);
    server.stop();
    std::thread::sleep(Duration::from_secs(20));
    server.go_on();
    let said = stderr(&run.end_with(0));
    assert!(said.contains("is gone") && said.contains("is back"), "{said}");
    set.all_is_there();
    nothing_is_left(&server);
    hand.signal("TERM");
    hand.end_with(0);
}

#[test]
fn a_worker_that_hangs_loses_its_clips_and_comes_back_too_late() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let first = set.worker(&server.url(), &["--workers", "2"]);
    let run = set.coordinator(&server.url(), &["--json"]);
    until_transcribed(set.dir(), 2);
    first.signal("STOP");
    let second = set.worker(&server.url(), &["--workers", "1"]);
    // All but what the first one has in hand.
    until_transcribed(set.dir(), set.wanted.len() - 4);
    let done: serde_json::Value = serde_json::from_slice(&run.end_with(0).stdout).unwrap();
    assert_eq!(done["transcribed"], set.wanted.len());
    set.all_is_there();
    // It wakes, and hands in what is known already.
    first.signal("CONT");
    std::thread::sleep(Duration::from_secs(2));
    set.coordinator(&server.url(), &[]).end_with(0);
    set.all_is_there();
    drop(second);
}

#[test]
fn results_that_come_twice_or_of_nowhere_are_kept_once_or_not_at_all() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let run = set.coordinator(&server.url(), &["--json"]);
    let hand = set.worker(&server.url(), &["--workers", "1"]);
    until_transcribed(set.dir(), 2);
    // Somebody else sends everything a second time, other texts, and rubbish.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let workspace = set.workspace.json("status")["workspace"].as_str().unwrap().to_string();
    runtime.block_on(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        let jetstream = async_nats::jetstream::new(client);
        for (clip, twice) in other_texts(set.dir()) {
            let subject = format!("second-ear.result.{workspace}.x.me.{clip}");
            let nowhere = twice.replace(&clip, "nowhere_0_1");
            for (subject, payload) in [
                (subject.clone(), twice.clone()),
                (subject.clone(), twice),
                (format!("second-ear.result.{workspace}.x.me.nowhere_0_1"), nowhere),
                (subject, "rubbish".to_string()),
            ] {
                jetstream.publish(subject, payload.into()).await.unwrap().await.unwrap();
            }
        }
    });
    let output = run.end_with(3);
    let done: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(done["transcribed"], set.wanted.len());
    assert!(stderr(&output).contains("made under other settings"), "{}", stderr(&output));
    set.all_is_there();
    drop(hand);
}

#[test]
fn a_clip_that_fails_everywhere_ends_in_a_list() {
    if !there_is_one() {
        return;
    }
    let mut set = set(SLOW);
    let bad = set.wanted[4].0.clone();
    let row =
        format!("{{\"clip\": \"{bad}\", \"text\": \"\", \"error\": \"the sound is cursed\"}}");
    std::fs::write(&set.script, format!("{row}\n{SLOW}")).unwrap();
    let server = Server::start("");
    let hand = set.worker(&server.url(), &["--workers", "2"]);
    let said = stderr(&set.coordinator(&server.url(), &[]).end_with(3));
    assert!(said.contains("the sound is cursed") && said.contains(&bad), "{said}");
    set.wanted.remove(4);
    set.all_is_there();
    let failed = &set.workspace.json("status")["failed_clips"];
    assert_eq!(failed.as_array().unwrap().len(), 1, "{failed}");
    assert!(failed[0]["error"].as_str().unwrap().contains("handed out 3 times"), "{failed}");
    // Fixed, it is transcribed, and no longer listed.
    drop(hand);
    std::fs::write(&set.script, SLOW).unwrap();
    let hand = set.worker(&server.url(), &["--workers", "2"]);
    set.coordinator(&server.url(), &[]).end_with(0);
    assert_eq!(set.workspace.json("status")["failed_clips"].as_array().unwrap().len(), 0);
    assert_eq!(hypotheses(set.dir()).len(), set.wanted.len() + 1);
    drop(hand);
}

#[test]
fn a_clip_that_kills_every_worker_is_given_up_and_takes_no_other_with_it() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let bad = set.wanted[set.wanted.len() / 2].0.clone();
    // The first worker has others in hand with it, eight at once.
    let row = format!("{{\"clip\": \"{bad}\", \"text\": \"\", \"wait\": 1000, \"at_once\": 8}}");
    std::fs::write(&set.script, format!("{row}\n{SLOW}")).unwrap();
    let server = Server::start("");
    let mut run = set.coordinator(&server.url(), &[]);
    // One after the other takes the bad clip, and dies of it.
    let mut died = 0;
    while !run.is_over() {
        let hand = set.worker(&server.url(), &["--workers", "1"]);
        let began = std::time::Instant::now();
        while !run.is_over() && began.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(50));
        }
        hand.signal("KILL");
        died += 1;
        assert!(died < 15, "it is not given up");
    }
    let said = stderr(&run.end_with(3));
    assert!(said.contains("no worker ever answered for it"), "{said}");
    assert!(died >= 5, "given up after {died} workers");
    let clips =
        |rows: &[(String, Vec<u8>)]| rows.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>();
    let mut wanted = clips(&set.wanted);
    wanted.retain(|clip| *clip != bad);
    assert_eq!(clips(&hypotheses(set.dir())), wanted);
}

#[test]
fn a_worker_without_the_model_says_so_or_fetches_it() {
    if !there_is_one() {
        return;
    }
    let workspace = Workspace::new();
    workspace.ingest(&[&sample("volunteer_2b2a8f5e.flac")]);
    let server = Server::start("");
    let empty = tempfile::tempdir().unwrap();
    let without = || {
        let mut command = second_ear();
        command.env("SECOND_EAR_MODELS", empty.path());
        command.args(["worker", "--nats", &server.url(), "--workers", "1"]);
        command
    };
    let run = coordinator(&workspace, &server.url(), &[]);
    let mut idle = without();
    idle.args(["--idle-exit", "12", "--json"]);
    let idle = Running::start(idle).end_with(0);
    let said = stderr(&idle);
    assert!(
        said.contains("neither here nor on the server") && said.contains("model pull"),
        "{said}"
    );
    let json: serde_json::Value = serde_json::from_slice(&idle.stdout).unwrap();
    assert_eq!(json["clips"], 0);
    assert_eq!(json["refused"].as_object().unwrap().len(), 1);
    run.signal("INT");
    run.end_with(130);
    assert!(hypotheses(&workspace.dir).is_empty());

    let hand = Running::start(without());
    coordinator(&workspace, &server.url(), &["--share-model"]).end_with(0);
    assert!(!hypotheses(&workspace.dir).is_empty());
    let fetched: Vec<_> = std::fs::read_dir(empty.path().join("fetched")).unwrap().collect();
    assert_eq!(fetched.len(), 1);
    drop(hand);
}

#[test]
fn a_clip_over_the_servers_limit_fails_by_name_and_the_rest_goes_on() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    // Some clips are larger as FLAC, some are not.
    let server = Server::start("max_payload: 60000");
    let hand = set.worker(&server.url(), &["--workers", "2"]);
    let said = stderr(&set.coordinator(&server.url(), &[]).end_with(3));
    assert!(said.contains("the server takes 60000") && said.contains("max_payload"), "{said}");
    let transcribed = hypotheses(set.dir());
    assert!(
        !transcribed.is_empty() && transcribed.len() < set.wanted.len(),
        "{} transcribed",
        transcribed.len()
    );
    let failed = set.workspace.json("status")["failed_clips"].as_array().unwrap().len();
    assert_eq!(transcribed.len() + failed, set.wanted.len());
    drop(hand);
}

#[test]
fn a_server_without_room_is_waited_for() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let run = set.coordinator(&server.url(), &["--queue-mb", "0.4"]);
    // It fills the server, and says so; nobody empties it yet.
    std::thread::sleep(Duration::from_secs(3));
    let hand = set.worker(&server.url(), &["--workers", "1"]);
    let said = stderr(&run.end_with(0));
    assert!(said.contains("has no room"), "{said}");
    set.all_is_there();
    drop(hand);
}

#[test]
fn a_server_whose_disk_is_full_is_waited_for_aloud() {
    if !there_is_one() {
        return;
    }
    let Some(mut server) = Server::on_a_small_disk(500) else { return };
    let set = set(SLOW);
    // Nobody takes clips away yet, and they need more room than that.
    let mut run = set.coordinator(&server.url(), &[]);
    // The server neither answers nor logs; ten seconds later that is told.
    std::thread::sleep(Duration::from_secs(15));
    if run.is_over() {
        panic!("it gave up: {}", stderr(&run.end()));
    }
    // Another disk, with room, and nothing of what was on the first.
    server.stop();
    server.go_on();
    let worker = set.worker(&server.url(), &[]);
    let output = run.end_with(0);
    let said = stderr(&output);
    assert!(said.contains("is its disk full?"), "{said}");
    set.all_is_there();
    nothing_is_left(&server);
    drop(worker);
}

#[test]
fn a_server_that_cannot_spare_the_room_is_refused_at_once() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::with("", "max_file: 600000");
    let said = stderr(&set.coordinator(&server.url(), &[]).end_with(1));
    assert!(said.contains("second-ear-work") && said.contains("--queue-mb"), "{said}");
}

#[test]
fn what_is_in_flight_is_bounded() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let run = set.coordinator(&server.url(), &["--in-flight", "3"]);
    std::thread::sleep(Duration::from_secs(2));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let waiting = runtime.block_on(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        let stream =
            async_nats::jetstream::new(client).get_stream("second-ear-work").await.unwrap();
        stream.cached_info().state.messages
    });
    assert_eq!(waiting, 3);
    let hand = set.worker(&server.url(), &["--workers", "1"]);
    run.end_with(0);
    set.all_is_there();
    drop(hand);
}

#[test]
fn a_run_over_a_server_needs_one_and_says_which() {
    let workspace = Workspace::new();
    workspace.ingest(&[&sample("volunteer_2b2a8f5e.flac")]);
    let script = workspace.beside("script.jsonl");
    std::fs::write(&script, SLOW).unwrap();
    let script = script.to_str().unwrap();
    let run = workspace.to(1, "run", &["--scripted", script, "--nats", "nats://127.0.0.1:9"]);
    assert!(stderr(&run).contains("nats://127.0.0.1:9"), "{}", stderr(&run));
    let run = workspace.to(1, "run", &["--scripted", script, "--nats"]);
    assert!(stderr(&run).contains("SECOND_EAR_NATS"), "{}", stderr(&run));
    let refused = run_to(1, &["worker", "--nats", "nats://me:hunter2@127.0.0.1:9"]);
    assert!(stderr(&refused).contains("list processes"), "{}", stderr(&refused));
    assert!(!stderr(&refused).contains("hunter2"));
    let mut hidden = second_ear();
    hidden.env("SECOND_EAR_NATS", "nats://me:hunter2@127.0.0.1:9").args(["worker"]);
    let refused = hidden.output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(!format!("{}{}", stdout(&refused), stderr(&refused)).contains("hunter2"));
}
