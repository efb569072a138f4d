//! `model.safetensors`, piece by piece. In: names, shapes and f32 numbers, or a file. Out: the
//! other. Left to others: what the tensors mean (`names`). The only file that knows the crate.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use super::super::ct2::CHUNK;
use super::super::numbers::Float;

/// Longest description that makes sense, bytes; the format's own limit.
const LONGEST: u64 = 100_000_000;

/// Writes what comes before the numbers: tensors of f32, whose numbers follow in the same order.
pub fn start(sink: &mut impl Write, tensors: &[(String, Vec<usize>)]) -> Result<()> {
    let mut at = 0;
    let placed = tensors.iter().map(|(name, shape)| {
        let begin = at;
        at += shape.iter().product::<usize>() * Float::F32.bytes();
        let data_offsets = (begin, at);
        (name.clone(), TensorInfo { dtype: Dtype::F32, shape: shape.clone(), data_offsets })
    });
    // without this word older versions of transformers refuse the file
    let about = HashMap::from([("format".to_string(), "pt".to_string())]);
    let described = Metadata::new(Some(about), placed.collect())?;
    let mut text = serde_json::to_string(&described)?.into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    sink.write_all(&(text.len() as u64).to_le_bytes())?;
    sink.write_all(&text)?;
    Ok(())
}

/// An opened `model.safetensors`.
pub struct Tensors {
    file: BufReader<File>,
    described: Metadata,
    /// Where the numbers begin.
    begin: u64,
}

impl Tensors {
    /// Reads the description, and refuses a file that is longer or shorter than it says.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut file = BufReader::new(file);
        let mut word = [0; 8];
        file.read_exact(&mut word).context("the file ends too early")?;
        let described = u64::from_le_bytes(word);
        let begin = described.checked_add(8).filter(|begin| *begin <= length.min(LONGEST));
        let begin = begin.context("it does not begin as a safetensors file does")?;
        let mut text = vec![0; described as usize];
        file.read_exact(&mut text)?;
        let described: Metadata =
            serde_json::from_slice(&text).context("read the description of its tensors")?;
        let end = begin + described.data_len() as u64;
        ensure!(
            end == length,
            "the file is {length} bytes long; its tensors need {end}: was it copied whole?"
        );
        Ok(Self { file, described, begin })
    }

    /// Every name in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names = self.described.offset_keys();
        names.sort_unstable();
        names
    }

    /// Hands the numbers of a tensor to `sink`, [`CHUNK`] at a time. It must have this shape.
    pub fn values(
        &mut self,
        name: &str,
        shape: &[usize],
        sink: &mut dyn FnMut(&[f32]) -> Result<()>,
    ) -> Result<()> {
        let info = self.described.info(name).with_context(|| format!("{name} is missing"))?;
        ensure!(info.shape == shape, "{name} has the shape {:?}, not {shape:?}", info.shape);
        let float = match info.dtype {
            Dtype::F32 => Float::F32,
            Dtype::F16 => Float::F16,
            Dtype::BF16 => Float::Bf16,
            other => bail!("{name} holds numbers of type {other}; save the model as float32"),
        };
        let (first, end) = info.data_offsets;
        self.file.seek(SeekFrom::Start(self.begin + first as u64))?;
        let (mut bytes, mut numbers) = (Vec::new(), Vec::new());
        let mut left = end - first;
        while left > 0 {
            let now = left.min(CHUNK * float.bytes());
            bytes.resize(now, 0);
            self.file.read_exact(&mut bytes).with_context(|| format!("read {name}"))?;
            float.decode(&bytes, &mut numbers);
            sink(&numbers)?;
            left -= now;
        }
        Ok(())
    }
}

