//! When the fragments of an MP4 file begin. In: its boxes. Out: where their decode times are ahead of the
//! samples so far, which symphonia counts through. Left to others: what to do there.

use std::io::{self, Read, Seek};

use super::boxes::{Atom, number};

/// From `from` on, ticks counted through, time stamps are to be moved by `by` ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Ticks of samples before it.
    pub from: u64,
    /// Ticks.
    pub by: i64,
}

/// The shifts of one track of a file with these outermost boxes.
pub fn shifts<F: Read + Seek>(
    file: &mut F,
    outermost: &[Atom],
    moov: &Atom,
    trak: &Atom,
    id: u64,
) -> io::Result<Vec<Shift>> {
    let Some(mvex) = moov.child(file, b"mvex")? else { return Ok(Vec::new()) };
    let mut usual = 0;
    for trex in mvex.children(file)?.iter().filter(|atom| &atom.kind == b"trex") {
        let body = trex.bytes(file)?;
        if number(&body, 4, 4) == Some(id) {
            usual = number(&body, 12, 4).unwrap_or(0);
        }
    }
    let mut counted = 0u64;
    if let Some(stts) = trak.path(file, &[b"mdia", b"minf", b"stbl", b"stts"])? {
        for entry in stts.bytes(file)?.get(8..).unwrap_or_default().chunks_exact(8) {
            let (count, delta) = (number(entry, 0, 4), number(entry, 4, 4));
            counted = counted.saturating_add(count.unwrap_or(0) * delta.unwrap_or(0));
        }
    }
    let mut shifts: Vec<Shift> = Vec::new();
    for moof in outermost.iter().filter(|atom| &atom.kind == b"moof") {
        for traf in moof.children(file)?.iter().filter(|atom| &atom.kind == b"traf") {
            let Some(fragment) = fragment(file, traf, id, usual)? else { continue };
            if let Some(start) = fragment.start.and_then(|start| i64::try_from(start).ok()) {
                let by = start.saturating_sub_unsigned(counted);
                if by != shifts.last().map_or(0, |shift| shift.by) {
                    shifts.push(Shift { from: counted, by });
                }
            }
            counted = counted.saturating_add(fragment.length);
        }
    }
    Ok(shifts)
}

struct Fragment {
    start: Option<u64>,
    length: u64,
}

/// A fragment of track `id`; its samples are `usual` ticks long, if it says nothing else.
fn fragment<F: Read + Seek>(
    file: &mut F,
    traf: &Atom,
    id: u64,
    usual: u64,
) -> io::Result<Option<Fragment>> {
    let (mut start, mut length, mut usual, mut ours) = (None, 0u64, usual, false);
    for atom in traf.children(file)? {
        let body = match &atom.kind {
            b"tfhd" | b"tfdt" | b"trun" => atom.bytes(file)?,
            _ => continue,
        };
        let flags = number(&body, 1, 3).unwrap_or(0);
        let has = |flag: u64| flags & flag != 0;
        match &atom.kind {
            b"tfhd" => {
                ours = number(&body, 4, 4) == Some(id);
                let at = 8 + if has(1) { 8 } else { 0 } + if has(2) { 4 } else { 0 };
                if has(8) {
                    usual = number(&body, at, 4).unwrap_or(usual);
                }
            }
            b"tfdt" => start = number(&body, 4, if body.first() == Some(&1) { 8 } else { 4 }),
            _ if !has(0x100) => {
                length = length.saturating_add(number(&body, 4, 4).unwrap_or(0) * usual);
            }
            _ => {
                let at = 8 + if has(1) { 4 } else { 0 } + if has(4) { 4 } else { 0 };
                let fields = [0x100, 0x200, 0x400, 0x800].iter().filter(|&&flag| has(flag)).count();
                let samples = body.get(at..).unwrap_or_default().chunks_exact(4 * fields);
                let ticks: u64 = samples.filter_map(|sample| number(sample, 0, 4)).sum();
                length = length.saturating_add(ticks);
            }
        }
    }
    Ok(ours.then_some(Fragment { start, length }))
}
