//! What people have time for, and the random audit within it. In: what each clip calls for, its
//! length, its draw. Out: who listens to what, with exact inclusion probabilities. Left to others:
//! reasons and priorities (`reasons`), making the draw (`audit`).
//!
//! 1. Every clip that may still be decided has a draw u in [0, 1). Clips are drawn in order of u as
//!    long as u < audit rate and they fit the budget; tau is the audit rate, or the draw of the first
//!    clip that did not fit (the scaled rate).
//! 2. If all below the audit rate fitted, the rest of the budget goes to clips with reasons, most
//!    urgent first, until one does not fit. A drawn clip that is met on the way costs nothing more.
//! 3. A clip met in step 2 is reviewed for its reasons, inclusion 1. Any other drawn clip is a random
//!    audit, inclusion tau. The rest keeps its draft, inclusion tau.
//!
//! The inclusion probability is that of the clip given the draws of all others: it does not move
//! while the clip's own draw does (rank conditioning, Cohen and Kaplan, PODC 2007, carried over to
//! clips of unequal length), so sums of A x / pi over reviewed clips (A) are unbiased, budget or not.
//! For a drawn clip with reasons, step 2 asks whether it would have been reviewed undrawn: then its own
//! cost comes back, so it would iff all that is more urgent and undrawn fits the rest.
//! A clip that alone exceeds the budget can never be reviewed: inclusion 0, said openly.

use crate::domain::{RoutingSettings, SAMPLE_RATE, Samples};

/// A cost or a limit: clips and samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Cost {
    /// How many clips.
    pub clips: u64,
    /// How much audio.
    pub audio: Samples,
}

impl Cost {
    /// What people have time for, of `all` clips; what `spent` costs is gone already.
    pub fn limit(settings: &RoutingSettings, all: u64, spent: Cost) -> Self {
        let share =
            settings.max_human_share.map(|share| (share * all as f64 + 1e-9).floor() as u64);
        let minutes = settings.max_human_minutes;
        let audio = minutes.map(|m| (m * 60.0 * f64::from(SAMPLE_RATE)).floor() as u64);
        Self {
            clips: share.unwrap_or(u64::MAX).saturating_sub(spent.clips),
            audio: Samples(audio.unwrap_or(u64::MAX)).saturating_sub(spent.audio),
        }
    }

    /// Takes one clip off the limit; `false`, and nothing taken, when it does not fit.
    fn take(&mut self, audio: Samples) -> bool {
        let fits = self.clips >= 1 && self.audio >= audio;
        if fits {
            self.clips -= 1;
            self.audio = self.audio.saturating_sub(audio);
        }
        fits
    }
}

/// One clip that competes for people's time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Its cost.
    pub length: Samples,
    /// Its draw, in [0, 1).
    pub draw: f64,
    /// Urgency where there are reasons to review it.
    pub priority: Option<f64>,
}

/// What becomes of a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// Reviewed for its reasons; inclusion 1.
    Reasons,
    /// Reviewed by chance; inclusion as given.
    Audit {
        /// The scaled audit rate.
        inclusion: f64,
    },
    /// Not reviewed.
    None {
        /// The scaled audit rate; 0 where the clip alone exceeds the budget.
        inclusion: f64,
    },
}

