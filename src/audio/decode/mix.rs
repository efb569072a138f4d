//! One channel, or the mean of all, out of interleaved samples.

use anyhow::{Result, bail};

use crate::domain::Channel;

/// One channel out of interleaved ones.
pub struct Mix {
    channels: usize,
    only: Option<usize>,
}

impl Mix {
    /// Errors: a channel that is not there.
    pub fn new(channel: Channel, channels: usize) -> Result<Self> {
        let only = match channel {
            Channel::Mix => None,
            Channel::Only(n) if usize::from(n) < channels => Some(usize::from(n)),
            Channel::Only(n) => bail!("there is no channel {n}: it has {channels}, counted from 0"),
        };
        Ok(Self { channels, only })
    }

    /// One sample per frame, in `mono`.
    pub fn apply(&self, interleaved: &[f32], mono: &mut Vec<f32>) {
        let frames = interleaved.chunks_exact(self.channels);
        mono.clear();
        match self.only {
            Some(n) => mono.extend(frames.map(|frame| frame[n])),
            None if self.channels == 1 => mono.extend_from_slice(interleaved),
            None => {
                let share = 1.0 / self.channels as f32;
                mono.extend(frames.map(|frame| frame.iter().sum::<f32>() * share));
            }
        }
    }
}
