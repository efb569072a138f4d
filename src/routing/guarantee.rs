//! What may be guaranteed of drafts that nobody checks. In: every clip whose score alone decides, with
//! its draw and, where people have settled it, its loss; the log of guarantees so far. Out: new entries
//! of that log, audits in the order in which they count, thresholds. Pure. Left to others: the
//! statistics (`statistics`), which clips these are (`standing`), keeping the log (store).
//!
//! - **The sample.** Clips whose draw lies under tau: the audit rate, or the least draw of a clip that
//!   people will not review, if that is less (a budget, or an earlier, lower rate). So every clip of the
//!   sample was drawn with the same probability, whatever its score and whoever spoke.
//! - **The order.** Settled audits get a position when they are first seen, at random among those seen
//!   together, and keep it: the betting p-value may then be looked at as often as one likes.
//! - **Scopes.** A region with enough audits has a guarantee of its own, all others are pooled.
//! - **A test** opens once enough audits are settled to convince anybody; its start and horizon come
//!   from scores and draws alone and stay. Certificates only ever lower the threshold.
//! - **The watch** looks at audits that came after the first certificate, at the threshold that was in
//!   force when each came. An alarm opens a new test, with the audits since the change.

use std::collections::BTreeMap;

use crate::domain::{
    ClipId, Entry, Guarantee, GuaranteeEvent, Region, RoutingSettings, Scope, Threshold,
    Thresholds, draw,
};
use crate::statistics::betting::Rule;
use crate::statistics::certify::{self, Audit, Finding};
use crate::statistics::watch::{Watched, watch};

/// A clip that a good enough score would have accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateClip {
    /// The clip.
    pub clip: ClipId,
    /// Its region, declared or inferred.
    pub region: Option<Region>,
    /// Its draw, in [0, 1): see [`super::audit::draw`].
    pub draw: f64,
    /// P(no error).
    pub score: f64,
    /// Expected loss, by the calibration.
    pub expected: f64,
    /// Whether people review it, or have reviewed it; `None`: not decided yet, or never possible.
    pub reviewed: Option<bool>,
    /// What accepting its draft would have cost, once people have settled it.
    pub loss: Option<f64>,
    /// Its place among the audits, where it has one.
    pub position: Option<u64>,
    /// Whether it may prove anything: see [`may_certify`].
    pub certifies: bool,
}

/// Whether a clip's answer may prove a guarantee: always, unless the score was fitted on answers of this
/// workspace. Then half of the clips are for fitting and the others for proving, by a draw.
pub fn may_certify(clip: &ClipId, fitted_here: bool, seed: u64) -> bool {
    !fitted_here || draw(seed, &format!("fit{clip}")) >= 0.5
}

/// How things stand with one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Whose clips.
    pub scope: Scope,
    /// Clips that a good enough score would have accepted.
    pub candidates: usize,
    /// Of them, in the sample.
    pub drawn: usize,
    /// Of these, settled.
    pub settled: usize,
    /// The first threshold to be tested.
    pub start: f64,
    /// Share of the candidates that reach it.
    pub share: f64,
    /// Mean expected loss and P(any error) of these, by the calibration.
    pub expected: (f64, f64),
    /// What the audits of the current test say.
    pub finding: Finding,
    /// What drafts must reach.
    pub threshold: Threshold,
    /// What the watch over the guarantee in force says.
    pub watched: Option<Watched>,
    /// The alarm after which nothing has been certified again.
    pub alarm: Option<GuaranteeEvent>,
}

/// What a look finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// What is asked for.
    pub guarantee: Guarantee,
    /// Probability with which a clip is in the sample.
    pub rate: f64,
    /// Audits that count from now on, in order; they follow those with a position.
    pub joined: Vec<ClipId>,
    /// New entries of the log.
    pub entries: Vec<Entry>,
    /// Scope by scope, the pool first.
    pub scopes: Vec<Outlook>,
    /// What drafts must reach from now on.
    pub thresholds: Thresholds,
}

