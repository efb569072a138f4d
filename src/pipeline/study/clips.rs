//! Recordings, clips, drafts and settled texts of a study. In: what the store knows of them. Out: rows.

use anyhow::Result;

use super::material::{Material, given};
use crate::domain::{Channel, Hypothesis, Recording, Verdict, data_uses_text};
use crate::store::{ClipRow, Draft, RecordingState};
use crate::views::study::answers::SettledRow;
use crate::views::study::clips::{DraftRow, StudyClip, Withheld};
use crate::views::study::files::TableFolder;
use crate::views::study::recordings::{RecordingRow, Stage};

/// Writes the tables; the clips that may be in the others are known then.
pub fn write(study: &mut Material, out: &mut TableFolder) -> Result<()> {
    let store = &study.workspace.store;
    let mut recordings = Vec::new();
    for (row, position) in store.recordings()?.into_iter().zip(1..) {
        if study.takes(&row.recording.id) {
            recordings.push(recording(study, &row.recording, &row.state, position));
        }
    }
    out.write(recordings)?;
    let gold = store.gold()?;
    let mut clips = out.open::<StudyClip>()?;
    let mut settled = out.open::<SettledRow>()?;
    store.each_clip(Draft::Decided, |row| {
        if study.without_consent.bars(&study.permits, &row.clip.recording) {
            return Ok(());
        }
        let Some(recording) = study.recordings.get(&row.clip.recording) else { return Ok(()) };
        study.clips.insert(row.clip.id.clone());
        clips.put(&clip(study, recording, &row, gold.contains_key(&row.clip.id)))?;
        settlement(study, &row).map_or(Ok(()), |row| settled.put(&row))
    })?;
    out.close(clips)?;
    out.close(settled)?;
    drafts(study, out)
}

fn recording(
    study: &Material,
    r: &Recording,
    state: &RecordingState,
    position: u64,
) -> RecordingRow {
    let facts = &r.facts;
    let day = |day: Option<crate::domain::Day>| day.map(|day| day.to_string());
    RecordingRow {
        recording: r.id.to_string(),
        position,
        file_sha256: r.sha256.clone(),
        channel: match r.channel {
            Channel::Mix => None,
            Channel::Only(n) => Some(n.into()),
        },
        path: study.named(&r.path),
        seconds: r.length.map(|length| length.seconds()),
        stage: match state {
            RecordingState::Ingested => Stage::Ingested,
            RecordingState::Sliced => Stage::Sliced,
            RecordingState::Failed(_) => Stage::Failed,
        },
        speaker: facts.speaker.as_deref().map(|name| study.naming.speaker(name)),
        region: facts.region.as_ref().map(|region| region.to_string()),
        language: facts.language.as_ref().map(|language| language.to_string()),
        licence: facts.licence.clone(),
        consent_date: day(facts.agreed.date),
        consent_text: facts.agreed.text.clone(),
        consent_purposes: data_uses_text(&study.permits.uses(&r.id)),
        consent_until: day(facts.agreed.until),
    }
}

fn clip(study: &Material, recording: &Recording, row: &ClipRow, gold: bool) -> StudyClip {
    let span = row.clip.span;
    StudyClip {
        clip: row.clip.id.to_string(),
        recording: recording.id.to_string(),
        start: span.start.seconds(),
        end: span.end.seconds(),
        seconds: span.len().seconds(),
        speaker: study.speaker(recording, span),
        region: row.routed.as_ref().and_then(|r| r.region.as_ref()).map(|r| r.to_string()),
        state: row.state(),
        handed_out: row.frozen,
        gold,
        withheld: study.withheld.get(&row.clip.id).map(|verdict| match verdict {
            Verdict::PersonalData => Withheld::PersonalData,
            _ => Withheld::Offensive,
        }),
    }
}

fn settlement(study: &Material, row: &ClipRow) -> Option<SettledRow> {
    let consensus = row.consensus.as_ref()?;
    let counted = study.rows.get(row.clip.id.as_str());
    Some(SettledRow {
        clip: row.clip.id.to_string(),
        verdict: consensus.verdict,
        text: study.text(&row.clip.id, &consensus.text),
        support: consensus.support.into(),
        answers: consensus.answers.into(),
        agreement: consensus.agreement,
        changed: counted.and_then(|r| r.changed),
        errors: counted.and_then(|r| r.errors),
        reference_words: counted.and_then(|r| r.reference_words),
        weight: counted.and_then(|r| r.weight),
    })
}

fn drafts(study: &Material, out: &mut TableFolder) -> Result<()> {
    let rounds = study.workspace.store.rounds_by_model()?;
    let mut drafts = out.open::<DraftRow>()?;
    study.workspace.store.each_hypothesis(|h| match study.clips.contains(&h.clip) {
        true => drafts.put(&draft(study, &h, rounds.get(&h.model).copied().unwrap_or(0))),
        false => Ok(()),
    })?;
    out.close(drafts)
}

fn draft(study: &Material, h: &Hypothesis, round: u32) -> DraftRow {
    let decided = study.rows.get(h.clip.as_str());
    let text = |text: &str| study.text(&h.clip, text);
    let sum: f64 = h.tokens.iter().map(|token| token.logprob).sum();
    DraftRow {
        clip: h.clip.to_string(),
        model: h.model.clone(),
        policy: h.policy.clone(),
        round: round.into(),
        decided: decided.is_some_and(|row| row.model == h.model && row.policy == h.policy),
        language: h.language.to_string(),
        text: text(&h.text),
        pass: h.pass,
        tokens: h.tokens.len() as u64,
        mean_logprob: (!h.tokens.is_empty()).then(|| sum / h.tokens.len() as f64),
        p_no_speech: h.p_no_speech.map(|p| p.get()),
        p_language: h.p_language.map(|p| p.get()),
        best_language: h.best_language.as_ref().and_then(|(language, _)| given(language.as_str())),
        rms_db: h.level.rms_db,
        replaced_text: h.replaced.as_deref().and_then(text),
        slowed_text: h.slowed.as_deref().and_then(text),
        alone_text: h.alone.as_ref().and_then(|alone| text(&alone.text)),
    }
}
