//! Drafts that a round repeats, so that the new model keeps what the old one can. In: a round about to work, clips that
//! nobody reviewed, in the order in which they are tried. Out: those with a confident draft, with these drafts as their
//! texts. Left to others: which clips are tried (`gather`), training.
//!
//! The drafts are made here, by the model that training begins from, each clip by itself, and scored without what a
//! workspace's answers made of the score. Those that `run` made are not taken: they may be an earlier round's, which
//! learnt from somebody who has withdrawn since, and which of them there are depends on how many rounds there were.

use std::collections::BTreeSet;

use anyhow::Result;

use super::material::{Material, said};
use super::prepared::Prepared;
use super::sounds::Sound;
use crate::domain::{Hypothesis, Used};
use crate::hypotheses::guard;
use crate::pipeline::scores::Scorer;
use crate::pipeline::workspace::Workspace;

/// A draft is repeated from this score on.
const CONFIDENT: f64 = 0.9;
/// Drafts that are repeated, as a share of the corrections learnt from.
const SHARE: f64 = 0.25;
/// Clips that are tried for each draft wanted.
const TRIED: usize = 3;

/// Drafts wanted beside so many corrections.
fn wanted(corrections: usize) -> usize {
    (corrections as f64 * SHARE).round() as usize
}

/// Clips that are tried beside so many corrections.
pub fn tried(corrections: usize) -> usize {
    TRIED * wanted(corrections)
}

/// Of clips that are tried, the first with a confident draft that nobody says in dev or test: no draft may teach it.
/// None where no score fits the model that training begins from.
pub fn drafts(
    round: &Prepared,
    workspace: &Workspace,
    tried: &[Material],
) -> Result<Vec<Material>> {
    let scorer = Scorer::of(workspace)?.of_own_without_adjustment();
    let (model, policy) = (round.start.model(), round.policy.id());
    if scorer.fits(model, &policy).is_err() {
        return Ok(Vec::new());
    }
    let materials = &round.plan.materials;
    let wanted = wanted(materials.of(Used::Train).count());
    let held = materials.clips.iter().filter(|m| !m.used.learnt());
    let held: BTreeSet<String> = held.map(said).collect();
    let judge = scorer.judge(&workspace.config.routing, model, &policy);
    let mut repeated = Vec::new();
    let with_sound = tried.iter().filter(|m| round.sounds.contains_key(&m.clip));
    let with_sound: Vec<&Material> = with_sound.collect();
    for some in with_sound.chunks(wanted.max(1)) {
        if repeated.len() >= wanted {
            break;
        }
        let sounds: Vec<&Sound> = some.iter().map(|m| &round.sounds[&m.clip]).collect();
        let decoded = round.transcribe(&round.start, &sounds, "drafts to repeat", |plain| {
            plain.judged(judge.clone())
        })?;
        let with_text = some.iter().zip(decoded).filter(|(_, h)| is_confident(h, &scorer));
        let with_text =
            with_text.map(|(m, h)| Material { text: h.text.trim().to_string(), ..(*m).clone() });
        repeated.extend(with_text.filter(|m| !held.contains(&said(m))));
    }
    repeated.truncate(wanted);
    Ok(repeated)
}

fn is_confident(h: &Hypothesis, scorer: &Scorer) -> bool {
    let score = scorer.score(h, None).map_or(0.0, |(score, _)| score.get());
    score >= CONFIDENT && !h.text.trim().is_empty() && guard::signs(h).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_as_many_drafts_as_corrections_are_wanted_and_three_times_as_many_tried() {
        assert_eq!([0, 1, 2, 100].map(wanted), [0, 0, 1, 25]);
        assert_eq!([0, 1, 2, 100].map(tried), [0, 0, 3, 75]);
    }
}
