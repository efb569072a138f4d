//! The cluster bootstrap: speakers, not clips, are drawn again, because clips of one speaker are alike.
//! In: numbers by cluster, a seed. Out: percentile intervals. Pure: the draws are a counter-based
//! generator, so that any program can reproduce each replicate, bit for bit (`scripts/recompute-report`).
//! Left to others: what a cluster is (pipeline).

pub use whisper::random::{draw, word};

use super::interval::TAILS;
use super::rate::Missing;
use crate::domain::Estimate;

/// Replicates of every interval.
pub const REPLICATES: u64 = 2000;

/// How often each of `times.len()` clusters is drawn in a replicate: draw `j` of replicate `b` is
/// output `b * clusters + j`.
pub fn resample(seed: u64, replicate: u64, times: &mut [f64]) {
    let clusters = times.len();
    times.fill(0.0);
    for j in 0..clusters as u64 {
        times[draw(seed, replicate * clusters as u64 + j, clusters)] += 1.0;
    }
}

/// The 2.5 and 97.5 percent points, by linear interpolation (numpy's default); replicates without a
/// value must be left out before. `None` of none.
pub fn percentiles(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let [low, high] = TAILS.map(|q| {
        let at = q * last as f64;
        let below = values[at.floor() as usize];
        below + (values[at.ceil() as usize] - below) * at.fract()
    });
    Some((low, high))
}

/// The interval of any `statistic` of clusters; it is handed how often each was drawn, and is `None`
/// where it has no value.
///
/// # Errors
/// Fewer than two clusters, or replicates that are all the same: then nothing can be said this way.
pub fn interval(
    clusters: usize,
    seed: u64,
    mut statistic: impl FnMut(&[f64]) -> Option<f64>,
) -> Result<(f64, f64), Missing> {
    if clusters < 2 {
        return Err(Missing::OneSpeaker);
    }
    let mut times = vec![0.0; clusters];
    let mut values = Vec::with_capacity(REPLICATES as usize);
    for replicate in 0..REPLICATES {
        resample(seed, replicate, &mut times);
        values.extend(statistic(&times));
    }
    let (low, high) = percentiles(values).ok_or(Missing::NothingCounted)?;
    if high - low <= 1e-12 { Err(Missing::NoVariation) } else { Ok((low, high)) }
}

/// `sum(part) / sum(of)` over clusters, given as (part, of), with its interval.
///
/// # Errors
/// [`Missing::NothingCounted`] when there is nothing to divide by; else as [`interval`].
pub fn ratio(clusters: &[(f64, f64)], seed: u64) -> Result<Estimate, Missing> {
    let over = |times: Option<&[f64]>| {
        let (mut part, mut of) = (0.0, 0.0);
        for (i, c) in clusters.iter().enumerate() {
            let n = times.map_or(1.0, |t| t[i]);
            part += n * c.0;
            of += n * c.1;
        }
        (of > 0.0).then(|| part / of)
    };
    let value = over(None).ok_or(Missing::NothingCounted)?;
    let (low, high) = interval(clusters.len(), seed, |times| over(Some(times)))?;
    Ok(Estimate { value, low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn intervals_are_those_that_numpy_makes_of_the_same_draws() {
        let fixture = include_str!("../../tests/data/statistics/bootstrap.json");
        let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
        let cases = fixture.as_array().unwrap();
        assert!(cases.len() >= 4);
        for case in cases {
            let clusters: Vec<(f64, f64)> =
                serde_json::from_value(case["clusters"].clone()).unwrap();
            let e = ratio(&clusters, case["seed"].as_u64().unwrap()).unwrap();
            for (name, ours) in [("value", e.value), ("low", e.low), ("high", e.high)] {
                let theirs = case[name].as_f64().unwrap();
                assert!((ours - theirs).abs() < 1e-12, "{name}: {ours} is not {theirs}");
            }
        }
    }

    #[test]
    fn one_speaker_or_no_difference_gives_no_interval() {
        assert_eq!(ratio(&[], 1), Err(Missing::NothingCounted));
        assert_eq!(ratio(&[(1.0, 2.0)], 1), Err(Missing::OneSpeaker));
        assert_eq!(ratio(&[(0.0, 2.0), (0.0, 5.0)], 1), Err(Missing::NoVariation));
    }

    #[test]
    fn ninety_five_in_a_hundred_intervals_hold_the_truth() {
        // 40 speakers of 10 clips; each speaker's own rate is uniform on 0.1 to 0.5: the mean is 0.3.
        let trials = 200;
        let held = (0..trials).filter(|trial| {
            let unit = |at: u64| word(99 + trial, at) as f64 / u64::MAX as f64;
            let clusters: Vec<(f64, f64)> = (0..40)
                .map(|s| {
                    let rate = 0.1 + 0.4 * unit(s);
                    let hits = (0..10).filter(|c| unit(1000 + s * 10 + c) < rate).count();
                    (hits as f64, 10.0)
                })
                .collect();
            ratio(&clusters, 7).is_ok_and(|e| e.low <= 0.3 && 0.3 <= e.high)
        });
        let share = held.count() as f64 / trials as f64;
        assert!((0.89..=0.99).contains(&share), "{share}");
    }

    proptest! {
        #[test]
        fn every_replicate_draws_as_many_as_there_are(seed: u64, clusters in 1usize..40, b in 0u64..2000) {
            let mut times = vec![0.0; clusters];
            resample(seed, b, &mut times);
            prop_assert_eq!(times.iter().sum::<f64>(), clusters as f64);
        }

        #[test]
        fn the_interval_does_not_depend_on_the_unit(
            clusters in prop::collection::vec((0u32..50, 1u32..50), 2..12), seed: u64,
        ) {
            let of = |scale: f64| -> Vec<(f64, f64)> {
                clusters.iter().map(|c| (f64::from(c.0) * scale, f64::from(c.1) * scale)).collect()
            };
            match (ratio(&of(1.0), seed), ratio(&of(16_000.0), seed)) {
                (Ok(a), Ok(b)) => prop_assert!((a.low - b.low).abs() < 1e-9 && (a.high - b.high).abs() < 1e-9),
                (a, b) => prop_assert_eq!(a.err(), b.err()),
            }
        }
    }
}
