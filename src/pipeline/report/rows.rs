//! The walk: every decided clip becomes a row with all that the rates need.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::weights::weigh;
use crate::domain::{
    Answer, ClipId, DataUse, Decision, Language, LanguageChoice, Mark, Reason, Recording, Samples,
    draft_seed,
};
use crate::pipeline::consent::{Permits, today};
use crate::pipeline::evidence::{RoutedAs, RoutedDrafts};
use crate::pipeline::pay::Pay;
use crate::pipeline::scores::Scorer;
use crate::pipeline::spread;
use crate::pipeline::workspace::Workspace;
use crate::routing::audit::draw;
use crate::store::{ClipRow, Draft};
use crate::text::word_errors::word_errors;
use crate::views::clips::{Part, ReportRow};
use crate::views::numbers::median;
use crate::views::report::People;

/// What the walk found.
#[derive(Default)]
pub struct Walked {
    /// Decided clips by id: by recording and time. Sums of their numbers do not depend on the order of ingestion.
    pub rows: Vec<ReportRow>,
    /// Clips in each state, undecided ones too.
    pub states: BTreeMap<&'static str, u64>,
    /// Clips by the language of their text.
    pub languages: BTreeMap<Language, u64>,
    /// What people did.
    pub people: People,
    /// Settled clips that no rate measures: consent to evaluate is missing.
    pub unmeasured: u64,
}

/// What people did about one clip.
#[derive(Clone, Copy, Default)]
struct Work {
    answers: u64,
    timed: u64,
    seconds: f64,
    capped: u64,
    paid: f64,
}

/// One clip of the walk.
struct WalkedClip {
    state: &'static str,
    settled: bool,
    unmeasured: bool,
    reviewed: Samples,
    language: Option<Language>,
    row: Option<ReportRow>,
}

struct Walk<'a> {
    seed: u64,
    scorer: &'a Scorer,
    /// The number of its scoring in the store, where anything was decided with it.
    scoring: Option<i64>,
    /// The language that the settings name.
    set: &'a LanguageChoice,
    rounds: BTreeMap<String, u32>,
    permits: Permits,
    routed: Option<RoutedDrafts>,
}

/// Walks over everything once.
pub fn walk(workspace: &Workspace, scorer: &Scorer) -> Result<Walked> {
    let recordings = workspace.store.recordings_by_id()?;
    let mut walked = Walked::default();
    let walk = Walk {
        seed: workspace.config.routing.seed,
        scorer,
        scoring: workspace.store.scoring(&scorer.digest()?)?,
        set: &workspace.config.language,
        rounds: workspace.store.rounds_by_model()?,
        permits: Permits::on(workspace, recordings.values(), today())?,
        routed: RoutedAs::latest(workspace)?.map(|routed_as| routed_as.drafts()),
    };
    let works = answers(workspace, &mut walked.people)?;
    let mut reviewed = Samples(0);
    let read = |clip: ClipRow| {
        let work = works.get(&clip.clip.id).copied().unwrap_or_default();
        WalkedClip {
            state: clip.state().code(),
            settled: clip.consensus.is_some(),
            unmeasured: clip.consensus.is_some()
                && !walk.permits.allows(&clip.clip.recording, DataUse::Evaluate),
            language: recordings.get(&clip.clip.recording).and_then(|r| walk.language(&clip, r)),
            reviewed: Samples(work.timed * clip.clip.span.len().0),
            row: walk.row(&clip, recordings.get(&clip.clip.recording), work),
        }
    };
    spread::clips(&workspace.store, Draft::Decided, read, |found| {
        *walked.states.entry(found.state).or_default() += 1;
        walked.people.settled_clips += u64::from(found.settled);
        walked.unmeasured += u64::from(found.unmeasured);
        reviewed += found.reviewed;
        if let Some(language) = found.language {
            *walked.languages.entry(language).or_default() += 1;
        }
        walked.rows.extend(found.row);
    })?;
    let people = &mut walked.people;
    people.active_per_audio_second =
        (reviewed > Samples(0)).then(|| people.active_seconds / reviewed.seconds());
    walked.rows.sort_unstable_by(|a, b| a.clip.cmp(&b.clip));
    weigh(&mut walked.rows);
    Ok(walked)
}

