//! Which of many things stand out in one group. In: counts. Out: how much, how surely, and the share of false discoveries. Pure.

use statrs::distribution::{Binomial, DiscreteCDF};

/// Clips that the prior counts for: fewer leave a difference that two clips make large.
const PRIOR_CLIPS: f64 = 10.0;
/// Half of the standard normal's middle 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// In how many clips of a group something occurs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occurrence {
    /// Clips with it.
    pub clips: u64,
    /// Clips of the group.
    pub of: u64,
}

/// How much more often something occurs in one group than elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Logarithm of the ratio of the odds, shrunk towards 0: both groups get [`PRIOR_CLIPS`] clips in which it occurs as often
    /// as in both together (Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16, 2008).
    pub log_odds: f64,
    /// Its interval of 95 %.
    pub interval: [f64; 2],
    /// Probability of as many clips or more in the group if it were as frequent elsewhere.
    pub p: f64,
}

/// Compares a group with the rest; where there is no rest, with `expected`, the share of clips in which it should occur. `None`
/// where neither is there.
pub fn compare(here: Occurrence, rest: Occurrence, expected: Option<f64>) -> Option<Difference> {
    let (y, n, z, m) = (here.clips as f64, here.of as f64, rest.clips as f64, rest.of as f64);
    let (share, p) = match (rest.of, expected) {
        (0, None) => return None,
        (0, Some(share)) => (share, at_least(here.clips, here.of, share)),
        // Given how often it occurs at all, each time is here with the probability of a clip to be.
        (_, _) => ((y + z) / (n + m), at_least(here.clips, here.clips + rest.clips, n / (n + m))),
    };
    let prior = PRIOR_CLIPS * share.clamp(1e-9, 1.0 - 1e-9);
    let odds = |with: f64, of: f64| ((with + prior) / (of - with + PRIOR_CLIPS - prior)).ln();
    let log_odds = odds(y, n) - odds(z, m);
    let spread = match rest.of {
        0 => 1.0 / (y + prior),
        _ => 1.0 / (y + prior) + 1.0 / (z + prior),
    };
    let half = Z * spread.sqrt();
    Some(Difference { log_odds, interval: [log_odds - half, log_odds + half], p })
}

/// P(X >= k) of n draws, each with probability p.
pub fn at_least(k: u64, n: u64, p: f64) -> f64 {
    match (k, Binomial::new(p.clamp(0.0, 1.0), n)) {
        (0, _) => 1.0,
        (_, Ok(binomial)) => binomial.sf(k - 1),
        (_, Err(_)) => 1.0,
    }
}

/// The smallest share of false discoveries at which each test would still be taken (Benjamini and Hochberg, 1995).
pub fn false_discovery_rates(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut rates = vec![1.0; p.len()];
    let mut least = 1.0f64;
    for (rank, &n) in order.iter().enumerate().rev() {
        least = least.min(p[n] * p.len() as f64 / (rank + 1) as f64);
        rates[n] = least;
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occurrence(clips: u64, of: u64) -> Occurrence {
        Occurrence { clips, of }
    }

    #[test]
    fn what_occurs_here_alone_stands_out_and_what_is_everywhere_does_not() {
        let here = compare(occurrence(8, 100), occurrence(0, 300), None).unwrap();
        // 8 times here where a quarter of the clips are: 0.25 to the 8th.
        assert!((here.p - 0.25f64.powi(8)).abs() < 1e-12, "{here:?}");
        assert!(here.log_odds > 1.5 && here.interval[0] > 0.0, "{here:?}");
        let even = compare(occurrence(25, 100), occurrence(75, 300), None).unwrap();
        assert!(even.p > 0.4 && even.log_odds.abs() < 1e-9, "{even:?}");
        let twice = compare(occurrence(2, 100), occurrence(0, 300), None).unwrap();
        assert!(twice.interval[0] < 0.0 && twice.log_odds < here.log_odds, "{twice:?}");
    }

    #[test]
    fn without_a_rest_the_word_list_says_what_is_expected() {
        let rare = compare(occurrence(3, 50), occurrence(0, 0), Some(1e-4)).unwrap();
        assert!(rare.p < 1e-6 && rare.interval[0] > 0.0, "{rare:?}");
        assert_eq!(compare(occurrence(3, 50), occurrence(0, 0), None), None);
        let usual = compare(occurrence(30, 50), occurrence(0, 0), Some(0.6)).unwrap();
        assert!(usual.p > 0.4, "{usual:?}");
    }

    #[test]
    fn rates_are_those_of_benjamini_and_hochberg() {
        // p.adjust(c(0.01, 0.04, 0.03, 0.5), "BH") in R.
        let rates = false_discovery_rates(&[0.01, 0.04, 0.03, 0.5]);
        let wanted = [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5];
        assert!(rates.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{rates:?}");
        assert!(false_discovery_rates(&[]).is_empty());
    }
}
