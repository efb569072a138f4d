//! A reader's blocks become 16 kHz mono. In: an opened reader. Out: blocks, and how much was damaged.
//! Left to others: what opens the file.

use std::ops::ControlFlow;

use anyhow::{Result, anyhow, bail, ensure};

use super::Decoded;
use super::mix::Mix;
use crate::audio::reader::{Reader, Shape};
use crate::audio::resample::Resampler;
use crate::domain::{Channel, Samples};

/// Damage up to this share of a file is covered with silence; more is an error.
const TOLERATED_DAMAGE: f64 = 0.01;
/// A file that is shorter than its header says by more than this many seconds, or by more than the
/// tolerated share of damage, is truncated.
const TOLERATED_LOSS: f64 = 1.0;
/// Float samples beyond this were not scaled to [-1, 1].
const LOUDEST: f32 = 64.0;

/// Whether so many seconds may be lost of `whole` ones.
pub fn tolerable(lost: f64, whole: f64) -> bool {
    lost <= TOLERATED_LOSS.min(TOLERATED_DAMAGE * whole)
}

/// Reads to the end, or until `sink` has enough.
pub fn pump(
    reader: &mut Reader<'_>,
    channel: Channel,
    sink: &mut dyn FnMut(&[f32]) -> Result<ControlFlow<()>>,
) -> Result<(Decoded, ControlFlow<()>)> {
    let Shape { channels, rate, declared, .. } = reader.shape().clone();
    let mix = Mix::new(channel, channels)?;
    let seconds = |frames: u64| frames as f64 / f64::from(rate);
    let mut resampler = Resampler::new(rate)?;
    let mut flow = ControlFlow::Continue(());
    let (mut block, mut mono, mut frames) = (Vec::new(), Vec::new(), 0u64);
    let mut hand_on = |samples: &mut Vec<f32>, flow: &mut ControlFlow<()>| -> Result<()> {
        if flow.is_continue() && !samples.is_empty() {
            *flow = sink(samples)?;
        }
        samples.clear();
        Ok(())
    };
    let (mut ready, mut damaged) = (Vec::new(), 0.0);
    loop {
        let more = reader.next(&mut block).map_err(|e| {
            anyhow!(e).context(format!("damaged or truncated after {:.1} s", seconds(frames)))
        })?;
        if !more {
            break;
        }
        mix.apply(&block, &mut mono);
        if let Some(at) = mono.iter().position(|x| x.is_nan() || x.abs() > LOUDEST) {
            bail!(
                "the sample at {:.4} s is {}: audio must be numbers between -1 and 1",
                seconds(frames + at as u64),
                mono[at]
            );
        }
        frames += mono.len() as u64;
        resampler.push(&mono, &mut |samples| {
            ready.extend(samples.iter().map(|x| x.clamp(-1.0, 1.0)));
            Ok(())
        })?;
        hand_on(&mut ready, &mut flow)?;
        if flow.is_break() {
            break;
        }
    }
    if flow.is_continue() {
        ensure!(
            declared.is_some() || !reader.cut_short(),
            "truncated: the data end after {:.1} s in the middle of the container",
            seconds(frames)
        );
        let whole = declared.map_or(0.0, seconds);
        let missing = (whole - seconds(frames)).max(0.0);
        ensure!(
            tolerable(missing, whole),
            "truncated or damaged: {:.2} of {whole:.2} s decoded",
            seconds(frames)
        );
        damaged = seconds(reader.concealed()) + missing;
        ensure!(
            damaged <= TOLERATED_DAMAGE * seconds(frames),
            "damaged: {damaged:.2} of {:.2} s cannot be decoded",
            seconds(frames)
        );
    }
    let length = resampler.finish(&mut |samples| {
        ready.extend(samples.iter().map(|x| x.clamp(-1.0, 1.0)));
        Ok(())
    })?;
    hand_on(&mut ready, &mut flow)?;
    let damaged = Samples::from_seconds(damaged);
    Ok((Decoded { length: Samples(length), damaged, filled: Samples(0) }, flow))
}
