//! The router. In: evidence of every clip, settings, lexicon. Out: one decision per clip, with its
//! inclusion probability. Pure: no clock, no chance beyond the seeded draw. Left to others: making
//! evidence, keeping decisions (pipeline, store).

use super::accent::{Accent, accents};
use super::audit::draw;
use super::budget::{Candidate, Cost, Share, share_out};
use super::evidence::Evidence;
use super::lexicon::{Hit, Lexicon};
use super::reasons::{Call, call, least_score, priority};
use crate::domain::{
    Decision, DropReason, Probability, Reason, Region, Routed, RoutingSettings, Thresholds,
};

/// Decides every clip of a workspace; the result is in the order of `clips`, which does not matter
/// otherwise. Frozen decisions are given back as they are. Clip ids must be unique.
pub fn route(
    clips: &[Evidence],
    settings: &RoutingSettings,
    lexicon: &Lexicon,
    thresholds: &Thresholds,
) -> Vec<Routed> {
    let hits: Vec<Vec<Hit>> = clips.iter().map(|clip| lexicon.hits_in_clip(clip)).collect();
    let accents = accents(clips, &hits);
    let accent = |clip: &Evidence| accents.get(&clip.speaker);

    let mut spent = Cost::default();
    let frozen = clips.iter().filter(|clip| is_for_people(clip.frozen.as_ref()));
    frozen.for_each(|clip| {
        spent.clips += 1;
        spent.audio += clip.length;
    });
    let limit = Cost::limit(settings, clips.len() as u64, spent);

    let mut open: Vec<usize> = (0..clips.len()).filter(|&i| clips[i].frozen.is_none()).collect();
    open.sort_by(|&a, &b| clips[a].clip.cmp(&clips[b].clip));
    let judge = |&i: &usize| {
        let (clip, accent) = (&clips[i], accent(&clips[i]));
        let bar = thresholds.of(region(clip, accent).as_ref());
        call(clip, &hits[i], accent, settings, bar)
    };
    let calls: Vec<Call> = open.iter().map(judge).collect();
    let candidates: Vec<Candidate> = open
        .iter()
        .zip(&calls)
        .map(|(&i, call)| Candidate {
            length: clips[i].length,
            draw: draw(settings.seed, &clips[i].clip),
            priority: match call {
                Call::Listen(reasons) => Some(priority(reasons, clips[i].score)),
                Call::Accept | Call::NoSpeech => None,
            },
        })
        .collect();
    let shares = share_out(&candidates, limit, settings.audit_rate);

    let mut routed: Vec<Option<Routed>> = clips.iter().map(|clip| clip.frozen.clone()).collect();
    let first = settings.guarantee().map_or(0.0, |_| settings.audit_rate);
    for (((i, call), share), candidate) in open.into_iter().zip(calls).zip(shares).zip(candidates) {
        let mut decided = decision(&clips[i], accent(&clips[i]), call, share);
        let asked = thresholds.of(decided.region.as_ref());
        let least = || least_score(accent(&clips[i]), settings, asked);
        decided.bar = clips[i].has_text().then(least);
        if candidate.draw < first {
            review_first(&mut decided.decision);
        }
        routed[i] = Some(decided);
    }
    routed.into_iter().flatten().collect()
}

/// A clip that only its score keeps from being accepted belongs to the random sample as well when its
/// draw says so: a guarantee waits for it, so it goes out with the audits.
fn review_first(decision: &mut Decision) {
    if let Decision::Human { reasons, priority } = decision
        && reasons.iter().all(Reason::is_about_the_score)
    {
        *priority = 1.0;
    }
}

/// The declared region, else the one that the speaker's words name.
pub(super) fn region(clip: &Evidence, accent: Option<&Accent>) -> Option<Region> {
    let inferred = accent.filter(|a| a.names_a_region()).map(|a| a.region.clone());
    clip.declared_region.clone().or(inferred)
}

fn is_for_people(frozen: Option<&Routed>) -> bool {
    frozen.is_some_and(|routed| matches!(routed.decision, Decision::Human { .. }))
}

fn decision(clip: &Evidence, accent: Option<&Accent>, call: Call, share: Share) -> Routed {
    let (decision, inclusion) = match (call, share) {
        (Call::Listen(reasons), Share::Reasons) => {
            let priority = priority(&reasons, clip.score);
            (Decision::Human { reasons, priority }, 1.0)
        }
        // without reasons there is no such share; kept as an audit for completeness of the match
        (Call::Accept | Call::NoSpeech, Share::Reasons) => (audit(clip, vec![], 1.0), 1.0),
        (call, Share::Audit { inclusion }) => {
            let reasons = if let Call::Listen(reasons) = call { reasons } else { vec![] };
            (audit(clip, reasons, inclusion), inclusion)
        }
        (Call::Listen(over_budget), Share::None { inclusion }) => {
            (Decision::Auto { over_budget }, inclusion)
        }
        (Call::Accept, Share::None { inclusion }) => {
            (Decision::Auto { over_budget: Vec::new() }, inclusion)
        }
        (Call::NoSpeech, Share::None { inclusion }) => {
            (Decision::Dropped { why: DropReason::NoSpeech }, inclusion)
        }
    };
    Routed {
        clip: clip.clip.clone(),
        decision,
        score: clip.score.filter(|_| clip.has_text()),
        inclusion: Probability::clamped(inclusion),
        region: region(clip, accent),
        evidence: accent.map(|a| a.pieces.clone()).unwrap_or_default(),
        bar: None,
    }
}

/// Reviewed by chance. Reasons that the budget had no room for stand behind the audit.
fn audit(clip: &Evidence, mut reasons: Vec<Reason>, rate: f64) -> Decision {
    reasons.insert(0, Reason::RandomAudit { rate: Probability::clamped(rate) });
    let priority = priority(&reasons, clip.score);
    Decision::Human { reasons, priority }
}

#[cfg(test)]
mod tests;
