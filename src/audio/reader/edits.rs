//! What an MP4 file presents of a track, and when: edit lists, and the times of fragments, which
//! symphonia leaves alone. In: a file and a track. Out: segments of its media, shifts of time stamps.
//! Left to others: decoding, applying them.

mod boxes;
mod fragments;
mod tables;

use std::io::{self, Read, Seek, SeekFrom};

use self::boxes::{boxes, number};
pub use self::fragments::Shift;
use super::presented::Segment;
use crate::audio::headers::joined;

/// Silence that an edit list may put in front of media, seconds.
const LONGEST_SILENCE: u64 = 24 * 3_600;
/// Tracks that are looked at.
const MOST_TRACKS: usize = 100;
/// Entries of an edit list.
const MOST_EDITS: usize = 10_000;

/// When a track is played.
#[derive(Clone, Debug, Default)]
pub struct Timing {
    edits: Vec<Edit>,
    /// Ticks per second of the whole, and of the track.
    scales: (u64, u64),
    /// Shifts of time stamps.
    pub shifts: Vec<Shift>,
}

#[derive(Clone, Copy, Debug)]
struct Edit {
    /// Ticks of the whole; 0: to the end.
    duration: u64,
    /// The first tick of the track; `None`: nothing is presented.
    media: Option<u64>,
    /// 16.16 fixed point.
    speed: u64,
}

impl Timing {
    /// Reads the timing of each track, by its number; `Err` inside says what makes no sense.
    pub fn all<F: Read + Seek>(file: &mut F) -> io::Result<Result<Vec<(u32, Self)>, &'static str>> {
        let length = file.seek(SeekFrom::End(0))?;
        let outermost = boxes(file, 0, length)?;
        if outermost.iter().filter(|atom| &atom.kind == b"ftyp").count() > 1 {
            return Ok(Err(joined::OTHER));
        }
        let Some(moov) = outermost.iter().find(|atom| &atom.kind == b"moov") else {
            return Ok(Ok(Vec::new()));
        };
        let fragmented = moov.child(file, b"mvex")?.is_some();
        let whole = match moov.child(file, b"mvhd")? {
            Some(mvhd) => scale(&mvhd.bytes(file)?),
            None => 0,
        };
        let mut all = Vec::new();
        for trak in moov.children(file)?.iter().filter(|atom| &atom.kind == b"trak") {
            if let Some(why) = tables::check(file, trak, fragmented)? {
                return Ok(Err(why));
            }
            let Some(tkhd) = trak.child(file, b"tkhd")? else { continue };
            let body = tkhd.bytes(file)?;
            let at = if body.first() == Some(&1) { 20 } else { 12 };
            let Some(id) = number(&body, at, 4) else { continue };
            let mut timing = Self::default();
            if let Some(mdhd) = trak.path(file, &[b"mdia", b"mdhd"])? {
                timing.scales = (whole, scale(&mdhd.bytes(file)?));
            }
            if let Some(elst) = trak.path(file, &[b"edts", b"elst"])? {
                timing.edits = edits(&elst.bytes(file)?);
            }
            timing.shifts = fragments::shifts(file, &outermost, moov, trak, id)?;
            all.push((id as u32, timing));
            if all.len() > MOST_TRACKS {
                return Ok(Err("it has more than 100 tracks"));
            }
        }
        Ok(Ok(all))
    }

    /// Whether there is an edit list.
    pub fn edited(&self) -> bool {
        !self.edits.is_empty()
    }

    /// What is presented, at `rate` frames per second.
    ///
    /// Errors: what cannot be done while reading from start to end, in words.
    pub fn segments(&self, rate: u32) -> Result<Vec<Segment>, &'static str> {
        if self.edits.len() > MOST_EDITS {
            return Err("an edit list of more than 10,000 entries");
        }
        let (whole, track) = self.scales;
        let frames = |ticks: u64, scale: u64| {
            let scaled = u128::from(ticks) * u128::from(rate) + u128::from(scale) / 2;
            u64::try_from(scaled / u128::from(scale.max(1))).unwrap_or(u64::MAX)
        };
        let (mut segments, mut silence) = (Vec::<Segment>::new(), 0u64);
        for edit in &self.edits {
            let length = frames(edit.duration, whole);
            let Some(media) = edit.media else {
                silence = silence.saturating_add(length);
                if silence > LONGEST_SILENCE * u64::from(rate) {
                    return Err("an edit list that begins with more than a day of silence");
                }
                continue;
            };
            if edit.speed != 1 << 16 {
                return Err("an edit list that changes the speed");
            }
            let from = frames(media, track);
            let to = if edit.duration == 0 { u64::MAX } else { from.saturating_add(length) };
            if let Some(last) = segments.last_mut() {
                // Lengths are rounded to ticks of the whole.
                if from.saturating_add(frames(1, whole)) < last.to {
                    return Err("an edit list that repeats or reorders its audio");
                }
                last.to = last.to.min(from);
            }
            segments.push(Segment { silence: std::mem::take(&mut silence), from, to });
        }
        Ok(segments)
    }

    /// A time stamp that was counted through, as the fragments have it; ticks.
    pub fn shifted(&self, stamp: i64) -> i64 {
        let counted = u64::try_from(stamp).unwrap_or(0);
        let before = self.shifts.partition_point(|shift| shift.from <= counted);
        before.checked_sub(1).map_or(stamp, |i| stamp.saturating_add(self.shifts[i].by))
    }
}

