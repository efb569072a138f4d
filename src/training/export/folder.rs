//! The audio of a dataset folder. In: a folder under construction, items, a writer for WAVs. Out: the WAVs, and which
//! items have one. Left to others: what the other files say (`hf`, `nemo`), the folder (`files::replaced`).

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Error, Result, bail};

use super::{Item, WriteWav};
use crate::domain::ClipId;
use crate::files::replaced::Replacement;
use crate::training::split::Split;

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

/// Writes the WAV of every item that has a text, at the path that `at` gives, relative to the dataset. Items whose
/// audio fails are left out and reported.
///
/// # Errors
/// None is left: an empty dataset never replaces an older one.
pub fn wavs<'i>(
    folder: &Replacement,
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
        let path = folder.path().join(at(item));
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
    if written.is_empty() {
        match export.failed.pop() {
            Some((clip, error)) => {
                return Err(error.context(format!("no audio could be written, the last of {clip}")));
            }
            None => bail!("no clip has a text, so no dataset was written"),
        }
    }
    Ok((written, export))
}
