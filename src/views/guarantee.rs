//! The guarantee on drafts that nobody checks, as data and as text. In: what a look found. Out: JSON
//! and lines. Left to others: looking (pipeline), deciding (routing).

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::numbers::percent;

/// All guarantees of a workspace.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GuaranteeReport {
    /// The mean loss that is asked for.
    pub target_risk: f64,
    /// `wer` or `clips`.
    pub measure: &'static str,
    /// Probability with which each guarantee holds.
    pub confidence: f64,
    /// Probability with which a clip is in the random sample.
    pub audit_rate: f64,
    /// Whether the next `run` changes a threshold, or opens a test.
    pub to_apply: bool,
    /// The pool first, then regions with a guarantee of their own.
    pub scopes: Vec<ScopeGuarantee>,
}

/// Where a guarantee stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "GuaranteeState")]
pub enum State {
    /// Shown, and not contradicted since.
    InForce,
    /// Not shown: more audits are needed. Routing is conservative.
    TooFew,
    /// Not shown, and the audits lose more than the target. Routing is conservative.
    NotMet,
    /// It held and holds no longer. Routing is conservative.
    Alarm,
}

impl State {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            State::InForce => "in force",
            State::TooFew => "too few audits yet",
            State::NotMet => "not met",
            State::Alarm => "no longer holds",
        }
    }
}

/// One scope's guarantee.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScopeGuarantee {
    /// `pooled`, or a region.
    pub scope: String,
    /// Regions that are not in the pool.
    pub apart: Vec<String>,
    /// Where it stands.
    pub state: State,
    /// Drafts that score at least this are accepted; null: routing is conservative.
    pub threshold: Option<f64>,
    /// In force since, RFC 3339; null when the next `run` puts it in force.
    pub since: Option<String>,
    /// Clips that a good enough score would have accepted.
    pub candidates: usize,
    /// Of them, in the random sample.
    pub drawn: usize,
    /// Of these, settled.
    pub settled: usize,
    /// The first threshold to be tested.
    pub tested_from: f64,
    /// Settled audits that reach the certified threshold, else the first one.
    pub audits: usize,
    /// Their mean loss; null without any.
    pub risk: Option<f64>,
    /// Betting p-value of "the risk is over the target".
    pub p: f64,
    /// Mean loss expected at the first threshold, by audits and calibration.
    pub expected_risk: f64,
    /// Settled audits that are about still to come; null: no number is expected to do.
    pub more_audits: Option<usize>,
    /// Audits that watched over the guarantee in force.
    pub watched: Option<usize>,
    /// Largest wealth of the bets against it; an alarm comes at 1 / (1 - confidence).
    pub evidence: Option<f64>,
    /// Why it is in force no longer.
    pub alarm: Option<Alarm>,
}

/// A guarantee that no longer held.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Alarm {
    /// When it was raised, RFC 3339; null when the next `run` raises it.
    pub raised: Option<String>,
    /// When the first audit of the change was answered, where known.
    pub since: Option<String>,
    /// That audit.
    pub since_clip: String,
    /// The audit that raised it.
    pub at_clip: String,
    /// Audits that had watched.
    pub audits: usize,
    /// Mean loss from the change to the alarm.
    pub risk: f64,
}

/// The guarantee in words.
pub fn statement(measure: &str, target_risk: f64, confidence: f64) -> String {
    let what = match measure {
        "clips" => "accepted clips with an error",
        _ => "mean WER of accepted clips",
    };
    let target = percent(Some(target_risk));
    format!("{what} at most {target} with confidence {:.0} %", 100.0 * confidence)
}

impl GuaranteeReport {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        let mut t = String::new();
        let what = statement(self.measure, self.target_risk, self.confidence);
        let _ = writeln!(t, "Risk guarantee: {what}");
        for p in &self.scopes {
            let _ = writeln!(t, "  {}: {}", p.name(), p.line(self.confidence));
        }
        if self.to_apply {
            let _ = writeln!(t, "  New audits count from the next `second-ear run`.");
        }
        t
    }

    /// Scopes whose guarantee no longer holds.
    pub fn alarms(&self) -> impl Iterator<Item = &ScopeGuarantee> {
        self.scopes.iter().filter(|p| p.state == State::Alarm)
    }
}

