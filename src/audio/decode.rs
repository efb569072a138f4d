//! Any audio file to 16 kHz mono, in a stream.
//! In: a path and the wanted channel. Out: blocks of samples in [-1, 1], or an error that says
//! what is wrong with the file. Left to others: what is done with the samples.

mod mix;
mod pump;

use std::ffi::OsStr;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use self::pump::pump;
use super::ffmpeg::{self, Ffmpeg};
use super::reader::{Reader, Refusal, Shape};
use super::sniff;
use crate::domain::{Channel, Samples};

/// What a file is, before it is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Short name of the container ("wave", "ogg", "isomp4", or "ffmpeg").
    pub container: String,
    /// Short name of the codec ("flac", "opus"); for `ffmpeg` what the file looks like.
    pub codec: String,
    /// Channels.
    pub channels: u16,
    /// Frames per second.
    pub rate: u32,
    /// Frames according to the header, where it says so and can be trusted.
    pub frames: Option<u64>,
    /// Audio tracks beside the one that is decoded, which are left out.
    pub other_tracks: usize,
}

/// What came out of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Samples at 16 kHz.
    pub length: Samples,
    /// How much was damaged: silence in place of packets, or missing (at most 1 %).
    pub damaged: Samples,
    /// Pauses and a late start, by the container's time stamps: silence that no packet gave.
    pub filled: Samples,
}

/// Checks a file by decoding its first samples.
///
/// Errors: unreadable, empty, a folder, no audio, or a codec that neither we nor `ffmpeg` decode.
pub fn probe(path: &Path) -> Result<Probe> {
    let (reader, ffmpeg) = open(path, ffmpeg::PROGRAM.as_ref()).with_context(|| about(path))?;
    let Shape { mut container, mut codec, channels, rate, declared, other_tracks } =
        reader.shape().clone();
    if ffmpeg.is_some() {
        (container, codec) = (ffmpeg::PROGRAM.into(), sniff::sniff(path)?.name);
    }
    let channels = u16::try_from(channels)?;
    Ok(Probe { container, codec, channels, rate, frames: declared, other_tracks })
}

/// Decodes a file from start to end and hands `sink` its samples, block by block, in order.
///
/// Any rate becomes 16 kHz: n frames become round(n * 16000 / rate) samples; 16 kHz audio is
/// handed on bit by bit. [`Channel::Mix`] is the mean of all channels, or the
/// loudest where they cancel each other.
/// Errors: those of [`probe`], a channel that is not there, a truncated or damaged file, a sample
/// that is no number, a file that changes meanwhile, and the errors of `sink`.
pub fn stream(
    path: &Path,
    channel: Channel,
    sink: &mut dyn FnMut(&[f32]) -> Result<()>,
) -> Result<Decoded> {
    let mut go_on = |block: &[f32]| sink(block).map(ControlFlow::Continue);
    stream_until(path, channel, &mut go_on)
}

/// Like [`stream`]; `sink` may end it early, which forgoes the checks of what follows.
pub fn stream_until(
    path: &Path,
    channel: Channel,
    sink: &mut dyn FnMut(&[f32]) -> Result<ControlFlow<()>>,
) -> Result<Decoded> {
    decode(path, channel, ffmpeg::PROGRAM.as_ref(), sink).with_context(|| about(path))
}

fn about(path: &Path) -> String {
    format!("decode {}", path.display())
}

fn decode(
    path: &Path,
    channel: Channel,
    ffmpeg: &OsStr,
    sink: &mut dyn FnMut(&[f32]) -> Result<ControlFlow<()>>,
) -> Result<Decoded> {
    let before = stamp(path)?;
    let (mut reader, mut ffmpeg) = open(path, ffmpeg)?;
    let pumped = pump(&mut reader, channel, sink);
    ensure!(stamp(path)? == before, "the file changed while it was read; ingest it again");
    let (decoded, flow) = pumped?;
    if let (Some(ffmpeg), ControlFlow::Continue(())) = (&mut ffmpeg, flow) {
        ffmpeg.end()?;
    }
    Ok(decoded)
}

/// Size and modification time.
fn stamp(path: &Path) -> Result<(u64, Option<SystemTime>)> {
    let facts = fs::metadata(path)?;
    Ok((facts.len(), facts.modified().ok()))
}

/// By symphonia, else by `ffmpeg`.
fn open(path: &Path, program: &OsStr) -> Result<(Reader<'static>, Option<Ffmpeg>)> {
    let facts = fs::metadata(path)?;
    ensure!(!facts.is_dir(), "it is a folder");
    ensure!(facts.is_file(), "it is not a regular file");
    ensure!(facts.len() > 0, "the file is empty (0 bytes)");
    match Reader::open(path, fs::File::open(path)?, &sniff::sniff(path)?) {
        Ok(reader) => Ok((reader, None)),
        Err(Refusal::Lacking(why)) => {
            let (ffmpeg, reader) = ffmpeg::open(program, path, &why)?;
            Ok((reader, Some(ffmpeg)))
        }
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests;
