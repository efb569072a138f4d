//! Averages of the weights before and after training, as model files. In: trained parameters. Out: files. Left to
//! others: which one is taken.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::learn::TrainedWeights;
use super::prepared::Prepared;
use crate::training::gate;
use whisper::finetune::average;
use whisper::models::weights;

/// Shares of the new weights that are tried, from the largest.
const SHARES: [f64; 4] = [1.0, gate::PREFERRED_SHARE, 0.7, 0.4];

/// A model file with a share of the new weights.
#[derive(Clone, Debug)]
pub struct Averaged {
    /// The share.
    pub share: f64,
    /// The file.
    pub path: PathBuf,
    /// Of the file.
    pub sha256: String,
}

/// Writes all that are tried, from the largest share; what was learnt is not needed in memory after that.
pub fn write_all(round: &Prepared, learnt: TrainedWeights) -> Result<Vec<Averaged>> {
    SHARES.iter().map(|&share| write(round, &learnt, share, round.files.candidate(share))).collect()
}

/// Writes the model with this share of new weights.
pub fn write(
    round: &Prepared,
    learnt: &TrainedWeights,
    share: f64,
    path: PathBuf,
) -> Result<Averaged> {
    let mixed = learnt.trained.values.iter().map(|(name, new)| {
        let old = learnt.start.get(name).with_context(|| format!("no old {name}"))?;
        Ok((name.clone(), average(old, new, share as f32)))
    });
    let mixed = mixed.collect::<Result<_>>()?;
    let sha256 = weights::rewrite(&round.plan.start.path, &path, &mixed)?;
    Ok(Averaged { share, path, sha256 })
}
