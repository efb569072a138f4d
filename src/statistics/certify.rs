//! The most liberal threshold whose mean loss is bounded (Learn then Test, Angelopoulos, Bates,
//! Candès, Jordan and Lei 2021). In: audits with score and loss, in an order that does not depend on
//! the losses and only ever grows at its end; where to start. Out: a [`Finding`]. Left to others:
//! drawing audits, choosing the start by scores alone (`start`), keeping what was found.
//!
//! Fixed-sequence testing: from the start down a grid that nothing seen can move, "clips that score at
//! least t have a mean loss over the target" is rejected while its p-value is at most delta; the first
//! failure ends it. The first true hypothesis met would have to be rejected, so a threshold is wrong
//! with probability at most delta. The betting p-value holds at all times at once, so this remains
//! true however often one looks, as long as start and horizon stay what they were.

use super::betting::{Rule, p_value};

/// A clip drawn at random and settled by people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Audit {
    /// Its score, in [0, 1].
    pub score: f64,
    /// What accepting its draft would have cost, in [0, 1].
    pub loss: f64,
}

/// What was seen at one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Clips that score at least this.
    pub threshold: f64,
    /// Audits among them.
    pub audits: usize,
    /// Their mean loss; 0 of none.
    pub risk: f64,
    /// The betting p-value of "mean loss over the target".
    pub p: f64,
}

/// What the audits say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// The mean loss of clips that reach this threshold is at most the target, surely enough.
    Certified(Seen),
    /// Nothing speaks against it at the start, but the audits are too few to be sure.
    TooFew(Seen),
    /// Enough audits to be sure of a good enough score, and they lose more than the target.
    NotMet(Seen),
}

impl Finding {
    /// What was seen, at the certified threshold, else at the start.
    pub fn seen(&self) -> &Seen {
        match self {
            Finding::Certified(seen) | Finding::TooFew(seen) | Finding::NotMet(seen) => seen,
        }
    }
}

/// Steps of the grid: multiples of 1/200.
const STEPS: u32 = 200;

/// The thresholds at and under `start`, falling; `start` is one of them, as far as it is on the grid.
pub fn grid(start: f64) -> impl Iterator<Item = f64> {
    let steps = f64::from(STEPS);
    (0..=STEPS).rev().map(move |i| f64::from(i) / steps).filter(move |t| *t <= start + 1e-9)
}

/// What the audits say, from `start` down.
pub fn certify(audits: &[Audit], start: f64, rule: Rule) -> Finding {
    let mut best: Option<Seen> = None;
    for threshold in grid(start) {
        // A lower threshold that lets in no audit proves nothing about the clips that it lets in.
        let reach = || audits.iter().filter(|a| a.score >= threshold).count();
        if best.is_some_and(|b| reach() == b.audits) {
            continue;
        }
        let here = see(audits, threshold, rule);
        if here.p > rule.delta {
            return best.map_or_else(|| without(here, rule), Finding::Certified);
        }
        best = Some(here);
    }
    best.map_or_else(|| without(see(&[], start, rule), rule), Finding::Certified)
}

fn without(at_start: Seen, rule: Rule) -> Finding {
    if at_start.audits >= rule.least() && at_start.risk > rule.target {
        Finding::NotMet(at_start)
    } else {
        Finding::TooFew(at_start)
    }
}

fn see(audits: &[Audit], threshold: f64, rule: Rule) -> Seen {
    let losses = || audits.iter().filter(|a| a.score >= threshold).map(|a| a.loss);
    let audits = losses().count();
    let risk = losses().sum::<f64>() / audits.max(1) as f64;
    Seen { threshold, audits, risk, p: p_value(losses(), rule) }
}

