//! One writer a workspace: a lock file that the operating system frees when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result};
use thiserror::Error;

use crate::files::may_write;

/// The file's name in a workspace.
pub const FILE: &str = ".lock";

/// Another process is writing the workspace.
#[derive(Debug, Error)]
#[error(
    "{workspace} is being written by another second-ear ({holder}): wait until it ends, or stop it"
)]
pub struct Locked {
    workspace: String,
    holder: String,
}

/// Held while a command writes; dropped, or its process gone, the lock is free.
#[derive(Debug)]
pub struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// Takes the lock of the workspace folder `dir`, or fails at once with [`Locked`].
    pub fn take(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
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
                let holder = match holder.trim() {
                    "" => "unknown process".to_string(),
                    pid => format!("process {pid}"),
                };
                return Err(Locked { workspace: dir.display().to_string(), holder }.into());
            }
            Err(TryLockError::Error(e)) => {
                return Err(e).with_context(|| format!("lock {}", path.display()));
            }
        }
        // The process id is there for people; the lock itself does not depend on it.
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }
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

/// Who holds the lock of the workspace folder `dir`; takes nothing.
pub fn holder(dir: &Path) -> Holder {
    let path = dir.join(FILE);
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
            Holder::Process(process.trim().to_string())
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
        let first = WriteLock::take(dir.path()).unwrap();
        let error = WriteLock::take(dir.path()).unwrap_err();
        assert!(error.is::<Locked>());
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
        assert_eq!(holder(dir.path()), Holder::Process(std::process::id().to_string()));
        drop(first);
        assert_eq!(holder(dir.path()), Holder::Nobody);
        WriteLock::take(dir.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_planted_lock_file_does_not_empty_another() {
        let dir = tempfile::tempdir().unwrap();
        let theirs = dir.path().join("theirs");
        std::fs::write(&theirs, "theirs").unwrap();
        std::os::unix::fs::symlink(&theirs, dir.path().join(".lock")).unwrap();
        assert!(WriteLock::take(dir.path()).is_err());
        assert_eq!(std::fs::read_to_string(theirs).unwrap(), "theirs");
    }
}