/// Counts the answers, by clip.
fn answers(workspace: &Workspace, people: &mut People) -> Result<BTreeMap<ClipId, Work>> {
    let pay = Pay::of(workspace)?;
    let (mut work, mut times) = (BTreeMap::<ClipId, Work>::new(), Vec::new());
    let mut validators = BTreeSet::new();
    workspace.store.each_worked_answer(|answer: Answer| {
        let here = work.entry(answer.clip.clone()).or_default();
        here.answers += 1;
        here.paid += pay.paid(&answer);
        here.capped += u64::from(answer.has(Mark::TimeCapped));
        if let Some(seconds) = answer.active_seconds {
            here.timed += 1;
            here.seconds += seconds;
            times.push(seconds);
        }
        *people.verdicts.entry(answer.verdict.code().to_string()).or_default() += 1;
        validators.insert(answer.validator);
    })?;
    people.validators = validators.len() as u64;
    people.answers = people.verdicts.values().sum();
    people.active_seconds = times.iter().sum();
    people.timed_answers = times.len() as u64;
    people.median_active_seconds = median(&mut times);
    Ok(work)
}

/// The language of a clip's text: as declared, as set, or as the model detected it.
pub fn language(set: &LanguageChoice, clip: &ClipRow, recording: &Recording) -> Option<Language> {
    let detected = || clip.hypothesis.as_ref().map(|h| h.language.clone());
    match (&recording.facts.language, set) {
        (Some(language), _) | (None, LanguageChoice::Fixed(language)) => Some(language.clone()),
        (None, LanguageChoice::Auto) => detected(),
    }
}

impl Walk<'_> {
    fn language(&self, clip: &ClipRow, recording: &Recording) -> Option<Language> {
        language(self.set, clip, recording)
    }

    /// The row of a clip, its weight still to come; `None` until it was decided on.
    fn row(&self, clip: &ClipRow, recording: Option<&Recording>, work: Work) -> Option<ReportRow> {
        let (routed, recording) = (clip.routed.as_ref()?, recording?);
        let (decision, reasons): (_, &[Reason]) = match &routed.decision {
            Decision::Auto { over_budget } => ("auto", over_budget),
            Decision::Human { reasons, .. } => ("human", reasons),
            Decision::Dropped { .. } => ("dropped", &[]),
        };
        let codes: BTreeSet<&'static str> = reasons.iter().map(Reason::code).collect();
        let empty = clip.draft().is_empty();
        let part = match (&routed.decision, codes.contains("random_audit")) {
            (Decision::Human { .. }, false) => Part::Reasons,
            // An audit of an empty draft without any other reason stands for what was left out.
            (Decision::Human { .. }, true) if empty && codes.len() == 1 => Part::NoSpeech,
            (Decision::Human { .. }, true) | (Decision::Auto { .. }, _) => Part::Accepted,
            (Decision::Dropped { .. }, _) => Part::NoSpeech,
        };
        let hypothesis = clip.hypothesis.as_ref();
        let language = self.language(clip, recording)?;
        let measured = self.permits.allows(&recording.id, DataUse::Evaluate);
        let settled = clip.consensus.as_ref().filter(|c| c.verdict.gives_text() && measured);
        let compared = word_errors(settled.map_or("", |c| &c.text), clip.draft(), &language);
        let adapted = hypothesis.and_then(|h| self.rounds.get_key_value(&h.model));
        let round = adapted.map_or(0, |(_, round)| *round);
        let seed = draft_seed(self.seed, adapted.map(|(model, _)| model.as_str()));
        Some(ReportRow {
            clip: clip.clip.id.to_string(),
            recording: recording.id.to_string(),
            speaker: recording.speaker_key(clip.clip.span),
            region: routed.region.as_ref().map_or("unknown", |r| r.as_str()).to_string(),
            length: clip.clip.span.len(),
            round,
            model: hypothesis.map_or(String::new(), |h| h.model.clone()),
            policy: hypothesis.map_or(String::new(), |h| h.policy.clone()),
            decision,
            part,
            reasons: codes.into_iter().collect(),
            score: routed.score.map(|s| s.get()),
            expected_wer: hypothesis.filter(|_| !empty).and_then(|h| match clip.expected {
                // As it was when the decision was made: nothing that it depends on has changed.
                Some((by, wer)) if Some(by) == self.scoring => wer,
                _ => self.scorer.score(h, recording.region(clip.clip.span)).map(|(_, wer)| wer),
            }),
            draw: draw(seed, &clip.clip.id),
            inclusion: routed.inclusion.get(),
            weight: None,
            state: clip.state().code(),
            draft_words: compared.hypothesis_words as u64,
            verdict: clip.consensus.as_ref().filter(|_| measured).map(|c| c.verdict.code()),
            changed: settled.map(|c| c.text != clip.draft()),
            errors: settled.map(|_| compared.errors as u64),
            reference_words: settled.map(|_| compared.reference_words as u64),
            answers: work.answers,
            timed_answers: work.timed,
            active_seconds: work.seconds,
            paid: work.paid,
            capped_answers: work.capped,
            current: match (&self.routed, hypothesis) {
                (Some(now), Some(h)) => now.has(h),
                _ => true,
            },
            stands: 1.0,
        })
    }
}

#[cfg(test)]
pub(super) mod tests;
