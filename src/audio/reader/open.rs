//! Opening a file or a pipe up to its first samples: only they tell rate and channels for certain, and
//! whether the decoder can do it at all. In: bytes. Out: a reader, or why there is none.
//! Left to others: reading on.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, Seek};
use std::path::Path;
use std::process::ChildStdout;

use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;

use super::codecs::{codec_name, codecs, without_pre_skip};
use super::demux::{Demuxer, Group, Piece};
use super::edits::Timing;
use super::ogg::{Ogg, Opened};
use super::told::{declared, noted};
use super::{Reader, Refusal, Shape};
use crate::audio::headers::{self, joined};
use crate::audio::sniff::Looks;
use crate::audio::source::Source;

impl Reader<'_> {
    /// Opens the default audio track of a file, whose name is a hint.
    pub fn open(
        path: &Path,
        input: impl MediaSource + 'static,
        looks: &Looks,
    ) -> Result<Reader<'static>, Refusal> {
        match Reader::of_file(path, Box::new(input), &looks.name) {
            // Another program may do better, unless the format is one that we surely have.
            Err(Refusal::Damaged(why)) if !looks.ours => Err(Refusal::Lacking(why)),
            opened => opened,
        }
    }

    fn of_file(
        path: &Path,
        mut input: Box<dyn MediaSource>,
        looks: &str,
    ) -> Result<Reader<'static>, Refusal> {
        let head = headers::bytes_at(&mut input, 0, 8)?;
        input.rewind()?;
        if head.starts_with(b"OggS") {
            return Reader::ogg(input, looks);
        }
        let damaged = |why: String| match why.as_str() {
            joined::OTHER => Refusal::Incomplete(format!("{looks}: {why}")),
            why => Refusal::Damaged(format!("{looks} is damaged: {why}")),
        };
        let timings = match head.ends_with(b"ftyp") {
            true => Timing::all(&mut input)?.map_err(|why| damaged(why.into()))?,
            false => Vec::new(),
        };
        let corrections = headers::check(&mut input)?.map_err(damaged)?;
        if joined::matroska(&mut input)? {
            return Err(Refusal::Lacking(format!("{looks}: another one follows its end")));
        }
        let frames = corrections.frames;
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(OsStr::to_str) {
            hint.with_extension(extension);
        }
        let source = Box::new(Source::new(input, corrections)?);
        let mut reader = Reader::symphonia(source, &hint, looks, timings)?;
        reader.shape.declared = frames.or(reader.shape.declared);
        Ok(reader)
    }

    /// Opens what is in memory; `looks` says what it should be.
    pub fn bytes(bytes: Vec<u8>, looks: &str) -> Result<Reader<'static>, Refusal> {
        Reader::symphonia(Box::new(io::Cursor::new(bytes)), &Hint::new(), looks, Vec::new())
    }

    /// Reads a WAV stream that another program writes.
    pub fn pipe(stdout: ChildStdout) -> Result<Reader<'static>, Refusal> {
        let mut hint = Hint::new();
        hint.with_extension("wav");
        let source = Box::new(ReadOnlySource::new(stdout));
        let mut reader = Reader::symphonia(source, &hint, "a WAV stream", Vec::new())?;
        reader.shape.declared = None;
        Ok(reader)
    }

    fn ogg(file: Box<dyn MediaSource>, looks: &str) -> Result<Reader<'static>, Refusal> {
        let Opened { mut ogg, others, end } = Ogg::open(file, looks)?;
        let what = format!("{looks} cannot be read here");
        let first = match ogg.next().map_err(|e| refusal(e, &what))? {
            Some(first) => Group { anew: false, ..first },
            None => return Err(Refusal::Empty(looks.into())),
        };
        let (params, skip, rate) = (ogg.link().params.clone(), ogg.link().skip, ogg.link().rate);
        let shape = Shape {
            container: "ogg".into(),
            codec: String::new(),
            channels: 0,
            rate: 0,
            declared: end.map(|end| end.saturating_sub(skip)),
            other_tracks: others,
        };
        let demuxer = Demuxer::Ogg(Box::new(ogg));
        let mut reader = Reader::new(demuxer, &params, shape, looks)?;
        (reader.skip, reader.tick) = (skip, Some(1.0 / f64::from(rate)));
        reader.start(Some(first))?;
        Ok(reader)
    }

    fn symphonia(
        source: Box<dyn MediaSource>,
        hint: &Hint,
        looks: &str,
        timings: Vec<(u32, Timing)>,
    ) -> Result<Reader<'static>, Refusal> {
        let stream = MediaSourceStream::new(source, Default::default());
        let mut format = symphonia::default::get_probe()
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
        let (params, pre_skip) = without_pre_skip(params);
        let audio =
            |track: &&Track| track.codec_params.as_ref().is_some_and(|p| p.audio().is_some());
        let other_tracks = format.tracks().iter().filter(audio).count().saturating_sub(1);
        let noted = noted(format.as_mut());
        let shape = Shape {
            container,
            codec: String::new(),
            channels: 0,
            rate: 0,
            declared: None,
            other_tracks,
        };
        let demuxer = Demuxer::Symphonia(format, track.id);
        let mut reader = Reader::new(demuxer, &params, shape, looks)?;
        reader.tick =
            track.time_base.map(|base| f64::from(base.numer.get()) / f64::from(base.denom.get()));
        reader.skip = pre_skip;
        match reader.shape.container.as_str() {
            "isomp4" => {
                let ours = timings.into_iter().find(|(id, _)| *id == track.id);
                reader.timing = ours.map_or(Timing::default(), |(_, timing)| timing);
                reader.noted = noted.filter(|_| !reader.timing.edited());
                // An edit list leaves the pre-skip out.
                reader.skip = if reader.timing.edited() { 0 } else { pre_skip };
            }
            "caf" => reader.skip += u64::from(track.delay.unwrap_or(0)),
            _ => {}
        }
        reader.valid = (track.num_frames, track.padding.unwrap_or(0).into());
        reader.start(None)?;
        reader.shape.declared = declared(&track, &reader, pre_skip);
        Ok(reader)
    }

    fn new(
        demuxer: Demuxer<'static>,
        params: &AudioCodecParameters,
        mut shape: Shape,
        looks: &str,
    ) -> Result<Reader<'static>, Refusal> {
        let decoder =
            codecs().make_audio_decoder(params, &AudioDecoderOptions::default()).map_err(|e| {
                let codec = codec_name(params.codec).map_or(looks.to_string(), String::from);
                refusal(e, &format!("{codec} in {} cannot be decoded here", shape.container))
            })?;
        shape.codec = decoder.codec_info().short_name.to_string();
        Ok(Reader {
            demuxer,
            decoder,
            shape,
            tick: None,
            timing: Timing::default(),
            skip: 0,
            valid: (None, 0),
            noted: None,
            line: None,
            fresh: true,
            usual: 0,
            bad: (0, 0.0),
            changed: (None, 0),
            ready: VecDeque::new(),
            lost: 0,
            filled: 0,
            ended: false,
            broken_off: false,
        })
    }

    /// Decodes up to the first samples that are presented.
    fn start(&mut self, first: Option<Group>) -> Result<(), Refusal> {
        let what = format!("{} in {}", self.shape.codec, self.shape.container);
        let sound = |piece: &Piece| matches!(piece, Piece::Samples(_));
        let mut read = first.map_or(Ok(()), |group| self.take(group));
        while read.is_ok() && !self.ended && !self.ready.iter().any(sound) {
            read = self.advance();
        }
        match read {
            Ok(()) if self.ready.iter().any(sound) => Ok(()),
            Ok(()) if self.broken_off || self.bad.0 > 0 => Err(Refusal::Damaged(format!(
                "{what} cannot be read: truncated, it ends too early"
            ))),
            Ok(()) => Err(Refusal::Empty(what)),
            Err(Error::IoError(e)) if e.kind() == io::ErrorKind::UnexpectedEof => {
                Err(Refusal::Damaged(format!("{what} is damaged: {e}")))
            }
            Err(e) => Err(refusal(e, &format!("{what} cannot be decoded here"))),
        }
    }
}

/// An error of symphonia's about a file.
pub(super) fn refusal(error: Error, what: &str) -> Refusal {
    match error {
        Error::IoError(e) if e.kind() != io::ErrorKind::UnexpectedEof => Refusal::Io(e),
        Error::IoError(_) => Refusal::Damaged(format!("{what}: truncated, it ends too early")),
        Error::Unsupported(why) => Refusal::Lacking(format!("{what} ({why})")),
        e => Refusal::Damaged(format!("{what}: damaged ({e})")),
    }
}
