//! Everything of a kind that a study lists: drafts, tasks, answers, what decisions rest on, the log of guarantees. In: a
//! database. Out: rows, one at a time where there may be many. Left to others: whose rows may go out.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::answers::{COLUMNS, handed_out, read_answer};
use super::{Store, compact};
use crate::domain::{Answer, Basis, ClipId, HandedOut, Hypothesis, Scoring, StoredEntry, Used};

/// An answer as it is kept.
#[derive(Clone, Debug)]
pub struct KeptAnswer {
    /// Number in the order of import, from 1.
    pub number: u64,
    /// What it says.
    pub answer: Answer,
    /// Whether it is the validator's latest for its clip and purpose.
    pub current: bool,
    /// The day on which text and tags were removed.
    pub emptied: Option<String>,
}

impl Store {
    /// From here on this reader sees the database as it is now, whatever others write meanwhile.
    pub fn stand_still(&self) -> Result<()> {
        // The first read fixes what is seen.
        self.db.execute_batch("BEGIN; SELECT count(*) FROM meta;").context("begin to read")
    }

    /// Hands every draft of every model to `each`, by clip.
    pub fn each_hypothesis(&self, mut each: impl FnMut(Hypothesis) -> Result<()>) -> Result<()> {
        let sql = "SELECT clip, model, policy, body FROM hypotheses ORDER BY clip, model, policy";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (clip, body): (String, Vec<u8>) = (row.get(0)?, row.get(3)?);
            each(compact::unpack(&body, &clip, row.get(1)?, row.get(2)?)?)?;
        }
        Ok(())
    }

    /// The digest of what scored each decided clip, where that is known.
    pub fn scored_by(&self) -> Result<BTreeMap<ClipId, String>> {
        let sql = "SELECT d.clip, s.digest FROM decisions d JOIN scorings s ON s.id = d.scoring";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement
            .query_map([], |r| Ok((ClipId::from_stored(r.get::<_, String>(0)?), r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What has scored drafts, in order.
    pub fn scorings(&self) -> Result<Vec<Scoring>> {
        let sql = "SELECT digest, program, calibration, lexicon FROM scorings ORDER BY id";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| {
            Ok(Scoring {
                digest: r.get(0)?,
                program: r.get(1)?,
                calibration: r.get(2)?,
                lexicon: r.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Hands every clip of every batch to `each`, with its place in the batch.
    pub fn each_task(&self, mut each: impl FnMut(u64, HandedOut) -> Result<()>) -> Result<()> {
        let mut statement = self.db.prepare(
            "SELECT c.batch, c.clip, c.draft, c.blind, c.purpose, c.truth, c.marked, c.position
             FROM batch_clips c JOIN batches b ON b.id = c.batch
             ORDER BY b.created, c.batch, c.position",
        )?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            each(r.get(7)?, handed_out(r)?)?;
        }
        Ok(())
    }

    /// Hands every answer that was ever accepted to `each`, in order of import.
    pub fn each_answer(&self, mut each: impl FnMut(KeptAnswer) -> Result<()>) -> Result<()> {
        let sql = format!("SELECT {COLUMNS}, current, emptied FROM answers ORDER BY rowid");
        let mut statement = self.db.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut number = 0;
        while let Some(row) = rows.next()? {
            number += 1;
            let (current, emptied) = (row.get("current")?, row.get("emptied")?);
            each(KeptAnswer { number, answer: read_answer(row)?, current, emptied })?;
        }
        Ok(())
    }

    /// What each clip was used for in a round, by round.
    pub fn round_clips(&self) -> Result<Vec<(u32, ClipId, Used)>> {
        let sql = "SELECT round, clip, used FROM round_clips ORDER BY round, clip";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let used = row.get::<_, String>(2)?.parse().map_err(anyhow::Error::msg)?;
            all.push((row.get(0)?, ClipId::from_stored(row.get::<_, String>(1)?), used));
        }
        Ok(all)
    }

    /// The log of guarantees, whatever they rest on, oldest first.
    pub fn guarantee_log(&self) -> Result<Vec<(Basis, StoredEntry)>> {
        let sql = "SELECT id, created, model, policy, calibration, target, body FROM certificates ORDER BY id";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut log = Vec::new();
        while let Some(row) = rows.next()? {
            let id: u64 = row.get(0)?;
            let (target, body): (String, String) = (row.get(5)?, row.get(6)?);
            let context = || format!("certificate {id}");
            let basis = Basis {
                model: row.get(2)?,
                policy: row.get(3)?,
                calibration: row.get(4)?,
                guarantee: serde_json::from_str(&target).with_context(context)?,
            };
            let entry = serde_json::from_str(&body).with_context(context)?;
            log.push((basis, StoredEntry { id, created: row.get(1)?, entry }));
        }
        Ok(log)
    }
}
