//! Checksums. In: bytes or a file. Out: SHA-256, or SHA-1. Left to others: what they should be
//! (`registry`). SHA-1 is there because upstream publishes nothing better.

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::progress::{ProgressEvent, Stage};

/// A SHA-256 in 64 lower-case hexadecimal digits, and nothing else: it may be part of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModelDigest(String);

impl ModelDigest {
    /// Its 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModelDigest {
    type Err = anyhow::Error;
    fn from_str(text: &str) -> Result<Self> {
        ensure!(
            is_hex(text, 64),
            "{:?} is no SHA-256 (64 lower-case hexadecimal digits)",
            text.chars().take(80).collect::<String>()
        );
        Ok(Self(text.to_string()))
    }
}

impl fmt::Display for ModelDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text is so many lower-case hexadecimal digits.
pub fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

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
    fn what_is_no_digest_never_becomes_part_of_a_path() {
        let good = hex_digest(b"abc");
        assert_eq!(good.parse::<ModelDigest>().unwrap().to_string(), good);
        let short = good[1..].to_string();
        for bad in ["", "../../etc/passwd", &short, &format!("{good}0"), &good.to_uppercase()] {
            assert!(bad.parse::<ModelDigest>().is_err(), "{bad}");
        }
        let long = "x".repeat(1 << 20).parse::<ModelDigest>().unwrap_err().to_string();
        assert!(long.len() < 200, "{}", long.len());
    }

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
