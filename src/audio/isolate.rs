//! Decoding in a process of its own: what a file does to its decoder ends there. In: a request. Out:
//! samples, block by block, or why there are none. Left to others: which decoder, and what is decoded.
//!
//! The program starts itself with the hidden command `decode` ([`child`]), in a process group of its own.
//! That process has limits of memory and processor time; here it gets [`PATIENCE`] between two frames.

pub mod child;
mod wire;

use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use self::wire::{End, Frame};
use super::decode::{By, Decoded, Failure, Probe, Sink};
use crate::domain::Channel;

/// The longest silence of a decoding process, while it is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How long a process that is no longer wanted may take to end itself.
const GRACE: Duration = Duration::from_secs(2);
/// Between two looks whether it has ended.
const POLL: Duration = Duration::from_millis(1);
/// Frames that wait to be taken.
const WAITING: usize = 4;
/// Bytes of what a process says on stderr that are kept.
const COMPLAINTS: u64 = 2_000;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// From now on files are decoded by processes of this program; where it cannot be found, in this process.
pub fn enable() {
    // This name stays the same program also after its file was replaced.
    let running = Path::new("/proc/self/exe");
    let program = match running.exists() {
        true => Ok(running.to_path_buf()),
        false => std::env::current_exe(),
    };
    if let Ok(program) = program {
        let _ = PROGRAM.set(program);
    }
}

/// The program, where decoding is to have a process of its own.
pub fn program() -> Option<&'static Path> {
    PROGRAM.get().map(PathBuf::as_path)
}

/// What a decoding process is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// What to do.
    pub task: Task,
    /// The SHA-256 that the file's content must have.
    pub sha256: Option<String>,
    /// Who decodes.
    pub by: By,
}

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Decode its first samples.
    Probe,
    /// Decode it.
    Stream(Channel),
}

/// What a file is.
pub fn probe(program: &Path, path: &Path, request: &Request) -> Result<Probe, Failure> {
    let mut sink = |_: &[f32]| Ok(ControlFlow::Continue(()));
    match run(command(program, path, request)?, path, PATIENCE, &mut sink)? {
        Some(End::Probed(probed)) => probed,
        _ => Err(Failure::decoder("the decoder did not say what the file is")),
    }
}

/// Decodes a file; the error of `sink`, or its end, ends the process.
pub fn stream(
    program: &Path,
    path: &Path,
    request: &Request,
    sink: Sink<'_>,
) -> Result<Option<Decoded>, Failure> {
    match run(command(program, path, request)?, path, PATIENCE, sink)? {
        Some(End::Decoded(decoded)) => decoded,
        Some(End::Probed(_)) => Err(Failure::decoder("the decoder did not say what came out")),
        None => Ok(None),
    }
}

fn command(program: &Path, path: &Path, request: &Request) -> Result<Command, Failure> {
    let request = serde_json::to_string(request).map_err(Failure::file)?;
    let mut command = Command::new(program);
    command.args(["decode", &request, "--"]).arg(path);
    Ok(command)
}

/// Runs a process to its end; `None` where `sink` had enough.
fn run(
    command: Command,
    path: &Path,
    patience: Duration,
    sink: Sink<'_>,
) -> Result<Option<End>, Failure> {
    let mut process = Process::start(command).map_err(|e| {
        Failure::File(format!("start a process that decodes: {e} (are there too many?)"))
    })?;
    let mut begun = false;
    loop {
        match process.frames.recv_timeout(patience) {
            Ok(Frame::Alive) => {}
            Ok(Frame::Samples(block)) => {
                begun = true;
                if sink(&block).map_err(Failure::file)?.is_break() {
                    return Ok(None);
                }
            }
            Ok(Frame::End(end)) => return Ok(Some(*end)),
            Err(RecvTimeoutError::Timeout) => {
                let seconds = patience.as_secs();
                let why = format!("no audio came for {seconds} s: stopped");
                // Another decoder would go on from a place that depends on the machine's load.
                return Err(if begun { Failure::File(why) } else { Failure::decoder(why) });
            }
            Err(RecvTimeoutError::Disconnected) => {
                let bytes = path.metadata().map_or(0, |facts| facts.len());
                let (status, said) = process.end().map_err(Failure::file)?;
                return Err(child::ended(status, &said, bytes));
            }
        }
    }
}

/// A running process. When this is dropped, it ends itself and its `ffmpeg`, or is killed.
struct Process {
    child: Child,
    frames: Receiver<Frame>,
    said: Option<JoinHandle<String>>,
}

impl Process {
    fn start(mut command: Command) -> io::Result<Self> {
        // Ctrl-C on a terminal is for us, who know what to do about it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // Its stdin is never written to: that it closes tells the process that we are gone.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("it has no pipe"));
        };
        let (send, frames) = sync_channel(WAITING);
        std::thread::spawn(move || {
            let mut from = BufReader::with_capacity(1 << 16, stdout);
            while let Ok(frame) = wire::read(&mut from) {
                if send.send(frame).is_err() {
                    break;
                }
            }
        });
        let said = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.by_ref().take(COMPLAINTS).read_to_end(&mut text);
            let _ = io::copy(&mut stderr, &mut io::sink()); // or it would block on a full pipe
            String::from_utf8_lossy(&text).trim().replace('\n', "; ")
        });
        Ok(Self { child, frames, said: Some(said) })
    }

    /// How it ended, and what it said.
    fn end(&mut self) -> io::Result<(ExitStatus, String)> {
        let until = Instant::now() + GRACE;
        let status = match self.ends_by(until)? {
            Some(status) => status,
            None => {
                self.child.kill()?;
                self.child.wait()?
            }
        };
        // Who else has its stderr may keep it open.
        while self.said.as_ref().is_some_and(|said| !said.is_finished()) && Instant::now() < until {
            std::thread::sleep(POLL);
        }
        let said = self.said.take().filter(JoinHandle::is_finished);
        Ok((status, said.and_then(|thread| thread.join().ok()).unwrap_or_default()))
    }

    fn ends_by(&mut self, until: Instant) -> io::Result<Option<ExitStatus>> {
        loop {
            match self.child.try_wait()? {
                None if Instant::now() < until => std::thread::sleep(POLL),
                status => return Ok(status),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if let Ok(None) = self.ends_by(Instant::now() + GRACE) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests;
