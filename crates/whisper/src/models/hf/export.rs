//! Writes a transformers folder. In: a ggml file of f16 or f32. Out: the folder, weights in f32, so
//! that nothing is lost and any trainer takes them. Left to others: what its files say (`config`,
//! `tokenizer`).

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::super::ggml::layout::{Slot, slots};
use super::super::ggml::{self, Storage};
use super::super::numbers::Float;
use super::super::progress::{ProgressEvent, Stage};
use super::draft::Draft;
use super::merges::Merges;
use super::tokenizer::pretty;
use super::{WEIGHTS, config, names, suppress, tensors, tokenizer};

/// Makes the folder `out`, which appears whole or not at all; the SHA-256 of its weights.
pub fn export(from: &Path, out: &Path, progress: &mut dyn FnMut(ProgressEvent)) -> Result<String> {
    let mut model = ggml::open(from)?;
    let header = model.header.clone();
    let about = || format!("convert {}", from.display());
    ensure!(
        matches!(header.storage, Storage::F32 | Storage::F16),
        "{} is quantised ({:?}): its numbers are rounded, and training would go on from the rounded \
         ones; take the f16 file",
        from.display(),
        header.storage
    );
    ensure!(
        model.tokens.len() == header.text_tokens(),
        "{} has {} text tokens, not Whisper's {}",
        from.display(),
        model.tokens.len(),
        header.text_tokens()
    );
    let tokens = std::mem::take(&mut model.tokens);
    let merges = Merges::new(&tokens).and_then(|merges| {
        let suppressed = suppress::non_speech(&merges)?;
        let space = merges.encode(b" ")?[0];
        let mut files = tokenizer::files(&header, &tokens, &merges)?;
        files.push(("config.json", pretty(&config::model(&header))?));
        files.push((
            "generation_config.json",
            pretty(&config::generation(&header, &suppressed, space))?,
        ));
        files.push(("preprocessor_config.json", pretty(&config::preprocessor(&header))?));
        Ok(files)
    });
    let files = merges.with_context(|| format!("read the vocabulary of {}", from.display()))?;

    let draft = Draft::start(out)?;
    for (name, text) in files {
        draft.write(name, &text)?;
    }
    let mut ordered: Vec<(String, Slot)> =
        slots(&header).into_iter().map(|slot| (names::name(&slot), slot)).collect();
    ordered.sort_by(|(left, _), (right, _)| left.cmp(right));
    let described: Vec<(String, Vec<usize>)> =
        ordered.iter().map(|(name, slot)| (name.clone(), names::shape(slot))).collect();
    let mut file = draft.file(WEIGHTS)?;
    tensors::start(&mut file, &described).with_context(about)?;
    let size = |slot: &Slot| slot.count() * Float::F32.bytes() as u64;
    let total = Some(ordered.iter().map(|(_, slot)| size(slot)).sum());
    let (mut done, mut bytes) = (0, Vec::new());
    for (_, slot) in &ordered {
        model
            .values(slot, &mut |numbers| {
                bytes.clear();
                Float::F32.encode(numbers, &mut bytes);
                std::io::Write::write_all(&mut file, &bytes)?;
                Ok(())
            })
            .with_context(about)?;
        done += size(slot);
        progress(ProgressEvent::Bytes { stage: Stage::Convert, done, total });
    }
    let sum = file.commit()?;
    draft.publish()?;
    Ok(sum)
}
