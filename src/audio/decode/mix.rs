//! One channel, or the mean of all, out of interleaved samples. Where channels cancel each other in the
//! mean (one of them is inverted), the loudest stands for all.
//! In: blocks of frames. Out: blocks of mono, a little later, the same however they are chopped.

use anyhow::{Result, bail};

use crate::domain::Channel;

/// Frames are judged in stretches of this length, seconds.
const STRETCH_SECONDS: f64 = 0.5;
/// Samples of all channels that are held at most.
const MOST_HELD: usize = 1 << 20;
/// Channels cancel where the mean's power is below this share of what it would be if they were
/// unlike each other (20 dB).
const CANCELLED: f64 = 0.01;
/// Power per channel below which nothing is judged (-70 dB).
const QUIET: f64 = 1e-7;

/// One channel out of interleaved ones.
pub struct Mix {
    channels: usize,
    choice: Choice,
    /// Samples of a stretch.
    stretch: usize,
    held: Vec<f32>,
}

#[derive(Clone, Copy)]
enum Choice {
    /// This channel was asked for.
    Only(usize),
    /// The mean of all.
    Mean,
    /// They cancel, and this one is the loudest.
    Loudest(usize),
}

impl Mix {
    /// For audio of `rate` frames per second.
    ///
    /// Errors: a channel that is not there.
    pub fn new(channel: Channel, channels: usize, rate: u32) -> Result<Self> {
        let choice = match channel {
            Channel::Mix => Choice::Mean,
            Channel::Only(n) if usize::from(n) < channels => Choice::Only(n.into()),
            Channel::Only(n) => bail!("there is no channel {n}: it has {channels}, counted from 0"),
        };
        let frames = (f64::from(rate) * STRETCH_SECONDS) as usize;
        let stretch = frames.min(MOST_HELD / channels).max(1) * channels;
        Ok(Self { channels, choice, stretch, held: Vec::new() })
    }

    /// Takes frames; appends one sample for each that is ready to `mono`.
    pub fn push(&mut self, interleaved: &[f32], mono: &mut Vec<f32>) {
        if self.channels == 1 {
            return mono.extend_from_slice(interleaved);
        }
        if let Choice::Only(n) = self.choice {
            return mono.extend(interleaved.chunks_exact(self.channels).map(|frame| frame[n]));
        }
        let mut rest = interleaved;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.stretch - self.held.len()));
            self.held.extend_from_slice(now);
            rest = later;
            if self.held.len() == self.stretch {
                self.flush(mono);
            }
        }
    }

    /// Appends what is buffered: at the end, and before silence.
    pub fn flush(&mut self, mono: &mut Vec<f32>) {
        self.judge();
        let frames = self.held.chunks_exact(self.channels);
        match self.choice {
            Choice::Only(n) | Choice::Loudest(n) => mono.extend(frames.map(|frame| frame[n])),
            Choice::Mean => {
                let share = 1.0 / self.channels as f32;
                mono.extend(frames.map(|frame| frame.iter().sum::<f32>() * share));
            }
        }
        self.held.clear();
    }

    /// Whether the channels cancel each other in what is held; quiet and short ones say nothing.
    fn judge(&mut self) {
        let (mut mean, mut each) = (0.0, vec![0.0f64; self.channels]);
        for frame in self.held.chunks_exact(self.channels) {
            mean += frame.iter().map(|&x| f64::from(x)).sum::<f64>().powi(2);
            frame.iter().zip(&mut each).for_each(|(&x, sum)| *sum += f64::from(x).powi(2));
        }
        let all: f64 = each.iter().sum();
        let short = self.held.len() < self.stretch / 10;
        if short || all.is_nan() || all <= QUIET * self.held.len() as f64 {
            return;
        }
        self.choice = match self.choice {
            _ if mean >= CANCELLED * all => Choice::Mean,
            Choice::Loudest(n) if each[n] >= CANCELLED * all => Choice::Loudest(n),
            _ => {
                let louder = |best, n| if each[n] > each[best] { n } else { best };
                Choice::Loudest((0..self.channels).fold(0, louder))
            }
        };
    }
}