impl ScopeGuarantee {
    /// Whose clips it is about.
    pub fn name(&self) -> String {
        match self.apart.is_empty() {
            true if self.scope == "pooled" => "all regions".into(),
            true => self.scope.clone(),
            false => "other regions".into(),
        }
    }

    /// What is so, in one line.
    pub fn line(&self, confidence: f64) -> String {
        let seen = match self.risk {
            Some(risk) => format!("{} audits lose {}", self.audits, percent(Some(risk))),
            None => "no audits yet".into(),
        };
        let lacking = match self.more_audits {
            Some(n) => format!("about {n} more settled audits are needed"),
            None => "no number of audits is expected to show it".into(),
        };
        let open = self.drawn.saturating_sub(self.settled);
        let drawn = format!("{} of {} drawn are settled", self.settled, self.drawn);
        match (self.state, &self.alarm) {
            (State::InForce, _) => {
                let since = self.since.as_deref().map_or("from the next run".into(), |s| {
                    format!("in force since {}", s.get(..10).unwrap_or(s))
                });
                let watch = match (self.watched, self.evidence) {
                    (Some(n), Some(e)) if n > 0 => format!(
                        "; {n} audits since, evidence against it {e:.1} (alarm at {:.0})",
                        1.0 / (1.0 - confidence)
                    ),
                    _ => String::new(),
                };
                let threshold = self.threshold.unwrap_or(1.0);
                format!("{since}, score {threshold:.3} and up ({seen}){watch}")
            }
            (State::Alarm, Some(alarm)) => {
                let since = alarm
                    .since
                    .as_deref()
                    .map_or(String::new(), |s| format!(", answered {}", s.get(..10).unwrap_or(s)));
                format!(
                    "ALARM: no longer holds since clip {}{since} (mean loss {} from there to the alarm); \
                     routing is conservative; {lacking}, {drawn}",
                    alarm.since_clip,
                    percent(Some(alarm.risk))
                )
            }
            (State::NotMet, _) => format!(
                "not met: {seen} from score {:.3} up; routing is conservative",
                self.tested_from
            ),
            _ => {
                let waiting =
                    if open > 0 { format!(", {open} wait for people") } else { String::new() };
                format!(
                    "not shown yet ({seen} from score {:.3} up): {lacking}; {drawn}{waiting}; \
                     routing is conservative",
                    self.tested_from
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> ScopeGuarantee {
        ScopeGuarantee {
            scope: "pooled".into(),
            apart: vec![],
            state: State::TooFew,
            threshold: None,
            since: None,
            candidates: 1000,
            drawn: 50,
            settled: 40,
            tested_from: 0.9,
            audits: 30,
            risk: Some(0.02),
            p: 0.4,
            expected_risk: 0.03,
            more_audits: Some(120),
            watched: None,
            evidence: None,
            alarm: None,
        }
    }

    #[test]
    fn each_state_says_what_is_so_and_what_is_lacking() {
        let too_few = example();
        let in_force = ScopeGuarantee {
            state: State::InForce,
            threshold: Some(0.835),
            since: Some("2026-11-24T10:00:00Z".into()),
            watched: Some(12),
            evidence: Some(1.3),
            ..example()
        };
        let alarm = ScopeGuarantee {
            scope: "fr-CA-QC".into(),
            state: State::Alarm,
            alarm: Some(Alarm {
                raised: None,
                since: Some("2026-11-20T10:00:00Z".into()),
                since_clip: "ab_1".into(),
                at_clip: "ab_9".into(),
                audits: 80,
                risk: 0.2,
            }),
            ..example()
        };
        let not_met =
            ScopeGuarantee { state: State::NotMet, apart: vec!["fr-CA-QC".into()], ..example() };
        let all = GuaranteeReport {
            target_risk: 0.05,
            measure: "wer",
            confidence: 0.9,
            audit_rate: 0.05,
            to_apply: true,
            scopes: vec![too_few, in_force, alarm, not_met],
        };
        insta::assert_snapshot!(all.text());
        assert_eq!(all.alarms().count(), 1);
    }
}
