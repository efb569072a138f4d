//! Any audio file to 16 kHz mono, in a stream.
//! In: a file, the content that it should have, and the wanted channel. Out: blocks of samples in
//! [-1, 1], or an error that says what is wrong with the file. Left to others: what is done with the samples.
//!
//! An [`attempt`] is one decoder with one file, in a process of its own ([`super::isolate`]). The first is
//! ours; where that fails, whatever the format and the reason, `ffmpeg` gets its turn.

pub mod attempt;
mod mix;
pub mod pump;

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};

use self::attempt::Attempt;
use super::ffmpeg;
use super::isolate::{self, Request, Task};
use crate::domain::{Channel, Recording, SAMPLE_RATE, Samples};

/// The longest recording: two days. No recorder writes a longer file, and a decoder that goes round in
/// circles comes here in some minutes.
const LONGEST: Samples = Samples(48 * 3600 * SAMPLE_RATE as u64);

/// What is decoded.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    path: &'a Path,
    channel: Channel,
    sha256: Option<&'a str>,
}

/// Takes blocks of samples, in order, until it has enough.
pub type Sink<'s> = &'s mut dyn FnMut(&[f32]) -> Result<ControlFlow<()>>;

/// What a file is, before it is decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decoded {
    /// Samples at 16 kHz.
    pub length: Samples,
    /// How much was damaged: silence in place of packets, or missing (at most 1 %).
    pub damaged: Samples,
    /// Pauses and a late start, by the container's time stamps: silence that no packet gave.
    pub filled: Samples,
    /// Audio tracks beside the one that was decoded.
    pub other_tracks: usize,
}

/// Who decodes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum By {
    /// Our own reader.
    Ourselves,
    /// `ffmpeg`.
    Ffmpeg {
        /// Seconds that the file should have, where our own reader could tell.
        expected: Option<f64>,
    },
}

/// Why an attempt gave no samples.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
pub enum Failure {
    /// This decoder could not; another may.
    #[error("{why}")]
    Decoder {
        /// What it said.
        why: String,
        /// Seconds that the file should have, where that is known.
        expected: Option<f64>,
    },
    /// No decoder could: the file is gone, changed, empty, cut short.
    #[error("{0}")]
    File(String),
}

impl Failure {
    /// A decoder could not.
    pub fn decoder(why: impl Into<String>) -> Self {
        Failure::Decoder { why: why.into(), expected: None }
    }

    /// No decoder could.
    pub fn file(why: impl Into<anyhow::Error>) -> Self {
        Failure::File(format!("{:#}", why.into()))
    }
}

impl<'a> Source<'a> {
    /// A file, whatever it holds.
    pub fn file(path: &'a Path, channel: Channel) -> Self {
        Self { path, channel, sha256: None }
    }

    /// What was ingested, and nothing that came in its place since.
    pub fn recording(recording: &'a Recording) -> Self {
        let Recording { file, channel, sha256, .. } = recording;
        Self { path: file, channel: *channel, sha256: Some(sha256) }
    }

    /// Where it is.
    pub fn path(&self) -> &'a Path {
        self.path
    }

    fn request(&self, task: Task, by: By) -> Request {
        Request { task, sha256: self.sha256.map(String::from), by }
    }

    fn attempt<'b>(&'b self, by: By, ffmpeg: &'b OsStr) -> Attempt<'b> {
        Attempt { path: self.path, sha256: self.sha256, by, ffmpeg }
    }
}

/// Checks a file by decoding its first samples.
///
/// Errors: unreadable, empty, a folder, no audio, or a codec that neither we nor `ffmpeg` decode.
pub fn probe(path: &Path) -> Result<Probe> {
    let source = Source::file(path, Channel::Mix);
    let attempts = attempts(&mut |by| match isolate::program() {
        Some(program) => isolate::probe(program, path, &source.request(Task::Probe, by)),
        None => source.attempt(by, ffmpeg::PROGRAM.as_ref()).probe(&mut || ()),
    });
    attempts.with_context(|| about(path))
}

/// Decodes a file from start to end and hands `sink` its samples, block by block, in order.
///
/// Any rate becomes 16 kHz: n frames become round(n * 16000 / rate) samples; 16 kHz audio is
/// handed on bit by bit. [`Channel::Mix`] is the mean of all channels, or the
/// loudest where they cancel each other.
/// Errors: those of [`probe`], a channel that is not there, a truncated or damaged file, a sample
/// that is no number, content that is not what was ingested, and the errors of `sink`.
pub fn stream(source: &Source<'_>, sink: &mut dyn FnMut(&[f32]) -> Result<()>) -> Result<Decoded> {
    let decoded = stream_until(source, &mut |block| sink(block).map(ControlFlow::Continue))?;
    decoded.ok_or_else(|| anyhow!("{}: the decoder stopped early", about(source.path)))
}

/// Like [`stream`]; `sink` may end it early, which forgoes the checks of what follows, and `None` comes.
pub fn stream_until(source: &Source<'_>, sink: Sink<'_>) -> Result<Option<Decoded>> {
    let decoded = decode(sink, &mut |by, sink| match isolate::program() {
        Some(program) => {
            let request = source.request(Task::Stream(source.channel), by);
            isolate::stream(program, source.path, &request, sink)
        }
        None => {
            source.attempt(by, ffmpeg::PROGRAM.as_ref()).stream(source.channel, &mut || (), sink)
        }
    });
    decoded.with_context(|| about(source.path))
}

fn about(path: &Path) -> String {
    format!("decode {}", path.display())
}

/// One decoder's attempt at a file.
type TryBy<'a> = dyn FnMut(By, Sink<'_>) -> Result<Option<Decoded>, Failure> + 'a;

/// Attempts until one succeeds. What the first has handed on before it failed, the second leaves out: both
/// passes over a file get the same samples, since each decoder fails at the same place in the same file (what depends
/// on the machine's load, a time-out in the middle, fails the file instead).
fn decode(sink: Sink<'_>, run: &mut TryBy<'_>) -> Result<Option<Decoded>> {
    let mut handed = 0;
    let mut refused = None;
    let decoded = attempts(&mut |by| {
        let mut at = 0;
        let outcome = run(by, &mut |block| {
            let known = (handed - at).min(block.len() as u64);
            at += block.len() as u64;
            let new = &block[known as usize..];
            if new.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            handed = at;
            let taken = match Samples(at) > LONGEST {
                true => Err(anyhow!(
                    "it goes on for more than {} h: stopped",
                    LONGEST.seconds() / 3600.0
                )),
                false => sink(new),
            };
            taken.map_err(|error| {
                refused = Some(error);
                anyhow!("stopped")
            })
        });
        match outcome {
            Ok(Some(Decoded { length, .. })) if length.0 < handed => {
                Err(Failure::decoder("it ends before the part that could be decoded first"))
            }
            Err(_) if refused.is_some() => Err(Failure::File(String::new())),
            outcome => outcome,
        }
    });
    match refused {
        Some(error) => Err(error),
        None => decoded,
    }
}

/// Our own decoder, then `ffmpeg`, each in turn; where both fail, both reasons are told.
fn attempts<T>(run: &mut dyn FnMut(By) -> Result<T, Failure>) -> Result<T> {
    let (ours, expected) = match run(By::Ourselves) {
        Ok(done) => return Ok(done),
        Err(Failure::File(why)) => bail!(why),
        Err(Failure::Decoder { why, expected }) => (why, expected),
    };
    run(By::Ffmpeg { expected }).map_err(|theirs| anyhow!("{ours}; {theirs}"))
}

#[cfg(test)]
mod tests;
