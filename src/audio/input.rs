//! A file of which no byte is decoded that was not hashed. In: a path, and the SHA-256 that its content
//! should have. Out: its bytes, each block compared with what was hashed. Left to others: decoding.
//!
//! Size and times can be set back, so they prove nothing. One pass computes the SHA-256 of the whole file
//! and of each block; every block that is read later must have its sum.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use symphonia::core::io::MediaSource;

/// Bytes that are compared at once.
const BLOCK: usize = 64 * 1024;
/// Blocks between two signs of life while a file is hashed.
const SIGN_OF_LIFE: usize = 256;

type Sum = [u8; 32];

/// An open file.
pub struct Input {
    file: File,
    /// Of each block, where it is known what the content should be.
    sums: Option<Vec<Sum>>,
    length: u64,
    at: u64,
    block: Vec<u8>,
    /// Which block is in `block`.
    held: Option<u64>,
    trouble: Trouble,
}

/// What went wrong with the file itself, for whoever has handed it on.
#[derive(Clone, Default)]
pub struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    /// What went wrong, if something did.
    pub fn told(&self) -> Option<String> {
        self.0.lock().ok()?.clone()
    }

    fn tell(&self, error: io::Error) -> io::Error {
        if let Ok(mut told) = self.0.lock() {
            told.get_or_insert_with(|| error.to_string());
        }
        error
    }
}

/// What the file system says of a file's state; on Unix a program cannot set all of it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(u64, Option<std::time::SystemTime>, (i64, i64));

impl Input {
    /// Opens a file; with `sha256` it must have that content. `alive` is called now and then.
    ///
    /// # Errors
    /// It cannot be read, or holds something else: the message says what to do.
    pub fn open(path: &Path, sha256: Option<&str>, alive: &mut dyn FnMut()) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let sums = sha256.map(|wanted| hashed(&mut file, wanted, alive)).transpose()?;
        let length = sums.as_ref().map_or(length, |(_, length)| *length);
        let sums = sums.map(|(sums, _)| sums);
        let (block, trouble) = (Vec::new(), Trouble::default());
        Ok(Self { file, sums, length, at: 0, block, held: None, trouble })
    }

    /// What goes wrong from now on.
    pub fn trouble(&self) -> Trouble {
        self.trouble.clone()
    }

    /// The file, for its state or for another program.
    pub fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    fn read_checked(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length {
            return Ok(0);
        }
        let number = self.at / BLOCK as u64;
        if self.held != Some(number) {
            self.held = None;
            self.file.seek(SeekFrom::Start(number * BLOCK as u64))?;
            let size = (self.length - number * BLOCK as u64).min(BLOCK as u64);
            self.block.clear();
            self.file.by_ref().take(size).read_to_end(&mut self.block)?;
            if let Some(sums) = &self.sums {
                let sum: Sum = Sha256::digest(&self.block).into();
                if sums.get(number as usize) != Some(&sum) {
                    return Err(changed("while it was read"));
                }
            }
            self.held = Some(number);
        }
        let there = self.block.get((self.at % BLOCK as u64) as usize..).unwrap_or_default();
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }
}

/// The sums of all blocks and the length of a file whose whole sum is `wanted`.
fn hashed(file: &mut File, wanted: &str, alive: &mut dyn FnMut()) -> io::Result<(Vec<Sum>, u64)> {
    let (mut whole, mut sums, mut length) = (Sha256::new(), Vec::new(), 0);
    let mut block = Vec::with_capacity(BLOCK);
    loop {
        block.clear();
        file.by_ref().take(BLOCK as u64).read_to_end(&mut block)?;
        if block.is_empty() {
            break;
        }
        whole.update(&block);
        sums.push(Sha256::digest(&block).into());
        length += block.len() as u64;
        if sums.len() % SIGN_OF_LIFE == 0 {
            alive();
        }
    }
    let sum: String = whole.finalize().iter().map(|b| format!("{b:02x}")).collect();
    match sum == wanted {
        true => Ok((sums, length)),
        false => Err(changed("since it was ingested")),
    }
}

/// What is said of a file that does not hold what it should.
pub fn changed(when: &str) -> io::Error {
    io::Error::other(format!("the file has changed {when}: ingest it again to add the new content"))
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read_checked(buffer).map_err(|e| self.trouble.tell(e))?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "seek before the first byte")
        })?;
        Ok(self.at)
    }
}

impl MediaSource for Input {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}

impl Stamp {
    /// Of an open file, whatever has become of its name.
    pub fn of(file: &File) -> io::Result<Self> {
        let facts = file.metadata()?;
        Ok(Self(facts.len(), facts.modified().ok(), status_changed(&facts)))
    }
}

#[cfg(unix)]
fn status_changed(facts: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (facts.ctime(), facts.ctime_nsec())
}

#[cfg(not(unix))]
fn status_changed(_: &Metadata) -> (i64, i64) {
    (0, 0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> (tempfile::NamedTempFile, String) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let sum = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        (file, sum)
    }

    #[test]
    fn bytes_come_as_they_were_hashed_from_any_place() {
        let bytes: Vec<u8> = (0..200_001u32).map(|n| ((n * 7) >> 3) as u8).collect();
        let (file, sum) = file(&bytes);
        let mut input = Input::open(file.path(), Some(&sum), &mut || ()).unwrap();
        let mut all = Vec::new();
        input.read_to_end(&mut all).unwrap();
        assert!(all == bytes);
        input.seek(SeekFrom::End(-70_000)).unwrap();
        let mut rest = Vec::new();
        input.read_to_end(&mut rest).unwrap();
        assert!(rest == bytes[130_001..]);
    }

    #[test]
    fn a_block_that_was_rewritten_with_the_same_size_and_time_is_never_read() {
        let (file, sum) = file(&[1; 200_000]);
        let path = file.path();
        let mut input = Input::open(path, Some(&sum), &mut || ()).unwrap();
        let modified = path.metadata().unwrap().modified().unwrap();
        let mut other = File::options().write(true).open(path).unwrap();
        other.seek(SeekFrom::Start(150_000)).unwrap();
        other.write_all(&[2]).unwrap();
        other.set_modified(modified).unwrap();
        let trouble = input.trouble();
        let mut all = Vec::new();
        let error = input.read_to_end(&mut all).unwrap_err().to_string();
        assert!(error.contains("changed while it was read"), "{error}");
        assert_eq!(trouble.told(), Some(error));
        assert!(all.iter().all(|b| *b == 1) && all.len() < 150_000);
        let error = Input::open(path, Some(&sum), &mut || ()).err().unwrap().to_string();
        assert!(error.contains("changed since it was ingested"), "{error}");
    }
}
