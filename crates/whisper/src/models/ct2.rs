//! Reads a CTranslate2 `model.bin` (version 6). In: a file. Out: an index of its variables and,
//! in small chunks, their numbers as f32. Left to others: what the variables mean (`convert`).
//!
//! Layout: u32 version; string spec name; u32 revision; u32 count; then per variable: string name,
//! u8 rank, u32 sizes (rank of them), u8 type, u32 byte length, data; then u32 count of aliases, each two
//! strings: the alias and the variable that it stands for. A string is a u16 length that counts a
//! closing NUL, then the bytes. All little-endian. Nothing is allocated on the word of the file:
//! lengths are checked against what is left of it.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use anyhow::{Context, Result, bail, ensure};

use super::numbers::Float;

/// Numbers handed over at a time; a multiple of every quantisation block.
pub const CHUNK: usize = 1 << 16;

/// One variable's place and shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Sizes, slowest first (as numpy prints a shape).
    pub dims: Vec<u64>,
    /// Numbers in it.
    pub count: u64,
    kind: u8,
    offset: u64,
}

/// An opened `model.bin`.
pub struct Ct2<R> {
    reader: R,
    variables: BTreeMap<String, Variable>,
}

impl<R: Read + Seek> Ct2<R> {
    /// Reads the index; the data stays where it is.
    pub fn open(mut reader: R) -> Result<Self> {
        let length = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        let mut cursor = Cursor { reader: &mut reader, at: 0, length };
        let version = cursor.u32()?;
        ensure!(
            version == 6,
            "it is not a CTranslate2 model of version 6 (its first number is {version})"
        );
        let spec = cursor.string()?;
        ensure!(spec == "WhisperSpec", "it holds a {spec:?}, not a Whisper model");
        cursor.u32()?;
        let count = cursor.u32()?;
        let mut variables = BTreeMap::new();
        for i in 0..count {
            let (name, variable) =
                cursor.variable().with_context(|| format!("variable {} of {count}", i + 1))?;
            ensure!(
                variables.insert(name.clone(), variable).is_none(),
                "variable {name} is there twice"
            );
        }
        let aliases = cursor.u32()?;
        for _ in 0..aliases {
            let (alias, name) = (cursor.string()?, cursor.string()?);
            let Some(variable) = variables.get(&name).cloned() else {
                bail!("{alias} stands for {name}, which is missing");
            };
            variables.entry(alias).or_insert(variable);
        }
        ensure!(cursor.at == length, "{} bytes are left over", length - cursor.at);
        Ok(Self { reader, variables })
    }

    /// A variable by its name.
    pub fn variable(&self, name: &str) -> Result<&Variable> {
        self.variables.get(name).with_context(|| format!("variable {name} is missing"))
    }

    /// Hands the numbers `[first, first + count)` of a float variable to `sink`, [`CHUNK`] at a time.
    pub fn values(
        &mut self,
        name: &str,
        first: u64,
        count: u64,
        sink: &mut dyn FnMut(&[f32]) -> Result<()>,
    ) -> Result<()> {
        let variable = self.variable(name)?;
        let kind = match variable.kind {
            0 => Float::F32,
            4 => Float::F16,
            other => bail!(
                "variable {name} holds {} numbers; convert from a float16 or float32 CTranslate2 \
                 model (ct2-transformers-converter --quantization float16)",
                ["float32", "int8", "int16", "int32", "float16"]
                    .get(usize::from(other))
                    .unwrap_or(&"unknown")
            ),
        };
        ensure!(
            first.checked_add(count).is_some_and(|end| end <= variable.count),
            "variable {name} has {} numbers, too few",
            variable.count
        );
        self.reader.seek(SeekFrom::Start(variable.offset + first * kind.bytes() as u64))?;
        let mut left = count;
        let mut bytes = Vec::new();
        let mut numbers = Vec::new();
        while left > 0 {
            let now = left.min(CHUNK as u64) as usize;
            bytes.resize(now * kind.bytes(), 0);
            self.reader.read_exact(&mut bytes).with_context(|| format!("read {name}"))?;
            kind.decode(&bytes, &mut numbers);
            sink(&numbers)?;
            left -= now as u64;
        }
        Ok(())
    }
}

