//! When each token is spoken, roughly: good enough to mark the word being spoken.
//! In: samples and the tokens' text. Out: a start and an end for each. Left to others: real
//! alignment. Whisper gives no times without timestamp tokens, so the tokens are spread over the
//! voiced frames in proportion to their letters.

use crate::domain::{Millis, SAMPLE_RATE};

/// Samples in a frame of 20 ms.
const FRAME: usize = SAMPLE_RATE as usize / 50;
/// A frame counts as voiced when it lies at most this far under the loudest one, dB.
const VOICED_RANGE_DB: f64 = 30.0;

/// Start and end of each piece of text, in order, within the clip; pieces without a letter take
/// no time. The spread is an estimate, not an alignment.
pub fn spread(samples: &[f32], pieces: &[String]) -> Vec<(Millis, Millis)> {
    let voiced = voiced_frames(samples);
    let weights: Vec<usize> =
        pieces.iter().map(|p| p.chars().filter(|c| c.is_alphanumeric()).count()).collect();
    let total = weights.iter().sum::<usize>().max(1);
    let millis = |share: usize, end: bool| {
        // The share of letters said so far, as a position among the voiced frames.
        let position = voiced.len() as f64 * share as f64 / total as f64;
        let frame = if end { position.ceil() as usize } else { position.floor() as usize + 1 };
        let index = frame.saturating_sub(1).min(voiced.len().saturating_sub(1));
        let inside = (position - index as f64).clamp(0.0, 1.0);
        let at = voiced.get(index).map_or(0.0, |f| (*f as f64 + inside) * 20.0);
        Millis((at.round() as u64).min(samples.len() as u64 * 1000 / u64::from(SAMPLE_RATE)))
    };
    let mut said = 0;
    let mut times = Vec::with_capacity(pieces.len());
    for weight in weights {
        let start = if weight == 0 { millis(said, true) } else { millis(said, false) };
        said += weight;
        let end = if weight == 0 { start } else { millis(said, true) };
        times.push((start, end.max(start)));
    }
    times
}

/// Indices of the frames loud enough to hold speech; all frames when nothing stands out.
fn voiced_frames(samples: &[f32]) -> Vec<usize> {
    let power: Vec<f64> = samples
        .chunks(FRAME)
        .map(|frame| frame.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / frame.len() as f64)
        .collect();
    let loudest = power.iter().copied().fold(0.0, f64::max);
    let floor = loudest / 10f64.powf(VOICED_RANGE_DB / 10.0);
    (0..power.len()).filter(|&i| power[i] >= floor).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tone(seconds: f64, level: f32) -> Vec<f32> {
        (0..(seconds * 16_000.0) as usize).map(|i| level * (i as f32 * 0.1).sin()).collect()
    }

    #[test]
    fn words_lie_where_the_sound_is() {
        let mut samples = tone(1.0, 0.0);
        samples.extend(tone(1.0, 0.5));
        samples.extend(tone(1.0, 0.0));
        samples.extend(tone(1.0, 0.5));
        let times = spread(&samples, &[" aaaa".into(), ",".into(), " bbbb".into()]);
        assert_eq!(times[0], (Millis(1000), Millis(2000)));
        assert_eq!(times[1].0, times[1].1);
        assert_eq!(times[2], (Millis(3000), Millis(4000)));
    }

    proptest! {
        #[test]
        fn times_are_ordered_and_inside_the_clip(
            seconds in 0.0f64..3.0, level in 0.0f32..1.0,
            pieces in prop::collection::vec("[ a-zé,]{0,5}", 0..12),
        ) {
            let samples = tone(seconds, level);
            let times = spread(&samples, &pieces);
            prop_assert_eq!(times.len(), pieces.len());
            let mut last = Millis(0);
            for (start, end) in times {
                prop_assert!(last <= start && start <= end);
                prop_assert!(end.0 <= samples.len() as u64 / 16);
                last = start;
            }
        }
    }
}
