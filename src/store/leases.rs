//! Leases: batches that the server made, who has them, and until when. In: people, times. Out: batches. Left to others: making them,
//! the pages.
//!
//! A batch that the server made is for one person. Until it has one it lies ready. Its person keeps it until it expires, and each
//! answer puts that off; then it is taken back, as `tasks --reclaim` takes one back: what nobody answered of it is free.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use super::answers::{COLUMNS as ANSWER, handed_out, read_answer};
use crate::domain::{Answer, BatchId, ClipId, HandedOut};

/// A batch of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which.
    pub batch: BatchId,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Until when it is theirs, RFC 3339; `None`: it was handed to them by a file.
    pub expires: Option<String>,
    /// Whether it was taken back.
    pub is_taken_back: bool,
}

/// What a person has answered of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Clips in it.
    pub clips: u64,
    /// Of them, those that the person has a current answer to that was given to this draft.
    pub answered: u64,
}

impl Standing {
    /// Whether nothing is left to do.
    pub fn is_done(self) -> bool {
        self.clips > 0 && self.answered >= self.clips
    }
}

/// Clips of a batch `?1` that are no good for a person `?2`: settled, or they have it elsewhere, or answered it. A clip that
/// only checks them (`?3`: those count too) may come twice where nothing else is there: its earlier answer stands.
const UNFIT: &str = "SELECT 1 FROM batch_clips c WHERE c.batch = ?1 AND (?3 OR c.purpose IN ('task', 'adjudication')) AND (
    EXISTS (SELECT 1 FROM pieces p WHERE p.clip = c.clip AND p.settled AND c.purpose IN ('task', 'adjudication'))
    OR EXISTS (SELECT 1 FROM answers a WHERE a.clip = c.clip AND a.validator = ?2 AND a.current)
    OR EXISTS (SELECT 1 FROM batch_clips o JOIN batch_people w ON w.batch = o.batch
               JOIN batches b ON b.id = o.batch AND b.reclaimed IS NULL
               WHERE o.clip = c.clip AND o.batch <> c.batch AND w.validator = ?2))
    LIMIT 1";

const LEASE: &str = "b.id, b.created, b.expires, b.reclaimed IS NOT NULL";

fn lease(row: &Row) -> rusqlite::Result<Lease> {
    Ok(Lease {
        batch: BatchId::from_stored(row.get::<_, String>(0)?),
        created: row.get(1)?,
        expires: row.get(2)?,
        is_taken_back: row.get(3)?,
    })
}

impl Store {
    /// Batches that lie ready, the oldest first.
    pub fn ready(&self) -> Result<Vec<BatchId>> {
        let mut statement = self.db.prepare_cached(
            "SELECT id FROM batches b WHERE served AND reclaimed IS NULL
               AND NOT EXISTS (SELECT 1 FROM batch_people w WHERE w.batch = b.id)
             ORDER BY created, id",
        )?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        Ok(rows.map(|id| id.map(BatchId::from_stored)).collect::<Result<_, _>>()?)
    }

    /// Hands the first ready batch that is fit for a person to them; `None`: there is none.
    pub fn lease(
        &mut self,
        validator: &str,
        session: Option<&str>,
        now: &str,
        expires: &str,
    ) -> Result<Option<Lease>> {
        let ready = self.ready()?;
        let tx = self.write()?;
        let once = ready.iter().map(|batch| (batch, true));
        for (batch, checks_count) in once.chain(ready.iter().map(|batch| (batch, false))) {
            let id = batch.as_str();
            let free = "SELECT 1 FROM batches WHERE id = ?1 AND reclaimed IS NULL
                          AND NOT EXISTS (SELECT 1 FROM batch_people WHERE batch = ?1)
                          AND EXISTS (SELECT 1 FROM batch_clips WHERE batch = ?1)";
            let is_free = tx.prepare_cached(free)?.exists([id])?;
            let person = params![id, validator, checks_count];
            if !is_free || tx.prepare_cached(UNFIT)?.exists(person)? {
                continue;
            }
            let to = "INSERT INTO batch_people (batch, validator) VALUES (?1, ?2)";
            tx.execute(to, params![id, validator])?;
            tx.execute(
                "UPDATE batches SET handed = ?2, expires = ?3, session = ?4 WHERE id = ?1",
                params![id, now, expires, session],
            )?;
            let sql = format!("SELECT {LEASE} FROM batches b WHERE b.id = ?1");
            let found = tx.query_row(&sql, [id], lease)?;
            tx.commit()?;
            return Ok(Some(found));
        }
        Ok(None)
    }

