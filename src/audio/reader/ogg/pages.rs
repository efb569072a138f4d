//! Pages of an Ogg stream (RFC 3533). In: bytes. Out: pages whose checksum is right, in order; what
//! is no page is skipped. Left to others: packets, streams, time.

use std::io::{self, Read};

use symphonia::core::checksum::Crc32;
use symphonia::core::io::Monitor;

const MARK: &[u8; 4] = b"OggS";
const HEADER: usize = 27;
/// Bytes of the largest page.
const LARGEST: usize = HEADER + 255 + 255 * 255;

/// One page.
pub struct Page {
    /// End of the last packet that ends on it; `None` for -1.
    pub granule: Option<i64>,
    /// Which stream it belongs to.
    pub serial: u32,
    /// Its number within the stream.
    pub sequence: u32,
    /// Begins with the rest of a packet.
    pub continued: bool,
    /// The first of its stream.
    pub first: bool,
    /// The last of its stream.
    pub last: bool,
    /// Lengths of its packets; the last one goes on where `open`.
    pub lengths: Vec<usize>,
    /// The last packet ends on a later page.
    pub open: bool,
    /// Bytes of all packets.
    pub body: Vec<u8>,
}

/// Reads page by page.
pub struct Pages<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    /// The bytes ended in the middle of a page, or in what was no page.
    cut: bool,
}

impl<R: Read> Pages<R> {
    /// From the reader's place on.
    pub fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), at: 0, cut: false }
    }

    /// Whether the bytes ended in the middle of a page.
    pub fn cut(&self) -> bool {
        self.cut
    }

    /// The next whole page, or the end.
    pub fn next(&mut self) -> io::Result<Option<Page>> {
        loop {
            self.fill()?;
            let bytes = &self.buffer[self.at..];
            let Some(mark) = bytes.windows(4).position(|four| four == MARK) else {
                // The mark may be cut in two where the buffer ends.
                let skipped = bytes.len().saturating_sub(3);
                if skipped == 0 {
                    self.cut |= !bytes.is_empty();
                    return Ok(None);
                }
                self.cut = true;
                self.at += skipped;
                continue;
            };
            if mark > 0 {
                self.at += mark;
                continue; // with a full buffer
            }
            match page(bytes) {
                Some((page, length)) => {
                    self.at += length;
                    self.cut = false;
                    return Ok(Some(page));
                }
                None => {
                    self.cut = true;
                    self.at += 1;
                }
            }
        }
    }

    /// Has a page's worth of bytes ready, or all that are left.
    fn fill(&mut self) -> io::Result<()> {
        let there = self.buffer.len() - self.at;
        if there < LARGEST {
            self.buffer.drain(..self.at);
            self.at = 0;
            self.reader
                .by_ref()
                .take((2 * LARGEST - there) as u64)
                .read_to_end(&mut self.buffer)?;
        }
        Ok(())
    }
}

/// The whole and sound page at the start of `bytes`, and its length.
fn page(bytes: &[u8]) -> Option<(Page, usize)> {
    let header: &[u8; HEADER] = bytes.first_chunk()?;
    let long = |at: usize| Some(u32::from_le_bytes(header.get(at..at + 4)?.try_into().ok()?));
    let granule = i64::from_le_bytes(header.get(6..14)?.try_into().ok()?);
    let (version, flags, segments) = (header[4], header[5], usize::from(header[26]));
    let table = bytes.get(HEADER..HEADER + segments)?;
    let size: usize = table.iter().map(|&lace| usize::from(lace)).sum();
    let start = HEADER + segments;
    let body = bytes.get(start..start + size)?;
    let mut sum = Crc32::new(0);
    sum.process_buf_bytes(&header[..22]);
    sum.process_buf_bytes(&[0; 4]);
    sum.process_buf_bytes(&bytes[26..start + size]);
    if version != 0 || sum.crc() != long(22)? {
        return None;
    }
    let (mut lengths, mut length) = (Vec::new(), 0);
    for &lace in table {
        length += usize::from(lace);
        if lace < 255 {
            lengths.push(std::mem::take(&mut length));
        }
    }
    let open = table.last() == Some(&255);
    if open {
        lengths.push(length);
    }
    let page = Page {
        granule: (granule != -1).then_some(granule),
        serial: long(14)?,
        sequence: long(18)?,
        continued: flags & 1 != 0,
        first: flags & 2 != 0,
        last: flags & 4 != 0,
        lengths,
        open,
        body: body.to_vec(),
    };
    Some((page, start + size))
}
