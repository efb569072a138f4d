//! The verdict of a small round: clips that were learnt from, each heard by a model that learnt from the
//! others only. In: a round and the share of new weights. Out: word errors, old against new. Left to
//! others: what follows from them (`training::gate`).
//!
//! It judges the recipe on these corrections, a little too strictly (each model has learnt from fewer);
//! test clips, anchors and silence judge the new model itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::learn::{Lesson, folder, learn};
use super::material::{self, Material};
use super::sounds::Sound;
use super::verdict::{Ears, Held};
use crate::domain::{ClipId, Used};
use crate::hypotheses::whisper::Engine;
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
    let learnt: Vec<&Material> = materials.of(Used::Train).collect();
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
        };
        let held = of().filter_map(|m| {
            let unit = materials.unit_of(m);
            Some(Held { sound: sounds.get(&m.clip)?, text: &m.text, unit })
        });
        pairs.extend(judged(ears, old, sounds, &lesson, &held.collect::<Vec<_>>(), share)?);
    }
    Ok(pairs)
}

fn judged(
    ears: &Ears,
    old: &Arc<Engine>,
    sounds: &BTreeMap<ClipId, Sound>,
    lesson: &Lesson,
    held: &[Held],
    share: f64,
) -> Result<Vec<Pair>> {
    let Ears { workspace, plan, stop, talk } = *ears;
    let key = format!("{} {share}", lesson.key(plan));
    let done: PathBuf = folder(workspace).join(format!("fold-{}.json", lesson.name));
    let before = std::fs::read(&done).ok();
    let before = before.and_then(|bytes| serde_json::from_slice::<Outcome>(&bytes).ok());
    if let Some(outcome) = before.filter(|o| o.key == key) {
        return Ok(outcome.pairs);
    }
    let learnt = learn(workspace, plan, sounds, lesson, stop, talk)?;
    let path = folder(workspace).join("candidate-fold.bin");
    let sha256 = ears.write(&learnt, share, &path)?;
    drop(learnt);
    let new = Engine::load(&path, &sha256, workspace.config.decode.weights)?;
    let pairs = ears.pairs(old, &new, held)?;
    let outcome = serde_json::to_vec(&Outcome { key, pairs: pairs.clone() })?;
    std::fs::write(&done, outcome).with_context(|| format!("write {}", done.display()))?;
    let _ = std::fs::remove_file(lesson.checkpoint(workspace));
    Ok(pairs)
}
