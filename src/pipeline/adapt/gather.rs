//! What a round may learn from and be judged by. In: a workspace. Out: its settled clips, each with a use, and clips
//! whose drafts may be repeated. Left to others: their audio (`sounds`), these drafts (`repeat`), training.
//!
//! All of it depends on the clips that are there and on what people settled, in the order of clip ids: neither on the
//! order of ingestion nor on earlier rounds, their models or the decisions that rest on them. So a round after a
//! withdrawal is that of a workspace that never had the person (docs/lab/forgetting.md).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::material::{Material, Materials, item, said};
use super::repeat;
use crate::domain::{DataUse, Used, draw};
use crate::pipeline::consent::Permits;
use crate::pipeline::workspace::Workspace;
use crate::store::{ClipRow, Draft};
use crate::training::split::{Shares, Split, SplitItem, Unit, lasting};

/// Shares of the corrections.
const SHARES: Shares = Shares { train: 0.7, dev: 0.1, test: 0.2 };

/// Gathers and splits. Gold clips, control items (they settle nothing), clips that people skipped or
/// that hold no speech are never among them.
pub fn gather(workspace: &Workspace, seed: u64) -> Result<Materials> {
    let Candidates { mut corrections, mut drafts, mut left_out } = candidates(workspace)?;
    corrections.sort_by(|a, b| a.clip.cmp(&b.clip));
    let unit = assign(&mut corrections);
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
    let unreviewed = unreviewed(drafts, &corrections, unit, seed);
    let evaluate = |m: &&Material| permits.allows(&m.recording, DataUse::Evaluate);
    let not_judged = corrections.iter().filter(|m| !evaluate(m)).map(|m| m.clip.clone()).collect();
    Ok(Materials { clips: corrections, unreviewed, unit, left_out, not_judged })
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

/// Clips that could be learnt from.
#[derive(Default)]
struct Candidates {
    corrections: Vec<Material>,
    /// That nobody reviewed.
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
            Ok(text) => text,
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

/// The text of a clip, its weight, and whether it is a correction; without a text: its draft may be repeated.
///
/// # Errors
/// The verdict of a clip that is settled without a text.
fn text(row: &ClipRow) -> Result<(String, f32, Used), &'static str> {
    match &row.consensus {
        Some(c) if !c.verdict.gives_text() || c.text.trim().is_empty() => Err(c.verdict.code()),
        Some(c) => {
            let weight = f64::from(c.support.max(1)) / f64::from(c.answers.max(1));
            Ok((c.text.clone(), weight.min(1.0) as f32, Used::Train))
        }
        None => Ok((String::new(), 1.0, Used::Replay)),
    }
}

/// Gives each correction its use.
fn assign(clips: &mut [Material]) -> Unit {
    let texts: Vec<String> = clips.iter().map(said).collect();
    let items: Vec<SplitItem> = clips.iter().zip(&texts).map(|(m, t)| item(m, t)).collect();
    let made = lasting(&items, SHARES);
    for (m, split) in clips.iter_mut().zip(&made.splits) {
        m.used = match split {
            Split::Train => Used::Train,
            Split::Dev => Used::Dev,
            Split::Test => Used::Test,
        };
    }
    made.unit
}

/// Clips whose drafts may be repeated, drawn by the seed: as many as are tried, in the order of their draws. Whoever
/// speaks in dev or test is not among them, where speakers are kept apart.
fn unreviewed(
    mut clips: Vec<Material>,
    corrections: &[Material],
    unit: Unit,
    seed: u64,
) -> Vec<Material> {
    let (learnt, held): (Vec<&Material>, Vec<&Material>) =
        corrections.iter().partition(|c| c.used == Used::Train);
    let speakers: BTreeSet<&str> = match unit {
        Unit::Speaker => held.iter().map(|c| &*c.speaker).collect(),
        Unit::Recording | Unit::Text => BTreeSet::new(),
    };
    clips.retain(|d| !speakers.contains(&*d.speaker));
    clips.sort_by_cached_key(|m| (draw(seed, m.clip.as_str()).to_bits(), m.clip.clone()));
    clips.truncate(repeat::tried(learnt.len()));
    clips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ClipId, RecordingId, Samples, Span};

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
    fn a_draft_may_be_repeated_unless_its_speaker_is_one_to_judge_by() {
        let mut corrections: Vec<Material> =
            (0..8).map(|n| material(&format!("c{n}"), "ana", "oui", Used::Train)).collect();
        corrections.push(material("test", "ben", "Non.", Used::Test));
        let drafts = || {
            let of = |(clip, speaker)| material(clip, speaker, "", Used::Replay);
            [("b", "eve"), ("a", "eve"), ("c", "eve"), ("speaker", "ben")].map(of).to_vec()
        };
        let names = |unit, corrections: &[Material]| {
            let unreviewed = unreviewed(drafts(), corrections, unit, 1);
            unreviewed.iter().map(|m| m.clip.to_string()).collect::<BTreeSet<_>>()
        };
        let names_of = |names: &[&str]| names.iter().map(|n| n.to_string()).collect();
        assert_eq!(names(Unit::Speaker, &corrections), names_of(&["a", "b", "c"]));
        assert_eq!(names(Unit::Recording, &corrections), names_of(&["a", "b", "c", "speaker"]));
        assert!(names(Unit::Recording, &corrections[..1]).is_empty(), "a quarter of one");
    }

    #[test]
    fn uses_do_not_depend_on_the_order_of_ingestion() {
        let of =
            |n: usize| material(&format!("c{n:02}"), "ana", &format!("texte {n}"), Used::Train);
        let mut forth: Vec<Material> = (0..30).map(of).collect();
        let mut back: Vec<Material> = (0..30).rev().map(of).collect();
        assert_eq!(assign(&mut forth), assign(&mut back));
        back.reverse();
        let uses = |clips: &[Material]| clips.iter().map(|m| m.used).collect::<Vec<_>>();
        assert_eq!(uses(&forth), uses(&back));
        assert!(uses(&forth).contains(&Used::Test) && uses(&forth).contains(&Used::Dev));
    }
}
