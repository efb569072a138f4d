//! One audio track of a file or a pipe, demuxed and decoded by symphonia (Opus by libopus).
//! In: bytes. Out: blocks of interleaved samples at the file's own rate, in time: what a damaged
//! packet would have filled is silence, and counted. Left to others: mixing, resampling, and
//! whatever symphonia lacks.

mod codecs;

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::ChildStdout;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use thiserror::Error;

use self::codecs::{codec_name, codecs, without_pre_skip};
use super::input::Input;
use super::sniff::Looks;

/// Sample rates that a header may claim, Hz; anything else is damage.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;
/// Channels that a header may claim.
const MAX_CHANNELS: usize = 64;
/// A time stamp this far ahead of what was decoded, seconds, means that audio is missing ...
const GAP_SECONDS: f64 = 0.1;
/// ... in FLAC, whose time stamps are exact, this far.
const FLAC_GAP_SECONDS: f64 = 0.001;
/// A gap longer than this, seconds, is a damaged time stamp or a recorder that was paused.
const LONGEST_GAP_SECONDS: f64 = 600.0;
/// The container of what another program writes; it just ends.
const STREAM: &str = "stream";
/// Damaged packets before the first good one that opening a file puts up with.
const BAD_STARTS: usize = 50;

/// Why a file could not be opened.
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
}

/// An open track.
pub struct Reader<'s> {
    format: Box<dyn FormatReader + 's>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    shape: Shape,
    clock: Clock,
    /// Frames still to be dropped at the start (Opus pre-skip).
    skip: u64,
    /// The first decoded block, until it is handed out.
    first: Option<Vec<f32>>,
    concealed: u64,
    /// Gaps between packets are damage here, not pauses.
    gapless: bool,
    /// The bytes ended before the container did.
    cut_short: bool,
}

/// Time stamps against decoded frames.
struct Clock {
    /// Seconds a tick.
    tick: Option<f64>,
    /// Time stamp of the first packet, ticks.
    origin: Option<i64>,
    /// Frames since the first packet, those that were trimmed away included.
    position: u64,
}

