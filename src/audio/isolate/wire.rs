//! What a decoding process and its parent say to each other. In: a pipe. Out: typed frames, each bounded.
//! Left to others: processes.
//!
//! A frame is one byte for its kind, its length in bytes (32 bits, little-endian), and its content.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::audio::decode::{Decoded, Failure, Probe};

/// Samples of a frame, at most.
const MOST_SAMPLES: usize = 64 * 1024;
/// Bytes of the last frame, at most.
const MOST_BYTES: usize = 1024 * 1024;

const SAMPLES: u8 = b'S';
const ALIVE: u8 = b'A';
const END: u8 = b'E';

/// One message of the decoding process.
#[derive(Debug)]
pub enum Frame {
    /// Samples at 16 kHz.
    Samples(Vec<f32>),
    /// It is at work.
    Alive,
    /// It is done.
    End(Box<End>),
}

/// How it ended.
#[derive(Debug, Serialize, Deserialize)]
pub enum End {
    /// What the file is.
    Probed(Result<Probe, Failure>),
    /// What came out of it.
    Decoded(Result<Option<Decoded>, Failure>),
}

/// Writes samples, in as many frames as are needed.
pub fn write_samples(out: &mut impl Write, samples: &[f32]) -> io::Result<()> {
    let mut bytes = Vec::new();
    for samples in samples.chunks(MOST_SAMPLES) {
        bytes.clear();
        bytes.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
        write(out, SAMPLES, &bytes)?;
    }
    Ok(())
}

/// Writes a sign of life.
pub fn write_alive(out: &mut impl Write) -> io::Result<()> {
    write(out, ALIVE, &[])
}

/// Writes the last frame.
pub fn write_end(out: &mut impl Write, end: &End) -> io::Result<()> {
    write(out, END, &serde_json::to_vec(end)?)
}

fn write(out: &mut impl Write, kind: u8, content: &[u8]) -> io::Result<()> {
    let length = u32::try_from(content.len()).map_err(io::Error::other)?;
    out.write_all(&[&[kind], &length.to_le_bytes()[..], content].concat())?;
    out.flush()
}

/// The next frame.
///
/// # Errors
/// The pipe ended, or what it holds is no frame.
pub fn read(from: &mut impl Read) -> io::Result<Frame> {
    let mut head = [0; 5];
    from.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let length = u32::from_le_bytes(length) as usize;
    let most = match kind {
        SAMPLES => MOST_SAMPLES * size_of::<f32>(),
        ALIVE => 0,
        END => MOST_BYTES,
        _ => return Err(io::Error::other("no frame of a decoding process")),
    };
    if length > most {
        return Err(io::Error::other("a frame that is too long"));
    }
    let mut content = vec![0; length];
    from.read_exact(&mut content)?;
    Ok(match kind {
        SAMPLES => {
            let samples = content.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b));
            Frame::Samples(samples.collect())
        }
        ALIVE => Frame::Alive,
        _ => Frame::End(serde_json::from_slice(&content)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_out_bit_by_bit_and_the_end_as_it_was() {
        let samples: Vec<f32> = (0..150_001).map(|n| (n as f32).sin()).collect();
        let mut pipe = Vec::new();
        write_samples(&mut pipe, &samples).unwrap();
        write_alive(&mut pipe).unwrap();
        let failure = Failure::Decoder { why: "so".into(), expected: Some(1.25) };
        write_end(&mut pipe, &End::Decoded(Err(failure))).unwrap();
        let (mut from, mut got) = (&pipe[..], Vec::new());
        loop {
            match read(&mut from).unwrap() {
                Frame::Samples(samples) => got.extend(samples),
                Frame::Alive => {}
                Frame::End(end) => {
                    let End::Decoded(Err(Failure::Decoder { why, expected })) = *end else {
                        panic!("{end:?}")
                    };
                    assert_eq!((&*why, expected), ("so", Some(1.25)));
                    break;
                }
            }
        }
        assert!(got == samples);
        assert!(read(&mut from).is_err());
    }

    #[test]
    fn what_is_no_frame_is_refused_before_it_takes_memory() {
        for bytes in [&b"S\xff\xff\xff\xff"[..], b"E\xff\xff\xff\x7f", b"x\0\0\0\0", b"S\x08\0"] {
            assert!(read(&mut &bytes[..]).is_err(), "{bytes:?}");
        }
    }
}
