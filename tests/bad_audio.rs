//! Audio that harms whoever decodes it, changes under a run, or holds no speech: one recording's failure, by name.

mod util;

use std::path::PathBuf;

use util::{Workspace, sample, stderr, write_wav};

/// Header mutants that made a demuxer panic.
const MUTANTS: [&str; 4] =
    ["channels_ffff.wav", "size_7fffffff.caf", "fragment_ff.mp4", "times_ffffffff.m4a"];

fn mutant(name: &str) -> PathBuf {
    util::root().join("tests/data/audio/mutants").join(name)
}

#[test]
fn a_file_that_breaks_its_decoder_is_named_and_the_rest_goes_in() {
    let ws = Workspace::new();
    let (good, dir) = (sample("volunteer_2eecc97c.flac"), ws.path());
    let mutants: Vec<PathBuf> = MUTANTS.iter().map(|name| mutant(name)).collect();
    let mut args = vec!["ingest", &*dir];
    args.extend(mutants.iter().map(|path| path.to_str().unwrap()));
    args.push(good.to_str().unwrap());
    let ingest = util::run(&args);
    let run = util::run(&["run", &dir]);
    let said = stderr(&ingest) + &stderr(&run);
    assert!(!said.contains("panicked"), "{said}");
    for name in MUTANTS {
        let failed = said.lines().filter(|l| l.starts_with("failed: ") && l.contains(name));
        assert!(failed.count() <= 1 && said.lines().count() < 100, "{said}");
    }
    // The last one is read by `ffmpeg`, where there is one.
    for name in &MUTANTS[..3] {
        assert!(
            said.lines().any(|l| l.starts_with("failed: ") && l.contains(name)),
            "{name}: {said}"
        );
    }
    let rows = ws.transcripts();
    assert!(rows.iter().any(|r| r["path"].as_str().unwrap().ends_with("volunteer_2eecc97c.flac")));
}

#[test]
fn a_playlist_named_like_a_recording_gives_no_other_files_sound() {
    let ws = Workspace::new();
    let song = sample("volunteer_2eecc97c.flac");
    let hls = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{0}\n#EXT-X-ENDLIST\n",
        song.display()
    );
    let concat = format!("ffconcat version 1.0\nfile '{}'\n", song.display());
    for (name, text) in [("x.wav", hls), ("y.mp3", concat)] {
        let path = ws.beside(name);
        std::fs::write(&path, text).unwrap();
        let said = stderr(&ws.to(3, "ingest", &[path.to_str().unwrap()]));
        assert!(
            said.contains(name) && said.contains("a playlist, which names other files,"),
            "{said}"
        );
    }
    assert_eq!(ws.json("status")["recordings"], 0);
}

#[test]
fn a_file_swapped_for_one_of_the_same_size_and_time_is_not_transcribed_as_the_old_one() {
    let ws = Workspace::new();
    let tone = |hertz: f32| -> Vec<i16> {
        (0..32_000).map(|n| ((n as f32 * hertz).sin() * 9_000.0) as i16).collect()
    };
    let path = ws.beside("a.wav");
    write_wav(&path, 1, 16_000, &tone(0.1));
    ws.ingest(&[&path]);
    let modified = path.metadata().unwrap().modified().unwrap();
    write_wav(&path, 1, 16_000, &tone(0.2));
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    let said = stderr(&ws.to(3, "run", &[]));
    assert!(said.contains("a.wav") && said.contains("changed since it was ingested"), "{said}");
    assert_eq!(ws.json("status")["seconds"]["failed"], 2.0);
    ws.ingest(&[&path]);
    ws.to(3, "run", &[]);
    assert_eq!(ws.json("status")["seconds"]["not_speech"], 2.0);
}

#[test]
fn a_recording_without_speech_is_named_with_its_level() {
    let ws = Workspace::new();
    let path = ws.beside("cellar.wav");
    write_wav(&path, 1, 16_000, &[3; 48_000]);
    ws.ingest(&[&path]);
    let said = stderr(&ws.to(0, "run", &[]));
    assert!(said.contains("cellar.wav: no speech, level -81 dBFS"), "{said}");
    let said = util::stdout(&ws.to(0, "status", &[]));
    assert!(said.contains("cellar.wav: no speech, level -81 dBFS"), "{said}");
    let status = ws.json("status");
    assert_eq!(status["little_speech"][0]["speech"], 0.0);
    assert_eq!((&status["damaged_seconds"], &status["filled_seconds"]), (&0.0.into(), &0.0.into()));
}

