//! One audio track of a file or a pipe, demuxed by symphonia (Ogg by ourselves) and decoded by it (Opus by
//! libopus). In: bytes. Out: blocks of interleaved samples at the file's own rate, and silence, in the
//! container's time: what it presents is what comes out. What was lost and what was a pause is counted.
//! Left to others: mixing, resampling, and whatever symphonia lacks.

mod clock;
mod codecs;
mod demux;
mod edits;
mod ogg;
mod open;
mod place;
mod presented;
mod tail;
mod told;
mod unpack;

use std::collections::VecDeque;
use std::io;

use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error;
use thiserror::Error;

use self::demux::{Demuxer, Piece, Why};
use self::edits::Timing;
use self::place::Line;
use self::presented::Segment;

/// Why a file could not be read, or not to its end.
#[derive(Debug, Error)]
pub enum Refusal {
    /// Reading failed: no other program would fare better.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is a track that we can decode, with nothing in it.
    #[error("it holds no audio: {0} without a single sample")]
    Empty(String),
    /// A format that we do have, and bytes that make no sense in it.
    #[error("{0}")]
    Damaged(String),
    /// More of it is missing than is tolerated, or would be left out: no other program would tell.
    #[error("{0}")]
    Incomplete(String),
    /// Symphonia cannot demux or decode it; says what it is, as far as that can be told.
    #[error("{0}")]
    Lacking(String),
}

/// What a track is, as known before it is decoded to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Short name of the container ("wave", "ogg").
    pub container: String,
    /// Short name of the codec ("flac", "opus").
    pub codec: String,
    /// Channels.
    pub channels: usize,
    /// Frames (one sample of every channel) per second.
    pub rate: u32,
    /// Frames according to the header, where it says so and can be trusted.
    pub declared: Option<u64>,
    /// Audio tracks beside this one, which are left out.
    pub other_tracks: usize,
}

/// What comes next in a track.
#[derive(Debug)]
pub enum Next {
    /// Frames, interleaved.
    Samples(Vec<f32>),
    /// So many frames without sound, which take no memory.
    Silence(u64),
    /// Nothing.
    End,
}

/// An open track.
pub struct Reader<'s> {
    demuxer: Demuxer<'s>,
    decoder: Box<dyn AudioDecoder>,
    shape: Shape,
    /// Seconds a tick of packets' time stamps.
    tick: Option<f64>,
    timing: Timing,
    /// Frames still to be dropped at the start (Opus pre-skip, priming).
    skip: u64,
    /// Frames that are valid, and the padding behind them, where the header says so.
    valid: (Option<u64>, u64),
    /// What the container presents, where another than its edit list says so.
    noted: Option<Segment>,
    /// Set with the first samples, which tell rate and channels.
    line: Option<Line>,
    /// Nothing of the stream has been decoded yet.
    fresh: bool,
    /// Frames of the last packet that was decoded.
    usual: u64,
    /// Damaged packets before the first good one, and their length, seconds, as far as it is known.
    bad: (u64, f64),
    /// MP3: version, rate and channels of the last good packet, and packets since then that have others.
    changed: (Option<[u8; 3]>, u32),
    ready: VecDeque<Piece>,
    lost: u64,
    filled: u64,
    ended: bool,
    /// The bytes ended in the middle of something.
    broken_off: bool,
}

impl Reader<'_> {
    /// What the track is.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Frames of silence in place of what cannot be decoded, so far.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Frames of silence where time stamps say that there is nothing, so far.
    pub fn filled(&self) -> u64 {
        self.filled
    }

    /// Frames that the header announces beyond the `given` ones.
    pub fn missing(&self, given: u64) -> u64 {
        match &self.demuxer {
            // Its pages tell what is lost; no header tells its length.
            Demuxer::Ogg(_) => 0,
            Demuxer::Symphonia(..) => self.shape.declared.unwrap_or(given).saturating_sub(given),
        }
    }

    /// Whether the bytes ended before the container did; WAV and ADTS streams may just end.
    pub fn cut_short(&self) -> bool {
        self.broken_off && !matches!(self.shape.container.as_str(), "wave" | "aac")
    }

    /// The next frames, or silence, or the end.
    pub fn next(&mut self) -> Result<Next, Error> {
        loop {
            match self.ready.pop_front() {
                Some(Piece::Samples(samples)) => return Ok(Next::Samples(samples)),
                Some(Piece::Silence(frames, why)) => {
                    match why {
                        Why::Pause => self.filled += frames,
                        Why::Loss => self.lost += frames,
                    }
                    return Ok(Next::Silence(frames));
                }
                None if self.ended => return Ok(Next::End),
                None => self.advance()?,
            }
        }
    }

    /// Demuxes and decodes a little further.
    fn advance(&mut self) -> Result<(), Error> {
        match self.demuxer.next() {
            Ok(Some(group)) => self.take(group)?,
            Ok(None) => self.ended = true,
            Err(Error::IoError(e)) if e.kind() == io::ErrorKind::UnexpectedEof => {
                self.broken_off = true;
                if let Demuxer::Ogg(_) = self.demuxer {
                    self.shape.declared = None; // it was read off the last whole page
                }
                self.ended = true;
            }
            Err(e) => return Err(e),
        }
        self.ended |= self.line.as_ref().is_some_and(|line| line.presented.done());
        Ok(())
    }
}
