//! kill -9 at any moment, Ctrl-C, two writers: nothing lost, nothing twice.

mod util;

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use util::{Workspace, sample, second_ear, stderr};

fn start(ws: &Workspace) -> Child {
    second_ear()
        .args(["run", &ws.path(), "--workers", "2"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn workspace() -> Workspace {
    let ws = Workspace::new();
    let names = [
        "volunteer_19b6d3ae.flac",
        "volunteer_2eecc97c.flac",
        "volunteer_9db44709.flac",
        "fleurs_fr_005.flac",
    ];
    let files: Vec<_> = names.iter().map(|n| sample(n)).collect();
    ws.ingest(&files.iter().map(|f| f.as_path()).collect::<Vec<_>>());
    ws
}

#[test]
fn killed_at_many_moments_and_run_again_it_ends_as_if_undisturbed() {
    let undisturbed = workspace();
    undisturbed.to(0, "run", &[]);
    let expected = undisturbed.transcripts();
    assert!(!expected.is_empty());

    let ws = workspace();
    let mut interrupted = 0;
    for wait in [5, 60, 150, 400, 700, 1000, 1400, 1800, 2300] {
        let mut child = start(&ws);
        std::thread::sleep(Duration::from_millis(wait));
        if child.try_wait().unwrap().is_none() {
            interrupted += 1;
        }
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
    }
    assert!(interrupted >= 3, "only {interrupted} runs were still going when they were killed");
    ws.to(0, "run", &[]);
    assert_eq!(ws.transcripts(), expected);
    let (mut a, mut b) = (ws.json("status"), undisturbed.json("status"));
    a["workspace"].take();
    b["workspace"].take();
    assert_eq!(a, b);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_within_two_seconds_and_says_how_to_resume() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("quebec_menu.flac")]);
    let child = start(&ws);
    util::nats::until_transcribed(&ws.dir, 1);
    let told = Instant::now();
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    // Two seconds is what is documented; a machine that is busy elsewhere gets some grace here.
    assert!(told.elapsed() < Duration::from_secs(4), "took {:?}", told.elapsed());
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(stderr(&output).contains("run the same command again"), "{}", stderr(&output));
}

#[test]
fn a_second_writer_is_turned_away_and_a_reader_is_not() {
    let ws = Workspace::new();
    ws.ingest(&[&sample("quebec_menu.flac")]);
    let mut child = start(&ws);
    // The writer takes its lock before it loads the model, which takes it a while.
    std::thread::sleep(Duration::from_millis(400));
    let refused =
        second_ear().args(["ingest", &ws.path(), "samples/fleurs_fr_002.flac"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(4), "{}", stderr(&refused));
    assert!(stderr(&refused).contains(&child.id().to_string()), "{}", stderr(&refused));
    ws.to(0, "status", &[]);
    child.kill().unwrap();
    child.wait().unwrap();
    // The lock died with its holder.
    ws.to(0, "ingest", &["samples/fleurs_fr_002.flac"]);
}
