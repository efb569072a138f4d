//! Whisper's log-mel spectrogram, as whisper.cpp computes it. In: 16 kHz samples. Out: frames of bands,
//! 100 per second. Left to others: what is made of it (`hypotheses`, `training`).

use realfft::RealFftPlanner;

/// Samples of a window.
const WINDOW: usize = 400;
/// Samples from one frame to the next.
const HOP: usize = 160;
/// FFT bins of a window.
const BINS: usize = WINDOW / 2 + 1;
/// whisper.cpp pads shorter clips with zeros to this: 1.1 s.
const MIN_SAMPLES: usize = 17_600;

/// `frames` frames from the start of a clip, bands outermost: (bands, frames), log10 of the mel energies,
/// at least 8 below their maximum, (x + 4) / 4. Sound ends where the clip ends; what follows is silence.
/// `filters`: bands rows of 201 weights, from the model file.
///
/// Source: `log_mel_spectrogram` of whisper.cpp: Hann window, 200 samples of reflection before the sound
/// and 200 zeros behind; the maximum is taken over 30 s more of silence.
pub fn log_mel(samples: &[f32], filters: &[f32], frames: usize) -> Vec<f32> {
    let bands = filters.len() / BINS;
    let mut sound = samples.to_vec();
    sound.resize(samples.len().max(MIN_SAMPLES), 0.0);
    let pad = WINDOW / 2;
    let mut padded: Vec<f32> = sound[1..=pad].iter().rev().copied().collect();
    padded.extend_from_slice(&sound);
    let whole = padded.len();
    padded.resize(whole + WINDOW, 0.0);
    let hann: Vec<f32> = (0..WINDOW)
        .map(|i| {
            (0.5 * (1.0 - (2.0 * std::f64::consts::PI * i as f64 / WINDOW as f64).cos())) as f32
        })
        .collect();
    let weighted: Vec<Band> = filters.chunks_exact(BINS).map(Band::of).collect();
    let mut powers = [0.0f32; BINS];
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let (mut windowed, mut spectrum) = (fft.make_input_vec(), fft.make_output_vec());
    let silence = 1e-10f64.log10() as f32;
    // frames that touch sound; the loudest of all of them sets the floor
    let touched = whole / HOP + 1;
    let width = touched.max(frames);
    let mut mel = vec![silence; bands * width];
    for frame in 0..touched {
        let at = frame * HOP;
        for (i, w) in windowed.iter_mut().enumerate() {
            *w = hann[i] * padded.get(at + i).copied().unwrap_or(0.0);
        }
        // a window of the right length cannot fail
        if fft.process(&mut windowed, &mut spectrum).is_err() {
            continue;
        }
        for (power, c) in powers.iter_mut().zip(&spectrum) {
            *power = c.norm_sqr();
        }
        for (n, band) in weighted.iter().enumerate() {
            let energy = band.energy(&powers);
            mel[n * width + frame] = energy.max(1e-10).log10() as f32;
        }
    }
    let floor = mel.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b)) - 8.0;
    let mut out = Vec::with_capacity(bands * frames);
    for row in mel.chunks_exact(width) {
        out.extend(row[..frames].iter().map(|v| (v.max(floor) + 4.0) / 4.0));
    }
    out
}

/// The bins that count for a band: its weights from the first to the last that is not zero.
struct Band<'a> {
    from: usize,
    weights: &'a [f32],
}

impl<'a> Band<'a> {
    fn of(weights: &'a [f32]) -> Self {
        let counts = |w: &f32| *w != 0.0;
        let from = weights.iter().position(counts).unwrap_or(0);
        let to = weights.iter().rposition(counts).map_or(from, |last| last + 1);
        Self { from, weights: &weights[from..to] }
    }

    fn energy(&self, powers: &[f32]) -> f64 {
        self.weights.iter().zip(&powers[self.from..]).map(|(w, p)| f64::from(w * p)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bands_energy_is_the_sum_over_all_bins() {
        let powers: [f32; BINS] = std::array::from_fn(|n| (n as f32 * 0.37).sin().powi(2) * 1e3);
        for (from, to) in [(0, 3), (7, 8), (190, BINS), (0, BINS), (5, 5)] {
            let weight = |n| if (from..to).contains(&n) { 0.01 + n as f32 / 7.0 } else { 0.0 };
            let mut weights: [f32; BINS] = std::array::from_fn(weight);
            weights[(from + to) / 2] = 0.0; // a gap
            let all: f64 = weights.iter().zip(powers).map(|(w, p)| f64::from(w * p)).sum();
            assert_eq!(Band::of(&weights).energy(&powers), all + 0.0, "{from} to {to}");
        }
    }
}
