//! One audio track of a file or a pipe, demuxed by symphonia (Ogg by ourselves) and decoded by it (Opus by
//! libopus). In: bytes. Out: blocks of interleaved samples at the file's own rate, and silence, in the
//! container's time: what it presents is what is heard. What was lost and what was a pause is counted.
//! Left to others: mixing, resampling, and whatever symphonia lacks.

mod clock;
mod codecs;
mod demux;
mod edits;
mod ogg;
mod open;
mod presented;
mod tail;

use std::collections::VecDeque;
use std::io;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;
use thiserror::Error;

use self::clock::Clock;
use self::codecs::codecs;
use self::demux::{Demuxer, Group, Piece, Time, Why};
use self::edits::Timing;
use self::presented::{Presented, Segment};
use self::tail::Tail;
use super::headers::MAX_CHANNELS;

/// Sample rates that a header may claim, Hz; anything else is damage.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;
/// Damaged packets before the first good one that opening a file puts up with ...
const BAD_STARTS: u64 = 50;
/// ... and that are no damage in MP3: they lean on others from before the file was cut.
const CUT_STARTS: u64 = 2;

/// MP3 packets in a row that are of another rate or channel count: another file was joined.
const CHANGED: u32 = 10;

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

/// The way of pieces to the listener.
struct Line {
    clock: Clock,
    tail: Tail,
    presented: Presented,
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

    /// Decodes a group of packets and puts it in its place.
    fn take(&mut self, group: Group) -> Result<(), Error> {
        if let (true, Some((params, skip))) = (group.anew, self.demuxer.link()) {
            self.decoder = codecs().make_audio_decoder(&params, &AudioDecoderOptions::default())?;
            (self.skip, self.fresh) = (skip, true);
            if let Some(line) = &mut self.line {
                line.clock.restart();
                self.shape.declared = None;
            }
        }
        let (mut pieces, mut frames) = (Vec::new(), 0);
        let unheard = self.line.is_none();
        for packet in group.packets {
            let piece = self.decode(packet)?;
            frames += piece.frames(self.shape.channels.max(1));
            pieces.push(piece);
        }
        let channels = self.shape.channels;
        if self.line.is_none() {
            return Ok(());
        }
        let bad = if unheard { self.bad_start() } else { 0 };
        pieces.insert(0, Piece::Silence(bad, Why::Loss));
        frames += bad;
        let Some(line) = &mut self.line else { return Ok(()) };
        let per_tick = self.tick.map(|tick| tick * f64::from(self.shape.rate));
        let ticks = |ticks: i64| per_tick.map(|frames| ticks as f64 * frames);
        let pre_skip = self.demuxer.link().map_or(0, |(_, skip)| skip) as f64;
        let mut start = match group.time {
            Some(Time::Start(stamp)) => {
                ticks(self.timing.shifted(stamp)).map(|start| start - bad as f64)
            }
            Some(Time::End(stamp)) => ticks(stamp).map(|end| end - frames as f64),
            None => None,
        };
        if let (true, Some(before)) = (self.fresh, start.filter(|&start| start < 0.0)) {
            // Ogg: a first page that ends too early begins too early; a single one has padding.
            if let Some(Time::End(_)) = group.time {
                self.skip += if group.last { 0 } else { -before as u64 };
                start = Some(if group.last { 0.0 } else { before });
            } else if self.shape.container == "matroska" && self.shape.codec == "aac" {
                self.skip += (-before).round() as u64;
            }
        }
        self.fresh &= frames == 0;
        let dropped = self.skip.min(frames);
        self.skip -= dropped;
        let mut to_drop = dropped;
        for piece in &mut pieces {
            let here = to_drop.min(piece.frames(channels));
            piece.drop_front(here, channels);
            to_drop -= here;
        }
        let kept = frames - dropped;
        if kept == 0 {
            return Ok(());
        }
        let ogg = matches!(group.time, Some(Time::End(_)));
        let start = start.map(|s| s + dropped as f64 - if ogg { pre_skip } else { 0.0 });
        let exact = group.lost || self.shape.container == "flac";
        let gap = line.clock.gap(start, exact);
        let why = if exact || bad > 0 { Why::Loss } else { Why::Pause };
        let mut beyond = match group.time {
            Some(Time::End(stamp)) if group.last => {
                ticks(stamp).map_or(0, |end| line.clock.beyond(end - pre_skip, kept))
            }
            _ => 0,
        };
        line.clock.advance(kept - beyond);
        for piece in pieces.iter_mut().rev() {
            let here = beyond.min(piece.frames(channels));
            piece.drop_back(here, channels);
            beyond -= here;
        }
        let mut certain = VecDeque::new();
        for piece in std::iter::once(Piece::Silence(gap, why)).chain(pieces) {
            if piece.frames(channels) > 0 {
                line.tail.push(piece, &mut certain);
            }
        }
        for piece in certain {
            line.presented.push(piece, &mut self.ready);
        }
        Ok(())
    }

