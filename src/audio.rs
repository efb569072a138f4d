//! recording -> clips: decode, resample, detect speech, slice, write audio.
//!
//! A file is read in blocks: [`decode::stream`] into a [`detect::Detector`], whose probabilities
//! [`slice::slice`] turns into pieces that tile the recording; then [`cut::cut`] reads it again for the
//! samples of the clips, unless the caller kept them (`workers::read` does, up to 20 minutes). [`wav`]
//! and [`flac`] write clips for people and data sets, [`level`] says how loud they are.
//! Left to others: which files there are, where pieces are kept, what is said in the clips.

pub mod cut;
pub mod decode;
pub mod detect;
mod ffmpeg;
pub mod flac;
mod headers;
mod input;
pub mod isolate;
pub mod level;
mod reader;
mod resample;
pub mod slice;
mod sniff;
mod source;
pub mod wav;
