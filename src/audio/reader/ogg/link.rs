//! What an Ogg stream is, by its header packets. In: packets. Out: parameters for a decoder.
//! Left to others: pages, time.

use symphonia::core::audio::layouts::{CHANNEL_LAYOUT_MONO, CHANNEL_LAYOUT_STEREO};
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_FLAC, CODEC_ID_OPUS, CODEC_ID_VORBIS};

use super::super::codecs::pre_skip;

/// Bytes of the FLAC mapping's header before STREAMINFO, and of STREAMINFO.
const FLAC_MAPPING: usize = 17;
const STREAMINFO: usize = 34;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Codec {
    Opus,
    Vorbis,
    Flac,
}

/// One stream, from its first page to its last.
pub struct Link {
    codec: Codec,
    /// For a decoder; whole once [`Link::audio`] has seen the headers.
    pub params: AudioCodecParameters,
    /// Frames to drop at the start.
    pub skip: u64,
    /// Granules per second.
    pub rate: u32,
    /// Vorbis: the packet with the codebooks has been seen.
    set_up: bool,
}

/// Why a stream is none of ours.
pub enum Other {
    /// Not audio, as far as is known.
    Foreign,
    /// Audio that cannot be decoded here.
    Lacking(&'static str),
}

impl Link {
    /// By the first packet of a stream.
    pub fn new(packet: &[u8]) -> Result<Self, Other> {
        let long = |at: usize| {
            let bytes = packet.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_le_bytes(bytes))
        };
        let mut params = AudioCodecParameters::new();
        let (codec, rate) = if packet.starts_with(b"OpusHead") {
            params.for_codec(CODEC_ID_OPUS);
            match packet.get(9) {
                Some(1) => params.with_channels(CHANNEL_LAYOUT_MONO),
                Some(2) => params.with_channels(CHANNEL_LAYOUT_STEREO),
                _ => return Err(Other::Lacking("Opus (more than two channels)")),
            };
            params.with_sample_rate(48_000);
            (Codec::Opus, Some(48_000))
        } else if packet.starts_with(b"\x01vorbis") {
            params.for_codec(CODEC_ID_VORBIS).with_extra_data(packet.into());
            (Codec::Vorbis, long(12))
        } else if packet.starts_with(b"\x7fFLAC") {
            let info = packet.get(FLAC_MAPPING..FLAC_MAPPING + STREAMINFO);
            let info = info.ok_or(Other::Lacking("FLAC with an unknown header"))?;
            params.for_codec(CODEC_ID_FLAC).with_extra_data(info.into());
            let rate = u32::from_be_bytes([0, info[10], info[11], info[12]]) >> 4;
            (Codec::Flac, Some(rate))
        } else if packet.starts_with(b"Speex   ") {
            return Err(Other::Lacking("Speex"));
        } else {
            return Err(Other::Foreign);
        };
        let rate = rate.filter(|&rate| rate > 0).ok_or(Other::Lacking("a rate of 0 Hz"))?;
        let skip = if codec == Codec::Opus { pre_skip(packet) } else { 0 };
        Ok(Self { codec, params, skip, rate, set_up: codec != Codec::Vorbis })
    }

    /// Whether a packet is audio; headers are taken in.
    pub fn audio(&mut self, packet: &[u8]) -> bool {
        let header = match self.codec {
            Codec::Opus => packet.starts_with(b"OpusHead") || packet.starts_with(b"OpusTags"),
            Codec::Vorbis => packet.first().is_none_or(|byte| byte & 1 == 1),
            Codec::Flac => packet.first() != Some(&0xff),
        };
        if !self.set_up && packet.starts_with(b"\x05vorbis") {
            let ident = self.params.extra_data.take().unwrap_or_default();
            self.params.with_extra_data([&ident[..], packet].concat().into());
            self.set_up = true;
        }
        !header && self.set_up
    }
}
