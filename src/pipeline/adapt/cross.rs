//! The cross-validation of a small round: clips that were learnt from, each decoded by a model that learnt from the
//! others only. In: a round and the share of new weights. Out: word errors, old against new. Left to
//! others: what follows from them (`training::gate`).
//!
//! It judges the recipe on these corrections, a little too strictly (each model has learnt from fewer, and once);
//! test clips, retention sets and silence judge the new model itself. What the old model learnt from in an
//! earlier round is no test of it, and is left out.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::average;
use super::evaluator::Evaluator;
use super::learn::{Lesson, learn};
use super::material::{self, Material, Materials};
use super::prepared::Prepared;
use crate::domain::{ClipId, Used};
use crate::files;
use crate::training::gate::Pair;

/// What one part gave; kept until the round is over, so that a killed one does not train for it again.
#[derive(Serialize, Deserialize)]
struct FoldResult {
    key: String,
    pairs: Vec<Pair>,
}

/// One part: what is trained without it, and the clips that it judges by.
struct Part<'a> {
    lesson: Lesson,
    clips: Vec<&'a Material>,
}

/// The corrections that were learnt from, under the old model and models that never saw them; empty where
/// they cannot be kept apart, or no parts were asked for.
pub fn pairs(round: &Prepared, evaluator: &Evaluator, share: f64) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for part in parts(&round.plan.materials, &round.learnt_before, round.plan.folds) {
        pairs.extend(judged(round, evaluator, &part, share)?);
    }
    Ok(pairs)
}

fn parts<'a>(
    materials: &'a Materials,
    learnt_before: &BTreeSet<ClipId>,
    folds: usize,
) -> Vec<Part<'a>> {
    let learnt = materials.unseen(Used::Train, learnt_before);
    let folds = material::folds(&learnt, materials.unit, folds).unwrap_or_default();
    let parts = folds.iter().max().map_or(0, |last| last + 1);
    let part = |n: usize| {
        let here = learnt.iter().zip(&folds).filter(|(_, part)| **part == n);
        let clips: Vec<&Material> = here.map(|(m, _)| *m).collect();
        let said: Vec<String> = clips.iter().map(|m| material::said(m)).collect();
        // The part itself, and drafts that say the same.
        let without = materials.clips.iter().filter(|m| m.used.learnt());
        let without = without.filter(|m| said.contains(&material::said(m)));
        let lesson = Lesson {
            name: format!("training-without-{}-of-{parts}", n + 1),
            without: without.map(|m| m.clip.clone()).collect(),
            trainings: 1,
        };
        Part { lesson, clips }
    };
    (0..parts).map(part).collect()
}

/// Trains without a part, and compares on it.
fn judged(
    round: &Prepared,
    evaluator: &Evaluator,
    Part { lesson, clips }: &Part,
    share: f64,
) -> Result<Vec<Pair>> {
    let key = format!("{} {share} {}", lesson.key(&round.plan), round.plan.round.parent_model);
    let done = round.files.fold(&lesson.name);
    let before = std::fs::read(&done).ok();
    let before = before.and_then(|bytes| serde_json::from_slice::<FoldResult>(&bytes).ok());
    if let Some(result) = before.filter(|r| r.key == key) {
        return Ok(result.pairs);
    }
    // One lesson at a time: two side by side, beside the engines that judge, took 5 GB.
    let learnt = learn(round, lesson)?;
    let model = average::write(round, &learnt, share, round.files.fold_candidate())?;
    drop(learnt);
    let new = round.engine(&model.path, &model.sha256)?;
    let pairs = evaluator.against_old(&new, &evaluator.held_out(clips.iter().copied()))?;
    let result = serde_json::to_string(&FoldResult { key, pairs: pairs.clone() })?;
    files::write_text(&done, &result)?;
    let _ = std::fs::remove_file(round.files.checkpoint(&lesson.name, 0, 1));
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::domain::{RecordingId, Samples, Span};
    use crate::training::split::Unit;

    fn material(clip: &str, text: &str, used: Used) -> Material {
        Material {
            clip: ClipId::from_stored(clip),
            recording: RecordingId::from_stored(clip),
            span: Span { start: Samples(0), end: Samples(16_000) },
            speaker: "s".into(),
            language: "fr".parse().unwrap(),
            text: text.into(),
            weight: 1.0,
            used,
        }
    }

    fn materials(clips: Vec<Material>) -> Materials {
        let (left_out, not_judged) = (BTreeMap::new(), BTreeSet::new());
        Materials { clips, unreviewed: vec![], unit: Unit::Text, left_out, not_judged }
    }

    #[test]
    fn what_the_old_model_learnt_judges_nobody() {
        let materials = materials(vec![
            material("a", "Oui.", Used::Train),
            material("b", "oui", Used::Train),
            material("c", "Non.", Used::Train),
            material("d", "Peut-être.", Used::Replay),
            material("e", "Demain.", Used::Test),
        ]);
        let names = |seen: &[&str]| {
            let seen = seen.iter().map(|clip| ClipId::from_stored(*clip)).collect();
            let left = materials.unseen(Used::Train, &seen);
            left.iter().map(|m| m.clip.as_str().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&[]), ["a", "b", "c"]);
        assert_eq!(names(&["a", "d"]), ["c"], "b says what a says");
    }

    #[test]
    fn each_part_judges_what_its_training_leaves_out() {
        let mut clips: Vec<Material> = (0..12)
            .map(|n| material(&format!("c{n:02}"), &format!("mot numéro {n}"), Used::Train))
            .collect();
        clips.push(material("draft", "mot numéro 3", Used::Replay));
        clips.push(material("test", "autre chose", Used::Test));
        let materials = Materials { unit: Unit::Recording, ..materials(clips) };
        let parts = parts(&materials, &BTreeSet::new(), 3);
        assert_eq!(parts.len(), 3);
        let mut judged = BTreeSet::new();
        for (n, Part { lesson, clips }) in parts.iter().enumerate() {
            assert_eq!(lesson.name, format!("training-without-{}-of-3", n + 1));
            let own: BTreeSet<ClipId> = clips.iter().map(|m| m.clip.clone()).collect();
            let said_again = clips.iter().any(|m| m.text == "mot numéro 3");
            let left_out: Vec<_> = lesson.without.difference(&own).map(ClipId::as_str).collect();
            assert_eq!(left_out, if said_again { vec!["draft"] } else { vec![] });
            assert!(own.is_subset(&lesson.without));
            judged.extend(own);
        }
        assert_eq!(judged.len(), 12);
        assert!(super::parts(&materials, &BTreeSet::new(), 1).is_empty());
    }
}
