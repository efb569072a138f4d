//! Tables of an MP4 track that make symphonia overflow. In: its boxes. Out: what is wrong with them.
//! Left to others: all other damage (docs/lab/upstream.md).

use std::io::{self, Read, Seek};

use super::boxes::{Atom, number};

/// What makes no sense in the tables of a track, if anything does.
pub fn check<F: Read + Seek>(
    file: &mut F,
    trak: &Atom,
    fragmented: bool,
) -> io::Result<Option<&'static str>> {
    let Some(stbl) = trak.path(file, &[b"mdia", b"minf", b"stbl"])? else { return Ok(None) };
    let (mut timed, mut sized) = (0u64, None);
    for atom in stbl.children(file)? {
        match &atom.kind {
            b"stts" => {
                let body = atom.bytes(file)?;
                let entries = body.get(8..).unwrap_or_default().chunks_exact(8);
                timed = entries.filter_map(|entry| number(entry, 0, 4)).sum();
            }
            b"stsz" => sized = number(&atom.bytes(file)?, 8, 4),
            _ => {}
        }
    }
    Ok(if timed > u32::MAX.into() {
        Some("its table of times has more than 2^32 samples")
    } else if fragmented && sized.is_some_and(|sized| sized != timed) {
        Some("its tables do not agree on how many samples there are")
    } else {
        None
    })
}
