//! The count of people's work, answer by answer. In: answers, and what is known of their clips. Out: what the
//! report says of validators, batches, drafts, agreement. Pure.

mod person;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::known::{AnsweredClips, ClipFacts};
use crate::domain::{Agreement, Answer, BatchId, ClipId, HandedOut, Purpose, Reliability};
use crate::tasks::consensus::{agreement::agreement, plain};
use crate::views::people::{Batch, Drafts, Validator};
use person::{Person, Timed, share};

/// The words that people wrote of one clip, with who they are.
type Texts = Vec<(String, Vec<String>)>;

/// What was counted so far.
#[derive(Default)]
pub struct Tally {
    people: BTreeMap<String, Person>,
    batches: BTreeMap<BatchId, BatchAnswers>,
    drafts: Drafts,
    /// Planted errors: fixed, and answered.
    caught: (u64, u64),
    /// The texts of each clip, with who wrote them.
    texts: BTreeMap<ClipId, Texts>,
}

/// The answers of a batch.
#[derive(Default)]
struct BatchAnswers {
    validators: BTreeSet<String>,
    answers: u64,
    timed: Timed,
}

impl Tally {
    /// Counts an answer.
    pub fn add(&mut self, answer: &Answer, known: &AnsweredClips) {
        let Some(clip) = known.clips.get(&answer.clip) else { return };
        let person = self.people.entry(answer.validator.clone()).or_default();
        let paid = known.pay.paid(answer);
        person.answered(answer);
        person.timed.add(answer, clip.seconds, paid);
        if let Some(batch) = &answer.batch {
            let here = self.batches.entry(batch.clone()).or_default();
            here.timed.add(answer, clip.seconds, paid);
            here.validators.insert(answer.validator.clone());
            here.answers += 1;
        }
        if let Some((out, truth)) = known.handed_out(answer)
            && answer.verdict.gives_text()
        {
            self.add_text(answer, out, truth, clip);
        }
    }

    /// Counts the text of an answer against what was handed out.
    fn add_text(
        &mut self,
        answer: &Answer,
        out: &HandedOut,
        truth: Option<&String>,
        clip: &ClipFacts,
    ) {
        if let Some(language) = &clip.language {
            let person = self.people.entry(answer.validator.clone()).or_default();
            person.compare(answer, out, truth, language, &mut self.drafts);
        }
        let text = plain(&answer.text);
        match out.purpose {
            Purpose::Seeded => {
                self.caught.0 += u64::from(text != plain(&out.draft));
                self.caught.1 += 1;
            }
            Purpose::Task => {
                let said = (answer.validator.clone(), text);
                self.texts.entry(answer.clip.clone()).or_default().push(said);
            }
            Purpose::Gold | Purpose::Adjudication => {}
        }
    }

    /// What drafts do to people.
    pub fn drafts(&self) -> Drafts {
        Drafts { seeded_caught: share(self.caught), ..self.drafts }
    }

    /// Agreement on all clips.
    pub fn agreement(&self) -> Agreement {
        agreement_of(self.texts.values())
    }

    /// Agreement on the clips of each region that has some.
    pub fn agreement_by_region(&self, known: &AnsweredClips) -> BTreeMap<String, Agreement> {
        let region_of = |clip: &ClipId| known.clips.get(clip).map(|facts| facts.region.as_str());
        let regions: BTreeSet<&str> = known.clips.values().map(|f| f.region.as_str()).collect();
        let of = |region: &str| {
            let here = self.texts.iter().filter(|(clip, _)| region_of(clip) == Some(region));
            (region.to_string(), agreement_of(here.map(|(_, texts)| texts)))
        };
        regions.into_iter().map(of).filter(|(_, measured)| measured.clips > 0).collect()
    }

    /// Batches with their answers. Pay under `floor` an hour, measured or else expected, is flagged.
    pub fn batches(
        &self,
        handed_out: BTreeMap<BatchId, Batch>,
        floor: Option<f64>,
    ) -> BTreeMap<String, Batch> {
        let answered = |(id, mut batch): (BatchId, Batch)| {
            if let Some(BatchAnswers { validators, answers, timed }) = self.batches.get(&id) {
                batch.validators = validators.len() as u64;
                batch.answers = *answers;
                batch.active_seconds = timed.active_seconds();
                batch.hourly = timed.hourly();
            }
            let hourly = batch.hourly.or(batch.expected_hourly);
            batch.under_floor = floor.zip(hourly).is_some_and(|(floor, hourly)| hourly < floor);
            (id.to_string(), batch)
        };
        handed_out.into_iter().map(answered).collect()
    }

    /// Everybody who answered.
    pub fn validators(
        self,
        reliability: &BTreeMap<String, Reliability>,
    ) -> BTreeMap<String, Validator> {
        let Self { people, texts, .. } = self;
        let finished = |(name, person): (String, Person)| {
            let with = |all: &&Texts| all.iter().any(|(who, _)| *who == name);
            let agreement = agreement_of(texts.values().filter(with));
            let reliability = reliability.get(&name).copied().unwrap_or_default();
            let validator = person.finish(reliability, agreement);
            (name, validator)
        };
        people.into_iter().map(finished).collect()
    }
}

fn agreement_of<'a>(texts: impl Iterator<Item = &'a Texts>) -> Agreement {
    let words = |(_, words): &(String, Vec<String>)| words.clone();
    let units: Vec<Vec<Vec<String>>> = texts.map(|all| all.iter().map(words).collect()).collect();
    agreement(&units)
}
