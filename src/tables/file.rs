//! Files as text. In: a path. Out: all of it, unpacked and in UTF-8 where it says what it is in. Left to others: what it
//! says.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use flate2::bufread::MultiGzDecoder;

use super::{MAX_FILE, MAX_RECORD, utf8};

/// The text of a file that is one, made uniform as [`utf8`] says: a pipe or a device, which may never end, is not opened.
/// What gzip has packed is unpacked.
///
/// # Errors
/// There is none, it is something else, it has more than [`MAX_FILE`] bytes, or is broken UTF-16.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    let mut bytes = Vec::new();
    let text = opened(path)?;
    // Not the size that the file system says: a file may grow, and those in /proc say 0.
    text.take(MAX_FILE + 1).read_to_end(&mut bytes).with_context(|| format!("read {name}"))?;
    ensure!(bytes.len() as u64 <= MAX_FILE, "{name} has over 1 GiB; split it into smaller files");
    match utf8(&bytes).map_err(|why| anyhow!("{name}: {why}"))? {
        Cow::Borrowed(text) if text.len() == bytes.len() => {}
        text => bytes = text.into_owned(),
    }
    Ok(bytes)
}

/// The first line of a text file, up to the longest that a record may have; `None` where it cannot be read.
pub fn first_line(path: &Path) -> Option<Vec<u8>> {
    let text = BufReader::new(opened(path).ok()?.take(MAX_RECORD as u64));
    text.split(b'\n').next()?.ok()
}

/// What a file holds, unpacked.
fn opened(path: &Path) -> Result<Box<dyn Read>> {
    regular(path)?;
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let mut file = BufReader::new(file);
    let begin = file.fill_buf().with_context(|| format!("read {}", path.display()))?;
    Ok(match begin.starts_with(b"\x1f\x8b") {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    })
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
    fn what_gzip_has_packed_is_unpacked_and_a_cut_file_is_an_error() {
        use std::io::Write;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cuts.jsonl.gz");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all("{\"id\": \"é\"}\n{}\n".as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        fs::write(&path, &packed).unwrap();
        assert_eq!(read(&path).unwrap(), "{\"id\": \"é\"}\n{}\n".as_bytes());
        assert_eq!(first_line(&path).unwrap(), "{\"id\": \"é\"}".as_bytes());
        fs::write(&path, &packed[..packed.len() - 6]).unwrap();
        assert!(format!("{:#}", read(&path).unwrap_err()).contains("cuts.jsonl.gz"));
    }

    #[test]
    fn a_device_and_a_folder_are_refused_by_name() {
        for (path, what) in [("/dev/zero", "a device"), ("/", "a folder"), ("/no/such", "open")] {
            let error = format!("{:#}", read(Path::new(path)).unwrap_err());
            assert!(error.contains(path) && error.contains(what), "{error}");
        }
    }
}
