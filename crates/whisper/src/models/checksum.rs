//! Checksums. In: bytes or a file. Out: SHA-256, or SHA-1. Left to others: what they should be
//! (`registry`). SHA-1 is there because upstream publishes nothing better.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::progress::{ProgressEvent, Stage};

/// The sum of bytes that come piece by piece, in lower-case hexadecimal.
#[derive(Clone, Default)]
pub struct Hasher<D: Digest = Sha256>(D);

impl<D: Digest> Hasher<D> {
    /// More bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The sum of everything so far.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Lower-case hexadecimal SHA-256 of `bytes`.
pub fn hex_digest(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |b: &u8| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]];
    Sha256::digest(bytes).iter().flat_map(digits).map(char::from).collect()
}

/// SHA-256 of a file, 64 digits.
pub fn of_file(path: &Path, progress: &mut dyn FnMut(ProgressEvent)) -> Result<String> {
    sum::<Sha256>(path, progress)
}

/// SHA-1 of a file, 40 digits.
pub fn sha1_of_file(path: &Path, progress: &mut dyn FnMut(ProgressEvent)) -> Result<String> {
    sum::<Sha1>(path, progress)
}

fn sum<D: Digest + Default>(
    path: &Path,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<String> {
    let context = || format!("read {}", path.display());
    let mut file = File::open(path).with_context(context)?;
    let total = file.metadata().with_context(context)?.len();
    let mut hasher = Hasher::<D>::default();
    let mut buffer = vec![0; 1 << 20];
    let mut done = 0;
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).with_context(context),
        };
        hasher.update(&buffer[..read]);
        done += read as u64;
        progress(ProgressEvent::Bytes { stage: Stage::Verify, done, total: Some(total) });
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_the_published_ones_of_abc() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, b"abc").unwrap();
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha1_of_file(&path, &mut |_| {}).unwrap(), sha1);
        assert_eq!(of_file(&path, &mut |_| {}).unwrap(), sha256);
        let mut hasher = Hasher::<Sha256>::default();
        hasher.update(b"a");
        hasher.update(b"bc");
        assert_eq!(hasher.finish(), sha256);
    }
}
