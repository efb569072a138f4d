//! The JSON files beside a model's weights. In: a path. Out: its bytes, when they are no more than such files have.
//! Left to others: what they say.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Most bytes of a configuration or a tokenizer: Whisper's tokenizers have some 4 MB.
const MOST: u64 = 64 << 20;

/// Reads a file.
///
/// # Errors
/// It cannot be read, or is larger than any such file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    file.take(MOST + 1).read_to_end(&mut bytes)?;
    ensure!(bytes.len() as u64 <= MOST, "{} has more than {MOST} bytes", path.display());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tokenizer_of_a_gigabyte_is_refused_before_it_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 30).unwrap();
        assert!(read(file.path()).unwrap_err().to_string().contains("more than"));
        file.as_file().set_len(2).unwrap();
        assert_eq!(read(file.path()).unwrap(), [0, 0]);
    }
}
