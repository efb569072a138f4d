//! Writes a ggml Whisper file. In: header, filters, tokens, then tensors in order. Out: bytes.
//! Left to others: where the bytes go (`replace`), and that every tensor is written (`convert`).

use std::io::Write;

use anyhow::{Result, ensure};

use super::super::mel;
use super::super::numbers::{Float, encode_q8_0};
use super::layout::Slot;
use super::{Header, Storage};

/// A model file being written.
pub struct Writer<W> {
    sink: W,
    storage: Storage,
    bytes: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes what comes before the tensors.
    pub fn start(
        mut sink: W,
        header: &Header,
        filters: &[f32],
        tokens: &[Vec<u8>],
    ) -> Result<Self> {
        sink.write_all(&Header::MAGIC.to_le_bytes())?;
        for number in header.numbers() {
            sink.write_all(&number.to_le_bytes())?;
        }
        sink.write_all(&header.n_mels.to_le_bytes())?;
        sink.write_all(&(mel::BINS as u32).to_le_bytes())?;
        let mut bytes = Vec::new();
        Float::F32.encode(filters, &mut bytes);
        sink.write_all(&bytes)?;
        sink.write_all(&(tokens.len() as u32).to_le_bytes())?;
        for token in tokens {
            sink.write_all(&(token.len() as u32).to_le_bytes())?;
            sink.write_all(token)?;
        }
        Ok(Self { sink, storage: Storage::F32, bytes })
    }

    /// Starts a tensor; its numbers follow through [`Writer::values`].
    pub fn tensor(&mut self, slot: &Slot, storage: Storage) -> Result<()> {
        let row = slot.dims[0];
        ensure!(
            row.is_multiple_of(storage.block()),
            "{} has rows of {row} numbers, which cannot be quantised in blocks of {}",
            slot.name,
            storage.block()
        );
        self.storage = storage;
        let (rank, length) = (slot.dims.len() as u32, slot.name.len() as u32);
        for number in [rank, length, storage.tensor_type()] {
            self.sink.write_all(&number.to_le_bytes())?;
        }
        for dim in &slot.dims {
            self.sink.write_all(&u32::try_from(*dim)?.to_le_bytes())?;
        }
        self.sink.write_all(slot.name.as_bytes())?;
        Ok(())
    }

    /// Some of the tensor's numbers, a multiple of the storage's block.
    pub fn values(&mut self, numbers: &[f32]) -> Result<()> {
        self.bytes.clear();
        match self.storage {
            Storage::F32 => Float::F32.encode(numbers, &mut self.bytes),
            Storage::F16 => Float::F16.encode(numbers, &mut self.bytes),
            Storage::Q8_0 => encode_q8_0(numbers, &mut self.bytes),
            other => anyhow::bail!("second-ear does not write {other:?}"),
        }
        self.sink.write_all(&self.bytes)?;
        Ok(())
    }

    /// The sink, with everything written to it.
    pub fn finish(self) -> W {
        self.sink
    }
}
