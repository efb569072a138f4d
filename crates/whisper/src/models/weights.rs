//! The numbers of a ggml model, to train them and to write them back. In: a path. Out: tensors by name;
//! a file that differs from its parent in the changed tensors alone. Left to others: training.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::ggml::layout::slots;
use super::ggml::{self, Header, Storage};
use super::numbers::Float;
use super::replace::Replacement;

/// A model in memory.
pub struct Loaded {
    /// Its sizes.
    pub header: Header,
    /// Its mel filters, bands rows of 201.
    pub filters: Vec<f32>,
    /// Its tensors: sizes (slowest first) and numbers.
    pub tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

/// Reads an f16 or f32 model whole: 300 MB for base.
///
/// # Errors
/// No sound model file, or a quantised one: its numbers are too coarse to be trained further.
pub fn load(path: &Path) -> Result<Loaded> {
    let mut model = ggml::open(path)?;
    floats(&model.header, path)?;
    let mut tensors = BTreeMap::new();
    for slot in slots(&model.header) {
        let numbers = model.all(&slot)?;
        let dims = slot.dims.iter().rev().map(|d| *d as usize).collect();
        tensors.insert(slot.name, (dims, numbers));
    }
    Ok(Loaded { header: model.header, filters: model.filters, tensors })
}

/// Writes `out`: the bytes of `parent`, with the numbers of `changed` instead of its own.
///
/// # Errors
/// As [`load`]; a tensor that the parent does not have, or of another size; a full disk.
pub fn rewrite(parent: &Path, out: &Path, changed: &BTreeMap<String, Vec<f32>>) -> Result<String> {
    let model = ggml::open(parent)?;
    floats(&model.header, parent)?;
    let mut bytes = fs::read(parent).with_context(|| format!("read {}", parent.display()))?;
    let slots: BTreeMap<String, _> =
        slots(&model.header).into_iter().map(|slot| (slot.name.clone(), slot)).collect();
    for (name, numbers) in changed {
        let slot = slots.get(name).with_context(|| format!("the model has no tensor {name}"))?;
        ensure!(slot.count() == numbers.len() as u64, "{name} has another size");
        let float = match slot.storage(model.header.storage) {
            Storage::F16 => Float::F16,
            _ => Float::F32,
        };
        let mut encoded = Vec::with_capacity(numbers.len() * float.bytes());
        float.encode(numbers, &mut encoded);
        let at = model.offset(name).with_context(|| format!("no place for {name}"))? as usize;
        bytes[at..at + encoded.len()].copy_from_slice(&encoded);
    }
    let mut file = Replacement::start(out)?;
    file.write_all(&bytes).with_context(|| format!("write {}", out.display()))?;
    file.commit()
}

fn floats(header: &Header, path: &Path) -> Result<()> {
    ensure!(
        matches!(header.storage, Storage::F16 | Storage::F32),
        "the model {} is quantised, too coarse to be trained further: choose the f16 one (`base` for \
         `base-q8_0`)",
        path.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::convert::{Format, from_ct2, quantise};
    use super::super::synthetic::write_ct2;
    use super::*;

    #[test]
    fn only_changed_tensors_differ_from_the_parent() {
        let folder = tempfile::tempdir().unwrap();
        write_ct2(folder.path());
        let [parent, child, coarse] = ["p", "c", "q"].map(|name| folder.path().join(name));
        from_ct2(folder.path(), &parent, Format::F16, &mut |_| {}, |_| Ok(())).unwrap();
        let before = load(&parent).unwrap();
        let (matrix, norm) = ("decoder.blocks.0.mlp.0.weight", "decoder.ln.bias");
        assert_eq!(before.tensors[matrix].0, [256, 64]);
        let moved = |name: &str| before.tensors[name].1.iter().map(|v| v + 1.0).collect();
        let changed: BTreeMap<String, Vec<f32>> =
            [matrix, norm].into_iter().map(|name| (name.to_string(), moved(name))).collect();
        let sum = rewrite(&parent, &child, &changed).unwrap();
        assert_eq!(sum, super::super::checksum::of_file(&child, &mut |_| {}).unwrap());
        let after = load(&child).unwrap();
        for (name, (dims, numbers)) in &before.tensors {
            let expected = changed.get(name).unwrap_or(numbers);
            assert_eq!(&after.tensors[name], &(dims.clone(), expected.clone()), "{name}");
        }
        let (old, new) = (fs::read(&parent).unwrap(), fs::read(&child).unwrap());
        assert_eq!(old.len(), new.len());
        let differ = old.iter().zip(&new).filter(|(a, b)| a != b).count();
        assert!(differ > 0 && differ <= 256 * 64 * 2 + 64 * 4, "{differ} bytes");

        let wrong = BTreeMap::from([(matrix.to_string(), vec![0.0])]);
        assert!(rewrite(&parent, &child, &wrong).unwrap_err().to_string().contains("another size"));
        let wrong = BTreeMap::from([("conv9".to_string(), vec![0.0])]);
        assert!(rewrite(&parent, &child, &wrong).unwrap_err().to_string().contains("conv9"));
        quantise(&parent, &coarse, &mut |_| {}).unwrap();
        assert!(load(&coarse).err().unwrap().to_string().contains("quantised"));
    }
}
