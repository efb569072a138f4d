//! Are groups of speakers served alike? Each group against all others, by speaker.
//! In: numbers by speaker, a seed. Out: the difference with interval and p-value, Holm-corrected.
//! Left to others: which rates are compared, and what to say about it (views).

use super::bootstrap::{REPLICATES, percentiles, resample, word};
use super::rate::Missing;
use crate::domain::Estimate;

/// Speakers that each side must have before anything is compared.
pub const LEAST_SPEAKERS: usize = 3;

/// A group against the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The group's rate minus the others', with a cluster-bootstrap interval: speakers of either side
    /// drawn again, the group's with `seed`, the others' with `seed + 1`.
    pub estimate: Estimate,
    /// Two-sided permutation p-value: speakers change sides; `(1 + as extreme) / (1 + replicates)`.
    pub p: f64,
}

fn rate(speakers: &[(f64, f64)], times: impl Fn(usize) -> f64) -> Option<f64> {
    let (mut part, mut of) = (0.0, 0.0);
    for (i, s) in speakers.iter().enumerate() {
        part += times(i) * s.0;
        of += times(i) * s.1;
    }
    (of > 0.0).then(|| part / of)
}

/// Compares `sum(part) / sum(of)` of `group` and `others`, one pair (part, of) per speaker. A permutation
/// is a ranking of all speakers (the group's first) by output `b * speakers + j` of the generator with
/// `seed + 2`: the lowest go to the group's side.
///
/// # Errors
/// Too few speakers on a side ([`Missing::OneSpeaker`]); nothing to divide by.
pub fn compare(
    group: &[(f64, f64)],
    others: &[(f64, f64)],
    seed: u64,
) -> Result<Difference, Missing> {
    if group.len().min(others.len()) < LEAST_SPEAKERS {
        return Err(Missing::OneSpeaker);
    }
    let of = |a: Option<f64>, b: Option<f64>| Some(a? - b?);
    let value = of(rate(group, |_| 1.0), rate(others, |_| 1.0)).ok_or(Missing::NothingCounted)?;

    let (mut here, mut there) = (vec![0.0; group.len()], vec![0.0; others.len()]);
    let mut differences = Vec::new();
    for b in 0..REPLICATES {
        resample(seed, b, &mut here);
        resample(seed.wrapping_add(1), b, &mut there);
        differences.extend(of(rate(group, |i| here[i]), rate(others, |i| there[i])));
    }
    let (low, high) = percentiles(differences).ok_or(Missing::NothingCounted)?;

    let all: Vec<(f64, f64)> = group.iter().chain(others).copied().collect();
    let mut order: Vec<(u64, usize)> = Vec::new();
    let mut sides = vec![0.0; all.len()];
    let mut extreme = 0u64;
    for b in 0..REPLICATES {
        let at = |j: usize| b * all.len() as u64 + j as u64;
        order.clear();
        order.extend((0..all.len()).map(|j| (word(seed.wrapping_add(2), at(j)), j)));
        order.select_nth_unstable(group.len() - 1);
        sides.fill(0.0);
        order[..group.len()].iter().for_each(|(_, j)| sides[*j] = 1.0);
        let swapped = of(rate(&all, |i| sides[i]), rate(&all, |i| 1.0 - sides[i]));
        // Sums in another order may differ in the last bits: alike counts as extreme.
        extreme += u64::from(swapped.is_some_and(|d| d.abs() >= value.abs() - 1e-12));
    }
    let p = (1 + extreme) as f64 / (1 + REPLICATES) as f64;
    Ok(Difference { estimate: Estimate { value, low, high }, p })
}

/// Holm's step-down correction (1979): p-values that may be read together, in the order given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut corrected = vec![0.0; p.len()];
    let mut least = 0.0_f64;
    for (rank, i) in order.into_iter().enumerate() {
        least = least.max((p[i] * (p.len() - rank) as f64).min(1.0));
        corrected[i] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::bootstrap::draw;
    use proptest::prelude::*;

    #[test]
    fn differences_p_values_and_corrections_are_those_of_numpy_and_statsmodels() {
        let fixture = include_str!("../../tests/data/statistics/fairness.json");
        let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
        for case in fixture["compare"].as_array().unwrap() {
            let side = |name: &str| -> Vec<(f64, f64)> {
                serde_json::from_value(case[name].clone()).unwrap()
            };
            let d =
                compare(&side("group"), &side("others"), case["seed"].as_u64().unwrap()).unwrap();
            let ours = [
                ("value", d.estimate.value),
                ("low", d.estimate.low),
                ("high", d.estimate.high),
                ("p", d.p),
            ];
            for (name, ours) in ours {
                let theirs = case[name].as_f64().unwrap();
                assert!((ours - theirs).abs() < 1e-12, "{name}: {ours} is not {theirs}");
            }
        }
        for case in fixture["holm"].as_array().unwrap() {
            let column =
                |name: &str| -> Vec<f64> { serde_json::from_value(case[name].clone()).unwrap() };
            for (ours, theirs) in holm(&column("p")).into_iter().zip(column("corrected")) {
                assert!((ours - theirs).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn equal_groups_are_called_different_as_rarely_as_the_level_says() {
        let speaker = |at: u64| (draw(11, at, 5) as f64, 10.0);
        let wrong = (0..200u64).filter(|trial| {
            let group: Vec<_> = (0..8).map(|s| speaker(trial * 100 + s)).collect();
            let others: Vec<_> = (8..24).map(|s| speaker(trial * 100 + s)).collect();
            compare(&group, &others, 3).unwrap().p <= 0.05
        });
        let wrong = wrong.count();
        assert!(wrong <= 20, "{wrong} of 200 equal pairs are called different at 5 %");
    }

    #[test]
    fn few_speakers_are_not_compared() {
        let pair = [(1.0, 2.0), (0.0, 2.0)];
        assert_eq!(compare(&pair, &[(1.0, 2.0); 5], 1), Err(Missing::OneSpeaker));
    }

    proptest! {
        #[test]
        fn corrected_p_values_are_no_smaller_and_keep_the_order(p in prop::collection::vec(0.0..=1.0f64, 1..12)) {
            let corrected = holm(&p);
            for i in 0..p.len() {
                prop_assert!(corrected[i] >= p[i] && corrected[i] <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || corrected[i] <= corrected[j]);
                }
            }
        }
    }
}
