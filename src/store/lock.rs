//! Locks of a workspace: files that the operating system frees when their holder dies. Which command writes; who hands out or
//! decides; which server runs.
//!
//! Commands that change a workspace hold [`Lock::Write`] from their beginning to their end. The server does not: it only adds
//! batches and answers, each in one transaction, beside whatever command runs. What must not happen at the same time as handing out
//! takes [`Lock::HandOut`] for as long as it does: `tasks`, deciding at a run's end, and removing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use thiserror::Error;

use crate::files::may_write;

/// How often a lock that is waited for is looked at.
const POLL: Duration = Duration::from_millis(20);

/// How long a command waits for what the server does in between.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server writes behind its process id into the lock of a command.
const BRIEFLY: &str = "briefly";

/// What is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Everything but what the server adds: one command at a time.
    Write,
    /// Who has which clip, and which clips wait.
    HandOut,
    /// Serving: one server per workspace.
    Serve,
}

impl Lock {
    /// The file's name in a workspace.
    pub fn file(self) -> &'static str {
        match self {
            Lock::Write => ".lock",
            Lock::HandOut => ".hand-out.lock",
            Lock::Serve => ".serve.lock",
        }
    }
}

/// Another process is writing the workspace.
#[derive(Debug, Error)]
#[error(
    "{workspace} is being {doing} by another second-ear ({holder}): wait until it ends, or stop it"
)]
pub struct Locked {
    workspace: String,
    doing: &'static str,
    holder: String,
}

/// Held while something is done; dropped, or its process gone, the lock is free.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes a lock of the workspace folder `dir`. What others hold for a moment only is waited for.
    ///
    /// # Errors
    /// [`Locked`]: another process holds it, and goes on doing so.
    pub fn take(dir: &Path, lock: Lock) -> Result<Self> {
        let begun = Instant::now();
        loop {
            match Self::attempt(dir, lock, "")? {
                Ok(taken) => return Ok(taken),
                Err(holder) => {
                    let passes = lock == Lock::HandOut || holder.ends_with(BRIEFLY);
                    if !passes || begun.elapsed() > PATIENCE {
                        return Err(locked(dir, lock, &holder).into());
                    }
                }
            }
            sleep(POLL);
        }
    }

    /// Takes a lock for a moment, where it is free: commands wait for it.
    pub fn take_briefly(dir: &Path, lock: Lock) -> Result<Option<Self>> {
        Ok(Self::attempt(dir, lock, BRIEFLY)?.ok())
    }

    /// The lock, or what its holder wrote into it.
    fn attempt(dir: &Path, lock: Lock, how: &str) -> Result<Result<Self, String>> {
        let path = dir.join(lock.file());
        may_write(&path)?; // a planted link would have its file emptied
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Ok(Err(holder.trim().to_string()));
            }
            Err(TryLockError::Error(e)) => {
                return Err(e).with_context(|| format!("lock {}", path.display()));
            }
        }
        // The process id is there for people; the lock itself does not depend on it.
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{} {how}", std::process::id())?;
        Ok(Ok(Self { _file: file }))
    }
}

fn locked(dir: &Path, lock: Lock, holder: &str) -> Locked {
    let holder = match holder.split_whitespace().next() {
        None => "unknown process".to_string(),
        Some(pid) => format!("process {pid}"),
    };
    let doing = match lock {
        Lock::Write => "written",
        Lock::HandOut => "handed out",
        Lock::Serve => "served",
    };
    Locked { workspace: dir.display().to_string(), doing, holder }
}

/// Who holds a workspace's lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// A process that is alive, as it names itself.
    Process(String),
    /// That cannot be told, with the reason.
    Unknown(String),
}

/// Who holds a lock of the workspace folder `dir`; takes nothing.
pub fn holder(dir: &Path, lock: Lock) -> Holder {
    let path = dir.join(lock.file());
    if let Err(error) = may_write(&path) {
        return Holder::Unknown(error.to_string());
    }
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Holder::Nobody,
        Err(error) => {
            return Holder::Unknown(format!("{} cannot be opened: {error}", path.display()));
        }
    };
    match file.try_lock_shared() {
        Ok(()) => Holder::Nobody,
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            let _ = file.read_to_string(&mut process);
            Holder::Process(process.split_whitespace().next().unwrap_or_default().to_string())
        }
        Err(TryLockError::Error(error)) => Holder::Unknown(format!(
            "{} cannot be locked ({error}); a network file system?",
            path.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_holds_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let first = FileLock::take(dir.path(), Lock::Write).unwrap();
        let error = FileLock::take(dir.path(), Lock::Write).unwrap_err();
        assert!(error.is::<Locked>());
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
        let own = Holder::Process(std::process::id().to_string());
        assert_eq!(holder(dir.path(), Lock::Write), own);
        assert_eq!(
            holder(dir.path(), Lock::HandOut),
            Holder::Nobody,
            "each lock is one of its own"
        );
        drop(first);
        assert_eq!(holder(dir.path(), Lock::Write), Holder::Nobody);
        FileLock::take(dir.path(), Lock::Write).unwrap();
    }

    #[test]
    fn a_command_waits_for_what_the_server_does_in_between() {
        let dir = tempfile::tempdir().unwrap();
        let held = FileLock::take_briefly(dir.path(), Lock::Write).unwrap().unwrap();
        let waits = std::thread::spawn({
            let dir = dir.path().to_path_buf();
            move || FileLock::take(&dir, Lock::Write).is_ok()
        });
        sleep(10 * POLL);
        assert!(!waits.is_finished());
        drop(held);
        assert!(waits.join().unwrap());
        let _held = FileLock::take(dir.path(), Lock::Write).unwrap();
        assert!(FileLock::take_briefly(dir.path(), Lock::Write).unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_planted_lock_file_does_not_empty_another() {
        let dir = tempfile::tempdir().unwrap();
        let theirs = dir.path().join("theirs");
        std::fs::write(&theirs, "theirs").unwrap();
        std::os::unix::fs::symlink(&theirs, dir.path().join(".lock")).unwrap();
        assert!(FileLock::take(dir.path(), Lock::Write).is_err());
        assert_eq!(std::fs::read_to_string(theirs).unwrap(), "theirs");
    }
}
