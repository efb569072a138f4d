//! A file as its demuxer should see it: with corrected sizes in its header.
//! In: a file. Out: its bytes, some of them replaced. Left to others: what to correct.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

use super::headers::Corrections;

/// A file under corrections.
pub struct Source<F> {
    file: F,
    patches: Vec<(u64, Vec<u8>)>,
    end: u64,
    at: u64,
}

impl<F: Read + Seek> Source<F> {
    /// From the first byte on.
    pub fn new(mut file: F, corrections: Corrections) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let end = corrections.end.unwrap_or(length).min(length);
        Ok(Self { file, patches: corrections.patches, end, at: 0 })
    }
}

impl<F: Read> Read for Source<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let count = self.file.read(&mut buffer[..wanted])?;
        for (place, bytes) in &self.patches {
            for (offset, byte) in (*place..).zip(bytes) {
                if let Some(i) = offset.checked_sub(self.at)
                    && let Some(there) = buffer[..count].get_mut(i as usize)
                {
                    *there = *byte;
                }
            }
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl<F: Seek> Seek for Source<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::End(by) => {
                SeekFrom::Start(self.end.checked_add_signed(by).ok_or_else(|| {
                    io::Error::new(io::ErrorKind::InvalidInput, "seek before the first byte")
                })?)
            }
            to => to,
        };
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

impl<F: Read + Seek + Send + Sync> MediaSource for Source<F> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.end)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_correction_is_read_however_the_bytes_are_asked_for() {
        let patches = vec![(2, vec![7, 8, 9]), (9, vec![5])];
        let corrections = Corrections { patches, end: Some(10), frames: None };
        let mut source = Source::new(Cursor::new([0u8; 12]), corrections).expect("open");
        for size in 1..12 {
            let (mut all, mut part) = (Vec::new(), vec![0; size]);
            source.seek(SeekFrom::Start(1)).expect("seek");
            loop {
                match source.read(&mut part).expect("read") {
                    0 => break,
                    count => all.extend_from_slice(&part[..count]),
                }
            }
            assert_eq!(all, [0, 7, 8, 9, 0, 0, 0, 0, 5], "{size} at a time");
        }
        assert_eq!(source.seek(SeekFrom::End(-1)).expect("seek"), 9);
    }
}
