//! The verdict of a small round: clips that were learnt from, each heard by a model that learnt from the
//! others only. In: a round and the share of new weights. Out: word errors, old against new. Left to
//! others: what follows from them (`training::gate`).
//!
//! It judges the recipe on these corrections, a little too strictly (each model has learnt from fewer, and once);
//! test clips, anchors and silence judge the new model itself. What the old model learnt from in an earlier round
//! is no test of it, and is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use whisper::Engine;

use super::learn::{Lesson, folder, learn};
use super::material::{self, Material, Materials};
use super::sounds::Sound;
use super::verdict::{Ears, Held};
use crate::domain::{ClipId, Used};
use crate::training::gate::Pair;

/// What one part gave; kept until the round is over, so that a killed one does not train for it again.
#[derive(Serialize, Deserialize)]
struct Outcome {
    key: String,
    pairs: Vec<Pair>,
}

/// The corrections that were learnt from, under old models and models that never saw them; empty where
/// they cannot be kept apart, or no parts were asked for.
pub fn pairs(
    ears: &Ears,
    old: &Arc<Engine>,
    sounds: &BTreeMap<ClipId, Sound>,
    share: f64,
) -> Result<Vec<Pair>> {
    let materials = &ears.plan.materials;
    let seen = ears.workspace.store.clips_learnt_by(ears.plan.round.parent)?;
    let learnt = unseen(materials, &seen);
    let Some(folds) = material::folds(&learnt, materials.unit, ears.plan.options.folds) else {
        return Ok(Vec::new());
    };
    let parts = folds.iter().max().map_or(0, |last| last + 1);
    let mut pairs = Vec::new();
    for part in 0..parts {
        let of = || learnt.iter().zip(&folds).filter(|(_, p)| **p == part).map(|(m, _)| *m);
        let said: Vec<String> = of().map(material::said).collect();
        // The part itself, and drafts that say the same.
        let without = materials
            .clips
            .iter()
            .filter(|m| m.used.learnt() && said.contains(&material::said(m)))
            .map(|m| m.clip.clone());
        let lesson = Lesson {
            name: format!("training-without-{}-of-{parts}", part + 1),
            without: without.collect(),
            trainings: 1,
        };
        let held = of().filter_map(|m| {
            let unit = materials.unit_of(m);
            Some(Held { sound: sounds.get(&m.clip)?, text: &m.text, unit })
        });
        pairs.extend(judged(ears, old, sounds, &lesson, &held.collect::<Vec<_>>(), share)?);
    }
    Ok(pairs)
}

/// Corrections to be learnt from whose text the old model has not learnt.
fn unseen<'a>(materials: &'a Materials, seen: &BTreeSet<ClipId>) -> Vec<&'a Material> {
    let known = materials.clips.iter().filter(|m| seen.contains(&m.clip));
    let known: BTreeSet<String> = known.map(material::said).collect();
    materials.of(Used::Train).filter(|m| !known.contains(&material::said(m))).collect()
}

fn judged(
    ears: &Ears,
    old: &Arc<Engine>,
    sounds: &BTreeMap<ClipId, Sound>,
    lesson: &Lesson,
    held: &[Held],
    share: f64,
) -> Result<Vec<Pair>> {
    let Ears { workspace, plan, stop, console, .. } = *ears;
    let key = format!("{} {share}", lesson.key(plan));
    let done: PathBuf = folder(workspace).join(format!("fold-{}.json", lesson.name));
    let before = std::fs::read(&done).ok();
    let before = before.and_then(|bytes| serde_json::from_slice::<Outcome>(&bytes).ok());
    if let Some(outcome) = before.filter(|o| o.key == key) {
        return Ok(outcome.pairs);
    }
    // One lesson at a time: two side by side, beside the engines that judge, took 5 GB.
    let learnt = learn(workspace, plan, sounds, lesson, stop, console)?;
    let path = folder(workspace).join("candidate-fold.bin");
    let sha256 = ears.write(&learnt, share, &path)?;
    drop(learnt);
    let new = Engine::load(&path, &sha256, workspace.config.decode.weights)?;
    let pairs = ears.pairs(old, &new, held)?;
    let outcome = serde_json::to_vec(&Outcome { key, pairs: pairs.clone() })?;
    std::fs::write(&done, outcome).with_context(|| format!("write {}", done.display()))?;
    let _ = std::fs::remove_file(lesson.checkpoint(workspace, 0));
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RecordingId, Samples, Span};
    use crate::training::split::Unit;

    #[test]
    fn what_the_old_model_learnt_judges_nobody() {
        let material = |clip: &str, text: &str, used| Material {
            clip: ClipId::from_stored(clip),
            recording: RecordingId::from_stored(clip),
            span: Span { start: Samples(0), end: Samples(16_000) },
            speaker: "s".into(),
            language: "fr".parse().unwrap(),
            text: text.into(),
            weight: 1.0,
            used,
        };
        let clips = vec![
            material("a", "Oui.", Used::Train),
            material("b", "oui", Used::Train),
            material("c", "Non.", Used::Train),
            material("d", "Peut-être.", Used::Replay),
            material("e", "Demain.", Used::Test),
        ];
        let materials = Materials { clips, unit: Unit::Text, left_out: BTreeMap::new() };
        let names = |seen: &[&str]| {
            let seen = seen.iter().map(|clip| ClipId::from_stored(*clip)).collect();
            let left = unseen(&materials, &seen);
            left.iter().map(|m| m.clip.as_str().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&[]), ["a", "b", "c"]);
        assert_eq!(names(&["a", "d"]), ["c"], "b says what a says");
    }
}
