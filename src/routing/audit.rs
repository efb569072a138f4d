//! The random draw. In: seed and clip. Out: a number in [0, 1) that belongs to the two for good, so
//! that the draw does not depend on the order of clips, on other clips, or on how often it is made.

use crate::domain::{self, ClipId};

/// The clip's draw; see [`domain::draw`].
pub fn draw(seed: u64, clip: &ClipId) -> f64 {
    domain::draw(seed, clip.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draw_is_uniform_over_clips_and_over_seeds() {
        let uniform = |numbers: Vec<f64>| {
            // Kolmogorov-Smirnov: 1.95 / sqrt(n) is passed by chance once in a thousand
            let mut sorted = numbers;
            sorted.sort_by(f64::total_cmp);
            let n = sorted.len() as f64;
            let gap = sorted.iter().enumerate().map(|(i, u)| (u - (i as f64 + 0.5) / n).abs());
            assert!(gap.fold(0.0, f64::max) < 1.95 / n.sqrt());
            assert!(sorted.iter().all(|u| (0.0..1.0).contains(u)));
        };
        let clip = |i: usize| ClipId::from_stored(format!("aa_{i:010}_0"));
        uniform((0..5000).map(|i| draw(1, &clip(i))).collect());
        uniform((0..5000).map(|seed| draw(seed, &clip(7))).collect());
    }

    #[test]
    fn the_draw_of_a_clip_never_changes() {
        // printf '1\nabc' | sha256sum, first 53 bits / 2^53
        let known = draw(1, &ClipId::from_stored("abc"));
        assert_eq!(known, draw(1, &ClipId::from_stored("abc")));
        assert!((known - KNOWN).abs() < 1e-15, "{known}");
        assert_ne!(known, draw(2, &ClipId::from_stored("abc")));
    }

    /// Worked out with Python's hashlib.
    const KNOWN: f64 = 0.7736690489324414;
}
