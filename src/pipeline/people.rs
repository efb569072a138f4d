//! People's work, counted for the report: validators, batches, agreement, checks.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::settle;
use super::workspace::Workspace;
use crate::domain::{
    Answer, BatchId, Blind, ClipId, HandedOut, Language, LanguageChoice, Purpose, Verdict,
};
use crate::statistics::rate::Share;
use crate::tasks::consensus::{agreement::agreement, plain};
use crate::training::word_errors::word_errors;
use crate::views::people::{Batch, Validator, Work};
use crate::views::report::{Wer, median};

/// What is known of a clip that was answered.
struct About {
    seconds: f64,
    region: String,
    language: Option<Language>,
}

/// Sums of one validator or batch.
#[derive(Default)]
struct Sums {
    times: Vec<f64>,
    audio: f64,
    paid: f64,
    paid_seconds: f64,
    edited: (u64, u64),
    caught: (u64, u64),
}

impl Sums {
    fn hourly(&self) -> Option<f64> {
        (self.paid > 0.0 && self.paid_seconds > 0.0).then(|| self.paid / self.paid_seconds * 3600.0)
    }
}

/// The texts of a clip, by who wrote them.
type Texts = BTreeMap<ClipId, Vec<(String, Vec<String>)>>;

/// Counts everything.
pub fn work(workspace: &Workspace) -> Result<Work> {
    let settings = &workspace.config.tasks;
    let (settled, _) = settle::compute_consensus(workspace)?;
    let abouts = abouts(workspace)?;
    let gold = workspace.store.gold()?;
    let mut work = Work {
        contested: settled.contested.len() as u64,
        currency: settings.currency.clone(),
        floor_per_hour: Some(settings.floor_per_hour).filter(|f| *f > 0.0),
        ..Work::default()
    };
    let mut outs: BTreeMap<(BatchId, ClipId), HandedOut> = BTreeMap::new();
    let mut digests: BTreeMap<(String, Purpose), HandedOut> = BTreeMap::new();
    let mut sizes: BTreeMap<BatchId, u64> = BTreeMap::new();
    workspace.store.each_handed_out(|out| {
        digests.insert((out.digest(), out.purpose), out.clone());
        if let Some(batch) = out.batch.clone() {
            *sizes.entry(batch.clone()).or_default() += 1;
            outs.insert((batch, out.clip.clone()), out);
        }
    })?;
    let mut pay: BTreeMap<BatchId, f64> = BTreeMap::new();
    for row in workspace.store.batches()? {
        let clips = sizes.get(&row.id).copied().unwrap_or(0);
        let hours = row.estimate.filter(|s| *s > 0.0).map(|s| s / 3600.0);
        pay.insert(row.id.clone(), row.pay.unwrap_or(0.0) / clips.max(1) as f64);
        work.batches.insert(
            row.id.to_string(),
            Batch {
                created: row.created,
                clips,
                expected_seconds: row.estimate,
                expected_hourly: row.pay.zip(hours).map(|(pay, hours)| pay / hours),
                ..Batch::default()
            },
        );
    }
    let mut texts = Texts::new();
    let (mut people, mut batches): (BTreeMap<String, Sums>, BTreeMap<BatchId, Sums>) =
        Default::default();
    // By batch: who answered, and how many answers.
    let mut who: BTreeMap<BatchId, (BTreeSet<String>, u64)> = BTreeMap::new();
    let mut caught = (0, 0);
    workspace.store.each_current_answer(|answer| {
        let Some(about) = abouts.get(&answer.clip) else { return };
        let here = answer.batch.clone().map(|b| (b, answer.clip.clone()));
        let out = here
            .and_then(|key| outs.get(&key))
            .or_else(|| digests.get(&(answer.draft_digest.clone(), answer.purpose)));
        let v = work.validators.entry(answer.validator.clone()).or_default();
        let sums = people.entry(answer.validator.clone()).or_default();
        v.answers += 1;
        v.skips += u64::from(answer.verdict == Verdict::Skip);
        let report = matches!(answer.verdict, Verdict::Offensive | Verdict::PersonalData);
        v.reports += u64::from(report);
        let paid = answer.batch.as_ref().and_then(|b| pay.get(b)).copied();
        let paid = paid.unwrap_or(settings.pay_per_clip);
        timed(sums, &answer, about.seconds, paid);
        if let Some(batch) = &answer.batch {
            timed(batches.entry(batch.clone()).or_default(), &answer, about.seconds, paid);
            let (names, answers) = who.entry(batch.clone()).or_default();
            names.insert(answer.validator.clone());
            *answers += 1;
        }
        let Some(out) = out else { return };
        let language = about.language.as_ref();
        let truth = gold.get(&out.clip).or(out.truth.as_ref());
        checked(&answer, out, truth, language, &mut work.drafts, v, sums);
        if out.purpose == Purpose::Seeded && answer.verdict.gives_text() {
            let fixed = plain(&answer.text) != plain(&out.draft);
            caught.0 += u64::from(fixed);
            caught.1 += 1;
        }
        if answer.verdict.gives_text() && out.purpose == Purpose::Task {
            let said = (answer.validator.clone(), plain(&answer.text));
            texts.entry(answer.clip.clone()).or_default().push(said);
        }
    })?;
    work.drafts.seeded_caught = (caught.1 > 0).then(|| Share::new(caught.0, caught.1));
    for (name, mut sums) in people {
        let Some(v) = work.validators.get_mut(&name) else { continue };
        v.active_seconds = sums.times.iter().sum();
        v.median_seconds = median(&mut sums.times);
        v.minutes_per_audio_minute = (sums.audio > 0.0).then(|| v.active_seconds / sums.audio);
        v.hourly = sums.hourly();
        v.edited = (sums.edited.1 > 0).then(|| Share::new(sums.edited.0, sums.edited.1));
        v.seeded_caught = (sums.caught.1 > 0).then(|| Share::new(sums.caught.0, sums.caught.1));
        v.reliability = settled.reliability.get(&name).copied().unwrap_or_default();
        v.weight = v.reliability.weight();
        let with = |all: &&Vec<(String, Vec<String>)>| all.iter().any(|(n, _)| *n == name);
        v.agreement = agreement(&units(texts.values().filter(with)));
        v.flags = flags(v);
    }
    for (id, sums) in batches {
        let Some(batch) = work.batches.get_mut(id.as_str()) else { continue };
        (batch.validators, batch.answers) =
            who.get(&id).map_or((0, 0), |w| (w.0.len() as u64, w.1));
        batch.active_seconds = sums.times.iter().sum();
        batch.hourly = sums.hourly();
    }
    if let Some(floor) = work.floor_per_hour {
        for batch in work.batches.values_mut() {
            batch.under_floor = batch.hourly.or(batch.expected_hourly).is_some_and(|h| h < floor);
        }
    }
    work.agreement = agreement(&units(texts.values()));
    let regions: BTreeSet<&str> = abouts.values().map(|a| a.region.as_str()).collect();
    for region in regions {
        let here = texts
            .iter()
            .filter(|(clip, _)| abouts.get(*clip).is_some_and(|a| a.region == region))
            .map(|(_, t)| t);
        let measured = agreement(&units(here));
        if measured.clips > 0 {
            work.agreement_by_region.insert(region.to_string(), measured);
        }
    }
    Ok(work)
}