impl Reader<'_> {
    /// Opens the first audio track of a file.
    pub fn open(path: &Path, input: Input, looks: &Looks) -> Result<Reader<'static>, Refusal> {
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(OsStr::to_str) {
            hint.with_extension(extension);
        }
        match Reader::new(Box::new(input), &hint, &looks.name) {
            Ok(reader) => Ok(reader),
            // Another program may do better, unless the format is one that we surely have.
            Err(Refusal::Damaged(why)) if !looks.ours => Err(Refusal::Lacking(why)),
            Err(refusal) => Err(refusal),
        }
    }

    /// Opens what is in memory; `looks` says what it should be.
    pub fn bytes(bytes: Vec<u8>, looks: &str) -> Result<Reader<'static>, Refusal> {
        Reader::new(Box::new(io::Cursor::new(bytes)), &Hint::new(), looks)
    }

    /// Reads a Matroska stream that another program writes.
    pub fn pipe(stdout: ChildStdout) -> Result<Reader<'static>, Refusal> {
        let mut hint = Hint::new();
        hint.with_extension("mka");
        let mut reader = Reader::new(Box::new(ReadOnlySource::new(stdout)), &hint, "a stream")?;
        (reader.shape.container, reader.shape.declared) = (STREAM.into(), None);
        Ok(reader)
    }

    fn new(
        source: Box<dyn MediaSource>,
        hint: &Hint,
        looks: &str,
    ) -> Result<Reader<'static>, Refusal> {
        let stream = MediaSourceStream::new(source, Default::default());
        let format = symphonia::default::get_probe()
            .probe(hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|e| match e {
                Error::Unsupported(_) => Refusal::Lacking(format!("{looks} cannot be read here")),
                e => refusal(e, &format!("{looks} cannot be read here")),
            })?;
        let container = format.format_info().short_name.to_string();
        let Some(track) = format.default_track(TrackType::Audio).cloned() else {
            return Err(Refusal::Lacking(format!("{looks} without an audio track known here")));
        };
        let Some(params) = track.codec_params.as_ref().and_then(|p| p.audio()) else {
            return Err(Refusal::Lacking(format!("{looks} with an unknown codec")));
        };
        let (params, skip) = without_pre_skip(params);
        let decoder =
            codecs().make_audio_decoder(&params, &AudioDecoderOptions::default()).map_err(|e| {
                let codec = codec_name(params.codec).map_or(looks.to_string(), String::from);
                refusal(e, &format!("{codec} in {container} cannot be decoded here"))
            })?;
        let codec = decoder.codec_info().short_name.to_string();
        let gapless = container == "ogg" || container == "flac";
        let tick =
            track.time_base.map(|base| f64::from(base.numer.get()) / f64::from(base.denom.get()));
        let mut reader = Reader {
            track: track.id,
            shape: Shape { container, codec, channels: 0, rate: 0, declared: None },
            format,
            decoder,
            clock: Clock { tick, origin: None, position: 0 },
            skip,
            first: None,
            concealed: 0,
            gapless,
            cut_short: false,
        };
        reader.start(&track, skip)?;
        Ok(reader)
    }

    /// Decodes up to the first samples: only they tell rate and channels for certain, and whether
    /// the decoder can do it at all.
    fn start(&mut self, track: &Track, pre_skip: u64) -> Result<(), Refusal> {
        let what = format!("{} in {}", self.shape.codec, self.shape.container);
        let mut block = Vec::new();
        let mut bad = 0;
        loop {
            match self.next_packet() {
                Ok(None) => return Err(Refusal::Empty(what)),
                Ok(Some(packet)) => match self.decode(&packet, &mut block) {
                    Ok(()) if block.is_empty() => continue,
                    Ok(()) => break,
                    Err(Error::DecodeError(_) | Error::IoError(_)) if bad < BAD_STARTS => bad += 1,
                    Err(Error::IoError(e)) => {
                        return Err(Refusal::Damaged(format!("{what} is damaged: {e}")));
                    }
                    Err(e) => return Err(refusal(e, &format!("{what} cannot be decoded here"))),
                },
                Err(e) => return Err(refusal(e, &format!("{what} cannot be read"))),
            }
        }
        self.shape.declared = declared(track, &self.shape, pre_skip);
        self.first = Some(block);
        Ok(())
    }

    /// What the track is.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Frames of silence in place of damaged packets, so far.
    pub fn concealed(&self) -> u64 {
        self.concealed
    }

    /// Whether the bytes ended before the container did; WAV and ADTS streams may just end.
    pub fn cut_short(&self) -> bool {
        self.cut_short
    }

    /// The next frames, interleaved, in `block`; false at the end of the track.
    pub fn next(&mut self, block: &mut Vec<f32>) -> Result<bool, Error> {
        block.clear();
        if let Some(first) = self.first.take() {
            *block = first;
            return Ok(true);
        }
        while block.is_empty() {
            let packet = match self.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                Err(Error::IoError(e)) if e.kind() == io::ErrorKind::UnexpectedEof => {
                    self.cut_short =
                        !matches!(self.shape.container.as_str(), "wave" | "aac" | STREAM);
                    return Ok(false);
                }
                Err(e) => return Err(e),
            };
            match self.decode(&packet, block) {
                Ok(()) => (),
                // Bad data, or fewer of them than the codec needs.
                Err(Error::DecodeError(_) | Error::IoError(_)) => {
                    let frames = self.clock.frames(packet.block_dur().get(), self.shape.rate);
                    self.conceal(frames, block);
                    self.concealed += frames;
                }
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }

    /// The next packet of our track; a new link of a chained stream gets a new decoder.
    fn next_packet(&mut self) -> Result<Option<Packet>, Error> {
        loop {
            match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => return Ok(Some(packet)),
                Ok(Some(_)) => (),
                Ok(None) => return Ok(None),
                Err(Error::ResetRequired) => self.relink()?,
                Err(e) => return Err(e),
            }
        }
    }

    fn relink(&mut self) -> Result<(), Error> {
        let lost = Error::Unsupported("a chained stream whose next part has no known audio");
        let Some(track) = self.format.default_track(TrackType::Audio) else { return Err(lost) };
        let Some(params) = track.codec_params.as_ref().and_then(|p| p.audio()) else {
            return Err(lost);
        };
        let (params, skip) = without_pre_skip(params);
        self.decoder = codecs().make_audio_decoder(&params, &AudioDecoderOptions::default())?;
        (self.track, self.skip) = (track.id, skip);
        (self.clock.origin, self.clock.position) = (None, 0);
        self.shape.declared = None;
        Ok(())
    }

    /// Decodes one packet into `block`, silence before it where time stamps leave a gap.
    fn decode(&mut self, packet: &Packet, block: &mut Vec<f32>) -> Result<(), Error> {
        let decoded = self.decoder.decode(packet)?;
        let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
        let mut samples = Vec::new();
        decoded.copy_to_vec_interleaved(&mut samples);
        if self.shape.rate == 0 {
            if !RATES.contains(&rate) || !(1..=MAX_CHANNELS).contains(&channels) {
                return Err(Error::Unsupported("a sample rate or channel count beyond reason"));
            }
            (self.shape.rate, self.shape.channels) = (rate, channels);
        }
        if (rate, channels) != (self.shape.rate, self.shape.channels) {
            return Err(Error::Unsupported("sample rate or channel count changes on the way"));
        }
        let stamp = packet.pts.get().saturating_add_unsigned(packet.trim_start.get());
        let least = if self.shape.container == "flac" { FLAC_GAP_SECONDS } else { GAP_SECONDS };
        let gap = self.clock.gap(stamp, rate, least);
        self.conceal(gap, block);
        if self.gapless {
            self.concealed += gap;
        }
        let frames = (samples.len() / channels) as u64;
        self.clock.position += frames;
        let dropped = self.skip.min(frames);
        self.skip -= dropped;
        block.extend_from_slice(&samples[dropped as usize * channels..]);
        Ok(())
    }

    fn conceal(&mut self, frames: u64, block: &mut Vec<f32>) {
        self.clock.position += frames;
        block.resize(block.len() + frames as usize * self.shape.channels, 0.0);
    }
}

