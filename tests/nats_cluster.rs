//! A run over three servers that keep streams for each other (`--replicas 3`): any one of them may die.
#![cfg(feature = "nats")]

mod util;

use util::nats::{Server, there_is_one, until_transcribed};
use util::nats_set::{SLOW, set};
use util::stderr;

/// Kills the server of this number in the middle of a run; the coordinator talks to the first, the worker to the second.
fn one_dies(number: usize) {
    let set = set(SLOW);
    let mut servers = Server::three();
    let hand = set.worker(&servers[1].url(), &["--workers", "1"]);
    let run = set.coordinator(&servers[0].url(), &["--replicas", "3"]);
    until_transcribed(set.dir(), 3);
    assert_eq!(copies(&servers[2]), [3, 3]);
    servers[number].stop();
    let output = run.end_with(0);
    set.all_is_there();
    hand.signal("TERM");
    let hand = hand.end_with(0);
    let (run, hand) = (stderr(&output), stderr(&hand));
    assert!([&run, &hand][number].contains("is back"), "run: {run}\nworker: {hand}");
    // What was handed out twice around the death may have been answered after the run's end: known already.
    set.coordinator(&servers[2].url(), &[]).end_with(0);
    set.all_is_there();
}

/// How many servers keep each of the two streams.
fn copies(server: &Server) -> [usize; 2] {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        let jetstream = async_nats::jetstream::new(client);
        let mut copies = [0, 0];
        for (n, name) in ["second-ear-work", "second-ear-results"].into_iter().enumerate() {
            let stream = jetstream.get_stream(name).await.unwrap();
            copies[n] = stream.cached_info().config.num_replicas;
        }
        copies
    })
}

#[test]
fn the_coordinators_server_of_three_may_die() {
    if there_is_one() {
        one_dies(0);
    }
}

#[test]
fn the_workers_server_of_three_may_die() {
    if there_is_one() {
        one_dies(1);
    }
}

#[test]
fn a_server_alone_cannot_keep_three_copies_and_says_so() {
    if !there_is_one() {
        return;
    }
    let set = set(SLOW);
    let server = Server::start("");
    let said = stderr(&set.coordinator(&server.url(), &["--replicas", "3"]).end_with(1));
    assert!(said.contains("second-ear-work") && said.contains("--replicas"), "{said}");
}
