//! What a round may learn from and be judged by. In: a workspace. Out: its settled clips and confident drafts, each with
//! a use. Left to others: their audio (`sounds`), training.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::material::{Material, Materials, item, said};
use crate::domain::{ClipId, DataUse, Decision, Probability, Routed, Used, draw};
use crate::pipeline::consent::Permits;
use crate::pipeline::workspace::Workspace;
use crate::store::{ClipRow, Draft};
use crate::training::split::{Shares, Split, SplitItem, Unit, split_again};

/// An accepted draft is repeated from this score on.
const CONFIDENT: f64 = 0.9;
/// Accepted drafts that are repeated, as a share of the corrections learnt from.
const REPLAY_SHARE: f64 = 0.25;
/// Shares of the corrections.
const SHARES: Shares = Shares { train: 0.7, dev: 0.1, test: 0.2 };

/// Gathers and splits. Gold clips, control items (they settle nothing), clips that people skipped or
/// that hold no speech are never among them.
pub fn gather(workspace: &Workspace, seed: u64) -> Result<Materials> {
    let Candidates { mut corrections, mut drafts, mut left_out } = candidates(workspace)?;
    let unit = assign(&mut corrections, &workspace.store.clips_used()?);
    // After the split: what one person permits moves nobody else's clips.
    let permits = Permits::of(workspace)?;
    corrections.retain(|m| {
        let purpose = if m.used == Used::Train { DataUse::Train } else { DataUse::Evaluate };
        let permitted = permits.allows(&m.recording, purpose);
        if !permitted {
            *left_out.entry(without(purpose)).or_default() += 1;
        }
        permitted
    });
    drafts.retain(|m| permits.allows(&m.recording, DataUse::Train));
    let repeated = repeated(drafts, &corrections, unit, seed);
    let evaluate = |m: &&Material| permits.allows(&m.recording, DataUse::Evaluate);
    let not_judged = corrections.iter().filter(|m| !evaluate(m)).map(|m| m.clip.clone()).collect();
    corrections.extend(repeated);
    Ok(Materials { clips: corrections, unit, left_out, not_judged })
}

/// Why a clip is left out that a purpose is missing for.
fn without(purpose: DataUse) -> &'static str {
    match purpose {
        DataUse::Train => "no_consent_to_train",
        _ => "no_consent_to_evaluate",
    }
}

/// How many settled clips are left out because a purpose is missing.
pub fn without_consent(materials: &Materials) -> usize {
    let of = |purpose| materials.left_out.get(without(purpose)).copied().unwrap_or(0);
    of(DataUse::Train) + of(DataUse::Evaluate)
}

/// Clips with a text that could be learnt from.
#[derive(Default)]
struct Candidates {
    corrections: Vec<Material>,
    drafts: Vec<Material>,
    left_out: BTreeMap<&'static str, usize>,
}

fn candidates(workspace: &Workspace) -> Result<Candidates> {
    let recordings = workspace.store.recordings_by_id()?;
    let gold = workspace.store.gold()?;
    let withheld = workspace.store.withheld()?;
    let removed = workspace.store.audio_removed()?;
    let mut found = Candidates::default();
    workspace.store.each_clip(Draft::Decided, |row| {
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        if removed.contains(&row.clip.recording) {
            *found.left_out.entry("audio_removed").or_default() +=
                usize::from(row.consensus.is_some());
            return Ok(());
        }
        if gold.contains_key(&row.clip.id) {
            *found.left_out.entry("gold").or_default() += 1;
            return Ok(());
        }
        if let Some(verdict) = withheld.get(&row.clip.id) {
            *found.left_out.entry(verdict.code()).or_default() += 1;
            return Ok(());
        }
        let language = workspace.language_of(recording, row.hypothesis.as_ref());
        let Some(language) = language else {
            *found.left_out.entry("language_unknown").or_default() += 1;
            return Ok(());
        };
        let (text, weight, used) = match text(&row) {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(()),
            Err(reason) => {
                *found.left_out.entry(reason).or_default() += 1;
                return Ok(());
            }
        };
        let material = Material {
            speaker: recording.speaker_key(row.clip.span),
            language,
            text: text.trim().to_string(),
            weight,
            used,
            span: row.clip.span,
            recording: row.clip.recording,
            clip: row.clip.id,
        };
        match used {
            Used::Replay => found.drafts.push(material),
            _ => found.corrections.push(material),
        }
        Ok(())
    })?;
    Ok(found)
}

