//! A folder that is replaced as a whole: a dataset. In: files, written into a folder under a passing name beside its
//! place. Out: the folder in its place, with a record of its files. A folder that holds anything that second-ear did
//! not write stays. Left to others: what the files say.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use whisper::models::file_sha256;

use super::folder::{Removal, bare, real};
use super::leftovers::{MARK, PartFolder};
use super::record::{Record, line};

/// A folder under construction; dropped before [`Replacement::publish`], nothing of it stays.
pub struct Replacement {
    place: PathBuf,
    draft: PartFolder,
}

impl Replacement {
    /// Starts a folder that is to lie at `place`. Whether it may, [`may_replace`] says now, and `publish` in the end.
    pub fn start(place: &Path) -> Result<Self> {
        let place = bare(place);
        let parent = parent_of(&place)?;
        restore(&place)?;
        let draft = PartFolder::inside(&parent)
            .with_context(|| format!("make a folder in {}", parent.display()))?;
        Ok(Self { place, draft })
    }

    /// Where it is until it is published.
    pub fn path(&self) -> &Path {
        self.draft.path()
    }

    /// Writes a text file.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.path().join(name);
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))
    }

    /// Moves the folder to its place; an older one there goes away. Killed half-way, the older one lies beside it as
    /// `.second-ear-NAME.old`, and the next command that writes there puts it back.
    pub fn publish(mut self) -> Result<()> {
        may_replace(&self.place)?;
        let mut record = String::new();
        for name in names(self.path())? {
            record += &line(&name, &file_sha256(&self.path().join(&name))?);
        }
        self.draft.mark.write_all(record.as_bytes()).context("write the record of a dataset")?;
        let (place, old) = (&self.place, aside(&self.place));
        if place.exists() {
            fs::rename(place, &old).with_context(|| format!("move {} away", place.display()))?;
        }
        if let Err(error) = fs::rename(self.path(), place) {
            restore(place)?;
            return Err(error)
                .with_context(|| format!("move a new {} into place", place.display()));
        }
        match old.exists() {
            true => fs::remove_dir_all(&old).with_context(|| format!("remove {}", old.display())),
            false => Ok(()),
        }
    }
}

/// Whether a folder may be written to `place`: there is nothing, an empty folder, or one whose files are all as
/// second-ear wrote them.
///
/// # Errors
/// It may not: the file or the reason is named.
pub fn may_replace(place: &Path) -> Result<()> {
    let place = bare(place);
    let shown = place.display();
    if place.file_name().is_none() {
        bail!("{shown} is no folder name");
    }
    real(&place)?;
    if !place.exists() {
        return Ok(());
    }
    let record = Record::read(&place, MARK)?;
    for name in names(&place)? {
        let whose = match record.names(&name) {
            false => "was not written by second-ear",
            true if !record.has(&name, &file_sha256(&place.join(&name))?) => {
                "was changed since second-ear wrote it"
            }
            true => continue,
        };
        bail!(
            "{shown} would be replaced as a whole, but {name} in it {whose}: name a new folder, or move that file \
             elsewhere"
        );
    }
    Ok(())
}

/// Removes a folder that was written here, where all in it is as it was written.
pub fn remove(place: &Path) -> Result<Removal> {
    let place = bare(place);
    restore(&place)?;
    match fs::symlink_metadata(&place) {
        Err(_) => return Ok(Removal::Away),
        Ok(_) if !is_dataset(&place) || may_replace(&place).is_err() => {
            return Ok(Removal::Changed);
        }
        Ok(_) => {}
    }
    fs::remove_dir_all(&place).with_context(|| format!("remove {}", place.display()))?;
    Ok(Removal::Removed)
}

