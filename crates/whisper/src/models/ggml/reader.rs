//! Reads a ggml Whisper file and checks its structure. In: bytes. Out: header, filters, tokens, and
//! the numbers of f32 and f16 tensors. Left to others: whether it is the right file (`check`).

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};

use anyhow::{Context, Result, bail, ensure};

use super::super::ct2::CHUNK;
use super::super::mel;
use super::super::numbers::Float;
use super::layout::{Slot, slots};
use super::{Header, Storage};

/// Longest token that makes sense, bytes; Whisper's longest is under 200.
const LONGEST_TOKEN: u32 = 1024;
/// Longest tensor name that makes sense, bytes.
const LONGEST_NAME: u32 = 256;

/// A structurally sound model file.
pub struct Reader<R> {
    /// The shape.
    pub header: Header,
    /// The mel filterbank.
    pub filters: Vec<f32>,
    /// The text tokens.
    pub tokens: Vec<Vec<u8>>,
    offsets: HashMap<String, u64>,
    source: R,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads all but the tensors' numbers, and refuses a file that whisper.cpp would refuse, abort
    /// on or misread: bad magic or header, wrong filters, a vocabulary that is too long, a tensor
    /// that is unknown, missing, double, misshaped, of the wrong type or cut off, bytes left over.
    pub fn open(mut source: R) -> Result<Self> {
        let length = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        let mut cursor = Cursor { source: &mut source, at: 0, length };
        ensure!(cursor.u32()? == Header::MAGIC, "it does not begin with the mark of a ggml file");
        let mut numbers = [0; 11];
        for number in &mut numbers {
            *number = cursor.u32()?;
        }
        let header = Header::from_numbers(numbers)?;
        let filters = cursor.filters(&header)?;
        let tokens = cursor.tokens(&header).context("vocabulary")?;
        let offsets = cursor.tensors(&header)?;
        Ok(Self { header, filters, tokens, offsets, source })
    }

    /// Where the numbers of a tensor begin, bytes from the start of the file.
    pub fn offset(&self, name: &str) -> Option<u64> {
        self.offsets.get(name).copied()
    }

    /// The numbers of a tensor, whole.
    pub fn all(&mut self, slot: &Slot) -> Result<Vec<f32>> {
        let mut numbers = Vec::with_capacity(slot.count() as usize);
        self.values(slot, &mut |chunk| {
            numbers.extend_from_slice(chunk);
            Ok(())
        })?;
        Ok(numbers)
    }

    /// Hands the numbers of a tensor to `sink`, `CHUNK` at a time.
    pub fn values(
        &mut self,
        slot: &Slot,
        sink: &mut dyn FnMut(&[f32]) -> Result<()>,
    ) -> Result<()> {
        let float = match slot.storage(self.header.storage) {
            Storage::F32 => Float::F32,
            Storage::F16 => Float::F16,
            Storage::Bf16 => Float::Bf16,
            other => bail!("{} is {other:?} already", slot.name),
        };
        let offset = self.offsets.get(&slot.name).context("a tensor outside the layout")?;
        self.source.seek(SeekFrom::Start(*offset))?;
        let (mut bytes, mut numbers) = (Vec::new(), Vec::new());
        let mut left = slot.count();
        while left > 0 {
            let now = left.min(CHUNK as u64);
            bytes.resize(now as usize * float.bytes(), 0);
            self.source.read_exact(&mut bytes).with_context(|| format!("read {}", slot.name))?;
            float.decode(&bytes, &mut numbers);
            sink(&numbers)?;
            left -= now;
        }
        Ok(())
    }
}

/// A position in the file that never runs past its end.
struct Cursor<'a, R> {
    source: &'a mut R,
    at: u64,
    length: u64,
}

