//! `report`: counts what the store knows into a [`Report`].

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::guarantee;
use super::people;
use super::workspace::Workspace;
use crate::domain::{Answer, Decision, Language, LanguageChoice, Reason, Recording};
use crate::store::{ClipRow, Draft, RecordingState};
use crate::training::word_errors::word_errors;
use crate::views::report::{Group, Human, Report, Share, Wer, median};

/// The state of affairs of a workspace.
pub fn report(workspace: &Workspace) -> Result<Report> {
    let store = &workspace.store;
    let mut report = Report {
        version: 1,
        workspace: store.workspace()?,
        model: workspace.config.model.clone(),
        ..Report::default()
    };
    let mut recordings = BTreeMap::new();
    for row in store.recordings()? {
        report.recordings += 1;
        if let RecordingState::Failed(error) = row.state {
            report.failed.push((row.recording.path.clone(), error));
        }
        recordings.insert(row.recording.id.clone(), row.recording);
    }
    let total = store.total()?;
    report.seconds = total.seconds();
    report.input_seconds = total.sum().seconds();
    let mut count = Count::default();
    let mut audio = BTreeMap::new();
    store.each_current_answer(|answer| count.answer(&answer, &mut audio))?;
    let mut audio_seconds = 0.0;
    let fallback = match &workspace.config.language {
        LanguageChoice::Fixed(language) => Some(language.clone()),
        LanguageChoice::Auto => None,
    };
    store.each_clip(Draft::Decided, |row| {
        *report.clips.entry(row.state().code()).or_default() += 1;
        count.clip(&row, recordings.get(&row.clip.recording), fallback.as_ref());
        let answers = audio.get(&row.clip.id).copied().unwrap_or(0);
        audio_seconds += answers as f64 * row.clip.span.len().seconds();
        Ok(())
    })?;
    count.finish(&mut report, audio_seconds);
    report.work = people::work(workspace)?;
    report.guarantee = guarantee::guarantee(workspace)?;
    Ok(report)
}

#[derive(Default)]
struct Count {
    human: Human,
    human_clips: (u64, u64),
    by_reason: BTreeMap<String, Group>,
    by_region: BTreeMap<String, Group>,
    changed_all: (u64, u64),
    words_changed: u64,
    wer: Wer,
    settled: u64,
    verdicts: BTreeMap<String, u64>,
    validators: BTreeSet<String>,
    times: Vec<f64>,
    audits: (u64, u64, u64),
    hajek: (f64, f64),
}

impl Count {
    fn clip(&mut self, row: &ClipRow, recording: Option<&Recording>, fallback: Option<&Language>) {
        let Some(routed) = &row.routed else { return };
        let reasons: &[Reason] = match &routed.decision {
            Decision::Human { reasons, .. } => reasons,
            Decision::Auto { .. } => &[],
            Decision::Dropped { .. } => return,
        };
        let (human, seconds) = (!reasons.is_empty(), row.clip.span.len().seconds());
        self.human_clips.0 += u64::from(human);
        self.human_clips.1 += 1;
        self.human.seconds.add(seconds, human);
        self.human.words.add(row.draft().split_whitespace().count() as f64, human);
        let region = routed.region.as_ref().map_or("unknown", |r| r.as_str()).to_string();
        let compared = row.consensus.as_ref().filter(|c| c.verdict.gives_text()).map(|c| {
            let declared = recording.and_then(|r| r.facts.language.as_ref()).or(fallback);
            let language = declared.or(row.hypothesis.as_ref().map(|h| &h.language));
            let errors = language.map(|l| word_errors(&c.text, row.draft(), l));
            (c.text != row.draft(), errors.unwrap_or_default())
        });
        let mut groups = vec![(true, region.clone())];
        let codes: BTreeSet<_> = reasons.iter().map(|r| r.code()).collect();
        groups.extend(codes.iter().map(|c| (false, c.to_string())));
        for (is_region, name) in groups {
            let groups = if is_region { &mut self.by_region } else { &mut self.by_reason };
            let group = groups.entry(name).or_default();
            group.clips += 1;
            group.seconds += seconds;
            if human {
                group.human_clips += 1;
                group.human_seconds += seconds;
            }
            if let Some((changed, errors)) = &compared {
                group.draft_wer.add(errors.errors, errors.reference_words);
                let old = group.drafts_changed.unwrap_or(Share::new(0, 0));
                let part = old.part + u64::from(*changed);
                group.drafts_changed = Some(Share::new(part, old.of + 1));
            }
        }
        self.settled += u64::from(row.consensus.is_some());
        if let Some((changed, errors)) = &compared {
            self.changed_all.0 += u64::from(*changed);
            self.changed_all.1 += 1;
            self.words_changed += u64::from(errors.errors > 0);
            self.wer.add(errors.errors, errors.reference_words);
        }
        if codes.contains("random_audit") {
            self.audits.0 += 1;
            if let Some((_, errors)) = &compared {
                self.audits.1 += 1;
                self.audits.2 += u64::from(errors.errors > 0);
                let pi = routed.inclusion.get().max(f64::MIN_POSITIVE);
                self.hajek.0 += errors.errors as f64 / pi;
                self.hajek.1 += errors.reference_words as f64 / pi;
            }
        }
    }

    fn answer(&mut self, answer: &Answer, audio: &mut BTreeMap<crate::domain::ClipId, u64>) {
        *self.verdicts.entry(answer.verdict.code().to_string()).or_default() += 1;
        self.validators.insert(answer.validator.clone());
        if let Some(seconds) = answer.active_seconds {
            self.times.push(seconds);
            *audio.entry(answer.clip.clone()).or_default() += 1;
        }
    }

    fn finish(mut self, report: &mut Report, audio_seconds: f64) {
        self.human.clips = Some(Share::new(self.human_clips.0, self.human_clips.1));
        report.human = self.human;
        report.by_reason = self.by_reason;
        report.by_region = self.by_region;
        let people = &mut report.people;
        people.validators = self.validators.len() as u64;
        people.answers = self.verdicts.values().sum();
        people.verdicts = self.verdicts;
        people.settled_clips = self.settled;
        people.drafts_changed = Some(Share::new(self.changed_all.0, self.changed_all.1));
        people.words_changed = Some(Share::new(self.words_changed, self.changed_all.1));
        people.draft_wer = self.wer;
        people.active_seconds = self.times.iter().sum();
        people.timed_answers = self.times.len() as u64;
        people.median_active_seconds = median(&mut self.times);
        people.active_per_audio_second =
            (audio_seconds > 0.0).then(|| people.active_seconds / audio_seconds);
        let (drawn, settled, wrong) = self.audits;
        report.audit.drawn = drawn;
        report.audit.settled = settled;
        report.audit.with_error = Some(Share::new(wrong, settled));
        report.audit.wer = (self.hajek.1 > 0.0).then(|| self.hajek.0 / self.hajek.1);
    }
}
