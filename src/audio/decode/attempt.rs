//! One decoder with one file, in this process. In: a path, what it should hold, who decodes. Out: blocks,
//! or why there are none, a panic of the decoder included. Left to others: the process, another attempt.

use std::any::Any;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Mutex;

use anyhow::Result;
use symphonia::core::errors::Error;

use super::pump::pump;
use super::{By, Decoded, Failure, LONGEST, Probe, Sink};
use crate::audio::ffmpeg::{self, Ffmpeg};
use crate::audio::input::{Input, Stamp, changed};
use crate::audio::reader::{Reader, Refusal, Shape};
use crate::audio::sniff::{self, Content, Looks};
use crate::domain::Channel;

/// What is tried.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The file.
    pub path: &'a Path,
    /// The SHA-256 that its content must have.
    pub sha256: Option<&'a str>,
    /// Who decodes.
    pub by: By,
    /// The name of `ffmpeg`.
    pub ffmpeg: &'a OsStr,
}

/// An open file and who reads it.
struct Open<'a> {
    reader: Reader<'static>,
    ffmpeg: Option<Ffmpeg>,
    looks: Looks,
    state: &'a State,
}

/// The state in which a file was found.
struct State {
    file: File,
    stamp: Stamp,
}

impl State {
    fn of(input: &Input) -> io::Result<Self> {
        let file = input.file()?;
        Ok(Self { stamp: Stamp::of(&file)?, file })
    }

    fn is_the_same(&self) -> io::Result<()> {
        match Stamp::of(&self.file)? == self.stamp {
            true => Ok(()),
            false => Err(changed("while it was read")),
        }
    }
}

impl Attempt<'_> {
    /// Decodes the first samples; `alive` is called now and then while nothing comes.
    pub fn probe(&self, alive: &mut dyn FnMut()) -> Result<Probe, Failure> {
        self.guarded(alive, |open| {
            let Shape { container, codec, channels, rate, declared, other_tracks } =
                open.reader.shape().clone();
            let (container, codec) = match open.ffmpeg {
                Some(_) => (ffmpeg::PROGRAM.into(), open.looks.name.clone()),
                None => (container, codec),
            };
            let channels = u16::try_from(channels).map_err(Failure::file)?;
            let bytes = open.state.file.metadata().map_err(Failure::file)?.len();
            let frames = declared.filter(|&frames| plausible(frames, rate, bytes));
            Ok(Probe { container, codec, channels, rate, frames, other_tracks })
        })
    }

    /// Decodes everything, or until `sink` has enough: then `None` comes.
    pub fn stream(
        &self,
        channel: Channel,
        alive: &mut dyn FnMut(),
        sink: Sink<'_>,
    ) -> Result<Option<Decoded>, Failure> {
        self.guarded(alive, |open| {
            let Shape { rate, declared, .. } = *open.reader.shape();
            let seconds = |frames: u64| frames as f64 / f64::from(rate);
            let Open { reader, ffmpeg, state, .. } = open;
            let watched = ffmpeg.is_some();
            let pumped = pump(reader, channel, &mut |block| {
                // What ffmpeg reads, nobody compares.
                if watched {
                    state.is_the_same()?;
                }
                sink(block)
            });
            let (decoded, flow) = pumped.map_err(|e| fault(e, declared.map(seconds)))?;
            match (ffmpeg, self.by) {
                _ if flow.is_break() => Ok(None),
                (Some(ffmpeg), By::Ffmpeg { expected }) => {
                    ffmpeg.end(decoded, rate, expected).map(Some)
                }
                _ => Ok(Some(decoded)),
            }
        })
    }

    /// Opens the file and has `work` done with it. A panic is this decoder's failure; where the file itself is
    /// at fault, that is what is told, whatever the decoder made of it.
    fn guarded<T>(
        &self,
        alive: &mut dyn FnMut(),
        work: impl FnOnce(&mut Open<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut input = self.input(alive)?;
        let looks = sniff::sniff(&mut input).map_err(Failure::file)?;
        let trouble = input.trouble();
        let state = State::of(&input).map_err(Failure::file)?;
        let done = panic::catch_unwind(AssertUnwindSafe(|| {
            let (reader, ffmpeg) = match self.by {
                By::Ourselves => (ours(self.path, input, &looks)?, None),
                By::Ffmpeg { .. } => {
                    let (ffmpeg, reader) = ffmpeg::open(self.ffmpeg, &input, &looks)?;
                    (reader, Some(ffmpeg))
                }
            };
            work(&mut Open { reader, ffmpeg, looks, state: &state })
        }));
        if let Some(why) = trouble.told() {
            return Err(Failure::File(why));
        }
        // Blocks that were compared are right, whatever has become of the file.
        if self.sha256.is_none() || self.by != By::Ourselves {
            state.is_the_same().map_err(Failure::file)?;
        }
        done.unwrap_or_else(|panic| {
            Err(Failure::decoder(format!("the decoder failed: {}", told(&*panic))))
        })
    }

    fn input(&self, alive: &mut dyn FnMut()) -> Result<Input, Failure> {
        let file = |why: &str| Failure::File(why.into());
        let facts = fs::metadata(self.path).map_err(Failure::file)?;
        match facts.is_file() {
            _ if facts.is_dir() => return Err(file("it is a folder")),
            false => return Err(file("it is not a regular file")),
            true if facts.len() == 0 => return Err(file("the file is empty (0 bytes)")),
            true => {}
        }
        Input::open(self.path, self.sha256, alive).map_err(Failure::file)
    }
}

