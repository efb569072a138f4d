//! How good a score is: pure functions of (score, outcome) pairs.
//! In: P(no error) and whether there was none, with or without weights. Out: AUROC, area under
//! precision and recall, ECE, Brier, NCE. The calibration error with weights: `reliability`.
//! Left to others: what to do about it. Formulas: see each function.

use super::reliability::ScoredClip;

/// Bins of equal mass in the calibration error.
const BINS: usize = 15;

/// [`auroc`] of weighted clips: of all pairs, each with the product of its weights.
pub fn weighted_auroc(outcomes: &[ScoredClip]) -> Option<f64> {
    let mut order: Vec<&ScoredClip> = outcomes.iter().filter(|o| o.weight > 0.0).collect();
    order.sort_by(|a, b| a.score.total_cmp(&b.score));
    let (mut good, mut bad, mut won) = (0.0, 0.0, 0.0);
    for group in order.chunk_by(|a, b| a.score == b.score) {
        let of = |is: bool| group.iter().filter(|o| o.good == is).map(|o| o.weight).sum::<f64>();
        let (g, b) = (of(true), of(false));
        won += g * (bad + b / 2.0);
        good += g;
        bad += b;
    }
    (good > 0.0 && bad > 0.0).then(|| won / (good * bad))
}

/// Average precision in finding the clips with errors by their low score: the sum of precision times
/// the gain in recall, from the lowest score up (area under precision and recall). `None` without errors.
pub fn error_precision(outcomes: &[ScoredClip]) -> Option<f64> {
    let mut order: Vec<&ScoredClip> = outcomes.iter().collect();
    order.sort_by(|a, b| a.score.total_cmp(&b.score));
    let errors: f64 = order.iter().filter(|o| !o.good).map(|o| o.weight).sum();
    let (mut found, mut taken, mut area) = (0.0, 0.0, 0.0);
    for group in order.chunk_by(|a, b| a.score == b.score) {
        let new: f64 = group.iter().filter(|o| !o.good).map(|o| o.weight).sum();
        found += new;
        taken += group.iter().map(|o| o.weight).sum::<f64>();
        if new > 0.0 {
            area += found / taken * (new / errors);
        }
    }
    (errors > 0.0).then_some(area)
}

/// [`brier`] of weighted clips; `None` of none.
pub fn weighted_brier(outcomes: &[ScoredClip]) -> Option<f64> {
    let total: f64 = outcomes.iter().map(|o| o.weight).sum();
    let sum: f64 = outcomes.iter().map(|o| o.weight * (o.score - f64::from(o.good)).powi(2)).sum();
    (total > 0.0).then(|| sum / total)
}

/// [`nce`] of weighted clips.
pub fn weighted_nce(outcomes: &[ScoredClip]) -> Option<f64> {
    let of = |is: bool| outcomes.iter().filter(|o| o.good == is).map(|o| o.weight).sum::<f64>();
    let (good, bad) = (of(true), of(false));
    if good <= 0.0 || bad <= 0.0 {
        return None;
    }
    let n = good + bad;
    let h0 = -(good * (good / n).log2() + bad * (bad / n).log2());
    let right = |o: &ScoredClip| if o.good { o.score } else { 1.0 - o.score };
    let gain: f64 = outcomes.iter().map(|o| o.weight * right(o).clamp(1e-9, 1.0).log2()).sum();
    Some((h0 + gain) / h0)
}

/// Probability that a clip without error scores above one with errors, ties half (Mann-Whitney);
/// `None` when either kind is missing.
pub fn auroc(scored: &[(f64, bool)]) -> Option<f64> {
    let good = scored.iter().filter(|s| s.1).count();
    let bad = scored.len() - good;
    if good == 0 || bad == 0 {
        return None;
    }
    let mut order: Vec<&(f64, bool)> = scored.iter().collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rank_sum = 0.0; // of the good ones, equal scores sharing their mean rank
    let mut at = 0;
    while at < order.len() {
        let same = order[at..].iter().take_while(|s| s.0 == order[at].0).count();
        let mean_rank = at as f64 + (same as f64 + 1.0) / 2.0;
        rank_sum += mean_rank * order[at..at + same].iter().filter(|s| s.1).count() as f64;
        at += same;
    }
    let good = good as f64;
    Some((rank_sum - good * (good + 1.0) / 2.0) / (good * bad as f64))
}

/// Expected calibration error over 15 bins of equal mass: mean |mean score - share without error|
/// weighted by bin size. 0 for no clips.
pub fn ece(scored: &[(f64, bool)]) -> f64 {
    let mut order = scored.to_vec();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = order.len();
    (0..BINS)
        .map(|bin| &order[bin * n / BINS..(bin + 1) * n / BINS])
        .map(|bin| bin.iter().map(|(p, ok)| p - f64::from(*ok)).sum::<f64>().abs())
        .sum::<f64>()
        / n.max(1) as f64
}

