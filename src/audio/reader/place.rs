//! Packets put in their place in time, and what is not presented taken away. In: groups of packets.
//! Out: pieces, ready to be handed out. Left to others: decoding a packet.

use std::collections::VecDeque;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;

use super::Reader;
use super::clock::Clock;
use super::codecs::codecs;
use super::demux::{Group, Piece, Time, Why};
use super::presented::Presented;
use super::tail::Tail;
use crate::audio::headers::MAX_CHANNELS;

/// Sample rates that a header may claim, Hz; anything else is damage.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;
/// Damaged packets before the first good one that are no damage in MP3: they lean on others from before
/// the file was cut.
const CUT_STARTS: u64 = 2;

/// The way of pieces to the output.
pub struct Line {
    /// Where it goes.
    clock: Clock,
    /// What may be padding.
    tail: Tail,
    /// What is presented.
    pub presented: Presented,
}

impl Reader<'_> {
    /// Decodes a group of packets and puts it in its place.
    pub(super) fn take(&mut self, group: Group) -> Result<(), Error> {
        if let (true, Some((params, skip))) = (group.anew, self.demuxer.link()) {
            self.decoder = codecs().make_audio_decoder(&params, &AudioDecoderOptions::default())?;
            (self.skip, self.fresh) = (skip, true);
            if let Some(line) = &mut self.line {
                line.clock.restart();
                self.shape.declared = None;
            }
        }
        let (mut pieces, mut frames) = (Vec::new(), 0);
        let before_first = self.line.is_none();
        for packet in group.packets {
            let piece = self.decode(packet)?;
            frames += piece.frames(self.shape.channels.max(1));
            pieces.push(piece);
        }
        let channels = self.shape.channels;
        if self.line.is_none() {
            return Ok(());
        }
        let bad = if before_first { self.bad_start() } else { 0 };
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

    /// The first samples tell rate and channels for certain.
    pub(super) fn begin(&mut self, rate: u32, channels: usize) -> Result<(), Error> {
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