/// Shares out `limit`. Candidates must come in an order that does not depend on the run (clip id);
/// it breaks ties. The result is in the same order.
pub fn share_out(candidates: &[Candidate], limit: Cost, audit_rate: f64) -> Vec<Share> {
    let possible = |c: &Candidate| limit.clone().take(c.length);
    let mut left = limit;
    let mut tau = audit_rate;
    let mut drawn = vec![false; candidates.len()];
    let below = |i: &usize| candidates[*i].draw < audit_rate && possible(&candidates[*i]);
    let mut order: Vec<usize> = (0..candidates.len()).filter(below).collect();
    order.sort_by(|&a, &b| candidates[a].draw.total_cmp(&candidates[b].draw));
    let mut all_fit = true;
    for i in order {
        if !left.take(candidates[i].length) {
            tau = candidates[i].draw;
            all_fit = false;
            break;
        }
        drawn[i] = true;
    }

    let mut reviewed = vec![false; candidates.len()];
    if all_fit {
        let urgency = |i: usize| candidates[i].priority.unwrap_or(0.0);
        let wanted = |i: &usize| candidates[*i].priority.is_some() && possible(&candidates[*i]);
        let mut order: Vec<usize> = (0..candidates.len()).filter(wanted).collect();
        order.sort_by(|&a, &b| urgency(b).total_cmp(&urgency(a)));
        for i in order {
            if !drawn[i] && !left.take(candidates[i].length) {
                break;
            }
            reviewed[i] = true;
        }
    }

    let shares = candidates.iter().zip(drawn).zip(reviewed);
    shares
        .map(|((candidate, drawn), reviewed)| match (drawn, reviewed) {
            (_, true) => Share::Reasons,
            (true, false) => Share::Audit { inclusion: tau },
            (false, false) if possible(candidate) => Share::None { inclusion: tau },
            (false, false) => Share::None { inclusion: 0.0 },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(candidates: &[Candidate], shares: &[Share]) -> (u64, u64) {
        let reviewed =
            candidates.iter().zip(shares).filter(|(_, s)| !matches!(s, Share::None { .. }));
        reviewed.fold((0, 0), |(n, audio), (c, _)| (n + 1, audio + c.length.0))
    }

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let one = (1u64..20, 0.0..1.0f64, prop::option::of(0.0..=1.0f64));
        let one = one.prop_map(|(length, draw, priority)| Candidate {
            length: Samples(length),
            draw,
            priority,
        });
        prop::collection::vec(one, 0..30)
    }

    proptest! {
        #[test]
        fn the_budget_is_never_exceeded_and_the_most_urgent_are_kept(
            candidates in candidates(), clips in 0u64..30, audio in 0u64..200, rate in 0.0..=1.0f64,
        ) {
            let limit = Cost { clips, audio: Samples(audio) };
            let shares = share_out(&candidates, limit, rate);
            let (n, length) = cost(&candidates, &shares);
            prop_assert!(n <= clips && length <= audio);
            let kept = |s: &Share| *s == Share::Reasons;
            let least = candidates.iter().zip(&shares).filter(|(_, s)| kept(s))
                .filter_map(|(c, _)| c.priority).fold(f64::INFINITY, f64::min);
            for (c, s) in candidates.iter().zip(&shares) {
                let possible = clips > 0 && c.length.0 <= audio;
                if possible && !kept(s) && least.is_finite() {
                    prop_assert!(c.priority.is_none_or(|p| p <= least));
                }
                match *s {
                    Share::Audit { inclusion } => prop_assert!(c.draw < inclusion && inclusion <= rate),
                    Share::None { inclusion } => prop_assert!(!possible || c.draw >= inclusion),
                    Share::Reasons => prop_assert!(c.priority.is_some()),
                }
            }
        }

        /// The property behind every unbiased rate: with all other draws fixed, a clip is reviewed for
        /// exactly the stretch of its own draw that it reports as inclusion.
        #[test]
        fn the_inclusion_probability_is_exact_given_the_other_draws(
            candidates in candidates(), which in 0usize..30, clips in 1u64..12,
            audio in 1u64..120, rate in 0.05..=0.9f64,
        ) {
            prop_assume!(which < candidates.len());
            let limit = Cost { clips, audio: Samples(audio) };
            let mut moved = candidates.clone();
            let steps = 400;
            let mut reviewed = 0.0;
            let mut reported = Vec::new();
            for step in 0..steps {
                moved[which].draw = (step as f64 + 0.5) / f64::from(steps);
                let inclusion = match share_out(&moved, limit, rate)[which] {
                    Share::Reasons => 1.0,
                    Share::Audit { inclusion } => inclusion,
                    Share::None { .. } => continue,
                };
                reviewed += 1.0 / f64::from(steps);
                reported.push(inclusion);
            }
            for inclusion in reported {
                prop_assert!((inclusion - reviewed).abs() <= 1.0 / f64::from(steps),
                    "reports {inclusion}, reviewed {reviewed}");
            }
        }
    }

    #[test]
    fn without_limit_every_reason_is_reviewed_and_the_rate_is_not_scaled() {
        let limit = Cost::limit(&RoutingSettings::default(), 3, Cost::default());
        let of = |draw, priority| Candidate { length: Samples(10), draw, priority };
        let shares = share_out(&[of(0.01, None), of(0.5, None), of(0.01, Some(0.2))], limit, 0.05);
        let (audit, none) = (Share::Audit { inclusion: 0.05 }, Share::None { inclusion: 0.05 });
        assert_eq!(shares, [audit, none, Share::Reasons]);
    }

    #[test]
    fn limits_count_what_is_spent() {
        let settings = RoutingSettings {
            max_human_share: Some(0.3),
            max_human_minutes: Some(1.0),
            ..Default::default()
        };
        let spent = Cost { clips: 2, audio: Samples::from_seconds(50.0) };
        let limit = Cost::limit(&settings, 10, spent);
        assert_eq!(limit, Cost { clips: 1, audio: Samples::from_seconds(10.0) });
        let over = Cost { clips: 9, audio: Samples::from_seconds(500.0) };
        assert_eq!(Cost::limit(&settings, 10, over), Cost::default());
    }
}
