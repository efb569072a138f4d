//! Files that appear whole or not at all: written under a passing name in the folder that they are for, put on
//! disk, then renamed. In: a path, bytes. Out: the file. A device, a symbolic link or a folder under that path stays
//! as it is. Left to others: what the file says; `folder` and `replaced` write several, `leftovers` sweeps.

pub mod folder;
pub mod leftovers;
mod record;
pub mod replaced;

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use leftovers::Readers;

/// A file under a passing name; gone when dropped before [`Part::keep`]. After a kill -9 it stays behind as
/// `.second-ear-SOMETHING.part`, until the next command that writes there.
pub struct Part {
    file: NamedTempFile,
    target: PathBuf,
}

impl Part {
    /// Beside `target`, whose folder must be there. Who may read it is for the user's umask to say.
    ///
    /// # Errors
    /// `target` is there and is no regular file.
    pub fn beside(target: &Path) -> io::Result<Self> {
        Self::of(target, Readers::AsUmask)
    }

    /// The same, for the user's eyes alone (mode 0600).
    ///
    /// # Errors
    /// As [`Part::beside`].
    pub fn private(target: &Path) -> io::Result<Self> {
        Self::of(target, Readers::Owner)
    }

    fn of(target: &Path, readers: Readers) -> io::Result<Self> {
        may_write(target)?;
        let folder = folder_of(target).unwrap_or(Path::new("."));
        leftovers::sweep_once(folder);
        Ok(Self { file: leftovers::file_in(folder, readers)?, target: target.to_path_buf() })
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
        may_write(&self.target)?;
        self.file.persist(&self.target)?;
        Ok(())
    }

    /// As [`Part::keep`], where nothing is there.
    pub fn keep_new(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.target)?;
        Ok(())
    }
}

fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// Only a regular file is written over: a device would be replaced by a file, and a symbolic link may have been
/// planted.
pub fn may_write(path: &Path) -> io::Result<()> {
    let wrong = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(found) if found.is_file() => return Ok(()),
        Ok(found) if found.is_symlink() => "a symbolic link; name the file that it leads to",
        Ok(found) if found.is_dir() => "a folder; name a file",
        Ok(_) => "a device or a pipe; name a file",
    };
    Err(io::Error::other(format!("{} is {wrong}", path.display())))
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
    let write = || -> Result<()> { Ok(filled(Part::beside(path)?, fill)?.keep()?) };
    write().with_context(|| format!("write {}", path.display()))
}

/// A part written through `fill`, not yet under its name.
fn filled(part: Part, fill: impl FnOnce(&mut BufWriter<&File>) -> Result<()>) -> Result<Part> {
    let mut out = BufWriter::new(part.file());
    fill(&mut out)?;
    out.into_inner().map_err(|e| e.into_error())?;
    Ok(part)
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
    fn a_file_is_as_readable_as_one_that_is_written_in_place_and_a_private_one_is_the_users() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (ours, plain) = (dir.path().join("sub/ours"), dir.path().join("plain"));
        write_text(&ours, "x").unwrap();
        fs::write(&plain, "x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
        let secret = dir.path().join("secret");
        Part::private(&secret).unwrap().keep().unwrap();
        assert_eq!(mode(&secret) & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_a_folder_or_a_socket_is_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("theirs"), "theirs").unwrap();
        std::os::unix::fs::symlink(at("theirs"), at("link")).unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        for (name, said) in [
            ("link", "symbolic link"),
            ("dangling", "symbolic link"),
            ("folder", "a folder"),
            ("socket", "a device"),
        ] {
            let error = format!("{:#}", write_text(&at(name), "ours").unwrap_err());
            assert!(error.contains(said) && error.contains(name), "{error}");
        }
        assert_eq!(fs::read_to_string(at("theirs")).unwrap(), "theirs");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 5);
    }
}
