//! The arithmetic of greedy decoding: logits -> the next token and its probability.
//! In: a row of logits. Out: choices, probabilities. Left to others: running the model.

/// A token that was chosen at temperature 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Its id.
    pub id: usize,
    /// Natural logarithm of its probability among the tokens that were allowed.
    pub logprob: f64,
    /// Entropy of that distribution, nats.
    pub entropy: f64,
    /// Logarithm of how much likelier it is than the second best.
    pub margin: f64,
}

/// Logits that are weighed at once.
const LANES: usize = 16;
/// e^-30 of the best adds nothing that a double over 50 000 terms would show.
const LEAST: f32 = -30.0;

/// The likeliest of the allowed tokens; `None` when the logits hold no number (a broken model).
pub fn choose(logits: &[f32], allowed: impl Fn(usize) -> bool) -> Option<Choice> {
    let (mut best, mut second) = ((0, f32::NEG_INFINITY), f32::NEG_INFINITY);
    for (id, &logit) in logits.iter().enumerate() {
        if logit > second && allowed(id) {
            if logit > best.1 {
                second = best.1;
                best = (id, logit);
            } else {
                second = logit;
            }
        }
    }
    if !best.1.is_finite() {
        return None;
    }
    let (mut sums, mut weighted) = ([0.0f64; LANES], [0.0f64; LANES]);
    for (n, chunk) in logits.chunks(LANES).enumerate() {
        let (mut below, mut weights) = ([LEAST; LANES], [0.0f32; LANES]);
        for (below, logit) in below.iter_mut().zip(chunk) {
            *below = (logit - best.1).max(LEAST); // of NaN: the least
        }
        for (weight, &below) in weights.iter_mut().zip(&below) {
            *weight = if below > LEAST { exp(below) } else { 0.0 };
        }
        for (lane, (weight, _)) in weights.iter_mut().zip(chunk).enumerate() {
            if !allowed(n * LANES + lane) {
                *weight = 0.0;
            }
        }
        for lane in 0..LANES {
            sums[lane] += f64::from(weights[lane]);
            weighted[lane] += f64::from(weights[lane]) * f64::from(below[lane]);
        }
    }
    let (sum, weighted): (f64, f64) = (sums.iter().sum(), weighted.iter().sum());
    let entropy = (sum.ln() - weighted / sum).max(0.0);
    let margin = if second.is_finite() { f64::from(best.1 - second) } else { 30.0 };
    Some(Choice { id: best.0, logprob: -sum.ln(), entropy, margin })
}

/// e^x for x in [-87, 0], to a unit in the last place or two, without a call: the compiler takes several at once.
/// x = n ln 2 + r; 2^n goes into the exponent's bits, e^r is a polynomial. Source: `expf` of Cephes (Moshier).
#[allow(clippy::excessive_precision)]
fn exp(x: f32) -> f32 {
    const LARGE: f32 = 12_582_912.0; // 1.5 * 2^23: added to a number it leaves no room for its fraction
    let shifted = x * std::f32::consts::LOG2_E + LARGE;
    let n = shifted - LARGE;
    let r = x - n * 0.693_359_375 + n * 2.121_944_4e-4;
    let polynomial = [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5.000_000_1e-1]
        .iter()
        .fold(1.987_569_1e-4, |sum, c| sum * r + c);
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits()));
    (polynomial * r * r + r + 1.0) * power
}

/// A given token, with the numbers that a choice has; its margin is negative where another one is likelier. `None` when the
/// logits hold no number.
pub fn given(logits: &[f32], id: usize, allowed: impl Fn(usize) -> bool) -> Option<Choice> {
    let best = choose(logits, allowed)?;
    if best.id == id {
        return Some(best);
    }
    let below = f64::from(logits.get(id)? - logits.get(best.id)?);
    Some(Choice { id, logprob: best.logprob + below, margin: below, ..best })
}