/// Mean squared difference of score and outcome. 0 for no clips.
pub fn brier(scored: &[(f64, bool)]) -> f64 {
    let sum: f64 = scored.iter().map(|(p, ok)| (p - f64::from(*ok)).powi(2)).sum();
    sum / scored.len().max(1) as f64
}

/// Normalised cross entropy (NIST): (H0 + sum over good of log2 c + sum over bad of log2(1 - c)) / H0
/// with H0 the entropy of always guessing the base rate; 1 is perfect, 0 no better than the base
/// rate. `None` when all outcomes are alike.
pub fn nce(scored: &[(f64, bool)]) -> Option<f64> {
    let good = scored.iter().filter(|s| s.1).count() as f64;
    let bad = scored.len() as f64 - good;
    if good == 0.0 || bad == 0.0 {
        return None;
    }
    let n = good + bad;
    let h0 = -(good * (good / n).log2() + bad * (bad / n).log2());
    let gain: f64 =
        scored.iter().map(|(p, ok)| if *ok { *p } else { 1.0 - p }.clamp(1e-9, 1.0).log2()).sum();
    Some((h0 + gain) / h0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn auroc_counts_pairs_in_order() {
        assert_eq!(auroc(&[(0.1, false), (0.9, true)]), Some(1.0));
        assert_eq!(auroc(&[(0.5, false), (0.5, true)]), Some(0.5));
        assert_eq!(auroc(&[(0.9, false), (0.1, true), (0.95, true)]), Some(0.5));
        assert_eq!(auroc(&[(0.9, true)]), None);
    }

    #[test]
    fn a_perfect_score_has_no_error_and_the_base_rate_no_information() {
        let perfect = [(0.0, false), (1.0, true), (1.0, true)];
        assert_eq!((ece(&perfect), brier(&perfect)), (0.0, 0.0));
        assert!((nce(&perfect).unwrap() - 1.0).abs() < 1e-6);
        let base: Vec<_> = (0..30).map(|i| (1.0 / 3.0, i % 3 == 0)).collect();
        assert!(nce(&base).unwrap().abs() < 1e-9);
        assert_eq!(nce(&[]), None);
        assert_eq!(ece(&[]), 0.0);
    }

    #[test]
    fn weighted_measures_are_those_of_scikit_learn() {
        let fixture = include_str!("../../tests/data/statistics/score.json");
        let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
        for case in fixture.as_array().unwrap() {
            let column =
                |name: &str| -> Vec<f64> { serde_json::from_value(case[name].clone()).unwrap() };
            let (score, weight, errors) = (column("score"), column("weight"), column("errors"));
            let outcomes: Vec<ScoredClip> = (0..score.len())
                .map(|i| ScoredClip { score: score[i], good: errors[i] == 0.0, weight: weight[i] })
                .collect();
            let near = |ours: Option<f64>, name: &str| {
                let theirs = case[name].as_f64().unwrap();
                assert!((ours.unwrap() - theirs).abs() < 1e-9, "{name}: {ours:?} is not {theirs}");
            };
            near(weighted_auroc(&outcomes), "auroc");
            near(error_precision(&outcomes), "auc_pr");
            near(weighted_brier(&outcomes), "brier");
        }
    }

    proptest! {
        #[test]
        fn equal_weights_give_the_plain_measures(
            scored in prop::collection::vec((0.01..0.99f64, any::<bool>()), 1..30), weight in 0.1..9.0f64,
        ) {
            let outcomes: Vec<_> =
                scored.iter().map(|s| ScoredClip { score: s.0, good: s.1, weight }).collect();
            let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                (a, b) => a == b,
            };
            prop_assert!(same(weighted_auroc(&outcomes), auroc(&scored)));
            prop_assert!(same(weighted_brier(&outcomes), Some(brier(&scored))));
            prop_assert!(same(weighted_nce(&outcomes), nce(&scored)));
        }

        #[test]
        fn auroc_equals_counting_every_pair(scored in prop::collection::vec((0u8..6, any::<bool>()), 0..40)) {
            let scored: Vec<_> = scored.into_iter().map(|(s, ok)| (f64::from(s) / 5.0, ok)).collect();
            let good: Vec<f64> = scored.iter().filter(|s| s.1).map(|s| s.0).collect();
            let bad: Vec<f64> = scored.iter().filter(|s| !s.1).map(|s| s.0).collect();
            let wins: f64 = good.iter().flat_map(|g| bad.iter().map(move |b| if g > b { 1.0 } else if g == b { 0.5 } else { 0.0 })).sum();
            match auroc(&scored) {
                None => prop_assert!(good.is_empty() || bad.is_empty()),
                Some(a) => prop_assert!((a - wins / (good.len() * bad.len()) as f64).abs() < 1e-9),
            }
            prop_assert!((0.0..=1.0).contains(&ece(&scored)));
            prop_assert!((0.0..=1.0).contains(&brier(&scored)));
        }
    }
}
