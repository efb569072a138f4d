//! The Hoeffding-Bentkus p-value: a cross-check of the betting one that depends on nothing but the
//! mean and the number of losses. In: these. Out: a p-value for one look at a number of losses that
//! was fixed beforehand. Left to others: what to do when the two disagree (nobody decides by this one).
//!
//! Bates, Angelopoulos, Lei, Malik and Jordan 2021, "Distribution-free, risk-controlling prediction
//! sets": p = min(exp(-n h1(min(r, a), a)), e P(Bin(n, a) <= ceil(n r))), with
//! h1(x, y) = x ln(x/y) + (1-x) ln((1-x)/(1-y)) and 0 ln 0 = 0.

use statrs::distribution::{Binomial, DiscreteCDF};

/// The relative entropy of two yes-or-no outcomes with probabilities `x` and `y` in (0, 1), nats.
pub fn entropy(x: f64, y: f64) -> f64 {
    let term = |x: f64, y: f64| if x > 0.0 { x * (x / y).ln() } else { 0.0 };
    term(x, y) + term(1.0 - x, 1.0 - y)
}

/// The p-value of H: mean loss >= `target`, after `n` losses in [0, 1] with mean `mean`.
pub fn p_value(mean: f64, n: usize, target: f64) -> f64 {
    if n == 0 {
        return 1.0;
    }
    let hoeffding = (-(n as f64) * entropy(mean.min(target), target)).exp();
    // A hair under, so that a mean such as 3/10 does not count as more than 3 of 10.
    let whole = (n as f64 * mean - 1e-9).ceil().max(0.0) as u64;
    let bentkus =
        Binomial::new(target, n as u64).map_or(1.0, |b| std::f64::consts::E * b.cdf(whole));
    hoeffding.min(bentkus).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_those_of_scipy() {
        // scipy.stats.binom.cdf and the formula above; rows: mean, n, target, p.
        for (mean, n, target, p) in SCIPY {
            let ours = p_value(mean, n, target);
            assert!((ours - p).abs() < 1e-9 * p.max(1e-3), "{mean} {n} {target}: {ours}, not {p}");
        }
        assert_eq!(p_value(0.0, 0, 0.05), 1.0);
    }

    /// Worked out with scipy.
    const SCIPY: [(f64, usize, f64, f64); 5] = [
        (0.0, 45, 0.05, 0.09944025698709269),
        (0.02, 200, 0.05, 0.07188985588568107),
        (0.025, 300, 0.05, 0.09078820354190704),
        (0.3, 100, 0.4, 0.0673666977354779),
        (0.06, 50, 0.05, 1.0),
    ];
}
