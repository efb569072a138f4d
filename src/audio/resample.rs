//! Any rate to 16 kHz, in a stream, by rubato's FFT resampler.
//! In: mono blocks at the file's rate. Out: mono blocks at 16 kHz, in step with the input: the
//! filter's delay is cut off, its tail is kept, and n frames become round(n * 16000 / rate)
//! samples. 16 kHz passes untouched. Left to others: channels.

use anyhow::{Context, Result};
use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use crate::domain::SAMPLE_RATE;

/// FFT blocks per second: longer blocks have a steeper filter, shorter ones ring less.
const BLOCKS_A_SECOND: usize = 16;

/// A stream on its way to 16 kHz.
pub struct Resampler {
    rate: u32,
    /// `None` at 16 kHz.
    fft: Option<Box<Fft<f32>>>,
    pending: Vec<f32>,
    output: Vec<f32>,
    /// Output samples still to be cut off: the filter's delay.
    delay: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// From `rate` frames per second.
    pub fn new(rate: u32) -> Result<Self> {
        let fft = if rate == SAMPLE_RATE {
            None
        } else {
            let (from, to) = (rate as usize, SAMPLE_RATE as usize);
            // Blocks of an even number of frames: the filter's delay is half of one.
            let step = 2 * from / gcd(from, to);
            let block = step * (from / BLOCKS_A_SECOND).div_ceil(step);
            let window = WindowFunction::BlackmanHarris2;
            let fft = Fft::new_custom(from, to, block, 1, 1, window, FixedSync::Both)
                .with_context(|| format!("resample from {rate} Hz"))?;
            Some(Box::new(fft))
        };
        let delay = fft.as_ref().map_or(0, |fft| fft.output_delay());
        let output = vec![0.0; fft.as_ref().map_or(0, |fft| fft.output_frames_max())];
        Ok(Self { rate, fft, pending: Vec::new(), output, delay, taken: 0, given: 0 })
    }

    /// Takes frames; hands whatever is ready to `sink`.
    pub fn push(
        &mut self,
        frames: &[f32],
        sink: &mut dyn FnMut(&[f32]) -> Result<()>,
    ) -> Result<()> {
        self.taken += frames.len() as u64;
        if self.fft.is_none() {
            self.given = self.taken;
            return sink(frames);
        }
        self.pending.extend_from_slice(frames);
        self.run(sink)
    }

    /// Hands out the rest; returns the output's whole length, samples.
    pub fn finish(mut self, sink: &mut dyn FnMut(&[f32]) -> Result<()>) -> Result<u64> {
        let due = self.due();
        let block = self.fft.as_ref().map_or(0, |fft| fft.input_frames_next());
        while self.given < due {
            self.pending.resize(self.pending.len() + block, 0.0);
            self.run(sink)?;
        }
        Ok(due)
    }

    /// Resamples whole blocks of what is pending.
    fn run(&mut self, sink: &mut dyn FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let due = self.due();
        let Some(fft) = &mut self.fft else { return Ok(()) };
        let block = fft.input_frames_next();
        let mut used = 0;
        while self.pending.len() - used >= block {
            let input = SequentialSlice::new(&self.pending[used..used + block], 1, block)?;
            let room = self.output.len();
            let mut output = SequentialSlice::new_mut(&mut self.output, 1, room)?;
            let (_, made) = fft.process_into_buffer(&input, &mut output, None)?;
            used += block;
            let cut = self.delay.min(made);
            self.delay -= cut;
            // What lies beyond is the tail of the padding.
            let left = usize::try_from(due - self.given)?;
            let ready = &self.output[cut..made.min(cut + left)];
            self.given += ready.len() as u64;
            sink(ready)?;
        }
        self.pending.drain(..used);
        Ok(())
    }

    /// Output samples that the input so far amounts to.
    fn due(&self) -> u64 {
        let scaled = u128::from(self.taken) * u128::from(SAMPLE_RATE) * 2 + u128::from(self.rate);
        (scaled / (2 * u128::from(self.rate))) as u64
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resampled(rate: u32, frames: &[f32], block: usize) -> Vec<f32> {
        let mut out = Vec::new();
        let mut sink = |block: &[f32]| -> Result<()> {
            out.extend_from_slice(block);
            Ok(())
        };
        let mut resampler = Resampler::new(rate).expect("a rate that works");
        for part in frames.chunks(block.max(1)) {
            resampler.push(part, &mut sink).expect("push");
        }
        let length = resampler.finish(&mut sink).expect("finish");
        assert_eq!(length, out.len() as u64);
        out
    }

    fn tone(rate: u32, hertz: f64, frames: usize) -> Vec<f32> {
        let step = std::f64::consts::TAU * hertz / f64::from(rate);
        (0..frames).map(|i| ((i as f64 * step).sin() * 0.5) as f32).collect()
    }

    #[test]
    fn a_tone_keeps_its_phase_and_level_from_every_common_rate() {
        for rate in [8_000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 12_345] {
            let out = resampled(rate, &tone(rate, 440.0, rate as usize), 1000);
            let wanted = tone(SAMPLE_RATE, 440.0, SAMPLE_RATE as usize);
            assert_eq!(out.len(), wanted.len(), "{rate} Hz");
            let inner = 2_000..14_000; // the tone starts and ends abruptly
            let worst = (out[inner.clone()].iter().zip(&wanted[inner]))
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 0.01, "{rate} Hz: off by {worst}");
        }
    }

    #[test]
    fn what_lies_above_8_khz_does_not_fold_down() {
        let out = resampled(48_000, &tone(48_000, 11_000.0, 48_000), 4096);
        let loudest = out[2_000..14_000].iter().fold(0.0f32, |m, x| m.max(x.abs()));
        assert!(loudest < 0.001, "{loudest}");
    }

    #[test]
    fn sixteen_kilohertz_passes_bit_by_bit() {
        let frames = tone(SAMPLE_RATE, 123.4, 5_001);
        assert_eq!(resampled(SAMPLE_RATE, &frames, 77), frames);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_length_is_the_input_scaled_and_rounded_however_it_is_chopped(
            rate in prop::sample::select(vec![8_000u32, 11_025, 16_000, 22_050, 44_100, 48_000]),
            frames in 0usize..20_000,
            block in 1usize..9_000,
        ) {
            let out = resampled(rate, &tone(rate, 300.0, frames), block);
            let wanted = (frames as f64 * 16_000.0 / f64::from(rate)).round() as usize;
            prop_assert_eq!(out.len(), wanted);
            let whole = resampled(rate, &tone(rate, 300.0, frames), usize::MAX);
            prop_assert_eq!(out, whole);
        }
    }
}
