//! The level of all intervals, those of shares, and the quantiles behind all others.
//! In: counts, or a share with an effective number. Out: the two ends.
//! Left to others: whether the clips are independent enough (`bootstrap`, `weighted`).

use statrs::function::beta::beta_reg;

/// [`LEVEL`] in percent: a whole number, so that what follows from it is exact to the last bit.
const PERCENT: f64 = 95.0;
/// Probability that an interval aims to cover the truth with.
pub const LEVEL: f64 = PERCENT / 100.0;
/// Where an interval of percentiles begins and ends.
pub const TAILS: [f64; 2] = [(100.0 - PERCENT) / 200.0, (100.0 + PERCENT) / 200.0];
const TAIL: f64 = (1.0 - LEVEL) / 2.0;

/// Where the regularised incomplete beta function with `a`, `b` (above 0) reaches `p`: bisection to
/// the last bit, because the closed approximations stop at some seven digits.
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return middle;
        }
        match beta_reg(a, b, middle) < p {
            true => low = middle,
            false => high = middle,
        }
    }
}

/// Clopper and Pearson's exact interval (1934) of `part` in `of` trials, each alike and independent;
/// `None` without trials. `part` and `of` need not be whole: with the effective number of a weighted
/// sample it is Korn and Graubard's interval (1998), see [`korn_graubard`].
pub fn clopper_pearson(part: f64, of: f64) -> Option<(f64, f64)> {
    if !(of > 0.0 && (0.0..=of).contains(&part)) {
        return None;
    }
    let rest = of - part;
    let low = if part > 0.0 { beta_quantile(TAIL, part, rest + 1.0) } else { 0.0 };
    let high = if rest > 0.0 { beta_quantile(1.0 - TAIL, part + 1.0, rest) } else { 1.0 };
    Some((low, high))
}

/// A weighted share with its interval: Clopper and Pearson's with Kish's effective number of clips,
/// `(sum w)^2 / sum w^2`, instead of their number (Korn and Graubard 1998). Pairs are (weight,
/// counts). With equal weights this is [`clopper_pearson`]. `None` without weight.
pub fn korn_graubard(weighted: &[(f64, bool)]) -> Option<(f64, (f64, f64))> {
    let total: f64 = weighted.iter().map(|w| w.0).sum();
    let squares: f64 = weighted.iter().map(|w| w.0 * w.0).sum();
    if !(total > 0.0 && squares > 0.0) {
        return None;
    }
    let part: f64 = weighted.iter().filter(|w| w.1).map(|w| w.0).sum();
    let (share, effective) = ((part / total).clamp(0.0, 1.0), total * total / squares);
    Some((share, clopper_pearson((share * effective).min(effective), effective)?))
}

/// Student's t that leaves half of [`LEVEL`]'s rest above it, with `freedom` (above 0) degrees.
pub fn student(freedom: f64) -> f64 {
    let y = beta_quantile(2.0 * TAIL, freedom / 2.0, 0.5);
    (freedom * (1.0 - y) / y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_are_those_of_statsmodels_and_scipy() {
        let fixture = include_str!("../../tests/data/statistics/interval.json");
        let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
        let rows = fixture["clopper_pearson"].as_array().unwrap();
        assert!(rows.len() > 20);
        for row in rows {
            let at = |n: usize| row[n].as_f64().unwrap();
            let (low, high) = clopper_pearson(at(0), at(1)).unwrap();
            assert!((low - at(2)).abs() < 1e-10 && (high - at(3)).abs() < 1e-10, "{row}");
        }
        for row in fixture["student"].as_array().unwrap() {
            let t = student(row[0].as_f64().unwrap());
            assert!((t / row[1].as_f64().unwrap() - 1.0).abs() < 1e-9, "{row}: {t}");
        }
    }

    #[test]
    fn the_tails_are_the_numbers_that_other_programs_are_given() {
        assert_eq!((LEVEL, TAILS), (0.95, [0.025, 0.975]));
    }

    #[test]
    fn no_trials_have_no_interval() {
        assert_eq!(clopper_pearson(0.0, 0.0), None);
        assert_eq!(clopper_pearson(3.0, 2.0), None);
        assert_eq!(korn_graubard(&[]), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_mirrors(of in 1u32..400, share in 0.0..=1.0f64) {
            let (of, part) = (f64::from(of), (share * f64::from(of)).round());
            let (low, high) = clopper_pearson(part, of).unwrap();
            prop_assert!(0.0 <= low && low <= part / of && part / of <= high && high <= 1.0);
            let (mirror, _) = clopper_pearson(of - part, of).unwrap();
            prop_assert!((1.0 - high - mirror).abs() < 1e-9);
        }

        #[test]
        fn equal_weights_change_nothing(counts in prop::collection::vec(any::<bool>(), 1..60), w in 0.1..50.0f64) {
            let weighted: Vec<_> = counts.iter().map(|c| (w, *c)).collect();
            let part = counts.iter().filter(|c| **c).count() as f64;
            let (share, ends) = korn_graubard(&weighted).unwrap();
            let plain = clopper_pearson(part, counts.len() as f64).unwrap();
            prop_assert!((share - part / counts.len() as f64).abs() < 1e-9);
            prop_assert!((ends.0 - plain.0).abs() < 1e-7 && (ends.1 - plain.1).abs() < 1e-7);
        }
    }
}
