//! What a promise will still cost in audits. In: how things stand with a scope. Out: audits that are
//! expected to suffice. Left to others: what an audit costs in time (pipeline).

use super::promise::Outlook;
use crate::domain::Promise;
use crate::statistics::certify::Finding;
use crate::statistics::plan::{Expected, audits_needed};

/// The calibration's expectation counts for this many audits against those seen.
const PRIOR: f64 = 20.0;
/// Mean loss of a wrong draft where nothing else is known of it.
const SIZE: f64 = 0.25;

/// Audits that a promise is expected to need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// The mean loss that this is based on: audits so far, with the calibration's expectation.
    pub risk: f64,
    /// Audits that reach the first threshold to be tested; `None`: no number will do.
    pub needed: Option<usize>,
    /// Audits drawn from all candidates, so that as many reach it.
    pub drawn: Option<usize>,
}

impl Cost {
    /// Audits that are still to be settled.
    pub fn more(&self, outlook: &Outlook) -> Option<usize> {
        match outlook.finding {
            Finding::Certified(_) => Some(0),
            _ => self.drawn.map(|drawn| drawn.saturating_sub(outlook.settled).max(1)),
        }
    }
}

/// The cost with the risk as it is seen and expected, or as assumed.
pub fn cost(outlook: &Outlook, promise: Promise, assumed: Option<f64>) -> Cost {
    let (loss, error) = outlook.expected;
    let (n, risk) = match outlook.finding {
        // Seen at a lower threshold than the one at which the test starts.
        Finding::Certified(_) => (0.0, 0.0),
        Finding::TooFew(seen) | Finding::NotMet(seen) => (seen.audits as f64, seen.risk),
    };
    let risk = assumed.unwrap_or((n * risk + PRIOR * loss) / (n + PRIOR));
    // How bad a wrong draft is, by the calibration; only its rate is learned here.
    let size = if error > 0.0 && loss > 0.0 { (loss / error).clamp(0.05, 1.0) } else { SIZE };
    of_risk(risk, size, outlook.share, promise)
}

/// The cost where nothing is known but a risk: a wrong draft loses `size`, and `share` of the audits
/// reach the threshold.
pub fn of_risk(risk: f64, size: f64, share: f64, promise: Promise) -> Cost {
    let size = size.max(risk);
    let expected = Expected { wrong: risk / size, size };
    let needed = audits_needed(expected, promise.target, 1.0 - promise.confidence);
    let drawn = needed.filter(|_| share > 0.0).map(|n| (n as f64 / share).ceil() as usize);
    Cost { risk, needed, drawn }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Measure, Scope, Threshold};
    use crate::statistics::certify::Seen;

    fn outlook(audits: usize, risk: f64) -> Outlook {
        let seen = Seen { threshold: 0.9, audits, risk, p: 0.5 };
        Outlook {
            scope: Scope::Pooled { apart: vec![] },
            candidates: 1000,
            drawn: 100,
            settled: 4 * audits,
            start: 0.9,
            share: 0.25,
            expected: (0.03, 0.03),
            finding: Finding::TooFew(seen),
            threshold: Threshold::Setting,
            watched: None,
            alarm: None,
        }
    }

    const PROMISE: Promise = Promise { target: 0.1, measure: Measure::Clips, confidence: 0.9 };

    #[test]
    fn audits_outweigh_the_expectation_as_they_come_in() {
        let before = cost(&outlook(0, 0.0), PROMISE, None);
        assert_eq!(before.risk, 0.03);
        let better = cost(&outlook(60, 0.0), PROMISE, None);
        let worse = cost(&outlook(60, 0.06), PROMISE, None);
        assert!(better.needed < before.needed && before.needed < worse.needed);
        let (needed, drawn) = (better.needed.unwrap(), better.drawn.unwrap());
        assert_eq!(drawn, 4 * needed);
        assert_eq!(better.more(&outlook(60, 0.0)), Some(1), "too few, whatever the plan says");
        assert_eq!(before.more(&outlook(0, 0.0)), before.drawn);
    }

    #[test]
    fn a_risk_over_the_target_cannot_be_bought_off() {
        assert_eq!(cost(&outlook(200, 0.2), PROMISE, None).drawn, None);
        assert_eq!(cost(&outlook(0, 0.0), PROMISE, Some(0.1)).needed, None);
    }
}
