//! Reads a transformers folder. In: `config.json`, one `model.safetensors`, the tokenizer. Out: a ggml
//! file. Left to others: writing it (`convert`), whether it is a better model (`evaluate`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use half::f16;

use super::super::convert::{Format, copy};
use super::super::ggml::layout::{Role, Slot, slots};
use super::super::ggml::{Header, writer::Writer};
use super::super::mel;
use super::super::progress::ProgressEvent;
use super::super::replace::Replacement;
use super::super::{texts, vocabulary};
use super::tensors::Tensors;
use super::{ADAPTER, PICKLE, SHARDS, WEIGHTS, config, names};

/// Makes the ggml file `out` of a folder that `save_pretrained` wrote; it appears whole or not at all.
pub fn import(
    folder: &Path,
    out: &Path,
    format: Format,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<String> {
    let weights = weights(folder)?;
    let path = folder.join("config.json");
    let about = || format!("read {}", path.display());
    let json = texts::read(&path).with_context(about)?;
    let header = config::header(&json, format.storage()).with_context(about)?;
    let tokens = tokens(folder, &header)?;

    let about = || format!("convert {}", weights.display());
    let mut model = Tensors::open(&weights).with_context(about)?;
    check(&mut model, &header).with_context(about)?;
    let filters = mel::filterbank(header.n_mels as usize);
    let writer = Writer::start(Replacement::start(out)?, &header, &filters, &tokens)?;
    let target = copy(&header, writer, progress, |slot, sink| {
        let name = names::name(slot);
        model.values(&name, &names::shape(slot), &mut |numbers| {
            fits(&name, slot, numbers)?;
            sink(numbers)
        })
    })
    .with_context(about)?;
    target.commit()
}

/// The one file of weights, or what to do to get it.
fn weights(folder: &Path) -> Result<PathBuf> {
    let has = |name: &str| folder.join(name).is_file();
    let name = folder.display();
    if has(WEIGHTS) {
        return Ok(folder.join(WEIGHTS));
    }
    if has(SHARDS) {
        bail!(
            "{name}: the weights are in several files ({SHARDS}); save them in one: \
             model.save_pretrained(FOLDER, max_shard_size=\"100GB\")"
        );
    }
    if has(ADAPTER) {
        bail!(
            "{name} holds an adapter ({ADAPTER}), not a model; merge it first: \
             model.merge_and_unload().save_pretrained(FOLDER)"
        );
    }
    if has(PICKLE) {
        bail!(
            "{name}: the weights are a Python pickle ({PICKLE}), which second-ear does not open; \
             load and save the model with transformers, which writes {WEIGHTS}"
        );
    }
    bail!("{name} has no {WEIGHTS}")
}

fn tokens(folder: &Path, header: &Header) -> Result<Vec<Vec<u8>>> {
    type Read = fn(&[u8], usize) -> Result<Vec<Vec<u8>>>;
    let kinds: [(&str, Read); 2] =
        [("tokenizer.json", vocabulary::tokens), ("vocab.json", vocabulary::tokens_of_vocab)];
    let found = kinds.into_iter().find(|(name, _)| folder.join(name).is_file());
    let Some((name, read)) = found else {
        bail!(
            "{} has no tokenizer.json and no vocab.json: save the tokenizer there too, \
             processor.save_pretrained(FOLDER)",
            folder.display()
        );
    };
    let path = folder.join(name);
    let about = || format!("read the vocabulary {}", path.display());
    let bytes = texts::read(&path).with_context(about)?;
    read(&bytes, header.text_tokens()).with_context(about)
}

/// Refuses tensors that a ggml file has no place for.
fn check(model: &mut Tensors, header: &Header) -> Result<()> {
    let slots = slots(header);
    let expected: BTreeSet<String> = slots.iter().map(names::name).collect();
    let present = model.names();
    let extra = present.iter().find(|name| !expected.contains(*name) && *name != names::OUTPUT);
    if let Some(extra) = extra {
        bail!(
            "the tensor {extra} is not part of a Whisper model of this shape; was an adapter left \
             unmerged?"
        );
    }
    if present.iter().any(|name| name == names::OUTPUT) {
        let shape = [header.n_vocab as usize, header.n_text_state as usize];
        let mut embedding = Vec::new();
        model.values(names::EMBEDDING, &shape, &mut |numbers| {
            embedding.extend_from_slice(numbers);
            Ok(())
        })?;
        let mut at = 0;
        model.values(names::OUTPUT, &shape, &mut |numbers| {
            ensure!(
                embedding[at..at + numbers.len()] == *numbers,
                "{} differs from {}: whisper.cpp uses the embedding for both, so it would lose \
                 what was trained there; train with tied embeddings",
                names::OUTPUT,
                names::EMBEDDING
            );
            at += numbers.len();
            Ok(())
        })?;
    }
    Ok(())
}

/// Refuses numbers that would not survive: a training that diverged leaves such.
fn fits(name: &str, slot: &Slot, numbers: &[f32]) -> Result<()> {
    let largest = match slot.role {
        Role::Plain => f32::MAX,
        Role::Matrix | Role::Kernel => f16::MAX.to_f32(),
    };
    let bad = numbers.iter().find(|number| number.is_nan() || number.abs() > largest);
    if let Some(bad) = bad {
        bail!("{name} holds {bad}, which is no weight of a sound model: did the training diverge?");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
