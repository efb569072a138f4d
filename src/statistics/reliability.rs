//! Does a score of 0.8 mean 80 in 100? Bins of equal mass, each with its interval.
//! In: scored clips with outcome and weight. Out: bins, weighted calibration error.
//! Left to others: drawing it (views), refitting the score (hypotheses).

use super::interval::korn_graubard;

/// A scored clip of known outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredClip {
    /// P(no error).
    pub score: f64,
    /// Whether there was none.
    pub good: bool,
    /// How many clips it stands for.
    pub weight: f64,
}

/// Some neighbouring scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Weighted mean score.
    pub score: f64,
    /// Weighted share of clips without error.
    pub good: f64,
    /// Its interval (Korn and Graubard; Clopper and Pearson's with equal weights).
    pub interval: (f64, f64),
    /// Clips.
    pub clips: u64,
    /// Their share of all weight.
    pub mass: f64,
}

/// Up to `bins` bins of equal mass, from the lowest score: a clip belongs to the bin in which the
/// middle of its weight falls, equal scores in the order given. Empty bins are left out.
pub fn bins(outcomes: &[ScoredClip], bins: usize) -> Vec<Bin> {
    let mut order = outcomes.to_vec();
    order.sort_by(|a, b| a.score.total_cmp(&b.score));
    let total: f64 = order.iter().map(|o| o.weight).sum();
    let mut grouped: Vec<Vec<ScoredClip>> = vec![Vec::new(); bins];
    let mut before = 0.0;
    for outcome in order {
        let middle = (before + outcome.weight / 2.0) / total;
        grouped[((middle * bins as f64) as usize).min(bins - 1)].push(outcome);
        before += outcome.weight;
    }
    grouped.iter().filter_map(|group| bin(group, total)).collect()
}

fn bin(group: &[ScoredClip], total: f64) -> Option<Bin> {
    let weighted: Vec<(f64, bool)> = group.iter().map(|o| (o.weight, o.good)).collect();
    let (good, interval) = korn_graubard(&weighted)?;
    let mass: f64 = group.iter().map(|o| o.weight).sum();
    let score = group.iter().map(|o| o.weight * o.score).sum::<f64>() / mass;
    Some(Bin { score, good, interval, clips: group.len() as u64, mass: mass / total })
}

/// Weighted expected calibration error: mean |score - share without error| of the bins, each with
/// its mass.
pub fn ece(bins: &[Bin]) -> f64 {
    bins.iter().map(|b| b.mass * (b.score - b.good).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcomes() -> impl Strategy<Value = Vec<ScoredClip>> {
        let one = (0.0..=1.0f64, any::<bool>(), 0.5..20.0f64);
        let one = one.prop_map(|(score, good, weight)| ScoredClip { score, good, weight });
        prop::collection::vec(one, 1..60)
    }

    #[test]
    fn a_score_that_keeps_its_word_has_no_calibration_error() {
        let fair: Vec<_> =
            (0..100).map(|i| ScoredClip { score: 0.25, good: i % 4 == 0, weight: 1.0 }).collect();
        assert!(ece(&bins(&fair, 1)) < 1e-12);
        let sure: Vec<_> = fair.iter().map(|o| ScoredClip { score: 1.0, ..*o }).collect();
        assert!((ece(&bins(&sure, 5)) - 0.75).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn bins_hold_everything_once_and_rise(outcomes in outcomes(), n in 1usize..12) {
            let bins = bins(&outcomes, n);
            prop_assert_eq!(bins.iter().map(|b| b.clips).sum::<u64>(), outcomes.len() as u64);
            prop_assert!((bins.iter().map(|b| b.mass).sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(bins.is_sorted_by(|a, b| a.score <= b.score + 1e-12));
            for b in &bins {
                prop_assert!(b.interval.0 <= b.good + 1e-9 && b.good <= b.interval.1 + 1e-9);
            }
            prop_assert!((0.0..=1.0).contains(&ece(&bins)));
        }

        /// With equal weights the bins are those of `metrics::ece`.
        #[test]
        fn equal_weights_give_the_plain_calibration_error(
            scored in prop::collection::vec((0.0..1.0f64, any::<bool>()), 1..8),
        ) {
            let copies: Vec<_> = scored.iter().flat_map(|s| std::iter::repeat_n(*s, 15)).collect();
            let outcomes: Vec<_> =
                copies.iter().map(|s| ScoredClip { score: s.0, good: s.1, weight: 2.0 }).collect();
            let plain = crate::statistics::metrics::ece(&copies);
            prop_assert!((ece(&bins(&outcomes, 15)) - plain).abs() < 1e-9);
        }
    }
}
