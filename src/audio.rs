//! recording -> clips: decode, resample, detect speech, slice, write audio.
//!
//! Two passes over a file, neither of which holds it in memory: [`decode::stream`] into a
//! [`detect::Detector`], whose probabilities [`slice::slice`] turns into pieces that tile the
//! recording; then [`cut::cut`] hands out the samples of the clips. [`wav`] and [`flac`] write
//! them for people and data sets, [`level`] says how loud they are.
//! Left to others: which files there are, where pieces are kept, what is said in the clips.

pub mod cut;
pub mod decode;
pub mod detect;
mod ffmpeg;
pub mod flac;
pub mod level;
mod reader;
mod resample;
pub mod slice;
mod sniff;
pub mod wav;
