//! Packets in groups, from symphonia's demuxers or from our own for Ogg. In: bytes. Out: groups of
//! packets and when they should be played; the pieces that become of them. Left to others: decoding.

use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::errors::Error;
use symphonia::core::formats::FormatReader;
use symphonia::core::io::MediaSource;
use symphonia::core::packet::Packet;

use super::ogg::Ogg;

/// Where the bytes come from.
pub enum Demuxer<'s> {
    /// Any container that symphonia has, and the track to read.
    Symphonia(Box<dyn FormatReader + 's>, u32),
    /// An Ogg file.
    Ogg(Box<Ogg<Box<dyn MediaSource>>>),
}

/// Packets that have one time stamp.
pub struct Group {
    /// At least one.
    pub packets: Vec<Packet>,
    /// When they should be played, ticks.
    pub time: Option<Time>,
    /// Packets before it were lost.
    pub lost: bool,
    /// It ends a stream.
    pub last: bool,
    /// It begins a stream, for which the decoder is made anew.
    pub anew: bool,
}

/// A time stamp.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// Of the first frame.
    Start(i64),
    /// Of the frame behind the last one.
    End(i64),
}

/// A part of a track.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Interleaved.
    Samples(Vec<f32>),
    /// Frames without sound.
    Silence(u64, Why),
}

/// Why there is silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Time stamps say that there was nothing.
    Pause,
    /// There was something, and it cannot be decoded.
    Loss,
}

impl Demuxer<'_> {
    /// The next group of our track, or the end.
    pub fn next(&mut self) -> Result<Option<Group>, Error> {
        let (format, track) = match self {
            Self::Ogg(ogg) => return ogg.next(),
            Self::Symphonia(format, track) => (format, *track),
        };
        loop {
            match format.next_packet()? {
                Some(packet) if packet.track_id == track => {
                    let time = Some(Time::Start(packet.pts.get()));
                    let packets = vec![packet];
                    let (lost, last, anew) = (false, false, false);
                    return Ok(Some(Group { packets, time, lost, last, anew }));
                }
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    /// Parameters for a decoder of the stream that begins, and the frames to drop.
    pub fn link(&self) -> Option<(AudioCodecParameters, u64)> {
        match self {
            Self::Ogg(ogg) => Some((ogg.link().params.clone(), ogg.link().skip)),
            Self::Symphonia(..) => None,
        }
    }
}

impl Piece {
    /// Its length.
    pub fn frames(&self, channels: usize) -> u64 {
        match self {
            Self::Samples(samples) => (samples.len() / channels) as u64,
            Self::Silence(frames, _) => *frames,
        }
    }

    /// Takes frames, at most all of them, off its start.
    pub fn split_front(&mut self, frames: u64, channels: usize) -> Self {
        match self {
            Self::Samples(samples) => {
                let rest = samples.split_off(frames as usize * channels);
                Self::Samples(std::mem::replace(samples, rest))
            }
            Self::Silence(there, why) => {
                *there -= frames;
                Self::Silence(frames, *why)
            }
        }
    }

    /// Drops frames, at most all of them, at its start.
    pub fn drop_front(&mut self, frames: u64, channels: usize) {
        match self {
            Self::Samples(samples) => drop(samples.drain(..frames as usize * channels)),
            Self::Silence(there, _) => *there -= frames,
        }
    }

    /// Drops frames, at most all of them, at its end.
    pub fn drop_back(&mut self, frames: u64, channels: usize) {
        match self {
            Self::Samples(samples) => samples.truncate(samples.len() - frames as usize * channels),
            Self::Silence(there, _) => *there -= frames,
        }
    }
}
