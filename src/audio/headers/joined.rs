//! Files that were joined end to end. In: a file. Out: whether another begins where the first should end:
//! readers would stop there, and nobody would know. Left to others: formats that go on by themselves.

use std::io::{self, Read, Seek};

use super::chunks::bytes_at;

/// Why a file is not read: what follows would be left out, and by other programs too.
pub const OTHER: &str = "another file follows its end: split them, or convert each";

const EBML: [u8; 4] = *b"\x1a\x45\xdf\xa3";
const SEGMENT: [u8; 4] = *b"\x18\x53\x80\x67";

/// Whether a Matroska file follows the first one.
pub fn matroska<F: Read + Seek>(file: &mut F) -> io::Result<bool> {
    let mut at = 0;
    for id in [EBML, SEGMENT] {
        let head = bytes_at(file, at, 12)?;
        let size = head.strip_prefix(&id).and_then(vint);
        let Some(end) = size.and_then(|(length, size)| (at + 4 + length).checked_add(size)) else {
            return Ok(false);
        };
        at = end;
    }
    Ok(bytes_at(file, at, 4)? == EBML)
}

/// Length and value of a size; `None` where it is not known.
fn vint(bytes: &[u8]) -> Option<(u64, u64)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let bits = 7 * length as u32;
    let number = bytes.get(..length)?.iter().fold(0, |sum, &byte| (sum << 8) | u64::from(byte));
    let value = number & ((1 << bits) - 1);
    (value != (1 << bits) - 1).then_some((length as u64, value))
}
