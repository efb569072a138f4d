//! How loud a clip is, and its outline for a picture.
//! In: samples. Out: levels in dB relative to full scale. Left to others: judging by them.

use crate::domain::{Level, SAMPLE_RATE};

/// Samples of a 20 ms frame.
const FRAME: usize = SAMPLE_RATE as usize / 50;
/// What silence counts as, dB: below the smallest 16-bit step.
const FLOOR_DB: f64 = -100.0;
/// A sample this large is at full scale: the last two 16-bit steps.
const FULL_SCALE: f32 = 32_766.0 / 32_768.0;

/// Levels of a clip; an empty one is silent.
pub fn measure(samples: &[f32]) -> Level {
    let mut frames: Vec<f64> = samples.chunks(FRAME).map(rms_db).collect();
    frames.sort_by(f64::total_cmp);
    let peak = samples.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
    let clipped = samples.iter().filter(|x| x.abs() >= FULL_SCALE).count();
    Level {
        rms_db: rms_db(samples),
        peak_db: decibels(f64::from(peak)),
        range_db: percentile(&frames, 0.95) - percentile(&frames, 0.10),
        clipped: clipped as f64 / samples.len().max(1) as f64,
    }
}

/// The level of a recording that comes block by block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    power: f64,
    samples: u64,
}

impl Meter {
    /// More samples.
    pub fn push(&mut self, samples: &[f32]) {
        self.power += power(samples);
        self.samples += samples.len() as u64;
    }

    /// Root mean square of all so far, dB relative to full scale.
    pub fn rms_db(&self) -> f64 {
        decibels((self.power / self.samples.max(1) as f64).sqrt())
    }
}

/// Nearest rank in sorted values.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((share * last as f64).round() as usize).copied().unwrap_or(0.0)
}

fn rms_db(samples: &[f32]) -> f64 {
    decibels((power(samples) / samples.len().max(1) as f64).sqrt())
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum()
}

fn decibels(amplitude: f64) -> f64 {
    (20.0 * amplitude.log10()).max(FLOOR_DB) // log10(0) is -inf
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_square_wave_is_at_zero_db_and_all_clipped() {
        let level = measure(&[1.0, -1.0].repeat(800));
        assert!(level.rms_db.abs() < 1e-9 && level.peak_db.abs() < 1e-9);
        assert_eq!((level.clipped, level.range_db), (1.0, 0.0));
    }

    #[test]
    fn range_is_the_distance_of_speech_to_noise() {
        let mut samples = [0.5, -0.5].repeat(4_000);
        samples.extend([0.005, -0.005].repeat(4_000));
        assert!((measure(&samples).range_db - 40.0).abs() < 0.1);
    }

    #[test]
    fn silence_and_nothing_have_finite_levels() {
        for samples in [&[][..], &[0.0; 999]] {
            let level = measure(samples);
            assert_eq!((level.rms_db, level.peak_db), (FLOOR_DB, FLOOR_DB));
            assert_eq!((level.range_db, level.clipped), (0.0, 0.0));
        }
    }
}