/// The log-probability of a given token among those that are allowed; `None` when the logits hold no number.
pub fn forced(logits: &[f32], id: usize, allowed: impl Fn(usize) -> bool) -> Option<f64> {
    let best = choose(logits, allowed)?;
    Some(best.logprob + f64::from(logits.get(id)? - logits.get(best.id)?))
}

/// Softmax over some of the logits; empty when they hold no number.
pub fn softmax(logits: &[f32]) -> Vec<f64> {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if !max.is_finite() {
        return Vec::new();
    }
    let weights: Vec<f64> = logits.iter().map(|&l| f64::from(l - max).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|w| w / sum).collect()
}

/// Entropy of a distribution, nats.
pub fn entropy(p: &[f64]) -> f64 {
    -p.iter().filter(|&&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
}

/// Whether the end of a token sequence is one pattern over and over, as a decoder in a loop
/// writes it: at least three times, and at least `min_tokens` tokens in all.
pub fn loops(tokens: &[usize], min_tokens: usize) -> bool {
    (1..=tokens.len() / 3).any(|period| {
        let times = min_tokens.div_ceil(period).max(3);
        let Some(start) = tokens.len().checked_sub(times * period) else { return false };
        let tail = &tokens[start..];
        tail.iter().zip(&tail[period..]).all(|(a, b)| a == b)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_likeliest_allowed_token_wins_with_its_probability() {
        let logits = [1.0, 3.0, 2.0, f32::NEG_INFINITY];
        let choice = choose(&logits, |id| id != 1).unwrap();
        assert_eq!(choice.id, 2);
        let p = 1.0 / (1.0 + (-1f64).exp());
        assert!((choice.logprob - p.ln()).abs() < 1e-7);
        assert!((choice.entropy - entropy(&[p, 1.0 - p])).abs() < 1e-6);
        assert!((choice.margin - 1.0).abs() < 1e-9);
        assert_eq!(choose(&[f32::NAN; 3], |_| true), None);
        assert_eq!(choose(&logits, |_| false), None);
    }

    #[test]
    fn a_loop_is_a_pattern_repeated_to_the_end() {
        assert!(loops(&[9, 1, 2, 3, 1, 2, 3, 1, 2, 3], 8));
        assert!(!loops(&[9, 1, 2, 3, 1, 2, 3, 1, 2, 4], 8));
        assert!(!loops(&[1, 1, 1], 8), "three of a kind may have been said");
        assert!(loops(&[1; 8], 8));
    }

    proptest! {
        #[test]
        fn exp_is_the_exponential(x in -87.0f32..0.0) {
            let right = f64::from(x).exp();
            prop_assert!((f64::from(exp(x)) / right - 1.0).abs() < 2e-7, "{x}");
        }

        #[test]
        fn tokens_that_are_not_allowed_and_no_numbers_weigh_nothing(
            logits in prop::collection::vec(prop_oneof![-40.0f32..0.0, Just(f32::NAN), Just(f32::NEG_INFINITY)], 0..50),
            banned in prop::collection::vec(any::<bool>(), 50),
        ) {
            let logits = [&[1.0], &logits[..]].concat();
            let allowed = |id: usize| id == 0 || !banned[id - 1];
            let possible = (0..logits.len()).filter(|id| allowed(*id) && logits[*id].is_finite());
            let p = softmax(&possible.map(|id| logits[id]).collect::<Vec<_>>());
            let choice = choose(&logits, allowed).unwrap();
            prop_assert!((choice.logprob - p[0].ln()).abs() < 1e-6);
            prop_assert!((choice.entropy - entropy(&p)).abs() < 1e-5);
        }

        #[test]
        fn softmax_sums_to_one(logits in prop::collection::vec(-50.0f32..50.0, 1..40)) {
            prop_assert!((softmax(&logits).iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let choice = choose(&logits, |_| true).unwrap();
            prop_assert!((choice.logprob.exp() - softmax(&logits)[choice.id]).abs() < 1e-6);
        }
    }
}
