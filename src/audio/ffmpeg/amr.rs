//! The frames of an AMR file: how many there are, and how many of them are pauses. In: a file. Out: counts.
//! Left to others: decoding. RFC 4867, section 5.
//!
//! Where a speaker pauses, a recorder may write frames that describe the silence, or none (DTX). ffmpeg
//! refuses them and leaves them out.

use std::io::{self, BufReader, Read};

/// Seconds of a frame.
pub const FRAME: f64 = 0.02;

/// What is in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames {
    /// All frames, one that is cut off included.
    pub all: u64,
    /// Those that hold no speech.
    pub pauses: u64,
    /// Samples per second.
    pub rate: u64,
}

/// Bytes behind the first one of a frame, by its type.
type Sizes = [u8; 16];
const NARROW: (&[u8], u64, Sizes) =
    (b"#!AMR\n", 8_000, [12, 13, 15, 17, 19, 20, 26, 31, 5, 6, 5, 5, 0, 0, 0, 0]);
const WIDE: (&[u8], u64, Sizes) =
    (b"#!AMR-WB\n", 16_000, [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0]);

/// Counts frames; `None` of a file that is not AMR of one channel.
pub fn count(file: impl Read) -> io::Result<Option<Frames>> {
    let mut bytes = BufReader::new(file).bytes();
    let mut head = Vec::new();
    while head.last() != Some(&b'\n') && head.len() < WIDE.0.len() {
        match bytes.next().transpose()? {
            Some(byte) => head.push(byte),
            None => return Ok(None),
        }
    }
    let Some((_, rate, sizes)) = [NARROW, WIDE].into_iter().find(|kind| kind.0 == head) else {
        return Ok(None);
    };
    let speech = if rate == NARROW.1 { 0..8 } else { 0..9 };
    let mut frames = Frames { rate, ..Frames::default() };
    while let Some(first) = bytes.next().transpose()? {
        let kind = usize::from(first >> 3 & 15);
        frames.all += 1;
        frames.pauses += u64::from(!speech.contains(&kind));
        for _ in 0..sizes[kind] {
            if bytes.next().transpose()?.is_none() {
                return Ok(Some(frames));
            }
        }
    }
    Ok(Some(frames))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_counted_and_a_last_frame_that_is_cut_off_is_one() {
        // 12.2 kbit/s, a description of silence, nothing, and half a frame.
        let mut file = b"#!AMR\n".to_vec();
        for (kind, bytes) in [(7u8, 31), (8, 5), (15, 0), (7, 10)] {
            file.push(kind << 3);
            file.extend(vec![0xff; bytes]);
        }
        let frames = Frames { all: 4, pauses: 2, rate: 8_000 };
        assert_eq!(count(&file[..]).unwrap(), Some(frames));
        assert_eq!(count(&b"#!AMR_MC1.0\n"[..]).unwrap(), None);
        assert_eq!(count(&b"RIFF"[..]).unwrap(), None);
    }
}
