//! A reader's blocks become 16 kHz mono. In: an opened reader. Out: blocks, and how much was damaged
//! and filled. Left to others: what opens the file.

use std::ops::ControlFlow;

use anyhow::{Result, anyhow, bail};

use super::mix::Mix;
use super::{Decoded, Sink};
use crate::audio::reader::{Next, Reader, Refusal, Shape};
use crate::audio::resample::Resampler;
use crate::domain::{Channel, Samples};

/// Damage up to this share of a file is covered with silence; more is an error.
const TOLERATED_DAMAGE: f64 = 0.01;
/// A file that is shorter than its header says by more than this many seconds, or by more than the
/// tolerated share of damage, is truncated.
const TOLERATED_LOSS: f64 = 1.0;
/// Float samples beyond this were not scaled to [-1, 1].
const LOUDEST: f32 = 64.0;
/// Frames of silence that are made at a time.
const SILENCE: u64 = 8_192;

/// Whether so many seconds may be lost of `whole` ones.
pub fn tolerable(lost: f64, whole: f64) -> bool {
    lost <= TOLERATED_LOSS.min(TOLERATED_DAMAGE * whole)
}

/// Reads to the end, or until `sink` has enough.
///
/// Errors: symphonia's, in the middle of a file; a [`Refusal`] where too much is lost; a channel that is
/// not there; a sample that is no number; the errors of `sink`.
pub fn pump(
    reader: &mut Reader<'_>,
    channel: Channel,
    sink: Sink<'_>,
) -> Result<(Decoded, ControlFlow<()>)> {
    let Shape { channels, rate, .. } = *reader.shape();
    let mut mix = Mix::new(channel, channels, rate)?;
    let mut way = Way::new(rate, sink)?;
    let mut mono = Vec::new();
    while way.flow.is_continue() {
        let next = reader.next().map_err(|e| {
            anyhow!(e).context(format!("damaged or truncated after {:.1} s", way.seconds()))
        })?;
        match next {
            Next::Samples(ref block) => mix.push(block, &mut mono),
            Next::Silence(_) | Next::End => mix.flush(&mut mono),
        }
        way.push(&mono)?;
        mono.clear();
        match next {
            Next::Samples(_) => {}
            Next::Silence(frames) => way.silence(frames)?,
            Next::End => break,
        }
    }
    let seconds = |frames: u64| frames as f64 / f64::from(rate);
    let mut damaged = 0.0;
    if way.flow.is_continue() {
        let (given, missing) = (way.seconds(), seconds(reader.missing(way.frames)));
        damage_is_small(given, missing, &seconds, reader)?;
        damaged = seconds(reader.lost()) + missing;
    }
    let filled = Samples::from_seconds(seconds(reader.filled()));
    let (length, flow) = way.finish()?;
    let (damaged, other_tracks) = (Samples::from_seconds(damaged), reader.shape().other_tracks);
    Ok((Decoded { length, damaged, filled, other_tracks }, flow))
}

/// One tolerance for all containers and decoders; seconds.
fn damage_is_small(
    given: f64,
    missing: f64,
    seconds: &dyn Fn(u64) -> f64,
    reader: &Reader<'_>,
) -> Result<()> {
    let whole = given + missing;
    if reader.cut_short() && reader.shape().declared.is_none() {
        let why =
            format!("truncated: the data end after {given:.1} s in the middle of the container");
        bail!(Refusal::Incomplete(why));
    }
    if !tolerable(missing, whole) {
        let why = format!("truncated or damaged: {given:.2} of {whole:.2} s decoded");
        bail!(Refusal::Incomplete(why));
    }
    let damaged = seconds(reader.lost()) + missing;
    if damaged > TOLERATED_DAMAGE * (given - seconds(reader.filled())) {
        let why = format!("damaged: {damaged:.2} of {given:.2} s cannot be decoded");
        bail!(Refusal::Damaged(why));
    }
    Ok(())
}

/// From mono at the file's rate to the sink.
struct Way<'s> {
    rate: u32,
    /// Frames so far.
    frames: u64,
    resampler: Resampler,
    ready: Vec<f32>,
    sink: Sink<'s>,
    flow: ControlFlow<()>,
}

impl<'s> Way<'s> {
    fn new(rate: u32, sink: Sink<'s>) -> Result<Self> {
        let resampler = Resampler::new(rate)?;
        let flow = ControlFlow::Continue(());
        Ok(Self { rate, frames: 0, resampler, ready: Vec::new(), sink, flow })
    }

    fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.rate)
    }

    fn push(&mut self, mono: &[f32]) -> Result<()> {
        if let Some(at) = mono.iter().position(|x| x.is_nan() || x.abs() > LOUDEST) {
            bail!(
                "the sample at {:.4} s is {}: audio must be numbers between -1 and 1",
                (self.frames + at as u64) as f64 / f64::from(self.rate),
                mono[at]
            );
        }
        self.frames += mono.len() as u64;
        let ready = &mut self.ready;
        self.resampler.push(mono, &mut |samples| {
            ready.extend(samples.iter().map(|x| x.clamp(-1.0, 1.0)));
            Ok(())
        })?;
        self.hand_on()
    }

    fn silence(&mut self, mut frames: u64) -> Result<()> {
        let zeros = [0.0; SILENCE as usize];
        while frames > 0 && self.flow.is_continue() {
            let now = frames.min(SILENCE);
            self.push(&zeros[..now as usize])?;
            frames -= now;
        }
        Ok(())
    }

    fn hand_on(&mut self) -> Result<()> {
        if self.flow.is_continue() && !self.ready.is_empty() {
            self.flow = (self.sink)(&self.ready)?;
        }
        self.ready.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(Samples, ControlFlow<()>)> {
        let resampler = self.resampler;
        let ready = &mut self.ready;
        let length = resampler.finish(&mut |samples| {
            ready.extend(samples.iter().map(|x| x.clamp(-1.0, 1.0)));
            Ok(())
        })?;
        if self.flow.is_continue() && !self.ready.is_empty() {
            self.flow = (self.sink)(&self.ready)?;
        }
        Ok((Samples(length), self.flow))
    }
}
