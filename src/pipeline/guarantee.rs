//! The guarantee on drafts that nobody checks: settled audits become losses, a look at them becomes
//! thresholds, entries of the log, and what status and report say.

use std::collections::BTreeSet;

use anyhow::Result;

use super::evidence::{ClipStatus, RoutedAs, gather};
use super::scores::Scorer;
use super::settle;
use super::workspace::Workspace;
use crate::domain::{
    Basis, ClipId, Entry, GuaranteeEvent, Measure, Probability, RoutingSettings, Scope,
    StoredEntry, Threshold, hex_digest,
};
use crate::routing::audit::draw;
use crate::routing::cost::cost;
use crate::routing::evidence::Evidence;
use crate::routing::guarantee::{CandidateClip, Look, Outlook, look, may_certify};
use crate::routing::standing::standings;
use crate::statistics::certify::Finding;
use crate::text::word_errors::word_errors;
use crate::views::guarantee::{Alarm, GuaranteeReport, ScopeGuarantee, State};

/// A look with what it rests on and what came before it.
pub struct Looked {
    /// The look.
    pub look: Look,
    /// What it rests on.
    pub basis: Basis,
    /// The log before it.
    pub log: Vec<StoredEntry>,
}

/// Clips and what stands behind them, item by item.
pub struct Clips<'a> {
    /// As routing sees them.
    pub evidence: &'a [Evidence],
    /// What people and earlier runs made of them.
    pub behind: &'a [ClipStatus],
}

/// Looks at the audits so far; `None` when no guarantee is asked for. With `again`, tests open anew.
pub fn look_at(
    workspace: &Workspace,
    settings: &RoutingSettings,
    routed_as: &RoutedAs,
    scorer: &Scorer,
    clips: Clips<'_>,
    again: bool,
) -> Result<Option<Looked>> {
    let Some(guarantee) = settings.guarantee() else { return Ok(None) };
    let positions = workspace.store.audit_positions()?;
    let contested: BTreeSet<ClipId> =
        settle::compute_consensus(workspace)?.0.contested.into_keys().collect();
    let standings = standings(clips.evidence, settings, &scorer.lexicon);
    let fitted_here = scorer.is_adjusted();
    let mut known = Vec::new();
    for ((e, b), standing) in clips.evidence.iter().zip(clips.behind).zip(standings) {
        // A guarantee is about recordings that may be measured with.
        let counts = standing.by_score && b.current && b.measured;
        let (Some(score), true) = (e.score, counts) else { continue };
        let possible = |r: &crate::domain::Routed| r.inclusion > Probability::ZERO;
        known.push(CandidateClip {
            clip: e.clip.clone(),
            region: standing.region,
            draw: draw(settings.seed, &e.clip),
            score: score.get(),
            expected: e.expected_loss(guarantee.measure).unwrap_or(1.0),
            reviewed: b.routed.as_ref().filter(|r| possible(r)).map(|_| b.is_for_people()),
            loss: loss(e, b, guarantee.measure, contested.contains(&e.clip)),
            position: positions.get(&e.clip).copied(),
            certifies: may_certify(&e.clip, fitted_here, settings.seed),
        });
    }
    let basis = Basis {
        model: routed_as.model.clone(),
        policy: routed_as.policy.clone(),
        calibration: match scorer.fits(&routed_as.model, &routed_as.policy) {
            Ok(()) => hex_digest(scorer.calibration_json()?.as_bytes())[..16].to_string(),
            Err(_) => String::new(),
        },
        guarantee,
    };
    let log = workspace.store.guarantees(&basis)?;
    let entries: Vec<Entry> = log.iter().map(|k| k.entry.clone()).collect();
    let next = positions.values().max().map_or(0, |p| p + 1);
    let look = look(settings, &known, &entries, next, again);
    Ok(look.map(|look| Looked { look, basis, log }))
}

/// What accepting the draft would have cost; `None` until people have settled the clip. A clip without
/// a right text, or on which people disagree, counts as all wrong.
fn loss(clip: &Evidence, behind: &ClipStatus, measure: Measure, contested: bool) -> Option<f64> {
    let Some(settled) = &behind.consensus else { return contested.then_some(1.0) };
    if !settled.verdict.gives_text() {
        return Some(1.0);
    }
    let errors = word_errors(&settled.text, &clip.text, &behind.language);
    Some(match measure {
        Measure::Clips => f64::from(errors.errors > 0),
        Measure::Wer => errors.rate().unwrap_or(f64::from(errors.errors > 0)).min(1.0),
    })
}

/// Where the guarantees stand now, for status and report; nothing is kept. `None` when nothing is asked
/// for, or nothing was routed yet.
pub fn guarantee(workspace: &Workspace) -> Result<Option<GuaranteeReport>> {
    let looked = look_now(workspace, &workspace.routing()?)?;
    looked.map(|(looked, _)| view(workspace, &looked)).transpose()
}