fn ours(path: &Path, input: Input, looks: &Looks) -> Result<Reader<'static>, Failure> {
    Reader::open(path, input, looks).map_err(|refusal| match refusal {
        Refusal::Incomplete(why) => Failure::File(why),
        refusal if looks.content == Content::NoAudio => Failure::File(refusal.to_string()),
        refusal => Failure::decoder(refusal.to_string()),
    })
}

/// Whether a file of so many bytes may hold so many frames: at least a byte a second, two days at most.
fn plausible(frames: u64, rate: u32, bytes: u64) -> bool {
    frames / u64::from(rate.max(1)) <= bytes.min(LONGEST.seconds() as u64)
}

/// What went wrong in the middle of a file; `expected`: its seconds by its header.
fn fault(error: anyhow::Error, expected: Option<f64>) -> Failure {
    let why = format!("{error:#}");
    let theirs = error.downcast_ref::<Error>().is_some();
    match error.downcast_ref::<Refusal>() {
        Some(Refusal::Incomplete(_)) => Failure::File(why),
        Some(_) => Failure::Decoder { why, expected },
        None if theirs => Failure::Decoder { why, expected },
        None => Failure::File(why),
    }
}

/// The last panic, where [`keep_panics`] was called.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// From now on a panic is kept for the reason of a failure, instead of being printed.
pub fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or(String::new(), |at| format!(" at {}", short(at)));
        let told = format!("{}{place}", message(info.payload()));
        if let Ok(mut kept) = PANIC.lock() {
            *kept = Some(told);
        }
    }));
}

/// The message of a panic, with its place where that was kept.
fn told(payload: &(dyn Any + Send)) -> String {
    let kept = PANIC.lock().ok().and_then(|mut kept| kept.take());
    kept.unwrap_or_else(|| message(payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or(payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it gave no reason").to_string()
}

/// Without the folders of whoever built the program.
fn short(at: &panic::Location<'_>) -> String {
    let file = at.file().replace('\\', "/");
    let parts: Vec<&str> = file.split('/').collect();
    let crates = parts.iter().position(|part| part.starts_with("symphonia"));
    let from = crates.unwrap_or(parts.len().saturating_sub(3));
    format!("{}:{}", parts[from..].join("/"), at.line())
}

#[cfg(test)]
mod tests {
    use super::plausible;

    #[test]
    fn a_length_beyond_what_a_file_can_hold_is_not_believed() {
        assert!(plausible(48_000 * 3_600, 48_000, 1_000_000));
        assert!(!plausible(1 << 36, 48_000, 3_000_000_000));
        assert!(!plausible(48_000 * 3_600, 48_000, 3_000));
    }
}
