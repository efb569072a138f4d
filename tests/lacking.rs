//! A program that was built without a part says so in one sentence, and its help does not offer it.
#![cfg(not(all(feature = "adapt", feature = "nats")))]

mod util;

use util::{run_to, stderr, stdout};

#[track_caller]
fn lacks(feature: &str, command: &str, more: &[&str]) {
    let said = stderr(&run_to(1, &[&[command], more].concat()));
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(&format!("build it with the feature `{feature}`")), "{said}");
    let help = stdout(&run_to(0, &["--help"]));
    assert!(!help.lines().any(|line| line.starts_with(&format!("  {command} "))), "{help}");
}

#[cfg(not(feature = "adapt"))]
#[test]
fn training_that_was_left_out_is_named() {
    lacks("adapt", "adapt", &["calls", "--mode", "decoder", "--json"]);
    lacks("adapt", "adapt", &["--help"]);
}

#[cfg(not(feature = "nats"))]
#[test]
fn workers_that_were_left_out_are_named() {
    lacks("nats", "worker", &["--nats", "nats://queue:4222"]);
    let ws = util::Workspace::new();
    let said = stderr(&ws.to(1, "run", &["--nats", "nats://queue:4222"]));
    assert!(said.contains("build it with the feature `nats`"), "{said}");
    let help = stdout(&run_to(0, &["run", "--help"]));
    assert!(!help.contains("Many machines") && !help.contains("--nats"), "{help}");
}
