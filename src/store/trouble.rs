//! What an error of the database means for a person. In: an error, a path. Out: what is wrong and what to do. Left to
//! others: printing it.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Error, ErrorCode};

/// What is wrong with a file before SQLite has looked at it; `None` where it may well be a database.
pub fn of_file(path: &Path) -> Option<String> {
    let at = path.display();
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Some(format!(
                "{at} does not exist: create the workspace first with `second-ear init`, or restore a backup"
            ));
        }
        Err(error) => return Some(format!("{at} cannot be looked at: {error}")),
        Ok(found) if found.is_dir() => {
            return Some(format!(
                "{at} is a folder, where the database of a workspace should be a file"
            ));
        }
        Ok(found) if !found.is_file() => {
            return Some(format!("{at} is a device or a pipe, not the database of a workspace"));
        }
        Ok(found) if found.len() == 0 => {
            return Some(format!("{at} is empty: what it held is lost; restore a backup"));
        }
        Ok(_) => {}
    }
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Some(format!(
            "no permission to read {at}: ask its owner, or run second-ear as the user who made it"
        )),
        Err(error) => Some(format!("{at} cannot be opened: {error}")),
        Ok(_) => None,
    }
}

/// What an error on the way means, and what to do; `None` where its own words say it.
pub fn advice(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(|cause| match cause.downcast_ref::<std::io::Error>() {
        Some(error) => match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(FULL),
            ErrorKind::ReadOnlyFilesystem => Some(READ_ONLY),
            _ => None,
        },
        None => cause.downcast_ref::<Error>().and_then(of_sqlite),
    })
}

const FULL: &str =
    "the disk is full: free some space, then run the same command again; what was stored stays";
const READ_ONLY: &str = "there is no permission to write here: run second-ear as the user who made the workspace, or copy \
                         the workspace to where you may write";

fn of_sqlite(error: &Error) -> Option<&'static str> {
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(FULL),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Some(READ_ONLY),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(
            "another program holds the database: close it (a database browser?), then try again",
        ),
        ErrorCode::DatabaseCorrupt => Some(
            "the database is damaged: `second-ear doctor` on the workspace says how; a backup restores it",
        ),
        ErrorCode::NotADatabase => Some(
            "the file is no SQLite database: something else wrote over it; a backup restores it",
        ),
        ErrorCode::CannotOpen => Some(
            "it, or the files beside it that SQLite needs, cannot be opened: look at their permissions and at the disk",
        ),
        ErrorCode::SystemIoFailure => Some(
            "the disk failed or is full: look at its free space and at the system's log; what was stored stays",
        ),
        _ => None,
    }
}
