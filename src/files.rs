//! Files that appear whole or not at all: written under a passing name in the folder that they are for, put on
//! disk, then renamed. In: a path, bytes. Out: the file. Left to others: what it says.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

/// A file under a passing name; gone when dropped before [`Part::keep`]. After a kill -9 it stays behind as
/// `.second-ear-SOMETHING.part` and may be removed.
pub struct Part {
    file: NamedTempFile,
    target: PathBuf,
}

impl Part {
    /// Beside `target`, whose folder must be there. Who may read it is for the user's umask to say.
    pub fn beside(target: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".second-ear-").suffix(".part");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder_of(target).unwrap_or(Path::new(".")))?;
        Ok(Self { file, target: target.to_path_buf() })
    }

    /// To be written to.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Where it is until it is kept.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Puts everything on disk under the final name.
    pub fn keep(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.target)?;
        Ok(())
    }
}

fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// Writes a file through `fill` and makes its folder; on any error nothing stands under `path` that was not there
/// before.
pub fn write_whole(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&File>) -> Result<()>,
) -> Result<()> {
    if let Some(folder) = folder_of(path) {
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    let written: Result<()> = (|| {
        let part = Part::beside(path)?;
        let mut out = BufWriter::new(part.file());
        fill(&mut out)?;
        out.into_inner().map_err(|e| e.into_error())?;
        Ok(part.keep()?)
    })();
    written.with_context(|| format!("write {}", path.display()))
}

/// Writes a text file.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    write_whole(path, |out| Ok(out.write_all(text.as_bytes())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        write_text(&path, "old").unwrap();
        let failed = write_whole(&path, |out| {
            out.write_all(b"half")?;
            anyhow::bail!("disk full")
        });
        assert!(format!("{:#}", failed.unwrap_err()).contains("a.txt"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_as_readable_as_one_that_is_written_in_place() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (ours, plain) = (dir.path().join("sub/ours"), dir.path().join("plain"));
        write_text(&ours, "x").unwrap();
        fs::write(&plain, "x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
