//! `adapt`: a round. Settled corrections train the model further; held-out clips, retention sets and silence
//! judge the outcome; what is better and nowhere worse replaces the old model.

mod average;
mod confidence;
mod cross;
mod evaluator;
mod files;
mod gather;
mod learn;
mod material;
mod plan;
mod prepared;
mod repeat;
mod retention;
mod sounds;
#[cfg(all(test, feature = "whisper-cpp"))]
mod tests;
mod verdict;

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::Result;
use serde::Serialize;

use super::lexicon;
use super::workspace::Workspace;
use crate::domain::{Round, RoundVerdict};
use crate::training::gate::Objection;
use crate::training::split::Unit;
use crate::views::progress::Console;
use average::Averaged;
pub use confidence::Confidence;
use evaluator::Evaluator;
use learn::{Lesson, learn};
pub use plan::AdaptOptions;
use plan::Plan;
use prepared::Prepared;
use verdict::{Comparison, Judged};

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Adapted {
    /// The round; of a dry run, only what is known beforehand.
    #[serde(flatten)]
    pub round: Round,
    /// Whether this is what would be done.
    pub dry_run: bool,
    /// What no two of train, dev and test share.
    pub split_by: &'static str,
    /// Settled clips that are not learnt from, by reason.
    pub excluded: BTreeMap<&'static str, usize>,
    /// Steps of training.
    pub steps: usize,
    /// What became of the confidence score.
    pub confidence: Option<Confidence>,
    /// Words and idioms that validators confirmed, in use in the lexicon.
    pub lexicon_confirmed: usize,
    /// Recordings that could not be read, with the reason.
    pub failed: Vec<String>,
}

/// Makes a round.
///
/// # Errors
/// Too few settled clips, a model that cannot be trained (quantised), a bad retention set; stopped.
pub fn adapt(
    workspace: &mut Workspace,
    options: &AdaptOptions,
    console: Console,
) -> Result<Adapted> {
    let plan = Plan::of(workspace, options)?;
    let planned = planned(&plan, lexicon::confirmed_in_use(workspace)?);
    if options.dry_run {
        return Ok(Adapted { dry_run: true, ..planned });
    }
    let prepared = Prepared::load(workspace, plan, options.workers, console)?;
    let began = Instant::now();
    let learnt = learn(&prepared, &Lesson::whole(&prepared.plan))?;
    let (losses, wall_seconds) = (learnt.trained.losses.clone(), began.elapsed().as_secs_f64());
    let judged = judge(&prepared, average::write_all(&prepared, learnt)?)?;
    let round = Round { losses, wall_seconds, ..recorded(&prepared, &judged)? };
    let confidence = match &round.verdict {
        RoundVerdict::Promoted { .. } => {
            Some(confidence::refit(workspace, &prepared, &judged.engine)?)
        }
        RoundVerdict::Rejected { .. } => None,
    };
    workspace.store.keep_round(&round, &prepared.plan.materials.used())?;
    prepared.files.clean()?;
    Ok(Adapted { round, confidence, failed: prepared.failed, ..planned })
}

/// Chooses among the averages and judges the choice; where few clips do, others are trained to judge by.
fn judge(round: &Prepared, averages: Vec<Averaged>) -> Result<Judged> {
    let evaluator = Evaluator::of(round);
    let tried = verdict::choose(round, &evaluator, averages)?;
    tried.judge(round, |new, share| {
        let comparison = Comparison::of(round, &evaluator, new)?;
        let more = match comparison.wants_more() {
            true => cross::pairs(round, &evaluator, share)?,
            false => Vec::new(),
        };
        Ok(comparison.judge(more))
    })
}

/// The round as it is kept; a model that is promoted gets its name.
fn recorded(prepared: &Prepared, judged: &Judged) -> Result<Round> {
    let Prepared { plan, files, .. } = prepared;
    let Judged { share, averages, measured, why, path, sha256, engine } = judged;
    let model = engine.model().to_string();
    let verdict = match why.is_empty() {
        true => RoundVerdict::Promoted {
            file: files.promote(path, plan.round.number, &model)?.to_string_lossy().into_owned(),
            sha256: sha256.clone(),
            model,
        },
        false => RoundVerdict::Rejected { why: why.iter().map(Objection::to_string).collect() },
    };
    Ok(Round {
        created: jiff::Timestamp::now().to_string(),
        share: *share,
        averages: averages.clone(),
        measured: measured.clone(),
        verdict,
        ..plan.round.clone()
    })
}

/// What is known beforehand.
fn planned(plan: &Plan, lexicon_confirmed: usize) -> Adapted {
    let whole = Lesson::whole(plan);
    Adapted {
        round: plan.round.clone(),
        dry_run: false,
        split_by: match plan.materials.unit {
            Unit::Speaker => "speaker",
            Unit::Recording => "recording",
            Unit::Text => "text",
        },
        excluded: plan.materials.left_out.clone(),
        steps: whole.trainings * whole.steps(plan),
        confidence: None,
        lexicon_confirmed,
        failed: Vec::new(),
    }
}
