//! Boxes of an MP4 file (ISO 14496-12). In: bytes. Out: names and places. Left to others: what is in them.

use std::io::{self, Read, Seek};

use crate::audio::headers::bytes_at;

/// Boxes in one place that are looked at.
const MOST: usize = 1 << 20;

/// One box.
#[derive(Clone, Copy, Debug)]
pub struct Atom {
    /// Its name.
    pub kind: [u8; 4],
    /// Its first byte behind the header.
    pub body: u64,
    /// The byte behind it.
    pub end: u64,
}

/// The boxes from `from` to `to`, as far as they fit.
pub fn boxes<F: Read + Seek>(file: &mut F, from: u64, to: u64) -> io::Result<Vec<Atom>> {
    let (mut found, mut at) = (Vec::new(), from);
    while at.saturating_add(8) <= to && found.len() < MOST {
        let header = bytes_at(file, at, 16)?;
        let Some((size, kind)) = number(&header, 0, 4).zip(header.get(4..8)) else { break };
        let (size, body) = match size {
            0 => (to - at, at + 8),
            1 => (number(&header, 8, 8).unwrap_or(0), at + 16),
            size => (size, at + 8),
        };
        let end = at.saturating_add(size);
        if end > to || end < body {
            break;
        }
        found.push(Atom { kind: [kind[0], kind[1], kind[2], kind[3]], body, end });
        at = end;
    }
    Ok(found)
}

impl Atom {
    /// The boxes within it.
    pub fn children<F: Read + Seek>(&self, file: &mut F) -> io::Result<Vec<Self>> {
        boxes(file, self.body, self.end)
    }

    /// The first box of a name within it.
    pub fn child<F: Read + Seek>(&self, file: &mut F, kind: &[u8; 4]) -> io::Result<Option<Self>> {
        Ok(self.children(file)?.into_iter().find(|atom| &atom.kind == kind))
    }

    /// The box at the end of a path within it.
    pub fn path<F: Read + Seek>(
        &self,
        file: &mut F,
        path: &[&[u8; 4]],
    ) -> io::Result<Option<Self>> {
        let mut atom = Some(*self);
        for kind in path {
            atom = match atom {
                Some(atom) => atom.child(file, kind)?,
                None => None,
            };
        }
        Ok(atom)
    }

    /// What is in it.
    pub fn bytes<F: Read + Seek>(&self, file: &mut F) -> io::Result<Vec<u8>> {
        bytes_at(file, self.body, self.end - self.body)
    }
}

/// A big-endian number of `size` bytes, at most eight.
pub fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + size)?;
    Some(bytes.iter().fold(0, |sum, &byte| (sum << 8) | u64::from(byte)))
}
