//! Whisper's mel filterbank, computed. In: a number of bands. Out: filter weights.
//! Left to others: writing them into a model file (`ggml`).

/// FFT bins of Whisper's 400-sample window.
pub const BINS: usize = 201;
const WINDOW: f64 = 400.0;
const SAMPLE_RATE: f64 = 16_000.0;
/// 8 kHz on the Slaney mel scale.
const MAX_MEL: f64 = 45.245640471924965;

/// Triangular filters on Slaney's mel scale, each scaled to the same area: `bands` rows of
/// [`BINS`] weights, row after row.
///
/// Source: librosa's `filters.mel(htk=False, norm="slaney")` for 16 kHz, 400-point FFT, 0-8 kHz,
/// which OpenAI Whisper and faster-whisper ship or compute. The order of the operations is theirs,
/// in f64 and cast at the end, so that the bits are the same.
pub fn filterbank(bands: usize) -> Vec<f32> {
    let edges = edges(bands);
    let bin_width = 1.0 / (WINDOW * (1.0 / SAMPLE_RATE));
    let mut weights = Vec::with_capacity(bands * BINS);
    for edge in edges.windows(3) {
        let (low, centre, high) = (edge[0], edge[1], edge[2]);
        let area = 2.0 / (high - low);
        for bin in 0..BINS {
            let frequency = bin as f64 * bin_width;
            let rising = -(low - frequency) / (centre - low);
            let falling = (high - frequency) / (high - centre);
            let height = if rising < falling { rising } else { falling };
            // Not `max`: the weight of 0 Hz is -0.0 in the reference, and stays so.
            weights.push((if height < 0.0 { 0.0 } else { height * area }) as f32);
        }
    }
    weights
}

/// Corner frequencies, Hz: `bands + 2` points at equal distances in mel.
fn edges(bands: usize) -> Vec<f64> {
    let last = bands + 1;
    let step = MAX_MEL / last as f64;
    (0..=last).map(|i| hertz(if i == last { MAX_MEL } else { i as f64 * step })).collect()
}

/// Slaney's scale: linear up to 1 kHz, logarithmic above.
fn hertz(mel: f64) -> f64 {
    const LINEAR_STEP: f64 = 200.0 / 3.0;
    const CORNER_HZ: f64 = 1000.0;
    let corner_mel = CORNER_HZ / LINEAR_STEP;
    if mel < corner_mel {
        LINEAR_STEP * mel
    } else {
        CORNER_HZ * (f64::ln(6.4) / 27.0 * (mel - corner_mel)).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex_digest;

    /// Sums of `FeatureExtractor.get_mel_filters(16000, 400, n).astype("float32")` of
    /// faster-whisper, little-endian.
    const REFERENCE: [(usize, &str); 2] = [
        (80, "2150c30cbbeb6029f52002ffa666c1c72d83dbf53f463cb8462052055806e891"),
        (128, "aaac37f621282123f884373225515a47f119d6635d1fecd7fd78700fd961ae1c"),
    ];

    #[test]
    fn the_filters_are_those_of_faster_whisper_to_the_bit() {
        for (bands, digest) in REFERENCE {
            let bytes: Vec<u8> = filterbank(bands).iter().flat_map(|w| w.to_le_bytes()).collect();
            assert_eq!(bytes.len(), bands * BINS * 4);
            assert_eq!(hex_digest(&bytes), digest, "{bands} bands");
        }
    }
}