fn units<'a>(texts: impl Iterator<Item = &'a Vec<(String, Vec<String>)>>) -> Vec<Vec<Vec<String>>> {
    texts.map(|all| all.iter().map(|(_, words)| words.clone()).collect()).collect()
}

/// Time and pay; an answer without a measured time counts as answered, not as paid time.
fn timed(sums: &mut Sums, answer: &Answer, audio: f64, paid: f64) {
    let Some(seconds) = answer.active_seconds else { return };
    sums.times.push(seconds);
    sums.audio += audio;
    sums.paid += paid;
    sums.paid_seconds += seconds;
}

/// Drafts and checks.
fn checked(
    answer: &Answer,
    out: &HandedOut,
    truth: Option<&String>,
    language: Option<&Language>,
    drafts: &mut crate::views::people::Drafts,
    v: &mut Validator,
    sums: &mut Sums,
) {
    let (Some(language), true) = (language, answer.verdict.gives_text()) else { return };
    let add = |wer: &mut Wer, reference: &str, text: &str| {
        let errors = word_errors(reference, text, language);
        wer.add(errors.errors, errors.reference_words);
        errors.errors > 0
    };
    match (out.purpose, truth) {
        (Purpose::Task, _) => match out.blind {
            Blind::No => {
                let wer = if out.marked { &mut drafts.marked } else { &mut drafts.shown };
                let changed = add(wer, &answer.text, &out.draft);
                sums.edited.0 += u64::from(changed);
                sums.edited.1 += 1;
            }
            Blind::Drawn => drop(add(&mut drafts.blind, &answer.text, &out.draft)),
            Blind::PoorDraft => {}
        },
        (Purpose::Gold, Some(truth)) => {
            add(&mut v.gold, truth, &answer.text);
            match out.blind {
                Blind::No => drop(add(&mut drafts.gold_shown, truth, &answer.text)),
                Blind::Drawn => drop(add(&mut drafts.gold_blind, truth, &answer.text)),
                Blind::PoorDraft => {}
            }
        }
        (Purpose::Seeded, _) => {
            sums.caught.0 += u64::from(plain(&answer.text) != plain(&out.draft));
            sums.caught.1 += 1;
        }
        _ => {}
    }
}

/// What a person should look at; nothing follows from it by itself.
fn flags(v: &Validator) -> Vec<&'static str> {
    let mut flags = Vec::new();
    if v.gold.clips >= 3 && v.gold.wer.is_some_and(|w| w > 0.2) {
        flags.push("many errors on clips of known text");
    }
    if v.seeded_caught.is_some_and(|s| s.of >= 4 && s.part * 2 < s.of) {
        flags.push("let most planted errors pass");
    }
    if v.answers >= 10 && v.minutes_per_audio_minute.is_some_and(|x| x < 0.8) {
        flags.push("less time than the clips last");
    }
    if v.reliability.words >= 100 && v.weight < 0.5 {
        flags.push("words often differ from other validators' words");
    }
    flags
}

/// Of every clip that was answered.
fn abouts(workspace: &Workspace) -> Result<BTreeMap<ClipId, About>> {
    let recordings = workspace.store.recordings_by_id()?;
    let fallback = match &workspace.config.language {
        LanguageChoice::Fixed(language) => Some(language.clone()),
        LanguageChoice::Auto => None,
    };
    let mut answered = BTreeSet::new();
    workspace.store.each_current_answer(|answer| {
        answered.insert(answer.clip);
    })?;
    let mut abouts = BTreeMap::new();
    workspace.store.each_of(answered, |row| {
        let declared = recordings.get(&row.clip.recording).and_then(|r| r.facts.language.clone());
        let detected = row.hypothesis.map(|h| h.language);
        let region = row.routed.and_then(|r| r.region).map(|r| r.to_string());
        let about = About {
            seconds: row.clip.span.len().seconds(),
            region: region.unwrap_or("unknown".into()),
            language: declared.or(fallback.clone()).or(detected),
        };
        abouts.insert(row.clip.id, about);
        Ok(())
    })?;
    Ok(abouts)
}
