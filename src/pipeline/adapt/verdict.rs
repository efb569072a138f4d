//! The judgement of a round: which average of old and new weights, and whether it is better than the old. In: model
//! files, an evaluator. Out: the average taken, what was measured, what speaks against it. Left to others: training
//! (`cross`), decoding (`evaluator`), the rules (`training::gate`), keeping it.
//!
//! Which average is taken rests on dev, retention sets and silence, under new models and under the one that training
//! began from. The model in use, which depends on earlier rounds, decides on one thing alone: whether it is replaced.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::average::Averaged;
use super::evaluator::{Evaluator, words};
use super::prepared::Prepared;
use super::retention::Purpose;
use crate::domain::{Average, Measured, Used};
use crate::training::gate::{self, Candidate, Objection, Pair};
use whisper::Engine;

/// The averages that were tried, as far as they are measured.
pub struct Tried {
    files: Vec<Averaged>,
    averages: Vec<Average>,
    /// The one that is judged first.
    best: usize,
    engine: Arc<Engine>,
}

/// The outcome.
pub struct Judged {
    /// Share of the new weights in the average taken.
    pub share: f64,
    /// All averages that were tried.
    pub averages: Vec<Average>,
    /// What was measured.
    pub measured: Vec<Measured>,
    /// What speaks against it; nothing: it is promoted.
    pub why: Vec<Objection>,
    /// Its file.
    pub path: PathBuf,
    /// Of the file.
    pub sha256: String,
    /// It, loaded.
    pub engine: Arc<Engine>,
}

/// Measures averages on the clips that choose, and chooses one.
pub fn choose(round: &Prepared, evaluator: &Evaluator, files: Vec<Averaged>) -> Result<Tried> {
    let dev = evaluator.corrections(Used::Dev);
    let retention = evaluator.retention(Purpose::Dev);
    let rates = |engine: &Arc<Engine>| -> Result<Vec<f64>> {
        retention.values().map(|set| evaluator.rate(engine, set)).collect()
    };
    let before = rates(&round.start)?;
    let (mut candidates, mut engines) = (Vec::new(), Vec::new());
    for Averaged { share, path, sha256 } in &files {
        let engine = round.engine(path, sha256)?;
        let after = rates(&engine)?;
        candidates.push(Candidate {
            share: *share,
            retention: after.iter().zip(&before).map(|(after, before)| after - before).collect(),
            dev: if dev.is_empty() { 0.0 } else { evaluator.rate(&engine, &dev)? },
        });
        engines.push(engine);
    }
    let best = gate::choose(&candidates, words(&dev)).context("no average was tried")?;
    let average = |(c, file): (Candidate, &Averaged)| Average {
        share: c.share,
        sha256: file.sha256.clone(),
        dev: (!dev.is_empty()).then_some(c.dev),
        retention_sets: retention.keys().map(|set| set.to_string()).zip(c.retention).collect(),
        too_far: Vec::new(),
    };
    let averages = candidates.into_iter().zip(&files).map(average).collect();
    Ok(Tried { files, averages, best, engine: engines.swap_remove(best) })
}

impl Tried {
    /// Has the chosen average judged, and where something else suffers from it those nearer to the old model.
    pub fn judge(
        self,
        round: &Prepared,
        mut judge: impl FnMut(&Arc<Engine>, f64) -> Result<(Vec<Measured>, Vec<Objection>)>,
    ) -> Result<Judged> {
        let Self { files, mut averages, best, engine } = self;
        let mut chosen = Some(engine);
        let nearer = averages.iter_mut().zip(files).skip(best);
        let taken = gate::descend(nearer, |(average, Averaged { share, path, sha256 })| {
            let engine = match chosen.take() {
                Some(engine) => engine,
                None => round.engine(&path, &sha256)?,
            };
            let (measured, why) = judge(&engine, share)?;
            if gate::too_far(&why) {
                average.too_far = why.iter().map(Objection::to_string).collect();
                let why = average.too_far.join("; ");
                round.console.say(format!("{:.0} % of the new weights: {why}", 100.0 * share));
            }
            anyhow::Ok(((share, path, sha256, engine, measured), why))
        })?;
        let ((share, path, sha256, engine, measured), why) =
            taken.context("no average was judged")?;
        Ok(Judged { share, averages, measured, why, path, sha256, engine })
    }
}

