//! Passing files and folders, `.second-ear-SOMETHING.part`, and what is left of them after a kill -9. In: a folder.
//! Out: a new one of them, or which were left. Left to others: what goes into them.
//!
//! Whoever makes one holds a lock on it (on a folder, on its mark), which the operating system frees when the process
//! dies: what is not locked has no owner. Where a file system has no locks, nothing is swept.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{NamedTempFile, TempDir};

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// The user alone, whatever the umask: people's voices and words.
    Owner,
    /// Whom the user's umask lets.
    AsUmask,
}

const PREFIX: &str = ".second-ear-";
const SUFFIX: &str = ".part";
/// Locked while a folder is being filled; in a dataset it names every file (`record`).
pub(super) const MARK: &str = ".second-ear-dataset";

/// A new file, its lock held while it is open.
pub(super) fn file_in(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(match readers {
        Readers::Owner => 0o600,
        Readers::AsUmask => 0o666,
    }));
    #[cfg(not(unix))]
    let _ = readers;
    loop {
        let file = builder.tempfile_in(folder)?;
        let locked = file.as_file().lock();
        // Another process may have swept it before it was locked.
        if locked.is_err() || file.path().exists() {
            return Ok(file);
        }
    }
}

/// A folder under a passing name; gone when dropped.
pub struct PartFolder {
    folder: TempDir,
    pub(super) mark: File,
}

impl PartFolder {
    /// A new one in `folder`, which must be there.
    pub fn inside(folder: &Path) -> io::Result<Self> {
        sweep_once(folder);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        loop {
            let made = builder.tempdir_in(folder)?;
            match File::create_new(made.path().join(MARK)) {
                Ok(mark) if mark.lock().is_err() || made.path().join(MARK).exists() => {
                    return Ok(Self { folder: made, mark });
                }
                Err(error) if made.path().exists() => return Err(error),
                Ok(_) | Err(_) => {} // swept meanwhile
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What killed processes left in a folder.
pub fn of(folder: &Path) -> Vec<PathBuf> {
    passing(folder).into_iter().filter(|path| owned(path).is_some()).collect()
}

/// Removes what killed processes left in a folder; gives what was removed.
pub fn sweep(folder: &Path) -> Vec<PathBuf> {
    let remove = |path: &PathBuf| {
        let Some(_lock) = owned(path) else { return false };
        match path.is_dir() {
            true => fs::remove_dir_all(path).is_ok(),
            false => fs::remove_file(path).is_ok(),
        }
    };
    passing(folder).into_iter().filter(remove).collect()
}

/// Sweeps a folder the first time that this process writes there.
pub(super) fn sweep_once(folder: &Path) {
    static SWEPT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let Ok(folder) = folder.canonicalize() else { return };
    if SWEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.clone()) {
        sweep(&folder);
    }
}

fn passing(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let ours = |name: &str| name.starts_with(PREFIX) && name.ends_with(SUFFIX);
    let entries = entries.flatten().filter(|e| ours(&e.file_name().to_string_lossy()));
    entries.map(|entry| entry.path()).collect()
}

/// The lock of a file or folder that nobody holds; nothing for a link, or for a folder without mark that is not empty.
fn owned(path: &Path) -> Option<File> {
    let found = fs::symlink_metadata(path).ok()?;
    let lock = match () {
        () if found.is_file() => File::open(path).ok()?,
        () if !found.is_dir() => return None,
        () => match File::open(path.join(MARK)) {
            Ok(mark) => mark,
            Err(_) if fs::read_dir(path).ok()?.next().is_none() => File::open(path).ok()?,
            Err(_) => return None,
        },
    };
    lock.try_lock().ok()?;
    Some(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_and_what_is_being_written_stays() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let alive = (
            file_in(dir.path(), Readers::AsUmask).unwrap(),
            PartFolder::inside(dir.path()).unwrap(),
        );
        fs::write(at(".second-ear-dead.part"), "half").unwrap();
        fs::create_dir(at(".second-ear-gone.part")).unwrap();
        fs::write(at(".second-ear-gone.part").join(MARK), "").unwrap();
        fs::write(at(".second-ear-gone.part").join("a.wav"), "half").unwrap();
        fs::create_dir(at(".second-ear-theirs.part")).unwrap();
        fs::write(at(".second-ear-theirs.part/thesis.tex"), "theirs").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(at(".second-ear-theirs.part"), at(".second-ear-l.part"))
            .unwrap();
        assert_eq!(of(dir.path()).len(), 2);
        assert_eq!(sweep(dir.path()).len(), 2);
        assert!(!at(".second-ear-dead.part").exists() && !at(".second-ear-gone.part").exists());
        assert!(at(".second-ear-theirs.part/thesis.tex").exists());
        assert!(alive.0.path().exists() && alive.1.path().join(MARK).exists());
    }
}
