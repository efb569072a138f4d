//! The guarantee on drafts that nobody checks, as data and as text. In: what a look found. Out: JSON
//! and lines. Left to others: looking (pipeline), deciding (routing).

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::lang::{Lang, t};

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
    pub fn words(self, lang: Lang) -> &'static str {
        match self {
            State::InForce => lang.phrase("guarantee.in_force"),
            State::TooFew => lang.phrase("guarantee.too_few"),
            State::NotMet => lang.phrase("guarantee.not_met"),
            State::Alarm => lang.phrase("guarantee.alarm"),
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
pub fn statement(lang: Lang, measure: &str, target_risk: f64, confidence: f64) -> String {
    let target = lang.percent(Some(target_risk));
    let confidence = lang.decimal(100.0 * confidence, 0);
    match measure {
        "clips" => {
            t!(lang, "guarantee.of_clips", target = target, confidence = confidence)
        }
        _ => t!(lang, "guarantee.of_wer", target = target, confidence = confidence),
    }
}

impl GuaranteeReport {
    /// As text, for a terminal.
    pub fn text(&self, lang: Lang) -> String {
        let mut t = String::new();
        let what = statement(lang, self.measure, self.target_risk, self.confidence);
        let _ = writeln!(t, "{}", t!(lang, "guarantee.head", what = what));
        for p in &self.scopes {
            let (scope, line) = (p.name(lang), p.line(lang, self.confidence));
            let _ = writeln!(t, "  {}", t!(lang, "guarantee.line", scope = scope, line = line));
        }
        if self.to_apply {
            let _ = writeln!(t, "  {}", lang.phrase("guarantee.to_apply"));
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
    pub fn name(&self, lang: Lang) -> String {
        match self.apart.is_empty() {
            true if self.scope == "pooled" => lang.phrase("guarantee.all_regions").into(),
            true => self.scope.clone(),
            false => lang.phrase("guarantee.other_regions").into(),
        }
    }

    /// What is so, in one line.
    pub fn line(&self, lang: Lang, confidence: f64) -> String {
        let seen = match self.risk {
            Some(risk) => {
                t!(lang, "guarantee.seen", n = self.audits, risk = lang.percent(Some(risk)))
            }
            None => lang.phrase("guarantee.seen.none").into(),
        };
        let lacking = match self.more_audits {
            Some(n) => t!(lang, "guarantee.lacking", n = n),
            None => lang.phrase("guarantee.lacking.for_ever").into(),
        };
        let open = self.drawn.saturating_sub(self.settled);
        let drawn = t!(lang, "guarantee.drawn", n = self.settled, of = self.drawn);
        let from = lang.decimal(self.tested_from, 3);
        match (self.state, &self.alarm) {
            (State::InForce, _) => {
                let since =
                    self.since.as_deref().map_or(lang.phrase("guarantee.next_run").into(), |s| {
                        t!(lang, "guarantee.since", day = s.get(..10).unwrap_or(s))
                    });
                let watch = match (self.watched, self.evidence) {
                    (Some(n), Some(e)) if n > 0 => t!(
                        lang,
                        "guarantee.watched",
                        n = n,
                        evidence = lang.decimal(e, 1),
                        alarm = lang.decimal(1.0 / (1.0 - confidence), 0)
                    ),
                    _ => String::new(),
                };
                let from = lang.decimal(self.threshold.unwrap_or(1.0), 3);
                t!(lang, "guarantee.holds", since = since, from = from, seen = seen, watch = watch)
            }
            (State::Alarm, Some(alarm)) => {
                let since = alarm.since.as_deref().map_or(String::new(), |s| {
                    t!(lang, "guarantee.answered", day = s.get(..10).unwrap_or(s))
                });
                t!(
                    lang,
                    "guarantee.broken",
                    clip = alarm.since_clip,
                    since = since,
                    risk = lang.percent(Some(alarm.risk)),
                    lacking = lacking,
                    drawn = drawn
                )
            }
            (State::NotMet, _) => t!(lang, "guarantee.missed", seen = seen, from = from),
            _ => {
                let waiting = match open {
                    0 => String::new(),
                    open => t!(lang, "guarantee.waiting", n = open),
                };
                t!(
                    lang,
                    "guarantee.open",
                    seen = seen,
                    from = from,
                    lacking = lacking,
                    drawn = drawn,
                    waiting = waiting
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
        insta::assert_snapshot!(all.text(Lang::default()));
        assert_eq!(all.alarms().count(), 1);
    }
}