/// A look with these settings, and the audio that it is about; nothing is kept.
pub fn look_now(
    workspace: &Workspace,
    settings: &RoutingSettings,
) -> Result<Option<(Looked, Audio)>> {
    let (Some(_), Some(routed_as)) = (settings.guarantee(), RoutedAs::latest(workspace)?) else {
        return Ok(None);
    };
    let scorer = Scorer::of(workspace)?;
    let (evidence, behind) = gather(workspace, &routed_as, &scorer)?;
    let clips = Clips { evidence: &evidence, behind: &behind };
    let looked = look_at(workspace, settings, &routed_as, &scorer, clips, false)?;
    let all: f64 = evidence.iter().map(|e| e.length.seconds()).sum();
    let audio = Audio { clips: evidence.len(), seconds: all };
    Ok(looked.map(|looked| (looked, audio)))
}

/// All clips with a draft.
#[derive(Clone, Copy, Debug)]
pub struct Audio {
    /// How many.
    pub clips: usize,
    /// How long, together.
    pub seconds: f64,
}

/// A look for people and programs.
pub fn view(workspace: &Workspace, looked: &Looked) -> Result<GuaranteeReport> {
    let scopes = &looked.look.scopes;
    Ok(GuaranteeReport {
        target_risk: looked.basis.guarantee.target,
        measure: looked.basis.guarantee.measure.code(),
        confidence: looked.basis.guarantee.confidence,
        audit_rate: looked.look.rate,
        to_apply: !looked.look.entries.is_empty(),
        scopes: scopes
            .iter()
            .map(|o| scope_guarantee(workspace, looked, o))
            .collect::<Result<_>>()?,
    })
}

fn scope_guarantee(
    workspace: &Workspace,
    looked: &Looked,
    outlook: &Outlook,
) -> Result<ScopeGuarantee> {
    let guarantee = looked.basis.guarantee;
    let cost = cost(outlook, guarantee, None);
    let dated = |wanted: &dyn Fn(&GuaranteeEvent) -> bool| {
        let kept: Vec<&StoredEntry> =
            looked.log.iter().filter(|k| k.entry.scope == outlook.scope).collect();
        let opened =
            kept.iter().rposition(|k| matches!(k.entry.event, GuaranteeEvent::Opened { .. }));
        let mut this_test = kept.into_iter().skip(opened.unwrap_or(0));
        this_test.find(|k| wanted(&k.entry.event)).map(|k| k.created.clone())
    };
    let certified = |e: &GuaranteeEvent| matches!(e, GuaranteeEvent::Certified { .. });
    let threshold = match outlook.threshold {
        Threshold::Certified { score } => Some(score),
        Threshold::Setting | Threshold::Conservative { .. } => None,
    };
    let alarm = match &outlook.alarm {
        Some(GuaranteeEvent::Alarm { at, since, audits, risk, .. }) => Some(Alarm {
            raised: looked
                .log
                .iter()
                .filter(|k| k.entry.scope == outlook.scope)
                .rfind(|k| matches!(k.entry.event, GuaranteeEvent::Alarm { .. }))
                .map(|k| k.created.clone()),
            since: answered(workspace, since)?,
            since_clip: since.to_string(),
            at_clip: at.to_string(),
            audits: *audits,
            risk: *risk,
        }),
        _ => None,
    };
    let seen = outlook.finding.seen();
    Ok(ScopeGuarantee {
        scope: outlook.scope.name().to_string(),
        apart: match &outlook.scope {
            Scope::Pooled { apart } => apart.iter().map(|r| r.to_string()).collect(),
            Scope::Region(_) => Vec::new(),
        },
        state: match (threshold, &alarm, outlook.finding) {
            (Some(_), ..) => State::InForce,
            (None, Some(_), _) => State::Alarm,
            (None, None, Finding::NotMet(_)) => State::NotMet,
            (None, None, _) => State::TooFew,
        },
        threshold,
        since: threshold.and_then(|_| dated(&certified)),
        candidates: outlook.candidates,
        drawn: outlook.drawn,
        settled: outlook.settled,
        tested_from: outlook.start,
        audits: seen.audits,
        risk: (seen.audits > 0).then_some(seen.risk),
        p: seen.p,
        expected_risk: cost.risk,
        more_audits: if threshold.is_some() { Some(0) } else { cost.more(outlook) },
        watched: outlook.watched.map(|w| w.audits),
        evidence: outlook.watched.map(|w| w.evidence),
        alarm,
    })
}

/// When a clip was last answered, where its answers say so.
fn answered(workspace: &Workspace, clip: &ClipId) -> Result<Option<String>> {
    let mut latest: Option<String> = None;
    workspace.store.each_current_answer(|answer| {
        if answer.clip == *clip && !answer.answered_at.is_empty() {
            latest = latest.take().max(Some(answer.answered_at));
        }
    })?;
    Ok(latest)
}