    /// Batches that lie ready and are no good for anybody any more, since a clip of theirs is settled; with a person's name, those
    /// that are no good for them.
    pub fn unfit(&self, validator: &str) -> Result<Vec<BatchId>> {
        let mut unfit = self.db.prepare_cached(UNFIT)?;
        let mut found = Vec::new();
        for batch in self.ready()? {
            if unfit.exists(params![batch.as_str(), validator, false])? {
                found.push(batch);
            }
        }
        Ok(found)
    }

    /// A batch that was made for a person is theirs until then, in this session or outside of any.
    pub fn begin_lease(
        &mut self,
        batch: &BatchId,
        session: Option<&str>,
        expires: &str,
    ) -> Result<()> {
        let tx = self.write()?;
        let sql = "UPDATE batches SET expires = ?2, session = ?3 WHERE id = ?1";
        tx.execute(sql, params![batch.as_str(), expires, session])?;
        tx.commit()?;
        Ok(())
    }

    /// Leases that a server began and died before it said until when end now.
    pub fn end_unbegun(&mut self, now: &str) -> Result<()> {
        let tx = self.write()?;
        tx.execute(
            "UPDATE batches SET expires = ?1 WHERE served AND expires IS NULL AND reclaimed IS NULL
               AND id IN (SELECT batch FROM batch_people)",
            [now],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The batches that the server handed to a person in this session, or outside of any; the latest first.
    pub fn leases(&self, validator: &str, session: Option<&str>) -> Result<Vec<Lease>> {
        let sql = format!(
            "SELECT {LEASE} FROM batches b JOIN batch_people w ON w.batch = b.id
             WHERE b.served AND w.validator = ?1 AND b.session IS ?2 ORDER BY b.handed DESC, b.id"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let rows = statement.query_map(params![validator, session], lease)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A batch of a person, however they got it.
    pub fn lease_of(&self, batch: &BatchId, validator: &str) -> Result<Option<Lease>> {
        let sql = format!(
            "SELECT {LEASE} FROM batches b JOIN batch_people w ON w.batch = b.id
             WHERE b.served AND b.id = ?1 AND w.validator = ?2"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        Ok(statement.query_row(params![batch.as_str(), validator], lease).optional()?)
    }

    /// What a person has answered of a batch.
    pub fn standing(&self, batch: &BatchId, validator: &str) -> Result<Standing> {
        let mut statement = self.db.prepare_cached(
            "SELECT count(*), count(CASE WHEN EXISTS (
                SELECT 1 FROM answers a WHERE a.clip = c.clip AND a.validator = ?2 AND a.current
                   AND a.draft_digest = c.draft_digest) THEN 1 END)
             FROM batch_clips c WHERE c.batch = ?1",
        )?;
        Ok(statement.query_row(params![batch.as_str(), validator], |row| {
            Ok(Standing { clips: row.get(0)?, answered: row.get(1)? })
        })?)
    }

    /// A batch stays with its person until then; one that was taken back stays taken back.
    pub fn extend(&mut self, batch: &BatchId, expires: &str) -> Result<()> {
        let sql = "UPDATE batches SET expires = ?2 WHERE id = ?1 AND reclaimed IS NULL";
        let tx = self.write()?;
        tx.execute(sql, params![batch.as_str(), expires])?;
        tx.commit()?;
        Ok(())
    }

    /// A batch that was taken back is its person's again, if nobody else has a clip of it by now; whether it is.
    pub fn renew(&mut self, batch: &BatchId, expires: &str) -> Result<bool> {
        let tx = self.write()?;
        let renewed = tx.execute(
            "UPDATE batches SET reclaimed = NULL, expires = ?2 WHERE id = ?1 AND reclaimed IS NOT NULL
               AND NOT EXISTS (
                SELECT 1 FROM batch_clips c JOIN batch_clips o ON o.clip = c.clip AND o.batch <> c.batch
                JOIN batches b ON b.id = o.batch AND b.reclaimed IS NULL
                WHERE c.batch = ?1 AND c.purpose IN ('task', 'adjudication'))",
            params![batch.as_str(), expires],
        )?;
        tx.commit()?;
        Ok(renewed > 0)
    }

    /// Takes back what expired before `now`; how many batches. One that is done stays with its person.
    pub fn expire(&mut self, now: &str) -> Result<usize> {
        let over = "SELECT 1 FROM batches WHERE expires < ?1 AND reclaimed IS NULL LIMIT 1";
        if !self.db.prepare_cached(over)?.exists([now])? {
            return Ok(0);
        }
        let tx = self.write()?;
        let expired = tx.execute(
            "UPDATE batches SET reclaimed = ?1 WHERE expires < ?1 AND reclaimed IS NULL AND EXISTS (
                SELECT 1 FROM batch_clips c JOIN batch_people w ON w.batch = c.batch
                WHERE c.batch = batches.id AND NOT EXISTS (
                   SELECT 1 FROM answers a WHERE a.clip = c.clip AND a.validator = w.validator AND a.current))",
            [now],
        )?;
        // Done: it is looked at no more.
        tx.execute(
            "UPDATE batches SET expires = NULL WHERE expires < ?1 AND reclaimed IS NULL",
            [now],
        )?;
        tx.commit()?;
        Ok(expired)
    }

    /// What was handed out for these clips, in whatever batch.
    pub fn handed_out_for(&self, clips: &[ClipId]) -> Result<Vec<HandedOut>> {
        let mut statement = self.db.prepare_cached(
            "SELECT batch, clip, draft, blind, purpose, truth, marked FROM batch_clips
             WHERE clip = ?1 ORDER BY batch",
        )?;
        let mut all = Vec::new();
        for clip in clips {
            let mut rows = statement.query([clip.as_str()])?;
            while let Some(row) = rows.next()? {
                all.push(handed_out(row)?);
            }
        }
        Ok(all)
    }

    /// What a person answered about these clips, with ids; what was replaced since too, as `false`.
    pub fn answers_to(
        &self,
        clips: &[ClipId],
        validator: &str,
    ) -> Result<Vec<(String, Answer, bool)>> {
        let sql = format!(
            "SELECT {ANSWER}, id, current AND emptied IS NULL FROM answers
             WHERE clip = ?1 AND validator = ?2 ORDER BY rowid"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut all = Vec::new();
        for clip in clips {
            let mut rows = statement.query(params![clip.as_str(), validator])?;
            while let Some(row) = rows.next()? {
                all.push((row.get(12)?, read_answer(row)?, row.get(13)?));
            }
        }
        Ok(all)
    }

    /// The clips of a batch, in its order, with what was handed out.
    pub fn batch_clips(&self, batch: &BatchId) -> Result<Vec<HandedOut>> {
        let mut statement = self.db.prepare_cached(
            "SELECT batch, clip, draft, blind, purpose, truth, marked FROM batch_clips
             WHERE batch = ?1 ORDER BY position",
        )?;
        let mut rows = statement.query([batch.as_str()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(handed_out(row)?);
        }
        Ok(all)
    }

    /// Batches that the server made and whose pages nobody opens any more, done or taken back before `before`.
    pub fn closed_before(&self, before: &str) -> Result<Vec<BatchId>> {
        let mut statement = self.db.prepare(
            "SELECT b.id FROM batches b WHERE b.served AND b.handed < ?1 AND (b.reclaimed < ?1
               OR b.reclaimed IS NULL AND EXISTS (SELECT 1 FROM batch_people w WHERE w.batch = b.id)
                  AND NOT EXISTS (
                    SELECT 1 FROM batch_clips c JOIN batch_people w ON w.batch = c.batch
                    WHERE c.batch = b.id AND NOT EXISTS (
                       SELECT 1 FROM answers a WHERE a.clip = c.clip AND a.validator = w.validator AND a.current))
                  AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.batch = b.id AND a.answered_at > ?1))",
        )?;
        let rows = statement.query_map([before], |row| row.get::<_, String>(0))?;
        Ok(rows.map(|id| id.map(BatchId::from_stored)).collect::<Result<_, _>>()?)
    }

    /// When the database was last changed by another connection: a number that differs then.
    pub fn version(&self) -> Result<i64> {
        Ok(self.db.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// The people of served batches that are out, each with how many they have.
    pub fn leases_by_person(&self) -> Result<BTreeMap<String, u64>> {
        let mut statement = self.db.prepare(
            "SELECT w.validator, count(*) FROM batches b JOIN batch_people w ON w.batch = b.id
             WHERE b.served AND b.reclaimed IS NULL AND b.expires IS NOT NULL GROUP BY w.validator",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
