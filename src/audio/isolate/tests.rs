//! Processes that misbehave, played by the shell.

use super::*;

fn complaint(script: &str, patience: Duration) -> String {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    let mut sink = |_: &[f32]| Ok(ControlFlow::Continue(()));
    let failure = run(command, Path::new("no such file"), patience, &mut sink).unwrap_err();
    failure.to_string()
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_process_that_is_stuck_is_ended() {
    let dir = tempfile::tempdir().unwrap();
    let number = dir.path().join("number");
    let begun = Instant::now();
    let script = format!("echo $$ > '{}'; exec sleep 1000", number.display());
    let said = complaint(&script, Duration::from_secs(1));
    assert!(said.contains("no audio came for 1 s"), "{said}");
    assert!(begun.elapsed() < LONG);
    let number = std::fs::read_to_string(number).unwrap();
    let line = Path::new("/proc").join(number.trim()).join("cmdline");
    assert_ne!(std::fs::read(line).ok(), Some(b"sleep\x001000\0".to_vec()));
}

#[test]
fn however_a_process_ends_there_is_a_reason() {
    for (script, wanted) in [
        ("kill -XCPU $$", "more than 300 s of processor time"),
        ("echo 'memory allocation of 59000 bytes failed' >&2; kill -ABRT $$", "2 GB of memory"),
        ("echo oops >&2; kill -SEGV $$", "signal 11 (oops)"),
        ("kill -KILL $$", "signal 9"),
        ("exit 7", "exit status: 7"),
        ("echo no frame at all; exec sleep 1000", "signal 9"),
    ] {
        let said = complaint(script, LONG);
        assert!(said.contains(wanted), "{script}: {said}");
    }
}
