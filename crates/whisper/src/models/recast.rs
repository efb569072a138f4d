//! A model's matrices as bf16, made while it is loaded. In: an f16 ggml file. Out: the bytes of the same file with
//! bf16 matrices. Left to others: whether it is the right file (`check`), loading it (`whisper`).
//!
//! Some processors multiply bf16 numbers with fewer instructions than f16 ones (docs/lab/speed.md). A file of its own
//! would have to be kept, checked and named; turning 16 bits into 16 bits takes a tenth of a second for `base`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use half::{bf16, f16};

use super::ggml::layout::{Role, slots};
use super::ggml::{self, Storage};

/// The header's number that says how matrices are stored, bytes from the start: after magic and ten others.
const STORAGE_AT: usize = 44;

/// The file's bytes with bf16 matrices; `None` for a file whose matrices are not f16.
///
/// # Errors
/// The file cannot be read, or is no sound model file.
pub fn as_bf16(path: &Path) -> Result<Option<Vec<u8>>> {
    let model = ggml::open(path)?;
    if model.header.storage != Storage::F16 {
        return Ok(None);
    }
    let mut bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let halves = halves();
    put(&mut bytes, STORAGE_AT, Storage::Bf16.ftype());
    for slot in slots(&model.header).iter().filter(|slot| slot.role == Role::Matrix) {
        let at = model.offset(&slot.name).context("a tensor outside the layout")? as usize;
        // Before the numbers: rank, length of the name, type, then sizes and the name.
        let kind = at - slot.name.len() - 4 * slot.dims.len() - 4;
        put(&mut bytes, kind, Storage::Bf16.tensor_type());
        let end = at + slot.storage(Storage::Bf16).bytes(slot.count()) as usize;
        for number in bytes[at..end].as_chunks_mut::<2>().0 {
            *number = halves[usize::from(u16::from_le_bytes(*number))];
        }
    }
    Ok(Some(bytes))
}

/// The bf16 number nearest to each f16 number, by its bits.
fn halves() -> Vec<[u8; 2]> {
    let nearest = |bits| bf16::from_f32(f16::from_bits(bits).to_f32()).to_le_bytes();
    (0..=u16::MAX).map(nearest).collect()
}

fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::convert::{Format, from_ct2, quantise};
    use super::super::synthetic::write_ct2;
    use super::*;
    use crate::models::ggml::Reader;
    use crate::models::ggml::layout::Slot;

    fn numbers(reader: &mut Reader<Cursor<&Vec<u8>>>, slot: &Slot) -> Vec<f32> {
        let mut all = Vec::new();
        let sink = &mut |numbers: &[f32]| {
            all.extend_from_slice(numbers);
            Ok(())
        };
        reader.values(slot, sink).unwrap();
        all
    }

    #[test]
    fn matrices_become_bf16_and_all_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        write_ct2(folder.path());
        let path = folder.path().join("f16.bin");
        from_ct2(folder.path(), &path, Format::F16, &mut |_| {}, |_| Ok(())).unwrap();
        let before = fs::read(&path).unwrap();
        let after = as_bf16(&path).unwrap().unwrap();
        assert_eq!(after.len(), before.len());
        let (mut old, mut new) = (
            Reader::open(Cursor::new(&before)).unwrap(),
            Reader::open(Cursor::new(&after)).unwrap(),
        );
        assert_eq!(new.header.storage, Storage::Bf16);
        assert_eq!((&new.filters, &new.tokens), (&old.filters, &old.tokens));
        for slot in &slots(&old.header) {
            let (was, is) = (numbers(&mut old, slot), numbers(&mut new, slot));
            for (a, b) in was.iter().zip(&is) {
                assert!((a - b).abs() <= a.abs() / 256.0, "{}: {a} {b}", slot.name);
            }
            let (at, bytes) = (old.offset(&slot.name).unwrap() as usize, 2 * was.len());
            let same = before[at..at + bytes] == after[at..at + bytes];
            assert_eq!(same, slot.role != Role::Matrix, "{}", slot.name);
        }
    }

    #[test]
    fn numbers_are_rounded_to_the_nearest_bf16() {
        let halves = halves();
        let of = |x: f32| bf16::from_le_bytes(halves[usize::from(f16::from_f32(x).to_bits())]);
        // bf16 has eight bits of precision: between 1 and 2 a step is 1/128.
        assert_eq!(of(1.0 + 1.0 / 512.0).to_f32(), 1.0);
        assert_eq!(of(1.0 + 3.0 / 512.0).to_f32(), 1.0 + 1.0 / 128.0);
        assert_eq!(of(-65504.0).to_f32(), -65536.0);
        assert_eq!(of(2f32.powi(-24)).to_f32(), 2f32.powi(-24), "the least f16 number");
    }

    #[test]
    fn a_quantised_file_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        write_ct2(folder.path());
        let (path, coarse) = (folder.path().join("f16.bin"), folder.path().join("q8_0.bin"));
        from_ct2(folder.path(), &path, Format::F16, &mut |_| {}, |_| Ok(())).unwrap();
        quantise(&path, &coarse, &mut |_| {}).unwrap();
        assert_eq!(as_bf16(&coarse).unwrap(), None);
    }
}
