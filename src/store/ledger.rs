//! What is out with people: which clips, since when, and what came back. In: batches, answers. Out: rows for the ledger. Left to
//! others: who may have what (`tasks::ledger`).

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::params;

use super::Store;
use crate::domain::{BatchId, ClipId, Purpose};

/// Whether a piece `p` is in a batch that is out, not to check people.
pub(super) const IS_OUT: &str = "SELECT 1 FROM batch_clips c JOIN batches b ON b.id = c.batch
    WHERE c.clip = p.clip AND c.purpose IN ('task', 'adjudication') AND b.reclaimed IS NULL";

/// A clip that is in a batch, not to check people.
#[derive(Clone, Debug)]
pub struct OutClip {
    /// Which.
    pub clip: ClipId,
    /// In which batch.
    pub batch: BatchId,
    /// To be answered, or to be decided on.
    pub purpose: Purpose,
}

/// What came back of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchStanding {
    /// Clips in it, checks aside, that are not settled and that none of its people has answered.
    pub unanswered: u64,
    /// Current answers that name it.
    pub answers: u64,
    /// The latest of them, RFC 3339, where one has a time.
    pub last: Option<String>,
}

impl Store {
    /// Hands every clip that is out and not settled to `each`, once for each of its batches.
    pub fn each_out(&self, mut each: impl FnMut(OutClip)) -> Result<()> {
        let mut statement = self.db.prepare(
            "SELECT c.clip, c.batch, c.purpose FROM batches b JOIN batch_clips c ON c.batch = b.id
             JOIN pieces p ON p.clip = c.clip
             WHERE b.reclaimed IS NULL AND NOT p.settled AND c.purpose IN ('task', 'adjudication')
             ORDER BY c.batch, c.position",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(OutClip {
                clip: ClipId::from_stored(row.get::<_, String>(0)?),
                batch: BatchId::from_stored(row.get::<_, String>(1)?),
                purpose: row.get::<_, String>(2)?.parse().map_err(anyhow::Error::msg)?,
            });
        }
        Ok(())
    }

    /// What came back of each batch.
    pub fn standings(&self) -> Result<BTreeMap<BatchId, BatchStanding>> {
        let mut statement = self.db.prepare(
            "SELECT b.id,
                (SELECT count(*) FROM batch_clips c JOIN pieces p ON p.clip = c.clip
                 WHERE c.batch = b.id AND c.purpose IN ('task', 'adjudication') AND NOT p.settled
                   AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.clip = c.clip AND a.current AND a.batch = b.id)
                   AND NOT EXISTS (SELECT 1 FROM answers a JOIN batch_people w ON w.validator = a.validator
                                   WHERE w.batch = b.id AND a.clip = c.clip AND a.current)),
                (SELECT count(*) FROM answers a WHERE a.batch = b.id AND a.current),
                (SELECT max(nullif(answered_at, '')) FROM answers a WHERE a.batch = b.id AND a.current)
             FROM batches b",
        )?;
        let rows = statement.query_map([], |r| {
            let standing =
                BatchStanding { unanswered: r.get(1)?, answers: r.get(2)?, last: r.get(3)? };
            Ok((BatchId::from_stored(r.get::<_, String>(0)?), standing))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Batches are taken back: what nobody answered of them is free again. Answers to them are taken all the same.
    pub fn reclaim(&mut self, batches: &[BatchId], when: &str) -> Result<()> {
        let tx = self.write()?;
        for batch in batches {
            let sql = "UPDATE batches SET reclaimed = ?2 WHERE id = ?1 AND reclaimed IS NULL";
            tx.execute(sql, params![batch.as_str(), when])?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Clips that wait for a person, were handed out, and are in no batch any more that is out.
    pub fn taken_back(&self) -> Result<u64> {
        let any = "SELECT EXISTS (SELECT 1 FROM batches WHERE reclaimed IS NOT NULL)";
        if !self.db.query_row(any, [], |r| r.get::<_, bool>(0))? {
            return Ok(0);
        }
        let sql = format!(
            "SELECT count(*) FROM pieces p
             WHERE p.decision = 'human' AND NOT p.settled AND p.handed_out AND NOT EXISTS ({IS_OUT})"
        );
        Ok(self.db.query_row(&sql, [], |r| r.get(0))?)
    }

    /// How many answers of each validator later ones of theirs replaced.
    pub fn replaced_answers(&self) -> Result<BTreeMap<String, u64>> {
        let sql = "SELECT validator, count(*) FROM answers WHERE NOT current GROUP BY validator";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