/// Ticks per second, of `mvhd` and `mdhd`.
fn scale(body: &[u8]) -> u64 {
    number(body, if body.first() == Some(&1) { 20 } else { 12 }, 4).unwrap_or(0)
}

fn edits(body: &[u8]) -> Vec<Edit> {
    let size = if body.first() == Some(&1) { 8 } else { 4 };
    let count = number(body, 4, 4).map_or(0, |count| count as usize).min(MOST_EDITS + 1);
    let entries = body.get(8..).unwrap_or_default().chunks_exact(2 * size + 4).take(count);
    let edit = |entry: &[u8]| {
        let media = number(entry, size, size)?;
        Some(Edit {
            duration: number(entry, 0, size)?,
            media: (media >> (8 * size - 1) == 0).then_some(media),
            speed: number(entry, 2 * size, 4)?,
        })
    };
    entries.filter_map(edit).collect()
}

/// What iTunes notes where there is no edit list: frames of priming, of padding, and between them.
pub fn itunes(note: &str) -> Option<Segment> {
    let mut fields = note.split_whitespace().skip(1);
    let mut number = || u64::from_str_radix(fields.next()?, 16).ok();
    let (priming, _padding, length) = (number()?, number()?, number()?);
    (length > 0).then_some(Segment { silence: 0, from: priming, to: priming.checked_add(length)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(edits: &[(u64, Option<u64>, u64)]) -> Result<Vec<(u64, u64, u64)>, &'static str> {
        let edit = |&(duration, media, speed)| Edit { duration, media, speed: speed << 16 };
        let edits = edits.iter().map(edit).collect();
        let timing = Timing { edits, scales: (1_000, 16_000), shifts: Vec::new() };
        let plain = |s: Segment| (s.silence, s.from, s.to);
        Ok(timing.segments(8_000)?.into_iter().map(plain).collect())
    }

    #[test]
    fn edit_lists_become_segments_in_frames() {
        assert_eq!(segments(&[]), Ok(vec![]));
        assert_eq!(segments(&[(0, Some(1_024), 1)]), Ok(vec![(0, 512, u64::MAX)]));
        let late = [(4_836, None, 1), (8_344, Some(0), 1)];
        assert_eq!(segments(&late), Ok(vec![(38_688, 0, 66_752)]));
        // The first is rounded up by less than a tick of the whole.
        let two = [(100, Some(0), 1), (50, None, 1), (100, Some(1_590), 1)];
        assert_eq!(segments(&two), Ok(vec![(0, 0, 795), (400, 795, 1_595)]));
    }

    #[test]
    fn what_cannot_be_done_while_reading_is_refused() {
        for edits in [
            vec![(100, Some(1_600), 1), (100, Some(0), 1)],
            vec![(100, Some(0), 1), (100, Some(0), 1)],
            vec![(100, Some(0), 2)],
            vec![(u64::MAX, None, 1), (100, Some(0), 1)],
        ] {
            assert!(segments(&edits).is_err(), "{edits:?}");
        }
    }

    #[test]
    fn an_itunes_note_tells_priming_and_length() {
        let note = " 00000000 00000840 000001CA 00000000000031F6 00000000 00000000";
        let wanted = Segment { silence: 0, from: 0x840, to: 0x840 + 0x31f6 };
        assert_eq!(itunes(note), Some(wanted));
        assert_eq!(itunes("nonsense"), None);
    }
}