/// A position in the file that never runs past its end.
struct Cursor<'a, R> {
    reader: &'a mut R,
    at: u64,
    length: u64,
}

impl<R: Read + Seek> Cursor<'_, R> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.advance(N as u64)?;
        self.reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn advance(&mut self, bytes: u64) -> Result<()> {
        let left = self.length - self.at;
        ensure!(bytes <= left, "the file ends too early ({left} bytes left, {bytes} needed)");
        self.at += bytes;
        Ok(())
    }

    fn u32(&mut self) -> Result<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn string(&mut self) -> Result<String> {
        let length = u16::from_le_bytes(self.take()?);
        self.advance(length.into())?;
        let mut bytes = vec![0; length.into()];
        self.reader.read_exact(&mut bytes)?;
        ensure!(bytes.pop() == Some(0), "a name does not end with a NUL");
        String::from_utf8(bytes).context("a name is not UTF-8")
    }

    fn variable(&mut self) -> Result<(String, Variable)> {
        let name = self.string()?;
        let [rank] = self.take()?;
        let mut dims = Vec::with_capacity(rank.into());
        for _ in 0..rank {
            dims.push(u64::from(self.u32()?));
        }
        let [kind] = self.take()?;
        let bytes = u64::from(self.u32()?);
        let width: u64 = match kind {
            0 | 3 => 4,
            1 => 1,
            2 | 4 => 2,
            other => bail!("{name} is of unknown type {other}"),
        };
        let count = dims.iter().try_fold(1u64, |product, &dim| product.checked_mul(dim));
        let Some(count) = count.filter(|n| n.checked_mul(width) == Some(bytes)) else {
            bail!("{name} of shape {dims:?} cannot take {bytes} bytes");
        };
        let offset = self.at;
        self.advance(bytes).with_context(|| name.clone())?;
        self.reader.seek(SeekFrom::Start(self.at))?;
        Ok((name, Variable { dims, count, kind, offset }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::ct2_bytes;
    use super::*;
    use proptest::prelude::*;

    fn small() -> Vec<u8> {
        ct2_bytes(&[
            ("a", vec![2, 3], vec![1.0, -2.0, 0.5, 4.0, 5.0, 6.0]),
            ("b", vec![3], vec![0.25, 7.0, 8.0]),
        ])
    }

    #[test]
    fn variables_come_back_with_shape_and_numbers() {
        let mut model = Ct2::open(std::io::Cursor::new(small())).unwrap();
        assert_eq!(model.variable("a").unwrap().dims, [2, 3]);
        let mut rows = Vec::new();
        model
            .values("a", 3, 3, &mut |chunk| {
                rows.extend_from_slice(chunk);
                Ok(())
            })
            .unwrap();
        assert_eq!(rows, [4.0, 5.0, 6.0]);
        assert!(model.values("a", 4, 3, &mut |_| Ok(())).is_err());
        assert!(model.variable("c").unwrap_err().to_string().contains("variable c is missing"));
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error() {
        let whole = small();
        for end in 0..whole.len() {
            assert!(Ct2::open(std::io::Cursor::new(&whole[..end])).is_err(), "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn changed_bytes_never_panic_nor_read_outside_the_file(
            changes in prop::collection::vec((0usize..1000, any::<u8>()), 1..6)
        ) {
            let mut bytes = small();
            for (at, value) in changes {
                let at = at % bytes.len();
                bytes[at] = value;
            }
            let length = bytes.len() as u64;
            if let Ok(mut model) = Ct2::open(std::io::Cursor::new(bytes)) {
                for (name, variable) in model.variables.clone() {
                    prop_assert!(variable.offset <= length);
                    prop_assert!(variable.count <= length);
                    let _ = model.values(&name, 0, variable.count, &mut |_| Ok(()));
                }
            }
        }
    }
}
