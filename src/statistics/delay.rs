//! How long a change stays unseen. In: a target, a level, the risk after the change, how much one bad audit loses. Out: audits
//! until the watch rings. By simulation: the watch is a mixture of bets, of which no formula gives the delay.

use super::bootstrap::word;
use super::watch::watch;

/// Streams that are simulated.
const STREAMS: u64 = 200;
/// Audits before the change, at half of the target.
const BEFORE: usize = 100;
/// A change that takes longer is not seen.
const MOST: usize = 5_000;

/// Audits after a change until the watch rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// In half of the streams at most so many.
    pub median: usize,
    /// In nine of ten.
    pub most: usize,
}

/// Of a change from half of `target` to `risk`; an audit loses `size` (in (0, 1]) or nothing. `None` where a tenth of the
/// streams or more do not ring within [`MOST`] audits.
pub fn delay(target: f64, delta: f64, risk: f64, size: f64) -> Option<Delay> {
    let mut delays: Vec<usize> = (0..STREAMS).map(|n| one(n, target, delta, risk, size)).collect();
    delays.sort_unstable();
    let at = |share: f64| delays[(share * (STREAMS - 1) as f64) as usize];
    (at(0.9) < MOST).then(|| Delay { median: at(0.5), most: at(0.9) })
}

fn one(stream: u64, target: f64, delta: f64, risk: f64, size: f64) -> usize {
    let loss = |n: usize| {
        let mean = if n < BEFORE { target / 2.0 } else { risk };
        let drawn = (word(stream, n as u64) >> 11) as f64 / (1u64 << 53) as f64;
        if drawn < mean / size { size } else { 0.0 }
    };
    // Longer and longer, since most ring early.
    for most in [200, 1_000, MOST] {
        let seen = watch((0..BEFORE + most).map(loss), target, delta);
        if let Some(alarm) = seen.alarm {
            return (alarm.at + 1).saturating_sub(BEFORE);
        }
    }
    MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_change_is_seen_sooner_and_one_below_the_target_hardly_ever() {
        let twice = delay(0.05, 0.1, 0.10, 1.0).unwrap();
        let four = delay(0.05, 0.1, 0.20, 1.0).unwrap();
        assert!(four.median < twice.median && four.most < twice.most, "{twice:?} {four:?}");
        assert!(twice.median < twice.most && twice.most < 1_000, "{twice:?}");
        assert_eq!(delay(0.05, 0.1, 0.04, 1.0), None);
    }

    #[test]
    fn alarms_without_a_change_are_rarer_than_the_level() {
        let rings = (0..STREAMS).filter(|n| one(*n, 0.05, 0.1, 0.025, 1.0) < MOST).count();
        assert!(rings <= 20, "{rings} of {STREAMS}");
    }
}
