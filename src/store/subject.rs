//! Everything that the database holds about some clips, or about a validator. In: clips, names. Out: rows. Left to others:
//! whose they are, writing them.

use anyhow::Result;
use rusqlite::params;

use super::answers::{COLUMNS, read_answer};
use super::{Store, compact};
use crate::domain::{Answer, ClipId, Hypothesis};

/// A batch that a clip was handed out in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedRow {
    /// The batch.
    pub batch: String,
    /// When it was made, RFC 3339.
    pub created: String,
    /// `domain::Purpose`.
    pub purpose: String,
    /// The draft that was handed out.
    pub draft: String,
    /// Whether it was kept from the validator.
    pub blind: bool,
    /// To how many people by name.
    pub people: u64,
}

impl Store {
    /// All drafts of a clip.
    pub fn hypotheses_of(&self, clip: &ClipId) -> Result<Vec<Hypothesis>> {
        let sql =
            "SELECT body, model, policy FROM hypotheses WHERE clip = ?1 ORDER BY model, policy";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([clip.as_str()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let body: Vec<u8> = row.get(0)?;
            all.push(compact::unpack(&body, clip.as_str(), row.get(1)?, row.get(2)?)?);
        }
        Ok(all)
    }

    /// All answers about a clip, replaced ones too.
    pub fn answers_about(&self, clip: &ClipId) -> Result<Vec<(Answer, bool)>> {
        self.some_answers("clip = ?1", clip.as_str())
    }

    /// All answers of a validator, replaced ones too.
    pub fn answers_by(&self, validator: &str) -> Result<Vec<(Answer, bool)>> {
        self.some_answers("validator = ?1", validator)
    }

    fn some_answers(&self, which: &str, what: &str) -> Result<Vec<(Answer, bool)>> {
        let sql =
            format!("SELECT {COLUMNS}, current FROM answers WHERE {which} ORDER BY clip, rowid");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([what])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push((read_answer(row)?, row.get("current")?));
        }
        Ok(all)
    }

    /// The batches that a clip was handed out in.
    pub fn handed_out_in(&self, clip: &ClipId) -> Result<Vec<HandedRow>> {
        let mut statement = self.db.prepare_cached(
            "SELECT b.id, b.created, c.purpose, c.draft, c.blind,
                    (SELECT count(*) FROM batch_people p WHERE p.batch = b.id)
             FROM batch_clips c JOIN batches b ON b.id = c.batch WHERE c.clip = ?1 ORDER BY b.created, b.id",
        )?;
        let rows = statement.query_map([clip.as_str()], |r| {
            Ok(HandedRow {
                batch: r.get(0)?,
                created: r.get(1)?,
                purpose: r.get(2)?,
                draft: r.get(3)?,
                blind: r.get::<_, i64>(4)? != 0,
                people: r.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a clip was used for, by round.
    pub fn rounds_of(&self, clip: &ClipId) -> Result<Vec<(u32, String)>> {
        let sql = "SELECT round, used FROM round_clips WHERE clip = ?1 ORDER BY round";
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map([clip.as_str()], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A validator's latest wish to be named, with its time; an empty name: not to be named.
    pub fn wish_of(&self, validator: &str) -> Result<Option<(String, String)>> {
        let sql = "SELECT name, wished FROM credits WHERE validator = ?1";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query(params![validator])?;
        Ok(match rows.next()? {
            Some(row) => Some((row.get(0)?, row.get(1)?)),
            None => None,
        })
    }
}
