//! Files that appear whole or not at all. In: bytes. Out: a file under its final name, on disk,
//! with its checksum. Left to others: what is written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;

use super::checksum::Hasher;

/// A file under a temporary name beside its final one; gone when dropped before
/// [`Replacement::commit`]. After a kill -9 the temporary one stays behind until the next one starts: see [`sweep`].
pub struct Replacement {
    writer: BufWriter<NamedTempFile>,
    hasher: Hasher,
    target: PathBuf,
}

impl Replacement {
    /// Starts a new version of `target`; makes its folder. Who may read it is for the user's umask to say.
    pub fn start(target: &Path) -> Result<Self> {
        let folder = folder_of(target);
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        may_write(target)?;
        sweep(target);
        let prefix = temporary_prefix(target);
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let context = || format!("write {}", target.display());
        let mut file = builder.tempfile_in(folder).with_context(context)?;
        // Where there are locks, another process may have swept it before it was locked.
        while file.as_file().lock().is_ok() && !file.path().exists() {
            file = builder.tempfile_in(folder).with_context(context)?;
        }
        Ok(Self {
            writer: BufWriter::with_capacity(1 << 20, file),
            hasher: Hasher::default(),
            target: target.to_path_buf(),
        })
    }

    /// Where it is until then, for a library that writes files by their name, and may put another file there. The
    /// checksum is not of what such a library writes.
    #[cfg(feature = "finetune")]
    pub fn path(&self) -> &Path {
        self.writer.get_ref().path()
    }

    /// Puts everything on disk under the final name; the SHA-256 of what was written.
    pub fn commit(self) -> Result<String> {
        self.commit_if(|_| Ok(()))
    }

    /// As [`Replacement::commit`], unless `accept` refuses the checksum.
    pub fn commit_if(self, accept: impl FnOnce(&str) -> Result<()>) -> Result<String> {
        let sum = self.hasher.finish();
        accept(&sum)?;
        let on_disk = || -> io::Result<()> {
            let file = self.writer.into_inner().map_err(|e| e.into_error())?;
            File::open(file.path())?.sync_all()?; // of whoever wrote it
            file.persist(&self.target)?;
            Ok(())
        };
        on_disk().with_context(|| format!("write {}", self.target.display()))?;
        sync_folder(&self.target);
        Ok(sum)
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Gives a file that is on disk its final name, and puts the name on disk too.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("rename {} to {}", from.display(), to.display()))?;
    sync_folder(to);
    Ok(())
}

/// Not every file system can sync a folder; the rename itself is atomic anyway.
fn sync_folder(of: &Path) {
    if let Ok(folder) = File::open(folder_of(of)) {
        let _ = folder.sync_all();
    }
}

/// Only a regular file is written over: a device would be replaced by a file, and a symbolic link may have been
/// planted.
fn may_write(target: &Path) -> Result<()> {
    let found = fs::symlink_metadata(target);
    ensure!(
        !found.is_ok_and(|found| !found.is_file()),
        "{} is there and is no file: name a file",
        target.display()
    );
    Ok(())
}

/// Removes what killed processes left of `target`; what a process holds a lock on is still being written.
pub fn sweep(target: &Path) {
    sweep_prefix(folder_of(target), &temporary_prefix(target));
}

/// Removes files and folders whose names begin like this, and on which nobody holds a lock.
pub fn sweep_prefix(folder: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(prefix);
        let Some(kind) = entry.file_type().ok().filter(|kind| ours && !kind.is_symlink()) else {
            continue;
        };
        let Ok(file) = File::open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            let _ = match kind.is_dir() {
                true => fs::remove_dir_all(entry.path()),
                false => fs::remove_file(entry.path()),
            };
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn temporary_prefix(target: &Path) -> String {
    format!(".{}.tmp-", target.file_name().unwrap_or_default().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("sub/model.bin");
        let mut file = Replacement::start(&target).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!target.exists());
        drop(file);
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 0);

        let mut file = Replacement::start(&target).unwrap();
        file.write_all(b"whole").unwrap();
        let sum = file.commit().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(sum, crate::hex_digest(b"whole"));
    }

    #[test]
    fn a_refused_file_leaves_the_old_one_alone() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("model.bin");
        fs::write(&target, "old").unwrap();
        let mut file = Replacement::start(&target).unwrap();
        file.write_all(b"bad").unwrap();
        assert!(file.commit_if(|_| anyhow::bail!("no")).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn sweeping_removes_leftovers_of_that_file_only() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("model.bin");
        for name in [".model.bin.tmp-1", ".other.bin.tmp-1", "model.bin"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let alive = Replacement::start(&target).unwrap();
        assert!(!folder.path().join(".model.bin.tmp-1").exists());
        sweep(&target);
        assert!(alive.writer.get_ref().path().exists());
        assert!(folder.path().join(".other.bin.tmp-1").exists());
        assert!(target.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_device_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("model.bin");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        for target in [&link, Path::new("/dev/null")] {
            let error = Replacement::start(target).err().unwrap().to_string();
            assert!(error.contains("is no file"), "{error}");
        }
    }
}
