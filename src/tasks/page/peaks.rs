//! The shape of a clip's sound for the small waveform.
//! In: samples. Out: one byte a stretch. Pure.

/// Below this the sound is shown as quiet as it is, so that noise does not look like speech.
const FLOOR: f32 = 0.01;

/// The largest magnitude of each of `count` equal stretches of `samples` (any rate, full scale 1),
/// 255 for the loudest stretch of the clip. Not-a-number samples count as silence.
pub fn peaks(samples: &[f32], count: usize) -> Vec<u8> {
    let count = count.min(samples.len());
    let stretch = |i: usize| &samples[i * samples.len() / count..(i + 1) * samples.len() / count];
    let loudest = |part: &[f32]| part.iter().fold(0.0f32, |max, s| max.max(s.abs()));
    let peaks: Vec<f32> = (0..count).map(|i| loudest(stretch(i)).min(1.0)).collect();
    let top = peaks.iter().fold(FLOOR, |max, p| max.max(*p));
    peaks.into_iter().map(|p| (255.0 * p / top).round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_stretch_reaches_the_top_and_noise_stays_low() {
        assert_eq!(peaks(&[0.0, 0.1, -0.5, 0.25], 4), [0, 51, 255, 128]);
        assert_eq!(peaks(&[0.0, 0.1, -0.5, 0.25], 2), [51, 255]);
        assert_eq!(peaks(&[0.0001, f32::NAN, 0.0], 3), [3, 0, 0]);
    }

    #[test]
    fn a_clip_shorter_than_its_waveform_has_fewer_peaks() {
        assert_eq!(peaks(&[1.0], 200), [255]);
        assert!(peaks(&[], 200).is_empty());
        assert!(peaks(&[1.0], 0).is_empty());
    }
}