/// Writes a file anew in a folder that was written here; one that somebody has changed stays.
pub fn amend(place: &Path, name: &str, text: &str) -> Result<()> {
    ensure!(is_dataset(place), "{} was not written by second-ear", place.display());
    let mut record = Record::read(place, MARK)?;
    let path = place.join(name);
    if path.exists() && !record.has(name, &file_sha256(&path)?) {
        bail!("{} was changed since second-ear wrote it", path.display());
    }
    record.add(name, &whisper::hex_digest(text.as_bytes()))?;
    super::write_text(&path, text)
}

/// Whether a folder is one that was written here.
pub fn is_dataset(place: &Path) -> bool {
    place.join(MARK).is_file()
}

/// The names of all that is in a folder, its mark aside, with a slash between folders; links are named, not followed.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in walkdir::WalkDir::new(folder).min_depth(1).sort_by_file_name() {
        let entry = entry.with_context(|| format!("read {}", folder.display()))?;
        let within = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let name = within.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        if !entry.file_type().is_dir() && name != MARK {
            names.push(name);
        }
    }
    Ok(names)
}

/// The folder that `place` is to lie in, made if it is not there.
pub fn parent_of(place: &Path) -> Result<PathBuf> {
    let parent = super::folder_of(place).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(|| format!("make {}", parent.display()))?;
    Ok(parent.to_path_buf())
}

fn aside(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".second-ear-{name}.old"))
}

/// Puts an older folder back in its place, or away where the new one is there: a command was killed between the two.
fn restore(place: &Path) -> Result<()> {
    let old = aside(place);
    if !old.join(MARK).is_file() || fs::symlink_metadata(&old).is_ok_and(|m| m.is_symlink()) {
        return Ok(());
    }
    match place.exists() {
        true => fs::remove_dir_all(&old).with_context(|| format!("remove {}", old.display())),
        false => fs::rename(&old, place).with_context(|| format!("put {} back", place.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(place: &Path, text: &str) -> Result<()> {
        let new = Replacement::start(place)?;
        fs::create_dir(new.path().join("train"))?;
        new.write("train/a.txt", text)?;
        new.publish()
    }

    #[test]
    fn an_older_dataset_is_replaced_and_a_file_of_the_user_is_named_and_stays() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("new/set");
        publish(&place, "one").unwrap();
        publish(&place, "two").unwrap();
        assert_eq!(fs::read_to_string(place.join("train/a.txt")).unwrap(), "two");
        fs::write(place.join("train/notes.txt"), "mine").unwrap();
        let error = publish(&place, "three").unwrap_err().to_string();
        assert!(error.contains("train/notes.txt in it was not written"), "{error}");
        fs::remove_file(place.join("train/notes.txt")).unwrap();
        fs::write(place.join("train/a.txt"), "corrected by hand").unwrap();
        let error = publish(&place, "three").unwrap_err().to_string();
        assert!(error.contains("train/a.txt in it was changed"), "{error}");
        assert_eq!(fs::read_to_string(place.join("train/a.txt")).unwrap(), "corrected by hand");
        assert_eq!(fs::read_dir(place.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn killed_between_two_moves_the_older_dataset_comes_back() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("set");
        publish(&place, "one").unwrap();
        fs::rename(&place, aside(&place)).unwrap();
        drop(Replacement::start(&place).unwrap());
        assert_eq!(fs::read_to_string(place.join("train/a.txt")).unwrap(), "one");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_a_file_or_a_link_inside_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        publish(&at("set"), "one").unwrap();
        std::os::unix::fs::symlink(at("set"), at("link")).unwrap();
        fs::write(at("file"), "").unwrap();
        for name in ["link", "link/", "file"] {
            assert!(publish(&at(name), "two").is_err(), "{name}");
        }
        fs::create_dir(at("mixed")).unwrap();
        std::os::unix::fs::symlink(at("set"), at("mixed/train")).unwrap();
        assert!(publish(&at("mixed"), "two").is_err());
        assert_eq!(fs::read_to_string(at("set/train/a.txt")).unwrap(), "one");
    }
}
