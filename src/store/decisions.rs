//! Decisions: the latest on each clip, replaced as a whole.

use anyhow::Result;
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::Store;
use crate::domain::{Decision, RegionalPiece, Routed};

/// The JSON of a decision: with what spoke for the speaker's region, which earlier versions did not
/// write and do not mind.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    decision: &'a Decision,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    evidence: &'a [RegionalPiece],
}

/// The same, read back.
#[derive(Deserialize)]
pub(super) struct Stored {
    #[serde(flatten)]
    pub decision: Decision,
    #[serde(default)]
    pub evidence: Vec<RegionalPiece>,
}

impl Store {
    /// Keeps the outcome of a routing pass, one transaction.
    pub fn keep_decisions(&mut self, routed: &[Routed], model: &str, policy: &str) -> Result<()> {
        let tx = self.write()?;
        {
            let mut insert = tx.prepare(
                "INSERT INTO decisions (clip, body, score, inclusion, region, model, policy)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (clip) DO UPDATE SET body = excluded.body, score = excluded.score,
                    inclusion = excluded.inclusion, region = excluded.region,
                    model = excluded.model, policy = excluded.policy",
            )?;
            for r in routed {
                insert.execute(params![
                    r.clip.as_str(),
                    serde_json::to_string(&Body { decision: &r.decision, evidence: &r.evidence })?,
                    r.score.map(|s| s.get()),
                    r.inclusion.get(),
                    r.region.as_ref().map(|c| c.as_str()),
                    model,
                    policy,
                ])?;
            }
        }
        tx.commit()?;
        Ok(())
    }
}