/// Every tensor of a file of f32, whole.
#[cfg(test)]
pub fn all(bytes: &[u8]) -> Vec<(String, Vec<usize>, Vec<f32>)> {
    let read = safetensors::SafeTensors::deserialize(bytes).unwrap();
    let mut list: Vec<_> = read.tensors();
    list.sort_by(|(left, _), (right, _)| left.cmp(right));
    let numbers = |data: &[u8]| {
        let mut numbers = Vec::new();
        Float::F32.decode(data, &mut numbers);
        numbers
    };
    list.into_iter().map(|(n, v)| (n, v.shape().to_vec(), numbers(v.data()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use safetensors::tensor::TensorView;
    use std::fs;
    use std::path::PathBuf;

    fn whole(tensors: &mut Tensors, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let mut numbers = Vec::new();
        let mut sink = |chunk: &[f32]| {
            numbers.extend_from_slice(chunk);
            Ok(())
        };
        tensors.values(name, shape, &mut sink)?;
        Ok(numbers)
    }

    fn write(folder: &Path, bytes: &[u8]) -> PathBuf {
        let path = folder.join("model.safetensors");
        fs::write(&path, bytes).unwrap();
        path
    }

    fn small() -> Vec<u8> {
        let mut bytes = Vec::new();
        start(&mut bytes, &[("b".into(), vec![2, 3]), ("a".into(), vec![1])]).unwrap();
        Float::F32.encode(&[1.0, -2.5, 3.0, 4.0, 5.0, 6.0, 7.0], &mut bytes);
        bytes
    }

    #[test]
    fn what_is_written_is_what_the_crate_reads() {
        let bytes = small();
        let read = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let b = read.tensor("b").unwrap();
        assert_eq!((b.dtype(), b.shape()), (Dtype::F32, &[2, 3][..]));
        assert_eq!(&b.data()[4..8], &(-2.5f32).to_le_bytes());
        assert_eq!(read.tensor("a").unwrap().data(), &7.0f32.to_le_bytes());
    }

    #[test]
    fn what_the_crate_writes_is_read_in_each_float_type() {
        let folder = tempfile::tempdir().unwrap();
        for (dtype, float) in
            [(Dtype::F32, Float::F32), (Dtype::F16, Float::F16), (Dtype::BF16, Float::Bf16)]
        {
            let mut data = Vec::new();
            float.encode(&[1.5, -2.0], &mut data);
            let view = TensorView::new(dtype, vec![2, 1], &data).unwrap();
            let bytes = safetensors::serialize([("x", view)], None).unwrap();
            let mut tensors = Tensors::open(&write(folder.path(), &bytes)).unwrap();
            assert_eq!(tensors.names(), ["x"]);
            assert_eq!(whole(&mut tensors, "x", &[2, 1]).unwrap(), [1.5, -2.0]);
            let wrong = whole(&mut tensors, "x", &[1, 2]).unwrap_err().to_string();
            assert!(wrong.contains("[2, 1], not [1, 2]"), "{wrong}");
            assert!(whole(&mut tensors, "y", &[1]).is_err());
        }
        let view = TensorView::new(Dtype::I8, vec![1], &[1]).unwrap();
        let bytes = safetensors::serialize([("x", view)], None).unwrap();
        let mut tensors = Tensors::open(&write(folder.path(), &bytes)).unwrap();
        let error = whole(&mut tensors, "x", &[1]).unwrap_err().to_string();
        assert!(error.contains("I8") && error.contains("float32"), "{error}");
    }

    #[test]
    fn a_file_cut_or_continued_anywhere_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = small();
        for end in 0..bytes.len() {
            assert!(Tensors::open(&write(folder.path(), &bytes[..end])).is_err(), "cut at {end}");
        }
        let longer = [bytes, vec![0; 4]].concat();
        assert!(Tensors::open(&write(folder.path(), &longer)).is_err());
    }

    proptest! {
        #[test]
        fn changed_bytes_never_panic(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut bytes = small();
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if let Ok(mut tensors) = Tensors::open(&write(folder.path(), &bytes)) {
                for name in tensors.names() {
                    let _ = whole(&mut tensors, &name, &[2, 3]);
                }
            }
        }
    }
}