/// Looks at the audits; `None` when no guarantee is asked for. `log` holds all entries with the
/// current basis, oldest first; `next` is the first free position, of all audits that were ever kept.
/// With `again`, every scope's test opens anew.
pub fn look(
    settings: &RoutingSettings,
    clips: &[CandidateClip],
    log: &[Entry],
    next: u64,
    again: bool,
) -> Option<Look> {
    let guarantee = settings.guarantee()?;
    let unreviewed = clips.iter().filter(|c| c.reviewed == Some(false));
    let rate = unreviewed.map(|c| c.draw).fold(settings.audit_rate, f64::min);
    let sampled = |i: &usize| clips[*i].certifies && clips[*i].draw < rate;
    let sample: Vec<usize> = (0..clips.len()).filter(sampled).collect();

    let mut positions: Vec<Option<u64>> = clips.iter().map(|c| c.position).collect();
    let mut next = next;
    let mut fresh: Vec<usize> = sample.clone();
    fresh.retain(|&i| clips[i].loss.is_some() && clips[i].position.is_none());
    fresh.sort_by_cached_key(|&i| {
        let order = draw(settings.seed, &format!("order{}", clips[i].clip));
        (order.to_bits(), clips[i].clip.clone())
    });
    for &i in &fresh {
        positions[i] = Some(next);
        next += 1;
    }

    let mut found = Look {
        guarantee,
        rate,
        joined: fresh.iter().map(|&i| clips[i].clip.clone()).collect(),
        entries: Vec::new(),
        scopes: Vec::new(),
        thresholds: Thresholds { pooled: conservative(guarantee), regions: BTreeMap::new() },
    };
    for scope in scopes(clips, &sample, settings.region_min_audits) {
        let inside = |i: &usize| holds(&scope, clips[*i].region.as_ref());
        let members: Vec<&CandidateClip> =
            (0..clips.len()).filter(inside).map(|i| &clips[i]).collect();
        let drawn: Vec<&CandidateClip> =
            sample.iter().filter(|i| inside(i)).map(|&i| &clips[i]).collect();
        let mut audits: Vec<Placed> = sample
            .iter()
            .filter(|i| inside(i))
            .filter_map(|&i| Some(Placed::new(&clips[i], positions[i]?, clips[i].loss?)))
            .collect();
        audits.sort_by_key(|a| a.position);
        let case = Case { guarantee, scope, members, drawn, audits, next };
        let outlook = case.judge(log, again, &mut found.entries);
        match &outlook.scope {
            Scope::Pooled { .. } => found.thresholds.pooled = outlook.threshold,
            Scope::Region(region) => {
                found.thresholds.regions.insert(region.clone(), outlook.threshold);
            }
        }
        found.scopes.push(outlook);
    }
    Some(found)
}

fn conservative(Guarantee { target, measure, .. }: Guarantee) -> Threshold {
    Threshold::Conservative { target, measure }
}

/// The pool, then each region with enough audits drawn: their number says nothing of their losses.
fn scopes(clips: &[CandidateClip], sample: &[usize], least: usize) -> Vec<Scope> {
    let mut drawn: BTreeMap<&Region, usize> = BTreeMap::new();
    for region in sample.iter().filter_map(|&i| clips[i].region.as_ref()) {
        *drawn.entry(region).or_default() += 1;
    }
    let apart: Vec<Region> =
        drawn.into_iter().filter(|(_, n)| *n >= least).map(|(r, _)| r.clone()).collect();
    let regions = apart.clone().into_iter().map(Scope::Region);
    std::iter::once(Scope::Pooled { apart }).chain(regions).collect()
}

fn holds(scope: &Scope, region: Option<&Region>) -> bool {
    match scope {
        Scope::Pooled { apart } => region.is_none_or(|r| !apart.contains(r)),
        Scope::Region(own) => region == Some(own),
    }
}

/// A settled audit with its place.
struct Placed<'a> {
    clip: &'a ClipId,
    position: u64,
    audit: Audit,
}

impl<'a> Placed<'a> {
    fn new(known: &'a CandidateClip, position: u64, loss: f64) -> Self {
        Self { clip: &known.clip, position, audit: Audit { score: known.score, loss } }
    }
}

/// A test that is under way.
#[derive(Clone, Copy)]
struct Test {
    start: f64,
    horizon: usize,
    from: u64,
}

/// What the log says of one scope.
#[derive(Default)]
struct History {
    test: Option<Test>,
    /// Thresholds with the position up to which audits were used, falling.
    certified: Vec<(f64, u64)>,
    alarm: Option<GuaranteeEvent>,
}

impl History {
    fn of(scope: &Scope, log: &[Entry]) -> Self {
        let mut history = Self::default();
        log.iter().filter(|e| e.scope == *scope).for_each(|e| history.learn(&e.event));
        history
    }

    fn learn(&mut self, event: &GuaranteeEvent) {
        match event {
            GuaranteeEvent::Opened { start, horizon, from } => {
                self.test = Some(Test { start: *start, horizon: *horizon, from: *from });
                self.certified.clear();
            }
            GuaranteeEvent::Certified { threshold, upto, .. } => {
                self.certified.push((*threshold, *upto));
                self.alarm = None;
            }
            GuaranteeEvent::Alarm { .. } => self.alarm = Some(event.clone()),
        }
    }

    /// The threshold in force for an audit at `position`; `None` before the first certificate.
    fn in_force(&self, position: u64) -> Option<f64> {
        let made = self.certified.iter().rev().find(|(_, upto)| *upto <= position);
        made.map(|(threshold, _)| *threshold)
    }
}

