//! Encoder frames on disk, for training the decoder alone. In: frames, once. Out: the same, at every
//! step. Left to others: computing them (`network`).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use anyhow::{Context, Result};
use candle_core::{Device, Tensor};

use super::ops::numbers;

/// Frames of many sounds in a nameless file, which goes when it is dropped: some 1 MB per clip for base.
pub struct Frames {
    file: File,
    /// Where each begins, bytes; frames; state.
    places: Vec<(u64, usize, usize)>,
}

impl Frames {
    /// An empty file.
    pub fn new() -> Result<Self> {
        let file = tempfile::tempfile().context("make a file for encoder frames")?;
        Ok(Self { file, places: Vec::new() })
    }

    /// Adds one sound's frames, (frames, state).
    pub fn push(&mut self, frames: &Tensor) -> Result<()> {
        let (count, state) = frames.dims2()?;
        let at = self.file.seek(SeekFrom::End(0))?;
        let bytes: Vec<u8> = numbers(frames)?.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.file.write_all(&bytes).context("write encoder frames (is the disk full?)")?;
        self.places.push((at, count, state));
        Ok(())
    }

    /// The frames of sound `n`.
    pub fn get(&mut self, n: usize) -> Result<Tensor> {
        let (at, count, state) = *self.places.get(n).context("no such sound")?;
        let mut bytes = vec![0; count * state * 4];
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut bytes).context("read encoder frames")?;
        let values = bytes.as_chunks().0.iter().map(|b: &[u8; 4]| f32::from_le_bytes(*b));
        Ok(Tensor::from_vec(values.collect::<Vec<f32>>(), (count, state), &Device::Cpu)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_to_the_bit_in_any_order() {
        let mut frames = Frames::new().unwrap();
        let tensor = |values: &[f32]| {
            Tensor::from_slice(values, (values.len() / 2, 2), &Device::Cpu).unwrap()
        };
        for values in [&[1.0, 0.1][..], &[3.0, f32::MIN_POSITIVE, -5.0, 6.0]] {
            frames.push(&tensor(values)).unwrap();
        }
        let second = frames.get(1).unwrap();
        assert_eq!(second.dims(), [2, 2]);
        assert_eq!(numbers(&second).unwrap(), [3.0, f32::MIN_POSITIVE, -5.0, 6.0]);
        assert_eq!(numbers(&frames.get(0).unwrap()).unwrap(), [1.0, 0.1]);
        assert!(frames.get(2).is_err());
    }
}
