//! One writer a workspace: a lock file that the operating system frees when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result};
use thiserror::Error;

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
        let path = dir.join(".lock");
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
        drop(first);
        WriteLock::take(dir.path()).unwrap();
    }
}
