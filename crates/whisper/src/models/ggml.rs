//! whisper.cpp's model file: magic, header, mel filters, vocabulary, tensors; little-endian.
//! In: a path. Out: what the file holds, once all of it makes sense. Left to others: making such
//! files (`convert`), knowing whose they are (`check`).

pub mod header;
pub mod layout;
pub mod reader;
pub mod writer;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};

pub use header::{Header, Storage};
pub use reader::Reader;

/// Opens a model file and checks its structure: see [`Reader::open`].
pub fn open(path: &Path) -> Result<Reader<BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("open the model {}", path.display()))?;
    Reader::open(BufReader::new(file)).with_context(|| {
        format!("{} is not a ggml Whisper model that can be loaded", path.display())
    })
}

/// The header of a model file whose structure is sound: every tensor that whisper.cpp expects is
/// there once, with the right shape and type, and ends inside the file. whisper.cpp may abort the
/// process on a file that is not. The numbers themselves are not looked at.
pub fn inspect(path: &Path) -> Result<Header> {
    Ok(open(path)?.header)
}
