//! Files as text. In: a path. Out: all of it, in UTF-8 where it says what it is in. Left to others: what it says.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::{MAX_FILE, utf8};

/// The text of a file that is one, made uniform as [`utf8`] says: a pipe or a device, which may never end, is not opened.
///
/// # Errors
/// There is none, it is something else, it has more than [`MAX_FILE`] bytes, or is broken UTF-16.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    regular(path)?;
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| format!("open {name}"))?;
    // Not the size that the file system says: a file may grow, and those in /proc say 0.
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).with_context(|| format!("read {name}"))?;
    ensure!(bytes.len() as u64 <= MAX_FILE, "{name} has over 1 GiB; split it into smaller files");
    match utf8(&bytes).map_err(|why| anyhow!("{name}: {why}"))? {
        Cow::Borrowed(text) if text.len() == bytes.len() => {}
        text => bytes = text.into_owned(),
    }
    Ok(bytes)
}

/// Checks that a path leads to a file with content of its own; nothing is opened.
fn regular(path: &Path) -> Result<()> {
    let name = path.display();
    let meta = fs::metadata(path).with_context(|| format!("open {name}"))?;
    if meta.is_dir() {
        bail!("{name} is a folder, not a file");
    }
    ensure!(meta.is_file(), "{name} is a pipe, a socket or a device, not a file");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_and_a_folder_are_refused_by_name() {
        for (path, what) in [("/dev/zero", "a device"), ("/", "a folder"), ("/no/such", "open")] {
            let error = format!("{:#}", read(Path::new(path)).unwrap_err());
            assert!(error.contains(path) && error.contains(what), "{error}");
        }
    }
}
