//! Does a guarantee still hold? In: the losses of audits that came after it was made, one by one. Out:
//! whether "mean loss <= target" can still be believed, and if not, since when. Left to others: which
//! audits these are, what follows (routing).
//!
//! An e-process: bets on "over the target", wealth prod(1 + nu (L - target)), averaged over a few
//! bets nu and over when the change came: every [`BLOCK`] audits a new bettor starts, the j-th with
//! weight 1/(j(j+1)), so that a change long after the guarantee is still found. Under H the expected
//! wealth is at most 1 at any time, so an alarm at wealth 1/delta is false with probability at most
//! delta, over any length (Ville 1939; mixtures over restarts: Shin, Ramdas and Rinaldo 2023).

/// A new bettor starts after this many audits.
const BLOCK: usize = 20;

/// The bets, as shares of the largest possible one, 1/target.
const BETS: [f64; 5] = [0.025, 0.05, 0.1, 0.2, 0.4];

/// A guarantee that no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The audit that raised it, counted from 0.
    pub at: usize,
    /// The first audit that seems to belong to the change: after the last minimum of the log-wealth
    /// of the bet that won most.
    pub since: usize,
}

/// What the audits so far say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watched {
    /// Audits seen.
    pub audits: usize,
    /// Largest wealth so far, at least the share of bettors who have not started yet.
    pub evidence: f64,
    /// Set once, never taken back.
    pub alarm: Option<Alarm>,
}

/// One bet with all the bettors who make it.
#[derive(Clone, Copy, Debug, Default)]
struct Bettors {
    wealth: f64,
    log: f64,
    least: f64,
    since: usize,
}

/// Watches `losses`, in [0, 1] and in order, for a mean over `target` at level `delta`.
pub fn watch(losses: impl IntoIterator<Item = f64>, target: f64, delta: f64) -> Watched {
    let mut bettors = [Bettors::default(); BETS.len()];
    let mut seen = Watched { audits: 0, evidence: 1.0, alarm: None };
    for (at, loss) in losses.into_iter().enumerate() {
        let block = (at / BLOCK) as f64 + 1.0;
        let joins = if at % BLOCK == 0 { 1.0 / (block * (block + 1.0)) } else { 0.0 };
        for (b, share) in bettors.iter_mut().zip(BETS) {
            let factor = 1.0 + share / target * (loss - target);
            b.wealth = (b.wealth + joins) * factor;
            if b.log <= b.least {
                (b.least, b.since) = (b.log, at);
            }
            b.log += factor.ln();
        }
        seen.audits += 1;
        if seen.alarm.is_some() {
            continue;
        }
        let wealth = bettors.iter().map(|b| b.wealth).sum::<f64>() / BETS.len() as f64;
        seen.evidence = seen.evidence.max(wealth + 1.0 / (block + 1.0));
        if seen.evidence >= 1.0 / delta {
            let winner = bettors.iter().max_by(|a, b| a.wealth.total_cmp(&b.wealth));
            seen.alarm = Some(Alarm { at, since: winner.map_or(0, |b| b.since) });
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `n`-th is an error.
    fn each(n: usize, audits: usize) -> impl Iterator<Item = f64> {
        (0..audits).map(move |i| f64::from(i % n == n - 1))
    }

    #[test]
    fn losses_at_the_target_raise_no_alarm() {
        let seen = watch(each(20, 4000), 0.05, 0.1);
        assert_eq!((seen.alarm, seen.audits), (None, 4000));
        assert!(seen.evidence < 10.0);
        assert_eq!(watch([], 0.05, 0.1).evidence, 1.0);
    }

    #[test]
    fn a_late_change_is_found_and_dated() {
        let seen = watch(each(40, 400).chain(each(5, 400)), 0.05, 0.1);
        let alarm = seen.alarm.unwrap();
        assert!(alarm.at > 420 && alarm.at < 520, "{alarm:?}");
        assert!(alarm.since > 390 && alarm.since < 410, "{alarm:?}");
    }
}