/// Whatever is done to a decoder that never ends.
#[cfg(target_os = "linux")]
mod stuck {
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;

    /// A workspace with one recording for `ffmpeg`, played by a script that gives its sound or sleeps.
    struct Stuck {
        ws: Workspace,
        /// Names the sleep.
        seconds: String,
        script: String,
    }

    impl Stuck {
        fn new() -> Self {
            let ws = Workspace::new();
            let script = ws.write_rows("script.jsonl", &[json!({"text": "bonjour"})]);
            let seconds = format!("1000.{}", std::process::id());
            let stuck = Self {
                seconds: seconds + ws.dir.to_str().unwrap().len().to_string().as_str(),
                ws,
                script,
            };
            stuck.ffmpeg(false);
            let audio = stuck.ws.beside("phone.wav");
            std::fs::copy(util::root().join("tests/data/audio/gsm_8000.wav"), &audio).unwrap();
            let output = stuck.command("ingest", &[audio.to_str().unwrap()]).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            stuck
        }

        fn ffmpeg(&self, sleeps: bool) {
            let folder = self.ws.beside("bin");
            std::fs::create_dir_all(&folder).unwrap();
            let sound = util::root().join("tests/data/audio/reference.wav");
            let does = match sleeps {
                true => format!("exec sleep {}", self.seconds),
                false => format!("exec cat '{}'", sound.display()),
            };
            let path = folder.join("ffmpeg");
            std::fs::write(&path, format!("#!/bin/sh\n{does}\n")).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        }

        fn command(&self, name: &str, more: &[&str]) -> Command {
            let path = std::env::var("PATH").unwrap();
            let mut command = util::second_ear();
            command.args([name, &self.ws.path()]).args(more);
            command.env("PATH", format!("{}:{path}", self.ws.beside("bin").display()));
            command
        }

        fn run(&self) -> Child {
            let mut run = self.command("run", &["--scripted", &self.script]);
            run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        }

        /// Whether the sleep is there.
        fn sleeps(&self) -> bool {
            std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
                let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                line == format!("sleep\0{}\0", self.seconds).as_bytes()
            })
        }

        #[track_caller]
        fn until(&self, sleeps: bool) {
            let until = Instant::now() + Duration::from_secs(30);
            while self.sleeps() != sleeps {
                assert!(Instant::now() < until, "waited in vain for sleeps = {sleeps}");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    #[test]
    fn ctrl_c_leaves_no_ffmpeg_behind() {
        let stuck = Stuck::new();
        stuck.ffmpeg(true);
        let run = stuck.run();
        stuck.until(true);
        Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
        stuck.until(false);
    }

    #[test]
    fn a_recording_in_hand_when_two_runs_died_is_set_aside_for_one_run() {
        let stuck = Stuck::new();
        for _ in 0..2 {
            stuck.ffmpeg(true);
            let mut run = stuck.run();
            stuck.until(true);
            run.kill().unwrap(); // SIGKILL
            run.wait().unwrap();
            stuck.until(false);
        }
        stuck.ffmpeg(false);
        let other = sample("volunteer_2eecc97c.flac");
        stuck.ws.ingest(&[&other]);
        let output = stuck.run().wait_with_output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(
            said.contains("phone.wav: skipped: the last two runs ended unexpectedly"),
            "{said}"
        );
        assert!(!stuck.ws.transcripts().is_empty(), "the other recording was left out");
        let output = stuck.run().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }

    #[test]
    fn one_kill_sets_nothing_aside() {
        let stuck = Stuck::new();
        stuck.ffmpeg(true);
        let mut run = stuck.run();
        stuck.until(true);
        run.kill().unwrap();
        run.wait().unwrap();
        stuck.until(false);
        stuck.ffmpeg(false);
        let output = stuck.run().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
}