    /// Frames of the damaged packets before the first good one.
    fn bad_start(&self) -> u64 {
        let told = (self.bad.1 * f64::from(self.shape.rate)).round() as u64;
        match self.bad.0 {
            bad if self.shape.codec == "mp3" && bad <= CUT_STARTS => 0,
            bad => {
                if told > 0 {
                    told
                } else {
                    bad * self.usual
                }
            }
        }
    }

    /// Decodes one packet; what cannot be decoded is silence.
    fn decode(&mut self, mut packet: Packet) -> Result<Piece, Error> {
        let front = packet.trim_start.get();
        let kind = (self.shape.codec == "mp3").then(|| mp3_kind(&packet.data)).flatten();
        // What is to be dropped is known here better than to a decoder.
        (packet.trim_start, packet.trim_end) = (Duration::ZERO, Duration::ZERO);
        match self.decoder.decode(&packet) {
            Ok(decoded) => {
                let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
                let mut samples = Vec::new();
                decoded.copy_to_vec_interleaved(&mut samples);
                if samples.is_empty() {
                    return Ok(Piece::Samples(samples));
                }
                if self.line.is_none() {
                    self.begin(rate, channels)?;
                }
                if (rate, channels) != (self.shape.rate, self.shape.channels) {
                    return Err(Error::Unsupported(
                        "sample rate or channel count changes on the way",
                    ));
                }
                let mut piece = Piece::Samples(samples);
                let frames = piece.frames(channels);
                piece.drop_front(front.min(frames), channels);
                self.usual = frames;
                self.changed = (kind, 0);
                Ok(piece)
            }
            // Bad data, or fewer of them than the codec needs.
            Err(e @ (Error::DecodeError(_) | Error::IoError(_))) => {
                let seconds = self.tick.map_or(0.0, |tick| packet.dur.get() as f64 * tick).min(1.0);
                if self.line.is_none() {
                    self.bad.0 += 1;
                    self.bad.1 += seconds;
                    if self.bad.0 > BAD_STARTS {
                        return Err(e);
                    }
                    return Ok(Piece::Silence(0, Why::Loss));
                }
                self.changed.1 += u32::from(kind != self.changed.0);
                if self.changed.1 > CHANGED {
                    return Err(Error::Unsupported(
                        "sample rate or channel count changes on the way",
                    ));
                }
                let told = (seconds * f64::from(self.shape.rate)).round() as u64;
                Ok(Piece::Silence(if told > 0 { told } else { self.usual }, Why::Loss))
            }
            Err(e) => Err(e),
        }
    }

    /// The first samples tell rate and channels for certain.
    fn begin(&mut self, rate: u32, channels: usize) -> Result<(), Error> {
        if !RATES.contains(&rate) || !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(Error::Unsupported("a sample rate or channel count beyond reason"));
        }
        (self.shape.rate, self.shape.channels) = (rate, channels);
        let mut segments = self.timing.segments(rate).map_err(Error::Unsupported)?;
        if segments.is_empty() {
            segments.extend(self.noted);
        }
        let late = matches!(self.shape.container.as_str(), "matroska" | "ogg" | "isomp4");
        self.line = Some(Line {
            clock: Clock::new(rate, late),
            tail: Tail::new(channels, self.valid.0, self.valid.1),
            presented: Presented::new(channels, &segments),
        });
        Ok(())
    }
}

/// Version, rate and whether it is mono, of an MP3 packet.
fn mp3_kind(packet: &[u8]) -> Option<[u8; 3]> {
    let header: &[u8; 4] = packet.first_chunk()?;
    Some([header[1] & 0x18, header[2] & 0x0c, u8::from(header[3] >> 6 == 3)])
}
