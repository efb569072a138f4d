//! Opens the database to read it and nothing else, also where nobody can write: on read-only media, in another user's
//! folder. In: a path. Out: a connection. Left to others: what is read.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, Error, ErrorCode, OpenFlags};

use super::lock::Lock;

/// A connection that only reads, and the locks that keep writers away meanwhile, where it needs any.
pub fn open(path: &Path) -> Result<(Connection, Vec<File>)> {
    let context = || format!("open {}", path.display());
    match tried(path, false) {
        Ok(db) => Ok((db, Vec::new())),
        Err(error) if !needs_files_beside(&error) => Err(error).with_context(context),
        Err(error) => {
            // SQLite cannot make the files that readers and writers share. Without them it must be sure that nobody
            // writes, and that no committed change waits in the log.
            if beside(path, "-wal").metadata().is_ok_and(|log| log.len() > 0) {
                return Err(error).with_context(|| {
                    format!(
                        "{} has changes in its log that only somebody who may write here can bring in: run \
                         `second-ear status` on the workspace as its owner, or copy the workspace to where you may write",
                        path.display()
                    )
                });
            }
            let lock = quiet(path)?;
            Ok((tried(path, true).with_context(context)?, lock))
        }
    }
}

fn tried(path: &Path, immutable: bool) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = match immutable {
        false => Connection::open_with_flags(path, flags)?,
        true => Connection::open_with_flags(uri(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
    };
    db.busy_timeout(super::open::PATIENCE)?;
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    Ok(db)
}

fn needs_files_beside(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}

/// Keeps writers away, commands and the server, where there are lock files.
fn quiet(path: &Path) -> Result<Vec<File>> {
    let mut locks = Vec::new();
    for lock in [Lock::Write, Lock::Serve] {
        let Ok(file) = File::open(path.with_file_name(lock.file())) else { continue };
        if file.try_lock_shared().is_err() {
            bail!(
                "{} is being written, and cannot be read from here meanwhile: try again",
                path.display()
            );
        }
        locks.push(file);
    }
    Ok(locks)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(end);
    name.into()
}

/// `file:PATH?immutable=1`, with what would mean something in it as %XX.
fn uri(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or(path.to_path_buf());
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                uri.push(char::from(*byte))
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_quiet_database_is_read_without_files_beside_it_and_a_busy_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a b?#%é.db");
        drop(Store::create(&path, "w").unwrap());
        let tables = |db: &Connection| -> i64 {
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap()
        };
        assert!(tables(&tried(&path, true).unwrap()) > 10);
        for kind in [Lock::Write, Lock::Serve] {
            let lock = crate::store::FileLock::take(dir.path(), kind).unwrap();
            assert!(quiet(&path).is_err());
            drop(lock);
        }
        assert_eq!(quiet(&path).unwrap().len(), 2);
    }
}
