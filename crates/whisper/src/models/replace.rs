//! Files that appear whole or not at all. In: bytes. Out: a file under its final name, on disk,
//! with its checksum. Left to others: what is written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::checksum::Hasher;

/// A file under a temporary name beside its final one; gone when dropped before
/// [`Replacement::commit`]. After a kill -9 the temporary one stays behind: see [`sweep`].
pub struct Replacement {
    writer: BufWriter<File>,
    hasher: Hasher,
    temporary: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl Replacement {
    /// Starts a new version of `target`; makes its folder.
    pub fn start(target: &Path) -> Result<Self> {
        let folder = folder_of(target);
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        let temporary = folder.join(format!("{}{}", temporary_prefix(target), std::process::id()));
        let file =
            File::create(&temporary).with_context(|| format!("write {}", temporary.display()))?;
        Ok(Self {
            writer: BufWriter::with_capacity(1 << 20, file),
            hasher: Hasher::default(),
            temporary,
            target: target.to_path_buf(),
            committed: false,
        })
    }

    /// Puts everything on disk under the final name; the SHA-256 of what was written.
    pub fn commit(self) -> Result<String> {
        self.commit_if(|_| Ok(()))
    }

    /// As [`Replacement::commit`], unless `accept` refuses the checksum.
    pub fn commit_if(mut self, accept: impl FnOnce(&str) -> Result<()>) -> Result<String> {
        let sum = std::mem::take(&mut self.hasher).finish();
        accept(&sum)?;
        let name = self.target.display().to_string();
        self.writer.flush().with_context(|| format!("write {name}"))?;
        self.writer.get_ref().sync_all().with_context(|| format!("write {name}"))?;
        rename(&self.temporary, &self.target)?;
        self.committed = true;
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

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Gives a file that is on disk its final name, and puts the name on disk too.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("rename {} to {}", from.display(), to.display()))?;
    // Not every file system can sync a folder; the rename itself is atomic anyway.
    if let Ok(folder) = File::open(folder_of(to)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Removes what a killed process left of `target`. Only for a caller that holds the folder's lock.
pub fn sweep(target: &Path) {
    let prefix = temporary_prefix(target);
    let Ok(entries) = fs::read_dir(folder_of(target)) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            let _ = fs::remove_file(entry.path());
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
        sweep(&target);
        assert!(!folder.path().join(".model.bin.tmp-1").exists());
        assert!(folder.path().join(".other.bin.tmp-1").exists());
        assert!(target.exists());
    }
}
