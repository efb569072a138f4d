//! Answers of a study, their tags, and what people disagreed about. In: answers, replaced ones too. Out: rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;

use super::material::{Material, given};
use crate::domain::{ClipId, Mark, Purpose};
use crate::pipeline::settle;
use crate::store::KeptAnswer;
use crate::views::study::answers::{AdjudicationRow, AdjudicationStage, AnswerRow, TagRow};
use crate::views::study::files::TableFolder;

/// Whose answer to what: of several, one counts.
type Place = (ClipId, String, Purpose);

fn place(kept: &KeptAnswer) -> Place {
    let answer = &kept.answer;
    (answer.clip.clone(), answer.validator.clone(), answer.purpose)
}

/// What is known of a clip on which people may disagree.
#[derive(Default)]
struct Disputed {
    answers: u64,
    texts: BTreeSet<String>,
    batch: Option<String>,
    decided_by: Option<u64>,
    adjudicated: bool,
}

/// Writes the tables.
pub fn write(study: &Material, out: &mut TableFolder) -> Result<()> {
    let store = &study.workspace.store;
    let mut counts: HashMap<Place, u64> = HashMap::new();
    store.each_answer(|kept| {
        if kept.current {
            counts.insert(place(&kept), kept.number);
        }
        Ok(())
    })?;
    let mut disputed: BTreeMap<ClipId, Disputed> = BTreeMap::new();
    let (mut answers, mut tags) = (out.open::<AnswerRow>()?, out.open::<TagRow>()?);
    store.each_answer(|kept| {
        if !study.clips.contains(&kept.answer.clip) {
            return Ok(());
        }
        disputed.entry(kept.answer.clip.clone()).or_default().add(&kept);
        answers.put(&answer(study, &kept, counts.get(&place(&kept)).copied()))?;
        tag_rows(study, &kept).iter().try_for_each(|tag| tags.put(tag))
    })?;
    out.close(answers)?;
    out.close(tags)?;
    store.each_task(|_, out| {
        if out.purpose == Purpose::Adjudication && study.clips.contains(&out.clip) {
            let clip = disputed.entry(out.clip).or_default();
            clip.adjudicated = true;
            clip.batch = clip.batch.take().or(out.batch.map(|batch| batch.to_string()));
        }
        Ok(())
    })?;
    let contested = settle::compute_consensus(study.workspace)?.0.contested;
    let asked = |clip: &ClipId, about: &Disputed| about.adjudicated || contested.contains_key(clip);
    out.write(disputed.iter().filter(|(clip, about)| asked(clip, about)).map(adjudication))
}

impl Disputed {
    fn add(&mut self, kept: &KeptAnswer) {
        let KeptAnswer { answer, number, current: true, .. } = kept else { return };
        match answer.purpose {
            Purpose::Task => {
                self.answers += 1;
                self.texts.extend(given(&answer.text).filter(|_| answer.verdict.gives_text()));
            }
            Purpose::Adjudication => {
                self.adjudicated = true;
                self.decided_by = self.decided_by.max(Some(*number));
            }
            Purpose::Gold | Purpose::Seeded => {}
        }
    }
}

fn adjudication((clip, about): (&ClipId, &Disputed)) -> AdjudicationRow {
    AdjudicationRow {
        clip: clip.to_string(),
        stage: match (about.decided_by, about.adjudicated) {
            (Some(_), _) => AdjudicationStage::Decided,
            (None, true) => AdjudicationStage::HandedOut,
            (None, false) => AdjudicationStage::Waiting,
        },
        answers: about.answers,
        texts: about.texts.len() as u64,
        batch: about.batch.clone(),
        answer: about.decided_by,
    }
}

fn answer(study: &Material, kept: &KeptAnswer, counts: Option<u64>) -> AnswerRow {
    let answer = &kept.answer;
    let marks: Vec<&str> = answer.marks.iter().copied().map(Mark::code).collect();
    AnswerRow {
        answer: kept.number,
        clip: answer.clip.to_string(),
        batch: answer.batch.as_ref().map(|batch| batch.to_string()),
        validator: study.naming.validator(&answer.validator),
        purpose: answer.purpose,
        verdict: answer.verdict,
        text: study.text(&answer.clip, &answer.text),
        draft_digest: answer.draft_digest.clone(),
        active_seconds: answer.active_seconds,
        listened: answer.listened,
        answered_at: given(&answer.answered_at),
        marks: given(&marks.join("|")),
        current: kept.current,
        superseded_by: counts.filter(|_| !kept.current),
        emptied: kept.emptied.clone(),
    }
}

fn tag_rows(study: &Material, kept: &KeptAnswer) -> Vec<TagRow> {
    let text = |text: &str| study.text(&kept.answer.clip, text);
    let row = |(tag, number): (&crate::domain::Tag, u64)| TagRow {
        answer: kept.number,
        number,
        kind: tag.kind,
        text: text(&tag.text),
        region: given(&tag.region),
        meaning: text(&tag.meaning),
    };
    kept.answer.tags.iter().zip(1..).map(row).collect()
}
