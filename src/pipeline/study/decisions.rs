//! Decisions of a study, their reasons, and what they rest on. In: what the store knows of them. Out: rows.

use anyhow::Result;

use super::material::{Material, given};
use crate::domain::{Basis, ClipId, Decision, GuaranteeEvent, Reason, Routed, StoredEntry};
use crate::store::Draft;
use crate::views::clips::ReportRow;
use crate::views::study::decisions::{
    DecisionKind, DecisionRow, GuaranteeRow, GuaranteeStep, ReasonRow, ScoringRow,
};
use crate::views::study::files::TableFolder;

/// Writes the tables.
pub fn write(study: &Material, out: &mut TableFolder) -> Result<()> {
    let store = &study.workspace.store;
    let scored_by = store.scored_by()?;
    let mut decisions = out.open::<DecisionRow>()?;
    let mut reasons = out.open::<ReasonRow>()?;
    store.each_clip(Draft::Decided, |row| {
        let counted = study.rows.get(row.clip.id.as_str());
        let (Some(routed), Some(counted)) = (&row.routed, counted) else { return Ok(()) };
        if !study.clips.contains(&row.clip.id) {
            return Ok(());
        }
        decisions.put(&decision(routed, counted, scored_by.get(&row.clip.id)))?;
        let (all, over_budget): (&[Reason], _) = match &routed.decision {
            Decision::Auto { over_budget } => (over_budget, true),
            Decision::Human { reasons, .. } => (reasons, false),
            Decision::Dropped { .. } => (&[], false),
        };
        all.iter().zip(1..).try_for_each(|(one, number)| {
            reasons.put(&reason(study, &row.clip.id, one, number, over_budget))
        })
    })?;
    out.close(decisions)?;
    out.close(reasons)?;
    out.write(store.scorings()?.into_iter().map(|scoring| ScoringRow {
        scoring: scoring.digest,
        program: scoring.program,
        calibration_sha256: scoring.calibration,
        lexicon_sha256: scoring.lexicon,
    }))?;
    out.write(store.guarantee_log()?.into_iter().map(guarantee))
}

fn decision(routed: &Routed, counted: &ReportRow, scored_by: Option<&String>) -> DecisionRow {
    let (decision, priority) = match &routed.decision {
        Decision::Auto { .. } => (DecisionKind::Auto, None),
        Decision::Human { priority, .. } => (DecisionKind::Human, Some(*priority)),
        Decision::Dropped { .. } => (DecisionKind::Dropped, None),
    };
    DecisionRow {
        clip: counted.clip.clone(),
        decision,
        part: counted.part,
        score: counted.score,
        threshold: routed.bar.map(|bar| bar.least.get()),
        threshold_rule: routed.bar.map(|bar| bar.rule),
        expected_wer: counted.expected_wer,
        priority,
        draw: counted.draw,
        inclusion: counted.inclusion,
        model: given(&counted.model),
        policy: given(&counted.policy),
        round: counted.round.into(),
        scoring: scored_by.cloned(),
        current: counted.current,
        draft_words: counted.draft_words,
    }
}

fn reason(
    study: &Material,
    clip: &ClipId,
    reason: &Reason,
    number: u64,
    over_budget: bool,
) -> ReasonRow {
    let row = ReasonRow {
        clip: clip.to_string(),
        number,
        reason: reason.code().into(),
        over_budget,
        ..ReasonRow::default()
    };
    let text = |text: &str| study.text(clip, text);
    match reason {
        Reason::LowConfidence { score, threshold } => {
            ReasonRow { value: Some(score.get()), threshold: Some(threshold.get()), ..row }
        }
        Reason::NoScore | Reason::NoOutput => row,
        Reason::RegionalEvidence { region, strength, .. } => {
            ReasonRow { value: Some(*strength), region: Some(region.to_string()), ..row }
        }
        Reason::RegionAlwaysReviewed { region } => {
            ReasonRow { region: Some(region.to_string()), ..row }
        }
        Reason::RegionalWord { term, matched } | Reason::Idiom { term, matched } => {
            ReasonRow { term: text(term), detail: text(matched), ..row }
        }
        Reason::RememberedCorrection { wrote, said, odds } => {
            ReasonRow { value: Some(*odds), term: text(said), detail: text(wrote), ..row }
        }
        Reason::SuspectedHallucination { sign } => ReasonRow { detail: text(sign), ..row },
        Reason::WrongLanguage { language, p } => {
            ReasonRow { value: Some(p.get()), detail: text(language), ..row }
        }
        Reason::RandomAudit { rate } => ReasonRow { value: Some(rate.get()), ..row },
    }
}

fn guarantee((basis, stored): (Basis, StoredEntry)) -> GuaranteeRow {
    let (event, threshold, audits, risk, p) = match &stored.entry.event {
        GuaranteeEvent::Opened { start, horizon, .. } => {
            (GuaranteeStep::Opened, Some(*start), *horizon, None, None)
        }
        GuaranteeEvent::Certified { threshold, used, risk, p, .. } => {
            (GuaranteeStep::Certified, Some(*threshold), used.len(), Some(*risk), Some(*p))
        }
        GuaranteeEvent::Alarm { audits, risk, .. } => {
            (GuaranteeStep::Alarm, None, *audits, Some(*risk), None)
        }
    };
    GuaranteeRow {
        entry: stored.id,
        created: stored.created,
        model: basis.model,
        policy: basis.policy,
        calibration: basis.calibration,
        target: basis.guarantee.target,
        measure: basis.guarantee.measure,
        confidence: basis.guarantee.confidence,
        scope: stored.entry.scope.name().into(),
        event,
        threshold,
        audits: audits as u64,
        risk,
        p,
    }
}
