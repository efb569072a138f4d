//! Sizes that WAV, RF64, AIFF and CAF headers declare, against the file that they head.
//! In: a file. Out: bytes to lay over its headers, so that a reader takes them by their word: a recorder
//! that died, wrote to a pipe, or passed 4 GiB leaves sizes that are wrong, and all samples behind them.
//! Left to others: reading samples.

mod chunks;
pub mod joined;

use std::io::{self, Read, Seek, SeekFrom};

pub use self::chunks::bytes_at;
use self::chunks::{Chunk, Layout};

/// Channels that a header may claim.
pub const MAX_CHANNELS: usize = 64;
/// RIFF sizes this close to 2^31 or 2^32 mean "written to a pipe": the length was not known.
const STREAMED: u64 = 64 * 1024;
/// A 32-bit size that readers take for "unknown".
const UNKNOWN: u64 = u32::MAX as u64;
/// Bytes that a CAF header may claim for a packet.
const LONGEST_PACKET: u64 = 1 << 20;
/// Chunks that are looked at before a file is given up.
const MOST_CHUNKS: usize = 10_000;

/// What to read in place of what is there.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Corrections {
    /// Bytes to lay over the file, by offset; in order, apart from each other.
    pub patches: Vec<(u64, Vec<u8>)>,
    /// Where the file ends for a reader, if before its last byte.
    pub end: Option<u64>,
    /// Frames of uncompressed audio, where the 32 bits of the header cannot say.
    pub frames: Option<u64>,
}

/// What a file's header needs; `Err` inside says what makes no sense in it.
pub fn check<F: Read + Seek>(file: &mut F) -> io::Result<Result<Corrections, String>> {
    let length = file.seek(SeekFrom::End(0))?;
    let head = bytes_at(file, 0, 12)?;
    let Some(layout) = Layout::of(&head) else { return Ok(Ok(Corrections::default())) };
    Walk { file, layout, length, corrections: Corrections::default(), align: None, long: None }
        .run()
}

struct Walk<'f, F> {
    file: &'f mut F,
    layout: Layout,
    length: u64,
    corrections: Corrections,
    /// Bytes of a frame, of uncompressed WAV.
    align: Option<u64>,
    /// RF64's 64-bit size of the data.
    long: Option<u64>,
}