/// Where to start, by scores alone: of all thresholds the one that audits can soonest prove, if the
/// expected losses are right; there the mean is well under the target. `expected` holds score and expected loss
/// of every clip that may be accepted. Audits at threshold t come at a rate n(t) and each is worth
/// `relative_entropy(m(t), target)`, with m(t) the mean expected loss: the largest product wins. Where even the
/// best scores promise nothing, the start is the median score.
pub fn start(expected: &[(f64, f64)], target: f64) -> f64 {
    let mut sorted = expected.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut n, mut sum) = (0, 0.0);
    let (mut best, mut most) = (None, 0.0);
    for threshold in grid(1.0) {
        while let Some(&(_, loss)) = sorted.get(n).filter(|e| e.0 >= threshold) {
            n += 1;
            sum += loss;
        }
        let mean = sum / f64::max(n as f64, 1.0);
        let worth = n as f64 * relative_entropy(mean.min(target), target);
        if worth > most {
            (best, most) = (Some(threshold), worth);
        }
    }
    let median = || sorted.get(sorted.len() / 2).map_or(1.0, |e| e.0);
    best.unwrap_or_else(|| grid(median()).next().unwrap_or(0.0))
}

/// Of two yes-or-no outcomes with probabilities `x` in [0, 1) and `y` in (0, 1), nats.
fn relative_entropy(x: f64, y: f64) -> f64 {
    let term = |x: f64, y: f64| if x > 0.0 { x * (x / y).ln() } else { 0.0 };
    term(x, y) + term(1.0 - x, 1.0 - y)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule { target: 0.05, delta: 0.1, horizon: 200 };

    fn audits(n: usize, loss: impl Fn(f64, usize) -> f64) -> Vec<Audit> {
        let score = |i: usize| ((i * 7919) % n) as f64 / n as f64;
        (0..n).map(|i| Audit { score: score(i), loss: loss(score(i), i) }).collect()
    }

    #[test]
    fn the_threshold_falls_to_where_the_losses_are() {
        let all = audits(1000, |score, _| if score < 0.4 { 1.0 } else { 0.0 });
        let Finding::Certified(seen) = certify(&all, 0.8, RULE) else { panic!() };
        assert!(seen.threshold > 0.35 && seen.threshold < 0.41, "{seen:?}");
        assert!(seen.p <= 0.1 && seen.risk < 0.05 && seen.audits > 580, "{seen:?}");
    }

    #[test]
    fn the_first_failure_ends_the_search() {
        // bad at .6 to .7, good below: nothing under .6 may be reached
        let all = audits(2000, |score, _| if (0.6..0.7).contains(&score) { 1.0 } else { 0.0 });
        let Finding::Certified(seen) = certify(&all, 0.9, RULE) else { panic!() };
        assert!(seen.threshold > 0.65, "{seen:?}");
    }

    #[test]
    fn too_few_audits_and_too_many_losses_are_told_apart() {
        let few = audits(30, |_, _| 0.0);
        assert!(matches!(certify(&few, 0.5, RULE), Finding::TooFew(s) if s.audits == 15));
        let bad = audits(400, |_, i| f64::from(i % 5 == 0));
        assert!(matches!(certify(&bad, 0.5, RULE), Finding::NotMet(s) if s.risk > 0.1));
        assert!(matches!(certify(&[], 0.5, RULE), Finding::TooFew(s) if s.audits == 0));
    }

    #[test]
    fn the_start_balances_how_many_and_how_sure() {
        let calibrated: Vec<_> =
            (0..1000).map(|i| f64::from(i) / 1000.0).map(|s| (s, 1.0 - s)).collect();
        let start = start(&calibrated, 0.1);
        // mean loss over t is (1 - t) / 2: at .8 it is the target
        assert!(start > 0.9 && start < 0.97, "{start}");
        let hopeless: Vec<_> = (0..100).map(|i| (f64::from(i) / 100.0, 0.9)).collect();
        assert_eq!(super::start(&hopeless, 0.1), 0.49);
        assert_eq!(super::start(&[], 0.1), 1.0);
    }

    #[test]
    fn the_grid_falls_from_the_start_to_nothing() {
        let all: Vec<f64> = grid(0.975).collect();
        assert_eq!((all[0], all[1], *all.last().unwrap()), (0.975, 0.97, 0.0));
        assert_eq!(all.len(), 196);
    }
}