/// The text of a clip, its weight, and whether it is a correction or a draft to be repeated; `None`: neither.
///
/// # Errors
/// The verdict of a clip that is settled without a text.
fn text(row: &ClipRow) -> Result<Option<(String, f32, Used)>, &'static str> {
    match &row.consensus {
        Some(c) if !c.verdict.gives_text() || c.text.trim().is_empty() => Err(c.verdict.code()),
        Some(c) => {
            let weight = f64::from(c.support.max(1)) / f64::from(c.answers.max(1));
            Ok(Some((c.text.clone(), weight.min(1.0) as f32, Used::Train)))
        }
        None => {
            let accepted = |r: &&Routed| matches!(r.decision, Decision::Auto { .. });
            let accepted = row.routed.as_ref().filter(accepted);
            let score = accepted.and_then(|r| r.score).map_or(0.0, Probability::get);
            let repeated = score >= CONFIDENT && !row.draft().is_empty();
            Ok(repeated.then(|| (row.draft().to_string(), 1.0, Used::Replay)))
        }
    }
}

/// Gives each correction its use; clips of earlier rounds keep theirs.
fn assign(clips: &mut [Material], before: &BTreeMap<ClipId, Used>) -> Unit {
    let texts: Vec<String> = clips.iter().map(said).collect();
    let items: Vec<SplitItem> = clips.iter().zip(&texts).map(|(m, t)| item(m, t)).collect();
    let before: Vec<Option<Split>> = clips
        .iter()
        .map(|m| {
            before.get(&m.clip).map(|used| match used {
                Used::Train | Used::Replay => Split::Train,
                Used::Dev => Split::Dev,
                Used::Test => Split::Test,
            })
        })
        .collect();
    let made = split_again(&items, SHARES, &before);
    for (m, split) in clips.iter_mut().zip(&made.splits) {
        m.used = match split {
            Split::Train => Used::Train,
            Split::Dev => Used::Dev,
            Split::Test => Used::Test,
        };
    }
    made.unit
}

/// Drafts to be repeated, drawn by the seed, in order of recording and time. What somebody says in dev or test is not
/// among them: no draft may teach it.
fn repeated(
    mut drafts: Vec<Material>,
    corrections: &[Material],
    unit: Unit,
    seed: u64,
) -> Vec<Material> {
    let (learnt, held): (Vec<&Material>, Vec<&Material>) =
        corrections.iter().partition(|c| c.used == Used::Train);
    let texts: BTreeSet<String> = held.iter().map(|c| said(c)).collect();
    let speakers: BTreeSet<&str> = match unit {
        Unit::Speaker => held.iter().map(|c| &*c.speaker).collect(),
        Unit::Recording | Unit::Text => BTreeSet::new(),
    };
    drafts.retain(|d| !texts.contains(&said(d)) && !speakers.contains(&*d.speaker));
    drafts.sort_by(|a, b| draw(seed, a.clip.as_str()).total_cmp(&draw(seed, b.clip.as_str())));
    drafts.truncate((learnt.len() as f64 * REPLAY_SHARE).round() as usize);
    drafts.sort_by(|a, b| (&a.recording, a.span.start).cmp(&(&b.recording, b.span.start)));
    drafts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RecordingId, Samples, Span};

    fn material(clip: &str, speaker: &str, text: &str, used: Used) -> Material {
        Material {
            clip: ClipId::from_stored(clip),
            recording: RecordingId::from_stored(clip),
            span: Span { start: Samples(0), end: Samples(16_000) },
            speaker: speaker.into(),
            language: "fr".parse().unwrap(),
            text: text.into(),
            weight: 1.0,
            used,
        }
    }

    #[test]
    fn a_draft_is_repeated_unless_somebody_is_judged_by_it() {
        let mut corrections: Vec<Material> =
            (0..8).map(|n| material(&format!("c{n}"), "ana", "oui", Used::Train)).collect();
        corrections.push(material("test", "ben", "Non.", Used::Test));
        let drafts = || {
            vec![
                material("b", "eve", "demain", Used::Replay),
                material("a", "eve", "hier", Used::Replay),
                material("said", "eve", "non", Used::Replay),
                material("speaker", "ben", "jamais", Used::Replay),
            ]
        };
        let names = |unit, corrections: &[Material]| -> Vec<String> {
            let repeated = repeated(drafts(), corrections, unit, 1);
            repeated.iter().map(|m| m.clip.to_string()).collect()
        };
        assert_eq!(names(Unit::Speaker, &corrections), ["a", "b"]);
        corrections.extend((8..20).map(|n| material(&format!("c{n}"), "ana", "oui", Used::Train)));
        assert_eq!(names(Unit::Speaker, &corrections), ["a", "b"], "ben is judged");
        assert_eq!(names(Unit::Recording, &corrections), ["a", "b", "speaker"]);
        assert!(names(Unit::Recording, &corrections[..1]).is_empty(), "a quarter of one");
    }
}
