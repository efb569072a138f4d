//! `audit-plan`: what a guarantee would cost, by the audits so far, or by what is assumed before there are any.

use anyhow::{Context, Result, bail};

use super::guarantee::{Audio, Looked, look_now};
use super::tasks::Pace;
use super::workspace::Workspace;
use crate::domain::{Guarantee, Measure};
use crate::routing::cost::{Cost, cost, of_risk};
use crate::routing::guarantee::Outlook;
use crate::statistics::certify::Finding;
use crate::statistics::delay::delay;
use crate::statistics::plan::POWER;
use crate::views::audit_plan::{Plan, Planned, Watched};

/// What is asked instead of the settings.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The highest mean loss to guarantee.
    pub target_risk: Option<f64>,
    /// With this probability.
    pub confidence: Option<f64>,
    /// What counts as loss.
    pub measure: Option<Measure>,
    /// The risk to assume of what is accepted.
    pub risk: Option<f64>,
}

/// Before there are drafts: of the risk, half the target; of the clips, a third reaches the first
/// threshold; a wrong draft has a quarter of its words wrong; a clip lasts 5 s.
const ASSUMED: (f64, f64, f64, f64) = (0.5, 1.0 / 3.0, 0.25, 5.0);

/// Plans.
pub fn plan(workspace: &Workspace, wanted: &Wanted) -> Result<Plan> {
    let mut settings = workspace.routing()?;
    settings.target_risk = wanted.target_risk.or(settings.target_risk);
    settings.confidence = wanted.confidence.unwrap_or(settings.confidence);
    settings.target_measure = wanted.measure.unwrap_or(settings.target_measure);
    settings.check().map_err(anyhow::Error::msg)?;
    if wanted.risk.is_some_and(|r| !(0.0..1.0).contains(&r)) {
        bail!("--risk must lie between 0 and 1: 0.03 is 3 %");
    }
    let guarantee = settings
        .guarantee()
        .context("no guarantee to plan for: give --target-risk, or set routing.target_risk")?;
    let pace = Pace::measure(workspace)?;
    let looked = look_now(workspace, &settings)?;
    let mut plan = Plan {
        target_risk: guarantee.target,
        measure: guarantee.measure.code(),
        confidence: guarantee.confidence,
        power: POWER,
        audit_rate: settings.audit_rate,
        pace_measured: pace.is_measured(),
        drafts: looked.as_ref().map_or(0, |(_, audio)| audio.clips),
        scopes: Vec::new(),
        watch: GROWN.map(|times| watched(guarantee, times)).into(),
    };
    let clips =
        |audio: Audio| if audio.clips > 0 { audio.seconds / audio.clips as f64 } else { ASSUMED.3 };
    match looked {
        Some((Looked { look, .. }, audio)) if look.scopes.iter().any(|o| o.candidates > 0) => {
            let by_score: usize = look.scopes.iter().map(|o| o.candidates).sum();
            let share = by_score as f64 / audio.clips.max(1) as f64;
            for outlook in look.scopes.iter().filter(|o| o.candidates > 0) {
                let cost = cost(outlook, guarantee, wanted.risk);
                let terms = Terms { share, rate: look.rate, seconds: clips(audio), pace };
                plan.scopes.push(terms.planned(Some(outlook), cost));
            }
        }
        _ => {
            let risk = wanted.risk.unwrap_or(ASSUMED.0 * guarantee.target);
            let cost = before(guarantee, risk);
            let terms = Terms { share: 1.0, rate: settings.audit_rate, seconds: ASSUMED.3, pace };
            plan.scopes.push(terms.planned(None, cost));
        }
    }
    Ok(plan)
}

/// Risks that a guarantee is watched for, in targets.
const GROWN: [f64; 3] = [1.5, 2.0, 3.0];

/// How long a risk of so many targets stays unseen.
fn watched(guarantee: Guarantee, times: f64) -> Watched {
    let size = match guarantee.measure {
        Measure::Wer => ASSUMED.2,
        Measure::Clips => 1.0,
    };
    let risk = (times * guarantee.target).min(1.0);
    let delay = delay(guarantee.target, 1.0 - guarantee.confidence, risk, size);
    let within = |months: usize| delay.map(|d| d.most.div_ceil(months));
    Watched {
        risk,
        audits_median: delay.map(|d| d.median),
        audits_most: delay.map(|d| d.most),
        a_month_for_one_month: within(1),
        a_month_for_three_months: within(3),
    }
}

/// Before there are drafts.
fn before(guarantee: Guarantee, risk: f64) -> Cost {
    let size = match guarantee.measure {
        Measure::Wer => ASSUMED.2,
        Measure::Clips => 1.0,
    };
    of_risk(risk, size, ASSUMED.1, guarantee)
}

/// What an audit takes.
struct Terms {
    /// Share of the clips that a score can have accepted.
    share: f64,
    /// Share of these that is drawn.
    rate: f64,
    /// Mean length of a clip.
    seconds: f64,
    /// How long people take.
    pace: Pace,
}

impl Terms {
    fn planned(&self, outlook: Option<&Outlook>, cost: Cost) -> Planned {
        let more = match outlook {
            Some(outlook) => cost.more(outlook),
            None => cost.drawn,
        };
        let settled = outlook.map_or(0, |o| o.settled);
        let drawn = outlook.map_or(0, |o| o.drawn);
        // Audits that are drawn already need no new audio.
        let to_draw = more.map(|n| (settled + n).saturating_sub(drawn));
        let per_audit = self.rate * self.share;
        let clips =
            to_draw.filter(|_| per_audit > 0.0).map(|n| (n as f64 / per_audit).ceil() as usize);
        let hours = |n: usize| self.pace.of(n as f64 * self.seconds, n) / 3600.0;
        Planned {
            scope: outlook.map_or("pooled", |o| o.scope.name()).to_string(),
            certified: outlook.is_some_and(|o| matches!(o.finding, Finding::Certified(_))),
            candidates: outlook.map_or(0, |o| o.candidates),
            drawn,
            settled,
            tested_from: outlook.map(|o| o.start),
            audits_at_start: outlook.map_or(0, |o| o.finding.seen().audits),
            risk_seen: outlook.map(|o| *o.finding.seen()).filter(|s| s.audits > 0).map(|s| s.risk),
            risk_assumed: cost.risk,
            audits_needed: cost.drawn,
            more_audits: more,
            more_clips: clips,
            more_audio_hours: clips.map(|n| n as f64 * self.seconds / 3600.0),
            people_hours: more.map(hours),
        }
    }
}
