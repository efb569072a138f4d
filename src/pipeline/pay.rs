//! What answers are paid, for the report's rows and for people's work.

use std::collections::BTreeMap;

use anyhow::Result;

use super::workspace::Workspace;
use crate::domain::{Answer, BatchId};

/// Pay per clip.
#[derive(Debug, Default)]
pub struct Pay {
    /// Of each batch that has pay.
    pub of_batch: BTreeMap<BatchId, f64>,
    /// Of all other answers: the settings'.
    pub per_clip: f64,
}

impl Pay {
    /// As a workspace's batches were written, checks included.
    pub fn of(workspace: &Workspace) -> Result<Self> {
        let mut sizes: BTreeMap<BatchId, u64> = BTreeMap::new();
        workspace.store.each_handed_out(|out| {
            if let Some(batch) = out.batch {
                *sizes.entry(batch).or_default() += 1;
            }
        })?;
        let batches = workspace.store.batches()?.into_iter();
        let of_batch = batches.filter_map(|batch| {
            let clips = sizes.get(&batch.id).copied().unwrap_or(0).max(1);
            Some((batch.id, batch.pay? / clips as f64))
        });
        Ok(Self { of_batch: of_batch.collect(), per_clip: workspace.config.tasks.pay_per_clip })
    }

    /// What an answer is paid: as its batch, where it names one that has pay; else as the settings say.
    pub fn paid(&self, answer: &Answer) -> f64 {
        let of_batch = answer.batch.as_ref().and_then(|batch| self.of_batch.get(batch));
        of_batch.copied().unwrap_or(self.per_clip)
    }
}
