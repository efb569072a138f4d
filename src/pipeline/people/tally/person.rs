//! One person's work: time and pay, their texts against drafts and known texts, what a person should look at.

use crate::domain::{
    Agreement, Answer, Blind, Flag, HandedOut, Language, Mark, Purpose, Reliability, Verdict,
};
use crate::statistics::rate::Share;
use crate::tasks::consensus::plain;
use crate::text::word_errors::word_errors;
use crate::views::numbers::{Wer, median};
use crate::views::people::{Drafts, Validator};

/// What was counted of a person so far.
#[derive(Default)]
pub struct Person {
    /// Time and pay.
    pub timed: Timed,
    validator: Validator,
    /// Drafts shown to them: changed, and answered.
    edited: (u64, u64),
    /// Planted errors: fixed, and answered.
    caught: (u64, u64),
}

/// Answers with a measured time; the others count as answered, not as paid time.
#[derive(Default)]
pub struct Timed {
    seconds: Vec<f64>,
    audio: f64,
    paid: f64,
    paid_seconds: f64,
}

impl Timed {
    /// Adds an answer about a clip of so many seconds.
    pub fn add(&mut self, answer: &Answer, audio: f64, paid: f64) {
        let Some(seconds) = answer.active_seconds else { return };
        self.seconds.push(seconds);
        self.audio += audio;
        self.paid += paid;
        self.paid_seconds += seconds;
    }

    /// All of them together.
    pub fn active_seconds(&self) -> f64 {
        self.seconds.iter().sum()
    }

    /// Pay an hour, where anything is paid.
    pub fn hourly(&self) -> Option<f64> {
        (self.paid > 0.0 && self.paid_seconds > 0.0).then(|| self.paid / self.paid_seconds * 3600.0)
    }
}

impl Person {
    /// Counts an answer, whatever it says.
    pub fn answered(&mut self, answer: &Answer) {
        self.validator.answers += 1;
        self.validator.skips += u64::from(answer.verdict == Verdict::Skip);
        self.validator.reports += u64::from(answer.verdict.withholds());
        for mark in &answer.marks {
            *self.validator.marked.entry(mark.code()).or_default() += 1;
        }
    }

    /// Counts a text against the draft, or against what is known to be said.
    pub fn compare(
        &mut self,
        answer: &Answer,
        out: &HandedOut,
        truth: Option<&String>,
        language: &Language,
        drafts: &mut Drafts,
    ) {
        let add = |wer: &mut Wer, reference: &str, text: &str| {
            let errors = word_errors(reference, text, language);
            wer.add(errors.errors, errors.reference_words);
            errors.errors > 0
        };
        match (out.purpose, truth, out.blind) {
            (Purpose::Task, _, Blind::No) => {
                let wer = if out.marked { &mut drafts.marked } else { &mut drafts.shown };
                self.edited.0 += u64::from(add(wer, &answer.text, &out.draft));
                self.edited.1 += 1;
            }
            (Purpose::Task, _, Blind::Drawn) => {
                add(&mut drafts.blind, &answer.text, &out.draft);
            }
            (Purpose::Gold, Some(truth), blind) => {
                add(&mut self.validator.gold, truth, &answer.text);
                match blind {
                    Blind::No => drop(add(&mut drafts.gold_shown, truth, &answer.text)),
                    Blind::Drawn => drop(add(&mut drafts.gold_blind, truth, &answer.text)),
                    Blind::PoorDraft => {}
                }
            }
            (Purpose::Seeded, ..) => {
                self.caught.0 += u64::from(plain(&answer.text) != plain(&out.draft));
                self.caught.1 += 1;
            }
            (Purpose::Task, _, Blind::PoorDraft)
            | (Purpose::Gold, None, _)
            | (Purpose::Adjudication, ..) => {}
        }
    }

    /// What the report says of them.
    pub fn finish(self, reliability: Reliability, agreement: Agreement) -> Validator {
        let Self { mut timed, validator, edited, caught } = self;
        let active_seconds = timed.active_seconds();
        let mut validator = Validator {
            active_seconds,
            median_seconds: median(&mut timed.seconds),
            minutes_per_audio_minute: (timed.audio > 0.0).then(|| active_seconds / timed.audio),
            hourly: timed.hourly(),
            edited: share(edited),
            seeded_caught: share(caught),
            reliability,
            weight: reliability.weight(),
            agreement,
            ..validator
        };
        validator.flags = flags(&validator);
        validator
    }
}

/// A share of what was counted; none of nothing.
pub fn share((part, of): (u64, u64)) -> Option<Share> {
    (of > 0).then(|| Share::new(part, of))
}

/// What a person should look at; nothing follows from it by itself.
fn flags(v: &Validator) -> Vec<Flag> {
    let marked = |mark: Mark| v.marked.contains_key(mark.code());
    let raised = |flag: &Flag| match flag {
        Flag::GoldErrors => v.gold.clips >= 3 && v.gold.wer.is_some_and(|w| w > 0.2),
        Flag::PlantedErrors => v.seeded_caught.is_some_and(|s| s.of >= 4 && s.part * 2 < s.of),
        Flag::Fast => v.answers >= 10 && v.minutes_per_audio_minute.is_some_and(|x| x < 0.8),
        Flag::NotHandedToThem => marked(Mark::NotHandedToThem),
        Flag::ImpossibleTimes => marked(Mark::TimeInFuture) || marked(Mark::TimeBeforeBatch),
        Flag::TimeCapped => marked(Mark::TimeCapped),
        Flag::WordsDiffer => v.reliability.words >= 100 && v.weight < 0.5,
    };
    Flag::ALL.into_iter().filter(raised).collect()
}