/// A new model against its rivals on everything that judges.
pub struct Comparison {
    seed: u64,
    /// Test clips: against the model in use.
    test: Vec<Pair>,
    /// Against the model that training began from.
    retention: Vec<Measured>,
    from_nothing: Vec<Objection>,
}

impl Comparison {
    /// Decodes everything that judges.
    pub fn of(round: &Prepared, evaluator: &Evaluator, new: &Arc<Engine>) -> Result<Self> {
        let seed = round.plan.round.seed;
        let materials = &round.plan.materials;
        let fair = materials.unseen(Used::Test, &round.learnt_before);
        let learnt = materials.of(Used::Test).count() - fair.len();
        if learnt > 0 {
            round.console.say(format!(
                "{learnt} test clips are left out of the comparison: the model in use has learnt from them or from \
                 what goes with them"
            ));
        }
        let test = evaluator.against_old(new, &evaluator.held_out(fair.into_iter()))?;
        let mut retention = Vec::new();
        for (set, clips) in evaluator.retention(Purpose::Test) {
            let pairs = evaluator.against_start(new, &clips)?;
            retention.extend(gate::measure_kinds(&format!("retention {set}"), &pairs, seed));
        }
        Ok(Self { seed, test, retention, from_nothing: evaluator.made_up(new)? })
    }

    /// Whether more clips must judge: there are few test clips, and neither retention sets nor silence speak for
    /// the old model already.
    pub fn wants_more(&self) -> bool {
        self.test.len() < gate::FEW
            && gate::others(&self.retention, self.from_nothing.clone()).is_empty()
    }

    /// What was measured, and what speaks against the new model; `more`: clips of the cross-validation.
    pub fn judge(self, more: Vec<Pair>) -> (Vec<Measured>, Vec<Objection>) {
        let Self { seed, mut test, retention, from_nothing } = self;
        let alone = gate::measure("test", &test, seed);
        let crossed = match more.is_empty() {
            true => None,
            false => {
                test.extend(more);
                gate::measure("cross-validation", &test, seed)
            }
        };
        let why = gate::judge(crossed.as_ref().or(alone.as_ref()), &retention, from_nothing);
        (alone.into_iter().chain(crossed).chain(retention).collect(), why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::gate::example_pairs as pairs;

    fn comparison(test: Vec<Pair>, others: (usize, usize)) -> Comparison {
        let retention = gate::measure("retention en", &pairs(40, others.0, others.1), 1);
        Comparison {
            seed: 1,
            test,
            retention: retention.into_iter().collect(),
            from_nothing: vec![],
        }
    }

    #[test]
    fn more_clips_judge_where_few_do_and_nothing_speaks_against_the_new_model() {
        assert!(comparison(pairs(gate::FEW - 1, 3, 1), (1, 1)).wants_more());
        assert!(!comparison(pairs(gate::FEW, 3, 1), (1, 1)).wants_more(), "enough test clips");
        assert!(!comparison(pairs(9, 3, 1), (1, 2)).wants_more(), "a retention set got worse");
        let text = || Objection::TextFromNothing { sound: "silence".into(), text: "Merci".into() };
        let all = comparison(pairs(9, 3, 1), (1, 1));
        assert!(!Comparison { from_nothing: vec![text()], ..all }.wants_more(), "made-up text");
    }

    #[test]
    fn clips_of_the_cross_validation_judge_with_the_test_clips() {
        let sets = |all: &[Measured]| -> Vec<String> {
            all.iter().map(|m| format!("{}: {}", m.set, m.clips)).collect()
        };
        // One speaker alone shows nothing.
        let (measured, why) = comparison(pairs(1, 3, 1), (1, 1)).judge(Vec::new());
        assert_eq!(sets(&measured), ["test: 1", "retention en: 40"]);
        assert!(matches!(why[..], [Objection::NotBetter { .. }]));
        let (measured, why) = comparison(pairs(1, 3, 1), (1, 1)).judge(pairs(39, 3, 1));
        assert_eq!(sets(&measured), ["test: 1", "cross-validation: 40", "retention en: 40"]);
        assert_eq!(why, []);
        let (_, why) = comparison(Vec::new(), (1, 1)).judge(Vec::new());
        assert_eq!(why, [Objection::NoTest]);
    }
}