/// One scope, ready to be judged.
struct Case<'a> {
    guarantee: Guarantee,
    scope: Scope,
    members: Vec<&'a CandidateClip>,
    drawn: Vec<&'a CandidateClip>,
    audits: Vec<Placed<'a>>,
    next: u64,
}

/// Bets are made for this many audits at least.
const LEAST_HORIZON: usize = 100;

impl Case<'_> {
    fn judge(self, log: &[Entry], again: bool, entries: &mut Vec<Entry>) -> Outlook {
        let mut history = History::of(&self.scope, log);
        let mut note = |history: &mut History, event: GuaranteeEvent| {
            history.learn(&event);
            entries.push(Entry { scope: self.scope.clone(), event });
        };
        let mut watched = None;
        if again && let Some(test) = history.test {
            note(&mut history, self.open(test.from));
        } else if !history.certified.is_empty() {
            let (seen, alarm) = self.watch(&history);
            match alarm {
                Some(alarm) => {
                    let from = if let GuaranteeEvent::Alarm { position, .. } = alarm {
                        position
                    } else {
                        0
                    };
                    note(&mut history, alarm);
                    note(&mut history, self.open(from));
                }
                None => watched = Some(seen),
            }
        }
        if history.test.is_none() && self.audits.len() >= self.rule(1).least() {
            note(&mut history, self.open(0));
        }
        let best = self.start();
        let test = history.test.unwrap_or(Test { start: best, horizon: LEAST_HORIZON, from: 0 });
        let counted: Vec<&Placed> =
            self.audits.iter().filter(|a| a.position >= test.from).collect();
        let plain: Vec<Audit> = counted.iter().map(|a| a.audit).collect();
        let finding = certify::certify(&plain, test.start, self.rule(test.horizon));
        if let (Finding::Certified(seen), Some(_)) = (finding, history.test)
            && history.certified.last().is_none_or(|(least, _)| seen.threshold < *least)
        {
            let used = counted.iter().filter(|a| a.audit.score >= seen.threshold);
            let event = GuaranteeEvent::Certified {
                threshold: seen.threshold,
                upto: self.next,
                used: used.map(|a| a.clip.clone()).collect(),
                risk: seen.risk,
                p: seen.p,
            };
            note(&mut history, event);
        }
        let threshold = match history.certified.last() {
            Some(&(score, _)) => Threshold::Certified { score },
            None => conservative(self.guarantee),
        };
        let (share, expected) = self.expected(test.start);
        Outlook {
            candidates: self.members.len(),
            drawn: self.drawn.len(),
            settled: self.audits.len(),
            start: test.start,
            share,
            expected,
            finding,
            threshold,
            watched,
            alarm: history.alarm,
            scope: self.scope,
        }
    }

    fn rule(&self, horizon: usize) -> Rule {
        Rule { target: self.guarantee.target, delta: 1.0 - self.guarantee.confidence, horizon }
    }

    fn start(&self) -> f64 {
        let expected: Vec<_> = self.members.iter().map(|c| (c.score, c.expected)).collect();
        certify::start(&expected, self.guarantee.target)
    }

    fn open(&self, from: u64) -> GuaranteeEvent {
        let start = self.start();
        let horizon = self.drawn.iter().filter(|c| c.score >= start).count();
        GuaranteeEvent::Opened { start, horizon: horizon.max(LEAST_HORIZON), from }
    }

    /// Share of the candidates that score at least `start`, their mean expected loss and P(any error).
    fn expected(&self, start: f64) -> (f64, (f64, f64)) {
        let over: Vec<_> = self.members.iter().filter(|c| c.score >= start).collect();
        let n = over.len().max(1) as f64;
        let loss = over.iter().map(|c| c.expected).sum::<f64>() / n;
        let error = over.iter().map(|c| 1.0 - c.score).sum::<f64>() / n;
        (over.len() as f64 / self.members.len().max(1) as f64, (loss, error))
    }

    fn watch(&self, history: &History) -> (Watched, Option<GuaranteeEvent>) {
        let accepted = |a: &&Placed| {
            history.in_force(a.position).is_some_and(|threshold| a.audit.score >= threshold)
        };
        let after: Vec<&Placed> = self.audits.iter().filter(accepted).collect();
        let Guarantee { target, confidence, .. } = self.guarantee;
        let seen = watch(after.iter().map(|a| a.audit.loss), target, 1.0 - confidence);
        let alarm = seen.alarm.map(|alarm| {
            let losses: Vec<f64> =
                after[alarm.since..=alarm.at].iter().map(|a| a.audit.loss).collect();
            GuaranteeEvent::Alarm {
                at: after[alarm.at].clip.clone(),
                since: after[alarm.since].clip.clone(),
                position: after[alarm.since].position,
                audits: seen.audits,
                risk: losses.iter().sum::<f64>() / losses.len().max(1) as f64,
            }
        });
        (seen, alarm)
    }
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
