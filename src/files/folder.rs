//! Files in a folder that may hold others' files too: task files, transcripts. In: names, bytes. Out: the files; only
//! their user may read them (mode 0600), since they hold what people said. What somebody else wrote, or changed, is
//! named and stays. Left to others: what the files say.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use whisper::models::file_sha256;

use super::record::Record;
use super::{Part, filled};

const RECORD: &str = ".second-ear-files";

/// A folder to write into.
pub struct OutFolder {
    path: PathBuf,
    record: Record,
}

impl OutFolder {
    /// Makes the folder, if it is not there.
    ///
    /// # Errors
    /// It is a symbolic link, or no folder.
    pub fn open(path: &Path) -> Result<Self> {
        let path = made(path)?;
        let record = Record::read(&path, RECORD)?;
        Ok(Self { path, record })
    }

    /// Whether something was written like this into a folder.
    pub fn is_one(path: &Path) -> bool {
        path.join(RECORD).is_file()
    }

    /// Where a file is, or would be.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file whole, through `fill`, in a folder within this one where `name` says so. One that is there and
    /// was written like this by second-ear is replaced.
    ///
    /// # Errors
    /// What is there is of somebody else, or was changed by somebody.
    pub fn write(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut BufWriter<&File>) -> Result<()>,
    ) -> Result<PathBuf> {
        let path = self.at(name);
        if let Some((within, _)) = name.rsplit_once('/') {
            made(&self.at(within))?;
        }
        self.replace(name, &path, fill).with_context(|| format!("write {}", path.display()))?;
        Ok(path)
    }

    fn replace(
        &mut self,
        name: &str,
        path: &Path,
        fill: impl FnOnce(&mut BufWriter<&File>) -> Result<()>,
    ) -> Result<()> {
        let part = filled(Part::private(path)?, fill)?;
        let new = file_sha256(part.path())?;
        if path.exists() {
            let old = file_sha256(path)?;
            if old != new && !self.record.has(name, &old) {
                bail!(match self.record.names(name) {
                    true =>
                        "somebody has changed it since second-ear wrote it: move it elsewhere, or name another \
                             folder",
                    false =>
                        "it is there, and second-ear did not write it: move it elsewhere, or name another folder",
                });
            }
        }
        self.record.add(name, &new)?;
        Ok(part.keep()?)
    }

    /// Removes a file that was written like this, and its line from the record. What lies beside it stays.
    pub fn remove(&mut self, name: &str) -> Result<Removal> {
        let path = self.at(name);
        let removed = match fs::symlink_metadata(&path) {
            Err(_) => Removal::Away,
            Ok(found) if !found.is_file() => return Ok(Removal::Changed),
            Ok(_) if !self.record.has(name, &file_sha256(&path)?) => return Ok(Removal::Changed),
            Ok(_) => {
                fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
                Removal::Removed
            }
        };
        self.record.remove(name)?;
        Ok(removed)
    }

    /// Writes a text file.
    pub fn text(&mut self, name: &str, text: &str) -> Result<PathBuf> {
        self.write(name, |out| Ok(out.write_all(text.as_bytes())?))
    }
}

/// What became of something that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone now.
    Removed,
    /// It was not there.
    Away,
    /// It is not as it was written: it stays.
    Changed,
}

/// A folder under this very path, made if it is not there.
///
/// # Errors
/// The path is a symbolic link, or no folder.
pub(super) fn made(path: &Path) -> Result<PathBuf> {
    let path = bare(path);
    real(&path)?;
    fs::create_dir_all(&path).with_context(|| format!("make {}", path.display()))?;
    Ok(path)
}

/// The path without a slash at its end, which would follow a link.
pub(super) fn bare(path: &Path) -> PathBuf {
    path.components().collect()
}

/// Refuses what is there and is no folder.
pub(super) fn real(path: &Path) -> Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    let shown = path.display();
    ensure!(!found.is_symlink(), "{shown} is a symbolic link; name the folder that it leads to");
    ensure!(found.is_dir(), "{shown} is no folder; name one");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_second_ear_wrote_and_nobody_changed_is_written_over() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("out");
        let mut folder = OutFolder::open(&place).unwrap();
        folder.text("talk.srt", "one").unwrap();
        folder.text("audio/a.wav", "one").unwrap();
        // Another process, later.
        let mut folder = OutFolder::open(&place).unwrap();
        folder.text("talk.srt", "two").unwrap();
        fs::write(place.join("talk.srt"), "filled in by hand").unwrap();
        fs::write(place.join("mine.srt"), "mine").unwrap();
        let refused = |folder: &mut OutFolder, name: &str| {
            format!("{:#}", folder.text(name, "three").unwrap_err())
        };
        assert!(refused(&mut folder, "talk.srt").contains("changed it since"));
        assert!(refused(&mut folder, "mine.srt").contains("did not write it"));
        assert_eq!(fs::read_to_string(place.join("talk.srt")).unwrap(), "filled in by hand");
        assert_eq!(fs::read_to_string(place.join("mine.srt")).unwrap(), "mine");
        assert_eq!(fs::read_dir(&place).unwrap().count(), 4, "the record, and no .part");
    }

    #[test]
    fn what_was_written_is_removed_with_its_line_and_what_was_changed_stays() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = OutFolder::open(root.path()).unwrap();
        for name in ["ana.srt", "audio/b.wav", "c.srt"] {
            folder.text(name, "one").unwrap();
        }
        fs::write(folder.at("c.srt"), "filled in by hand").unwrap();
        let mut removed = |name: &str| folder.remove(name).unwrap();
        assert_eq!(removed("ana.srt"), Removal::Removed);
        assert_eq!(removed("ana.srt"), Removal::Away);
        assert_eq!(removed("audio/b.wav"), Removal::Removed);
        assert_eq!(removed("c.srt"), Removal::Changed);
        let record = fs::read_to_string(root.path().join(RECORD)).unwrap();
        assert!(!record.contains("ana") && record.contains("c.srt"), "{record}");
        folder.text("ana.srt", "two").unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_planted_link_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("theirs")).unwrap();
        fs::write(at("theirs/mine"), "mine").unwrap();
        fs::create_dir(at("out")).unwrap();
        let link = |to: &str, from: &str| std::os::unix::fs::symlink(at(to), at(from)).unwrap();
        link("theirs", "link");
        link("theirs", "out/audio");
        link("theirs/mine", "out/a.txt");
        assert!(OutFolder::open(&at("link/")).is_err());
        let mut folder = OutFolder::open(&at("out")).unwrap();
        assert!(folder.text("audio/mine", "ours").is_err());
        assert!(folder.text("a.txt", "ours").is_err());
        link("theirs/mine", "out/.second-ear-files");
        assert!(OutFolder::open(&at("out")).is_err());
        assert_eq!(fs::read_to_string(at("theirs/mine")).unwrap(), "mine");
        assert_eq!(fs::read_dir(at("theirs")).unwrap().count(), 1);
    }
}
