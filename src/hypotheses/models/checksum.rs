//! Checksums. In: bytes or a file. Out: SHA-256 and SHA-1, in one pass. Left to others: what they
//! should be (`registry`). SHA-1 is there because upstream publishes nothing better.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::progress::{Event, Stage};

/// Both sums of the same bytes, lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// SHA-256, 64 digits.
    pub sha256: String,
    /// SHA-1, 40 digits.
    pub sha1: String,
}

/// Sums of bytes that come piece by piece.
#[derive(Clone, Default)]
pub struct Hasher {
    sha256: Sha256,
    sha1: Sha1,
}

impl Hasher {
    /// More bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.sha1.update(bytes);
    }

    /// The sums of everything so far.
    pub fn finish(self) -> Sums {
        Sums { sha256: hex(&self.sha256.finalize()), sha1: hex(&self.sha1.finalize()) }
    }
}

/// The sums of a file.
pub fn of_file(path: &Path, progress: &mut dyn FnMut(Event)) -> Result<Sums> {
    let context = || format!("read {}", path.display());
    let mut file = File::open(path).with_context(context)?;
    let total = file.metadata().with_context(context)?.len();
    let mut hasher = Hasher::default();
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
        progress(Event::Bytes { stage: Stage::Verify, done, total: Some(total) });
    }
    Ok(hasher.finish())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_the_published_ones_of_abc() {
        let mut hasher = Hasher::default();
        hasher.update(b"a");
        hasher.update(b"bc");
        let sums = hasher.finish();
        assert_eq!(sums.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(sums.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
