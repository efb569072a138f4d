//! Any audio file to 16 kHz mono, in a stream.
//! In: a path and the wanted channel. Out: blocks of samples in [-1, 1], or an error that says
//! what is wrong with the file. Left to others: what is done with the samples.

use std::ffi::OsStr;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::ffmpeg::{self, Ffmpeg};
use super::reader::{Reader, Refusal, Shape};
use super::resample::Resampler;
use super::sniff;
use crate::domain::{Channel, Samples};

/// Damage up to this share of a file is covered with silence; more is an error.
const TOLERATED_DAMAGE: f64 = 0.01;
/// A file that is shorter than its header says by more than this many seconds, or by more than the
/// tolerated share of damage, is truncated.
const TOLERATED_LOSS: f64 = 1.0;
/// Float samples beyond this were not scaled to [-1, 1].
const LOUDEST: f32 = 64.0;

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
}

/// What came out of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Samples at 16 kHz.
    pub length: Samples,
    /// How much was damaged: silence in place of packets, or missing (at most 1 %).
    pub damaged: Samples,
}

/// Checks a file by decoding its first samples.
///
/// Errors: unreadable, empty, a folder, no audio, or a codec that neither we nor `ffmpeg` decode.
pub fn probe(path: &Path) -> Result<Probe> {
    let (reader, ffmpeg) = open(path, ffmpeg::PROGRAM.as_ref()).with_context(|| about(path))?;
    let Shape { mut container, mut codec, channels, rate, declared } = reader.shape().clone();
    if ffmpeg.is_some() {
        (container, codec) = (ffmpeg::PROGRAM.into(), sniff::sniff(path)?.name);
    }
    Ok(Probe { container, codec, channels: u16::try_from(channels)?, rate, frames: declared })
}

/// Decodes a file from start to end and hands `sink` its samples, block by block, in order.
///
/// Any rate becomes 16 kHz: n frames become round(n * 16000 / rate) samples; 16 kHz audio is
/// handed on bit by bit. [`Channel::Mix`] is the mean of all channels.
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
    match Reader::open(path) {
        Ok(reader) => Ok((reader, None)),
        Err(Refusal::Lacking(why)) => {
            let (ffmpeg, reader) = ffmpeg::open(program, path, &why)?;
            Ok((reader, Some(ffmpeg)))
        }
        Err(other) => Err(other.into()),
    }
}

/// Reads to the end, or until `sink` has enough.
fn pump(
    reader: &mut Reader<'_>,
    channel: Channel,
    sink: &mut dyn FnMut(&[f32]) -> Result<ControlFlow<()>>,
) -> Result<(Decoded, ControlFlow<()>)> {
    let Shape { channels, rate, declared, .. } = reader.shape().clone();
    let mix = Mix::new(channel, channels)?;
    let seconds = |frames: u64| frames as f64 / f64::from(rate);
    let mut resampler = Resampler::new(rate)?;
    let mut flow = ControlFlow::Continue(());
    let (mut block, mut mono, mut frames) = (Vec::new(), Vec::new(), 0u64);
    let mut hand_on = |samples: &mut Vec<f32>, flow: &mut ControlFlow<()>| -> Result<()> {
        if flow.is_continue() && !samples.is_empty() {
            *flow = sink(samples)?;
        }
        samples.clear();
        Ok(())
    };
    let (mut ready, mut damaged) = (Vec::new(), 0.0);
    loop {
        let more = reader.next(&mut block).map_err(|e| {
            anyhow!(e).context(format!("damaged or truncated after {:.1} s", seconds(frames)))
        })?;
        if !more {
            break;
        }
        mix.apply(&block, &mut mono);
        if let Some(at) = mono.iter().position(|x| x.is_nan() || x.abs() > LOUDEST) {
            bail!(
                "the sample at {:.4} s is {}: audio must be numbers between -1 and 1",
                seconds(frames + at as u64),
                mono[at]
            );
        }
        frames += mono.len() as u64;
        resampler.push(&mono, &mut |samples| {
            ready.extend(samples.iter().map(|x| x.clamp(-1.0, 1.0)));
            Ok(())
        })?;
        hand_on(&mut ready, &mut flow)?;
        if flow.is_break() {
            break;
        }
    }
    if flow.is_continue() {
        ensure!(
            declared.is_some() || !reader.cut_short(),
            "truncated: the data end after {:.1} s in the middle of the container",
            seconds(frames)
        );
        let whole = declared.map_or(0.0, seconds);
        let missing = (whole - seconds(frames)).max(0.0);
        ensure!(
            missing <= TOLERATED_LOSS.min(TOLERATED_DAMAGE * whole),
            "truncated or damaged: {:.2} of {whole:.2} s decoded",
            seconds(frames)
        );
        damaged = seconds(reader.concealed()) + missing;
        ensure!(
            damaged <= TOLERATED_DAMAGE * seconds(frames),
            "damaged: {damaged:.2} of {:.2} s cannot be decoded",
            seconds(frames)
        );
    }
    let length = resampler.finish(&mut |samples| {
        ready.extend(samples.iter().map(|x| x.clamp(-1.0, 1.0)));
        Ok(())
    })?;
    hand_on(&mut ready, &mut flow)?;
    Ok((Decoded { length: Samples(length), damaged: Samples::from_seconds(damaged) }, flow))
}

/// One channel out of interleaved ones.
struct Mix {
    channels: usize,
    only: Option<usize>,
}

impl Mix {
    fn new(channel: Channel, channels: usize) -> Result<Self> {
        let only = match channel {
            Channel::Mix => None,
            Channel::Only(n) if usize::from(n) < channels => Some(usize::from(n)),
            Channel::Only(n) => bail!("there is no channel {n}: it has {channels}, counted from 0"),
        };
        Ok(Self { channels, only })
    }

    fn apply(&self, interleaved: &[f32], mono: &mut Vec<f32>) {
        let frames = interleaved.chunks_exact(self.channels);
        mono.clear();
        match self.only {
            Some(n) => mono.extend(frames.map(|frame| frame[n])),
            None if self.channels == 1 => mono.extend_from_slice(interleaved),
            None => {
                let share = 1.0 / self.channels as f32;
                mono.extend(frames.map(|frame| frame.iter().sum::<f32>() * share));
            }
        }
    }
}

#[cfg(test)]
mod tests;
