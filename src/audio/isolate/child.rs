//! The decoding process. In: a request. Out: frames on stdout. Left to others: what is done with them.
//!
//! It bounds itself before it opens the file, and ends with its parent: when its stdin closes, it kills its
//! `ffmpeg` and ends.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result};

use super::wire::{self, End};
use super::{Request, Task};
use crate::audio::decode::Failure;
use crate::audio::decode::attempt::{self, Attempt};
use crate::audio::ffmpeg;

/// Serves one request, on stdout, to its end.
///
/// # Errors
/// The request makes no sense, or nobody reads the answer.
pub fn serve(request: &str, path: &Path) -> Result<()> {
    let request: Request = serde_json::from_str(request).context("a decoding request")?;
    limits::set(path);
    std::thread::spawn(end_with_parent);
    attempt::keep_panics();
    let out = io::stdout();
    let mut alive = || {
        // Nobody reads: the next frame says so.
        let _ = wire::write_alive(&mut out.lock());
    };
    let Request { task, sha256, by } = request;
    let attempt = Attempt { path, sha256: sha256.as_deref(), by, ffmpeg: ffmpeg::PROGRAM.as_ref() };
    let end = match task {
        Task::Probe => End::Probed(attempt.probe(&mut alive)),
        Task::Stream(channel) => {
            let mut sink = |block: &[f32]| {
                wire::write_samples(&mut out.lock(), block)?;
                Ok(ControlFlow::Continue(()))
            };
            End::Decoded(attempt.stream(channel, &mut alive, &mut sink))
        }
    };
    wire::write_end(&mut out.lock(), &end).context("tell what came out")?;
    Ok(out.lock().flush()?)
}

/// Waits until the parent closes stdin or dies.
fn end_with_parent() {
    let mut stdin = io::stdin().lock();
    let mut byte = [0];
    while !matches!(stdin.read(&mut byte), Ok(0) | Err(_)) {}
    ffmpeg::kill_all();
    std::process::exit(1);
}

/// Memory, processor time, files: what one recording may cost.
pub mod limits {
    use std::path::Path;

    /// Address space, bytes, of this process and of `ffmpeg` each. Decoding an hour of any format takes
    /// 0.3 GB of it, nearly all of that for the program's own code and thread stacks.
    pub const MEMORY: u64 = 2 << 30;
    /// Processor time for any file, seconds ...
    const LEAST_SECONDS: u64 = 300;
    /// ... and one second more for this many bytes: 8 s of speech in the densest codec, which take 0.1 s.
    const BYTES_PER_SECOND: u64 = 5_000;

    /// Seconds of processor time for a file of so many bytes.
    pub fn seconds(bytes: u64) -> u64 {
        LEAST_SECONDS + bytes / BYTES_PER_SECOND
    }

    /// Sets them for this process and those that it starts.
    #[cfg(unix)]
    pub fn set(path: &Path) {
        use rlimit::Resource;
        // Where memory runs out all the same, Linux ends this process first.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
        let bytes = std::fs::metadata(path).map_or(0, |facts| facts.len());
        let cpu = seconds(bytes);
        // At the soft limit of processor time comes the signal that says so; at the hard one SIGKILL, which does not.
        for (resource, soft, hard) in [
            (Resource::AS, MEMORY, MEMORY),
            (Resource::CPU, cpu, cpu + 5),
            (Resource::CORE, 0, 0),
            (Resource::FSIZE, 0, 0),
        ] {
            // A tighter hard limit that is there already stays.
            let _ = resource.set(soft, hard);
        }
    }

    /// Windows has no such limits.
    #[cfg(not(unix))]
    pub fn set(_: &Path) {}
}

/// Only for the failure that a parent tells of a process that ended without a word.
pub fn ended(status: std::process::ExitStatus, said: &str, bytes: u64) -> Failure {
    Failure::decoder(match signal(status) {
        Some(24) => {
            format!("the decoder took more than {} s of processor time", limits::seconds(bytes))
        }
        Some(_) if said.contains("memory allocation") => {
            format!(
                "the decoder asked for more than {} GB of memory ({said})",
                limits::MEMORY >> 30
            )
        }
        Some(signal) => format!("the decoder was ended by signal {signal}{}", aside(said)),
        None => format!("the decoder ended with {status}{}", aside(said)),
    })
}

fn aside(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" ({said})") }
}

#[cfg(unix)]
fn signal(status: std::process::ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: std::process::ExitStatus) -> Option<i32> {
    None
}
