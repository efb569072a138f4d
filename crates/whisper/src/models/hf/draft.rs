//! A folder that appears whole or not at all. In: files. Out: the folder under its final name. Left to
//! others: the files' contents, which `replace` puts on disk.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::super::replace::{self, Replacement};

/// A folder under a temporary name beside its final one; gone when dropped before
/// [`Draft::publish`]. After a kill -9 the temporary one, `.NAME.partial-` and a number, stays behind until the next
/// one starts.
pub struct Draft {
    place: PathBuf,
    draft: PathBuf,
    /// Locked: a process is alive that writes it.
    _lock: Option<File>,
}

impl Draft {
    /// Starts a folder that is to lie at `place`, where there may be nothing but an empty folder.
    pub fn start(place: &Path) -> Result<Self> {
        let name = place.file_name().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{} is no folder name", place.display()))?;
        ensure!(
            fs::symlink_metadata(place).is_err()
                || (place.is_dir() && !place.is_symlink() && fs::read_dir(place)?.next().is_none()),
            "{} is there already: name a new folder",
            place.display()
        );
        let prefix = format!(".{name}.partial-");
        let draft = place.with_file_name(format!("{prefix}{}", std::process::id()));
        let about = || format!("make {}", draft.display());
        if let Some(parent) = draft.parent() {
            fs::create_dir_all(parent).with_context(about)?;
        }
        replace::sweep_prefix(draft.parent().unwrap_or(Path::new(".")), &prefix);
        // Where there are locks, another process may have swept it before it was locked.
        let lock = loop {
            fs::create_dir(&draft).with_context(about)?;
            let lock = File::open(&draft).ok().filter(|folder| folder.lock().is_ok());
            if draft.exists() {
                break lock;
            }
        };
        Ok(Self { place: place.to_path_buf(), draft, _lock: lock })
    }

    /// A file of it, to be written piece by piece and committed.
    pub fn file(&self, name: &str) -> Result<Replacement> {
        Replacement::start(&self.draft.join(name))
    }

    /// A file of it, at once.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let mut file = self.file(name)?;
        file.write_all(text.as_bytes()).with_context(|| format!("write {name}"))?;
        file.commit()?;
        Ok(())
    }

    /// Gives the folder its final name.
    pub fn publish(self) -> Result<()> {
        if self.place.is_dir() {
            fs::remove_dir(&self.place)
                .with_context(|| format!("replace {}", self.place.display()))?;
        }
        replace::rename(&self.draft, &self.place)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // after publish there is nothing here; after an error the error says more than this would
        let _ = fs::remove_dir_all(&self.draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("new/model");
        let draft = Draft::start(&place).unwrap();
        draft.write("a.json", "{}").unwrap();
        assert!(!place.exists());
        drop(draft);
        assert_eq!(fs::read_dir(root.path().join("new")).unwrap().count(), 0);

        fs::create_dir(&place).unwrap();
        fs::create_dir(place.with_file_name(".model.partial-0")).unwrap(); // of a killed process
        let draft = Draft::start(&place).unwrap();
        draft.write("a.json", "{}").unwrap();
        draft.publish().unwrap();
        assert_eq!(fs::read_to_string(place.join("a.json")).unwrap(), "{}");
        assert_eq!(fs::read_dir(root.path().join("new")).unwrap().count(), 1);
    }

    #[test]
    fn what_is_there_stays_there() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("thesis.tex"), "x").unwrap();
        for place in [root.path().to_path_buf(), root.path().join("thesis.tex")] {
            let error = Draft::start(&place).err().unwrap().to_string();
            assert!(error.contains("name a new folder"), "{error}");
        }
        assert!(Draft::start(Path::new("/")).is_err());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