impl<R: Read + Seek> Cursor<'_, R> {
    fn advance(&mut self, bytes: u64) -> Result<()> {
        let left = self.length - self.at;
        ensure!(bytes <= left, "the file ends too early ({left} bytes left, {bytes} needed)");
        self.at += bytes;
        Ok(())
    }

    fn u32(&mut self) -> Result<u32> {
        let mut bytes = [0; 4];
        self.advance(4)?;
        self.source.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn bytes(&mut self, length: u32, longest: u32) -> Result<Vec<u8>> {
        ensure!(length <= longest, "a text of {length} bytes, {longest} at most make sense");
        self.advance(length.into())?;
        let mut bytes = vec![0; length as usize];
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn filters(&mut self, header: &Header) -> Result<Vec<f32>> {
        let (bands, bins) = (self.u32()?, self.u32()?);
        ensure!(
            bands == header.n_mels && bins as usize == mel::BINS,
            "its mel filters are {bands} x {bins}, not {} x {}",
            header.n_mels,
            mel::BINS
        );
        let mut bytes = vec![0; header.filter_weights() * 4];
        self.advance(bytes.len() as u64)?;
        self.source.read_exact(&mut bytes)?;
        let mut filters = Vec::new();
        Float::F32.decode(&bytes, &mut filters);
        Ok(filters)
    }

    fn tokens(&mut self, header: &Header) -> Result<Vec<Vec<u8>>> {
        let count = self.u32()?;
        ensure!(count <= header.n_vocab, "{count} tokens in a model for {}", header.n_vocab);
        let mut tokens = Vec::new();
        for _ in 0..count {
            let length = self.u32()?;
            tokens.push(self.bytes(length, LONGEST_TOKEN)?);
        }
        Ok(tokens)
    }

    /// Where the numbers of each tensor begin.
    fn tensors(&mut self, header: &Header) -> Result<HashMap<String, u64>> {
        let mut expected: HashMap<String, Slot> =
            slots(header).into_iter().map(|slot| (slot.name.clone(), slot)).collect();
        let mut offsets = HashMap::new();
        while self.at < self.length {
            let (rank, length, kind) = (self.u32()?, self.u32()?, self.u32()?);
            ensure!(rank <= 4, "a tensor of {rank} dimensions");
            let mut dims = Vec::new();
            for _ in 0..rank {
                dims.push(u64::from(self.u32()?));
            }
            let name = String::from_utf8_lossy(&self.bytes(length, LONGEST_NAME)?).into_owned();
            let Some(slot) = expected.remove(&name) else {
                bail!("the tensor {name:?} is not part of such a model, or there twice");
            };
            let storage = slot.storage(header.storage);
            ensure!(
                dims == slot.dims && kind == storage.tensor_type(),
                "the tensor {name} is {dims:?} of type {kind}, not {:?} of type {}",
                slot.dims,
                storage.tensor_type()
            );
            ensure!(slot.dims[0].is_multiple_of(storage.block()), "{name}: rows of odd length");
            let offset = self.at;
            self.advance(storage.bytes(slot.count())).with_context(|| name.clone())?;
            self.source.seek(SeekFrom::Start(self.at))?;
            offsets.insert(name, offset);
        }
        let missing = expected.keys().min();
        ensure!(
            missing.is_none(),
            "{} tensors are missing, among them {}",
            expected.len(),
            missing.map_or("", String::as_str)
        );
        Ok(offsets)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::convert::{Format, from_ct2};
    use super::super::super::synthetic::write_ct2;
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    /// A sound file of 7 MB.
    static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        write_ct2(folder.path());
        let out = folder.path().join("out.bin");
        from_ct2(folder.path(), &out, Format::F16, &mut |_| {}, |_| Ok(())).unwrap();
        std::fs::read(out).unwrap()
    });

    fn check(bytes: &[u8]) -> Result<Header> {
        Ok(Reader::open(std::io::Cursor::new(bytes))?.header)
    }

    #[test]
    fn a_file_cut_or_continued_is_refused() {
        assert!(check(&SOUND).is_ok());
        let mut longer = SOUND.clone();
        longer.extend([0; 3]);
        assert!(check(&longer).is_err());
        longer.extend([0; 20]);
        assert!(check(&longer).is_err());
        for missing in [1, 2, 100, 256, 257, 10_000] {
            assert!(check(&SOUND[..SOUND.len() - missing]).is_err(), "{missing} bytes missing");
        }
    }

    #[test]
    fn the_error_says_what_is_wrong() {
        let replaced = |at: usize, number: u32| {
            let mut bytes = SOUND.clone();
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            format!("{:#}", check(&bytes).unwrap_err())
        };
        assert!(replaced(0, 7).contains("mark of a ggml file"));
        assert!(replaced(4, 51_867).contains("51867 tokens"));
        assert!(replaced(16, 0).contains("heads"));
        assert!(replaced(20, u32::MAX).contains("layers"));
        assert!(replaced(20, 2).contains("tensors are missing"));
        assert!(replaced(40, 81).contains("mel bands"));
        assert!(replaced(44, 12).contains("ftype 12"));
        assert!(replaced(44, 0).contains("of type 1, not"), "f16 tensors in an f32 file");
        assert!(replaced(48, 128).contains("mel filters"));
        let vocabulary = 48 + 8 + 80 * 201 * 4;
        assert!(replaced(vocabulary, 60_000).contains("60000 tokens"));
        assert!(replaced(vocabulary + 4, u32::MAX).contains("at most make sense"));
        assert!(check(b"").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn changed_bytes_never_panic_and_a_changed_header_is_refused(
            at in 0usize..60, value in any::<u8>(), deep in 0usize..7_000_000, other in any::<u8>()
        ) {
            let mut bytes = SOUND.clone();
            let same = bytes[at] == value;
            bytes[at] = value;
            prop_assert!(same || at >= 56 || check(&bytes).is_err());
            let deep = deep % bytes.len();
            bytes[deep] = other;
            let _ = check(&bytes);
            let _ = check(&bytes[..deep]);
        }
    }
}