impl<F: Read + Seek> Walk<'_, F> {
    fn run(mut self) -> io::Result<Result<Corrections, String>> {
        let (mut at, mut sound) = (self.layout.first, false);
        for _ in 0..MOST_CHUNKS {
            let Some(chunk) = self.layout.chunk(self.file, at, self.length)? else { break };
            let mut size = chunk.size;
            if chunk.id == self.layout.sound && !sound {
                sound = true;
                if self.layout.wave && self.another(&chunk)? {
                    return Ok(Err(joined::OTHER.into()));
                }
                size = self.sound(&chunk)?;
                if self.layout.wave {
                    break; // nothing behind it is looked at by a reader
                }
            } else if let Some(why) = self.format(&chunk)? {
                return Ok(Err(why));
            }
            if size > self.length - chunk.body {
                // Cut off, or no chunk at all.
                self.outer(at, chunk.id == self.layout.sound);
                return Ok(Ok(self.corrections));
            }
            at = chunk.body + size + if self.layout.even { size % 2 } else { 0 };
        }
        self.outer(at.min(self.length), false);
        Ok(Ok(self.corrections))
    }

    /// The size of the outer chunk, and the end of the file; `at` is the end of the last whole chunk.
    fn outer(&mut self, at: u64, cut_off: bool) {
        if self.layout.wave {
            let riff = [b"RIFF".to_vec(), (UNKNOWN as u32).to_le_bytes().to_vec()].concat();
            if self.layout.declared != self.length - 8 || self.layout.rf64 {
                self.corrections.patches.insert(0, (0, riff));
            }
        } else if !cut_off {
            if at < self.length {
                self.corrections.end = Some(at);
            }
            if self.layout.outer && self.layout.declared != at - 8 {
                let size = u32::try_from(at - 8).unwrap_or(u32::MAX);
                self.corrections.patches.insert(0, (4, size.to_be_bytes().to_vec()));
            }
        }
    }

    /// The true size of the sound's chunk, which is laid over the declared one.
    fn sound(&mut self, chunk: &Chunk) -> io::Result<u64> {
        let rest = self.length - chunk.body;
        let declared = match self.long {
            Some(long) if chunk.size == UNKNOWN => long,
            _ => chunk.size,
        };
        let streamed = self.layout.wave && self.long.is_none() && is_streamed(declared)
            || !self.layout.wave && declared >= self.layout.unknown;
        let size = if streamed {
            rest
        } else if declared > rest
            || self.layout.chunks_follow(self.file, chunk, declared, self.length)?
        {
            declared
        } else {
            rest
        };
        if size != chunk.size {
            self.corrections.patches.push((chunk.size_at, self.layout.size(size)));
        }
        if self.layout.wave && size >= UNKNOWN {
            self.corrections.frames = self.align.map(|align| size / align);
            self.corrections.end = Some((chunk.body + size).min(self.length));
        }
        Ok(size)
    }

    /// Whether a WAV file with other samples was joined to the end of the sound; one with the same samples
    /// goes on as sound, its header with it.
    fn another(&mut self, chunk: &Chunk) -> io::Result<bool> {
        let end = chunk.body.saturating_add(chunk.size).saturating_add(chunk.size % 2);
        if end >= self.length {
            return Ok(false);
        }
        let (ours, theirs) = (bytes_at(self.file, 0, 36)?, bytes_at(self.file, end, 36)?);
        let wave = theirs.starts_with(b"RIFF") && theirs.get(8..12) == Some(b"WAVE");
        Ok(wave && ours.get(8..) != theirs.get(8..))
    }

    /// Looks at the description of the samples; says what makes no sense in it.
    fn format(&mut self, chunk: &Chunk) -> io::Result<Option<String>> {
        if chunk.id == *b"ds64" && self.layout.rf64 {
            let body = bytes_at(self.file, chunk.body, 16)?;
            self.long = body.get(8..16).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        }
        if chunk.id != self.layout.format {
            return Ok(None);
        }
        let body = bytes_at(self.file, chunk.body, 32)?;
        let Some(channels) = self.layout.channels(&body) else { return Ok(None) };
        if let (true, Some(&[tag_low, tag_high])) = (self.layout.wave, body.first_chunk::<2>()) {
            let plain = matches!(u16::from_le_bytes([tag_low, tag_high]), 1 | 3 | 6 | 7 | 0xfffe);
            let align = body.get(12..14).map(|b| u64::from(u16::from_le_bytes([b[0], b[1]])));
            self.align = align.filter(|&align| plain && align > 0);
        }
        if !(1..=MAX_CHANNELS as u64).contains(&channels) {
            return Ok(Some(format!("its header claims {channels} channels")));
        }
        let packet = self.layout.packet(&body).unwrap_or(0);
        Ok((packet > LONGEST_PACKET)
            .then(|| format!("its header claims packets of {packet} bytes")))
    }
}

fn is_streamed(size: u64) -> bool {
    size > UNKNOWN - STREAMED || (size < 1 << 31 && size > (1 << 31) - STREAMED)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;

    use super::*;

    #[test]
    fn a_header_that_is_right_is_left_alone() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio");
        let mut checked = 0;
        for entry in fs::read_dir(folder).expect("fixtures") {
            let path = entry.expect("a file").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() || name.starts_with("streamed") || name.starts_with("rf64") {
                continue;
            }
            let corrections = check(&mut File::open(&path).expect("open")).expect("read");
            assert_eq!(corrections, Ok(Corrections::default()), "{name}");
            checked += 1;
        }
        assert!(checked > 20);
    }
}
