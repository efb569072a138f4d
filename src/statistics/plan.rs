//! What a guarantee costs, beforehand. In: how often and how badly drafts are expected to be wrong. Out:
//! how many audits the betting test will need. Left to others: where the expectation comes from, and
//! what an audit costs in time (pipeline).

use super::betting::{Rule, Wealth};

/// Losses as they are expected: 0, or `size` with probability `wrong`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Share of the drafts with a loss, in [0, 1].
    pub wrong: f64,
    /// Their mean loss, in [0, 1].
    pub size: f64,
}

impl Expected {
    /// Mean loss.
    pub fn mean(&self) -> f64 {
        self.wrong * self.size
    }
}

/// Plans are made to succeed this often.
pub const POWER: f64 = 0.8;
/// Audits beyond which nobody would go.
const MOST: usize = 20_000;
const RUNS: usize = 200;

/// Audits that suffice with probability [`POWER`], by simulation of the test, seeded: the same
/// question has the same answer. `None` when not even [`MOST`] would.
pub fn audits_needed(expected: Expected, target: f64, delta: f64) -> Option<usize> {
    if expected.mean() >= target {
        return None;
    }
    // The bets are best for the number that is sought: once for a guess, once for the answer.
    let guess = needed(expected, Rule { target, delta, horizon: 200 })?;
    needed(expected, Rule { target, delta, horizon: guess })
}

fn needed(expected: Expected, rule: Rule) -> Option<usize> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut needed: Vec<usize> =
        (0..RUNS).filter_map(|_| run(expected, rule, &mut random)).collect();
    needed.sort_unstable();
    needed.get((POWER * RUNS as f64).ceil() as usize - 1).copied()
}

fn run(expected: Expected, rule: Rule, random: &mut fastrand::Rng) -> Option<usize> {
    let mut wealth = Wealth::new(rule);
    (1..=MOST).find(|_| {
        wealth.observe(if random.f64() < expected.wrong { expected.size } else { 0.0 });
        wealth.p() <= rule.delta
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_keeps_what_it_guarantees() {
        // other draws than the plan's own: the planned number suffices about as often as it says
        let expected = Expected { wrong: 0.1, size: 0.2 };
        let planned = audits_needed(expected, 0.05, 0.1).unwrap();
        let rule = Rule { target: 0.05, delta: 0.1, horizon: planned };
        let mut random = fastrand::Rng::with_seed(7);
        let enough = (0..1000)
            .filter(|_| run(expected, rule, &mut random).is_some_and(|n| n <= planned))
            .count();
        // 200 runs of the plan and 1000 of the check: standard error .031
        assert!((700..=900).contains(&enough), "{planned} audits suffice in {enough} of 1000");
    }

    #[test]
    fn closer_to_the_target_costs_more_and_over_it_nothing_helps() {
        let at = |wrong| audits_needed(Expected { wrong, size: 1.0 }, 0.1, 0.1);
        let (clean, some, many) = (at(0.0).unwrap(), at(0.03).unwrap(), at(0.06).unwrap());
        assert!(clean < some && some < many, "{clean} {some} {many}");
        assert!(clean >= Rule { target: 0.1, delta: 0.1, horizon: 1 }.least());
        assert_eq!(at(0.1), None);
    }
}
