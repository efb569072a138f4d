//! Speech detection: a probability for every 16 ms, by earshot's small recurrent network.
//! In: 16 kHz samples in a stream. Out: one probability a frame. Left to others: thresholds.

use crate::domain::Samples;

/// Samples that one probability stands for.
pub const FRAME: Samples = Samples(256);

/// Frames that the network's answer lags behind: its window spans three frames, so the answer
/// after frame n is centred on frame n - 1.
const LAG: usize = 1;

/// A recording on its way through the network; one for each recording.
pub struct Detector {
    network: Box<earshot::Detector>,
    frame: Vec<f32>,
    probabilities: Vec<f32>,
}

impl Default for Detector {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector {
    /// Before the first sample.
    pub fn new() -> Self {
        Self {
            network: Box::default(),
            frame: Vec::with_capacity(FRAME.index()),
            probabilities: Vec::new(),
        }
    }

    /// Takes the next samples, any number of them, each in [-1, 1].
    pub fn push(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let room = FRAME.index() - self.frame.len();
            let (now, later) = samples.split_at(room.min(samples.len()));
            self.frame.extend_from_slice(now);
            samples = later;
            if self.frame.len() == FRAME.index() {
                self.judge();
            }
        }
    }

    /// The probability of speech in each frame; the last frame may be shorter than [`FRAME`].
    pub fn finish(mut self) -> Vec<f32> {
        if !self.frame.is_empty() {
            self.judge();
        }
        let frames = self.probabilities.len();
        for _ in 0..LAG {
            self.judge();
        }
        self.probabilities.drain(..LAG.min(frames));
        self.probabilities.truncate(frames);
        self.probabilities
    }

    fn judge(&mut self) {
        self.frame.resize(FRAME.index(), 0.0);
        self.probabilities.push(self.network.predict_f32(&self.frame).clamp(0.0, 1.0));
        self.frame.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::audio::decode::{self, Source};
    use crate::domain::Channel;

    fn speech() -> Vec<f32> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio/reference.wav");
        let mut samples = Vec::new();
        decode::stream(&Source::file(&path, Channel::Mix), &mut |block| {
            samples.extend_from_slice(block);
            Ok(())
        })
        .expect("decode");
        samples
    }

    fn probabilities(samples: &[f32], block: usize) -> Vec<f32> {
        let mut detector = Detector::new();
        samples.chunks(block).for_each(|block| detector.push(block));
        detector.finish()
    }

    #[test]
    fn speech_is_likely_and_silence_is_not() {
        let mut samples = vec![0.0; 16_000];
        samples.extend(speech().repeat(3));
        let found = probabilities(&samples, 1_000);
        let (silence, speech) = found.split_at(16_000 / FRAME.index());
        assert!(silence[..silence.len() - 2].iter().all(|&p| p < 0.3));
        assert!(speech.iter().filter(|&&p| p > 0.5).count() * 2 > speech.len());
    }

    #[test]
    fn each_started_frame_has_one_probability_however_the_samples_come() {
        let samples = speech();
        for length in [0, 1, 255, 256, 257, 511, 512, 4_800] {
            let found = probabilities(&samples[..length], 4_096);
            assert_eq!(found.len(), length.div_ceil(FRAME.index()));
            assert_eq!(found, probabilities(&samples[..length], 100));
        }
    }
}
