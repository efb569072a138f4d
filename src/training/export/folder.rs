//! One dataset folder, whole or not at all. In: a place, items, a writer for WAVs. Out: the folder.
//! Left to others: what the files say (`hf`, `nemo`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail, ensure};

use super::{Item, WriteWav};
use crate::domain::ClipId;
use crate::training::split::Split;

/// Names a folder as a dataset of ours, which may be replaced.
const MARK: &str = ".second-ear-dataset";

/// What was written.
#[derive(Debug, Default)]
pub struct Export {
    /// Clips in each split.
    pub written: BTreeMap<Split, usize>,
    /// Clips whose audio could not be written, and why; they are in no file.
    pub failed: Vec<(ClipId, Error)>,
    /// Clips without text, left out.
    pub without_text: usize,
}

/// A folder under construction; dropped without [`Draft::publish`], nothing of it stays.
pub struct Draft {
    place: PathBuf,
    draft: PathBuf,
}

impl Draft {
    /// Starts a dataset that is to lie at `place`: a new or empty folder, or an older dataset.
    pub fn start(place: &Path) -> Result<Self> {
        let name = place.file_name().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{} is no folder name", place.display()))?;
        ensure!(!place.is_file(), "{} is a file; name a folder", place.display());
        let taken = place.is_dir() && fs::read_dir(place)?.next().is_some();
        if taken && !place.join(MARK).is_file() {
            bail!("{} holds other files; name a new folder or an older dataset", place.display());
        }
        let draft = place.with_file_name(format!("{name}.partial"));
        remove_dataset(&draft)?;
        fs::create_dir_all(&draft).with_context(|| format!("make {}", draft.display()))?;
        let started = Self { place: place.to_path_buf(), draft };
        started.write(MARK, "written by second-ear; replaced by the next export\n")?;
        Ok(started)
    }

    /// Writes the WAV of every item that has a text, at the path that `at` gives, relative to the
    /// dataset. Items whose audio fails are left out and reported; when all fail it is an error.
    pub fn wavs<'i>(
        &self,
        items: &'i [Item],
        at: fn(&Item) -> String,
        wav: &mut WriteWav,
    ) -> Result<(Vec<&'i Item>, Export)> {
        let mut export = Export::default();
        let mut written = Vec::new();
        for item in items {
            if item.text.trim().is_empty() {
                export.without_text += 1;
                continue;
            }
            let path = self.draft.join(at(item));
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
            }
            match wav(item, &path) {
                Ok(()) => {
                    *export.written.entry(item.split).or_default() += 1;
                    written.push(item);
                }
                Err(error) => {
                    // what there is of it may be half a file; it need not exist at all
                    let _ = fs::remove_file(&path);
                    export.failed.push((item.clip.clone(), error));
                }
            }
        }
        if written.is_empty()
            && let Some((clip, error)) = export.failed.pop()
        {
            return Err(error.context(format!("no audio could be written, the last of {clip}")));
        }
        Ok((written, export))
    }

    /// Writes a text file.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.draft.join(name);
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))
    }

    /// Moves the folder to its place; an older dataset there goes away. Killed half-way, the older
    /// dataset lies beside it as `NAME.old` until the next export.
    pub fn publish(self) -> Result<()> {
        let (place, draft) = (&self.place, &self.draft);
        let old = draft.with_extension("old");
        remove_dataset(&old)?;
        if place.exists() {
            fs::rename(place, &old).with_context(|| format!("move {} away", place.display()))?;
        }
        fs::rename(draft, place).with_context(|| format!("move {} into place", draft.display()))?;
        remove_dataset(&old)
    }
}

/// Removes a dataset of ours, or an empty folder; anything else stays and is an error.
fn remove_dataset(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let empty = folder.is_dir() && fs::read_dir(folder)?.next().is_none();
    ensure!(
        empty || folder.join(MARK).is_file(),
        "{} is in the way; move it elsewhere",
        folder.display()
    );
    fs::remove_dir_all(folder).with_context(|| format!("remove {}", folder.display()))
}

impl Drop for Draft {
    fn drop(&mut self) {
        // after publish there is nothing here; after an error the error says more than this would
        let _ = fs::remove_dir_all(&self.draft);
    }
}