impl Clock {
    /// Frames that are missing before a packet with this time stamp (ticks), if at least `least` seconds.
    fn gap(&mut self, stamp: i64, rate: u32, least: f64) -> u64 {
        let Some(tick) = self.tick else { return 0 };
        let origin = *self.origin.get_or_insert(stamp);
        let ahead = stamp.saturating_sub(origin) as f64 * tick
            - self.position as f64 / f64::from(rate.max(1));
        if (least..LONGEST_GAP_SECONDS).contains(&ahead) {
            (ahead * f64::from(rate)).round() as u64
        } else {
            0
        }
    }

    /// Ticks as frames; no packet is longer than a second.
    fn frames(&self, ticks: u64, rate: u32) -> u64 {
        let seconds = self.tick.map_or(0.0, |tick| ticks as f64 * tick);
        (seconds.min(1.0) * f64::from(rate)).round() as u64
    }
}

/// Frames that the header announces; `None` where symphonia's number is only an estimate.
fn declared(track: &Track, shape: &Shape, pre_skip: u64) -> Option<u64> {
    let frames = track.num_frames.filter(|&n| n > 0)?;
    match shape.codec.as_str() {
        // Without a LAME tag it is guessed from the bit rate.
        "mp3" => track.delay.map(|_| frames),
        "aac" if shape.container == "aac" => None,
        // It counts the padding of the last packet.
        "alac" if shape.container == "caf" => None,
        // The granule position counts the pre-skip.
        "opus" => Some(frames.saturating_sub(pre_skip)),
        _ => Some(frames),
    }
}

fn refusal(error: Error, what: &str) -> Refusal {
    match error {
        Error::IoError(e) if e.kind() != io::ErrorKind::UnexpectedEof => Refusal::Io(e),
        Error::IoError(_) => Refusal::Damaged(format!("{what}: truncated, it ends too early")),
        Error::Unsupported(why) => Refusal::Lacking(format!("{what} ({why})")),
        e => Refusal::Damaged(format!("{what}: damaged ({e})")),
    }
}
