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
