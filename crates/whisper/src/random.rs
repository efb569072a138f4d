//! Random numbers from a counter. In: a seed and a position. Out: a number, the same in every run and on every machine,
//! so that any program can reproduce a draw (`scripts/recompute-report`).

/// Output number `at` (from 0) of SplitMix64 (Steele, Lea and Flood 2014) started at `seed`.
pub fn word(seed: u64, at: u64) -> u64 {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut z = seed.wrapping_add(STEP.wrapping_mul(at.wrapping_add(1)));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A whole number in `0..of` from output `at`: its first 53 bits over 2^53, times `of`, floored.
pub fn draw(seed: u64, at: u64, of: usize) -> usize {
    let unit = (word(seed, at) >> 11) as f64 / (1u64 << 53) as f64;
    ((unit * of as f64) as usize).min(of.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64_as_published() {
        // Reference outputs of Vigna's splitmix64.c for the seed 1234567.
        let known = [6457827717110365317, 3203168211198807973, 9817491932198370423];
        for (at, known) in known.into_iter().enumerate() {
            assert_eq!(word(1234567, at as u64), known);
        }
    }
}
