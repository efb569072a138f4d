//! Whisper folders of Hugging Face transformers, for teams with a trainer of their own.
//! In: a ggml file, or such a folder. Out: the other. Left to others: knowing whose file it is
//! (`check`), training (the team). Format: FORMATS.md; what was proved with it: docs/lab/trainers.md.

pub(super) mod config;
mod draft;
mod export;
mod import;
mod merges;
mod names;
mod special;
mod suppress;
pub(super) mod tensors;
mod tokenizer;

use std::path::Path;

pub use export::export;
pub use import::import;

/// The weights, in one file.
const WEIGHTS: &str = "model.safetensors";
/// The weights in several files, which `import` refuses.
const SHARDS: &str = "model.safetensors.index.json";
/// The weights as a Python pickle, which `import` refuses.
const PICKLE: &str = "pytorch_model.bin";
/// What PEFT calls an adapter that is not merged, which `import` refuses.
const ADAPTER: &str = "adapter_config.json";

/// Whether a folder looks like one of transformers, even one that cannot be converted.
pub fn is_folder(folder: &Path) -> bool {
    [WEIGHTS, SHARDS, PICKLE, ADAPTER].iter().any(|name| folder.join(name).is_file())
}
