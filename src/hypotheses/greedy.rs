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
    let (mut sum, mut weighted) = (0.0f64, 0.0f64);
    for (id, &logit) in logits.iter().enumerate() {
        let below = logit - best.1;
        // e^-30 of the best adds nothing that a double over 50 000 terms would show.
        if below > -30.0 && allowed(id) {
            let weight = f64::from(below.exp());
            sum += weight;
            weighted += weight * f64::from(below);
        }
    }
    let entropy = (sum.ln() - weighted / sum).max(0.0);
    let margin = if second.is_finite() { f64::from(best.1 - second) } else { 30.0 };
    Some(Choice { id: best.0, logprob: -sum.ln(), entropy, margin })
}

/// The numbers of a given token, as if it had been chosen: its log-probability, the entropy of the
/// distribution, and how much likelier it is than the best other token (negative if it is not the
/// best). `None` when the logits hold no number.
pub fn forced(logits: &[f32], id: usize, allowed: impl Fn(usize) -> bool) -> Option<Choice> {
    let best = choose(logits, &allowed)?;
    if id == best.id {
        return Some(best);
    }
    let below = f64::from(logits.get(id)? - logits.get(best.id)?);
    Some(Choice { id, logprob: best.logprob + below, entropy: best.entropy, margin: below })
}

#[cfg(test)]
/// A token drawn at temperature `t` by a number in [0, 1).
pub fn draw(logits: &[f32], t: f64, u: f64, allowed: impl Fn(usize) -> bool) -> Option<usize> {
    let best = choose(logits, &allowed)?.id;
    let max = logits[best];
    let weight = |id: usize| {
        let below = f64::from(logits[id] - max) / t;
        if below > -30.0 && allowed(id) { below.exp() } else { 0.0 }
    };
    let sum: f64 = (0..logits.len()).map(weight).sum();
    let mut left = u * sum;
    for id in 0..logits.len() {
        left -= weight(id);
        if left < 0.0 {
            return Some(id);
        }
    }
    Some(best)
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
        fn softmax_sums_to_one(logits in prop::collection::vec(-50.0f32..50.0, 1..40)) {
            prop_assert!((softmax(&logits).iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let choice = choose(&logits, |_| true).unwrap();
            prop_assert!((choice.logprob.exp() - softmax(&logits)[choice.id]).abs() < 1e-6);
        }
    }
}
