//! Chunks of WAV, AIFF and CAF files. In: bytes. Out: names, sizes and places. Left to others: what
//! is wrong with them.

use std::io::{self, Read, Seek, SeekFrom};

/// Chunks that real programs write behind the sound.
const KNOWN: [&[u8; 4]; 24] = [
    b"LIST", b"id3 ", b"ID3 ", b"cue ", b"smpl", b"inst", b"bext", b"iXML", b"JUNK", b"junk",
    b"PAD ", b"FLLR", b"afsp", b"_PMX", b"minf", b"elm1", b"regn", b"umid", b"DGDA", b"fact",
    b"pakt", b"info", b"free", b"MARK",
];
/// Tags that are appended to files of any kind.
const TAGS: [&[u8]; 4] = [b"TAG", b"ID3", b"APETAGEX", b"LYRICSBEGIN"];

/// How one format lays its chunks out.
pub struct Layout {
    /// Offset of the first chunk.
    pub first: u64,
    /// Size in the outer chunk's header.
    pub declared: u64,
    /// Has an outer chunk.
    pub outer: bool,
    /// RIFF: sizes are little-endian, and the sound is the last chunk that counts.
    pub wave: bool,
    /// Its sizes are in a chunk of their own.
    pub rf64: bool,
    /// Chunks begin at even offsets.
    pub even: bool,
    /// Name of the chunk with the samples.
    pub sound: [u8; 4],
    /// Name of the chunk that describes them.
    pub format: [u8; 4],
    /// Sizes from here on mean "unknown".
    pub unknown: u64,
}

/// One chunk.
pub struct Chunk {
    /// Its name.
    pub id: [u8; 4],
    /// Bytes of its body, as declared.
    pub size: u64,
    /// Where the size stands.
    pub size_at: u64,
    /// Where the body begins, at most the file's end.
    pub body: u64,
}

impl Layout {
    /// By the first twelve bytes; `None` for other formats.
    pub fn of(head: &[u8]) -> Option<Self> {
        let head: &[u8; 12] = head.first_chunk()?;
        let four = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
        let iff = Self {
            first: 12,
            declared: u32::from_be_bytes(four(4)).into(),
            outer: true,
            wave: false,
            rf64: false,
            even: true,
            sound: *b"SSND",
            format: *b"COMM",
            unknown: u32::MAX.into(),
        };
        match (&four(0), &four(8)) {
            (b"FORM", b"AIFF" | b"AIFC") => Some(iff),
            (magic @ (b"RIFF" | b"RF64" | b"BW64"), b"WAVE") => Some(Self {
                declared: u32::from_le_bytes(four(4)).into(),
                wave: true,
                rf64: magic != b"RIFF",
                sound: *b"data",
                format: *b"fmt ",
                ..iff
            }),
            (b"caff", _) => Some(Self {
                first: 8,
                outer: false,
                even: false,
                sound: *b"data",
                format: *b"desc",
                unknown: i64::MAX as u64,
                ..iff
            }),
            _ => None,
        }
    }

    /// Bytes of a chunk's header.
    fn header(&self) -> u64 {
        if self.outer { 8 } else { 12 }
    }

    /// A size as it is written.
    pub fn size(&self, size: u64) -> Vec<u8> {
        let short = u32::try_from(size).unwrap_or(u32::MAX);
        match (self.outer, self.wave) {
            (false, _) => size.to_be_bytes().to_vec(),
            (true, true) => short.to_le_bytes().to_vec(),
            (true, false) => short.to_be_bytes().to_vec(),
        }
    }

    /// Channels, by the body of the chunk that describes the samples.
    pub fn channels(&self, body: &[u8]) -> Option<u64> {
        if !self.outer {
            return Some(u32::from_be_bytes(body.get(24..28)?.try_into().ok()?).into());
        }
        let at = if self.wave { 2 } else { 0 };
        let bytes: [u8; 2] = body.get(at..at + 2)?.try_into().ok()?;
        Some(if self.wave { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }.into())
    }

    /// Bytes of a packet, by the body of the chunk that describes the samples; CAF alone says so.
    pub fn packet(&self, body: &[u8]) -> Option<u64> {
        let bytes = body.get(16..20).filter(|_| !self.outer)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?).into())
    }

    /// The chunk at `at`, if its header lies within the file.
    pub fn chunk<F: Read + Seek>(
        &self,
        file: &mut F,
        at: u64,
        length: u64,
    ) -> io::Result<Option<Chunk>> {
        let header = self.header();
        let bytes = bytes_at(file, at, header)?;
        let Some((id, size)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        let number = |part: &u8, sum: u64| (sum << 8) | u64::from(*part);
        let size = match size.len() as u64 + 4 == header {
            false => return Ok(None),
            true if self.wave => size.iter().rev().fold(0, |sum, part| number(part, sum)),
            true => size.iter().fold(0, |sum, part| number(part, sum)),
        };
        Ok(Some(Chunk { id: *id, size, size_at: at + 4, body: (at + header).min(length) }))
    }

    /// Whether what lies behind a chunk of `size` bytes is nothing, chunks or tags, and no samples.
    pub fn chunks_follow<F: Read + Seek>(
        &self,
        file: &mut F,
        chunk: &Chunk,
        size: u64,
        length: u64,
    ) -> io::Result<bool> {
        let end = chunk.body.saturating_add(size);
        // Some writers forget the byte that makes an offset even.
        let starts = [end + if self.even { size % 2 } else { 0 }, end];
        for start in starts {
            if start.saturating_add(self.header()) > length {
                return Ok(true);
            }
            let head = bytes_at(file, start, 11)?;
            let known = KNOWN.iter().any(|id| head.starts_with(*id));
            if known
                || TAGS.iter().any(|tag| head.starts_with(tag))
                || self.tiles(file, start, length)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether chunks with names of letters fill the file from `at` to its end.
    fn tiles<F: Read + Seek>(&self, file: &mut F, mut at: u64, length: u64) -> io::Result<bool> {
        for _ in 0..super::MOST_CHUNKS {
            let Some(chunk) = self.chunk(file, at, length)? else { return Ok(true) };
            let named = chunk.id.iter().all(|b| (0x20..0x7f).contains(b)) && &chunk.id != b"RIFF";
            if !named || chunk.size > length - chunk.body {
                return Ok(false);
            }
            at = chunk.body + chunk.size + if self.even { chunk.size % 2 } else { 0 };
        }
        Ok(false)
    }
}

/// Up to `count` bytes from `at`; fewer at the end of the file.
pub fn bytes_at<F: Read + Seek>(file: &mut F, at: u64, count: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}
