//! Batches, answers and consensus: what went out, what came back, what it settles.

use anyhow::{Context, Result};
use rusqlite::{Row, params};

use super::Store;
use crate::domain::{Answer, BatchId, ClipId, Consensus, Verdict};

/// A draft that was handed out.
#[derive(Clone, Debug, PartialEq)]
pub struct HandedOut {
    /// The clip.
    pub clip: ClipId,
    /// The hypothesis text, shown or not.
    pub draft: String,
    /// Its digest.
    pub draft_digest: String,
    /// Whether the draft was kept from the validator.
    pub blind: bool,
}

fn read_answer(row: &Row) -> Result<Answer> {
    let text = |column: usize| row.get::<_, String>(column);
    Ok(Answer {
        clip: ClipId::from_stored(text(0)?),
        batch: row.get::<_, Option<String>>(1)?.map(BatchId::from_stored),
        validator: text(2)?,
        verdict: text(3)?.parse::<Verdict>().map_err(anyhow::Error::msg)?,
        text: text(4)?,
        draft_digest: text(5)?,
        tags: serde_json::from_str(&text(6)?).context("column answers.tags")?,
        active_seconds: row.get(7)?,
        answered_at: text(8)?,
    })
}

const COLUMNS: &str =
    "clip, batch, validator, verdict, text, draft_digest, tags, active_seconds, answered_at";

impl Store {
    /// Keeps what is handed out; a batch written again is the same batch.
    pub fn keep_batch(
        &mut self,
        batch: &BatchId,
        created: &str,
        validators: u32,
        clips: &[HandedOut],
    ) -> Result<()> {
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO batches (id, created, validators) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET validators = MAX(validators, excluded.validators)",
            params![batch.as_str(), created, validators],
        )?;
        {
            let mut insert = tx.prepare(
                "INSERT OR IGNORE INTO batch_clips (batch, clip, position, draft, draft_digest, blind)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for (position, c) in clips.iter().enumerate() {
                insert.execute(params![
                    batch.as_str(),
                    c.clip.as_str(),
                    position,
                    c.draft,
                    c.draft_digest,
                    c.blind
                ])?;
            }
        }
        tx.commit()?;
        Ok(())
    }

    /// Hands every draft that was ever handed out to `each`.
    pub fn each_handed_out(&self, mut each: impl FnMut(BatchId, HandedOut)) -> Result<()> {
        let mut statement = self.db.prepare(
            "SELECT batch, clip, draft, draft_digest, blind FROM batch_clips ORDER BY clip, batch",
        )?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            let handed_out = HandedOut {
                clip: ClipId::from_stored(r.get::<_, String>(1)?),
                draft: r.get(2)?,
                draft_digest: r.get(3)?,
                blind: r.get(4)?,
            };
            each(BatchId::from_stored(r.get::<_, String>(0)?), handed_out);
        }
        Ok(())
    }

    /// How many answers a clip needs: the most that any of its batches asked for.
    pub fn answers_wanted(&self, clip: &ClipId) -> Result<u32> {
        let mut statement = self.db.prepare_cached(
            "SELECT COALESCE(MAX(validators), 1) FROM batch_clips JOIN batches ON id = batch
             WHERE clip = ?1",
        )?;
        Ok(statement.query_row([clip.as_str()], |r| r.get(0))?)
    }

    /// The current answers about a clip: each validator's latest, by validator.
    pub fn current_answers(&self, clip: &ClipId) -> Result<Vec<Answer>> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM answers WHERE clip = ?1 AND current ORDER BY validator"
        ))?;
        let mut rows = statement.query([clip.as_str()])?;
        let mut answers = Vec::new();
        while let Some(row) = rows.next()? {
            answers.push(read_answer(row)?);
        }
        Ok(answers)
    }

    /// Hands every current answer to `each`, by clip and validator.
    pub fn each_current_answer(&self, mut each: impl FnMut(Answer)) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM answers WHERE current ORDER BY clip, validator");
        let mut statement = self.db.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(read_answer(row)?);
        }
        Ok(())
    }

    /// Keeps an answer as its validator's latest, and what the clip's answers now settle
    /// (`None`: nothing), in one transaction.
    pub fn keep_answer(
        &mut self,
        id: &str,
        answer: &Answer,
        consensus: Option<&Consensus>,
    ) -> Result<()> {
        let tx = self.write()?;
        let clip = answer.clip.as_str();
        tx.execute(
            "UPDATE answers SET current = 0 WHERE clip = ?1 AND validator = ?2",
            params![clip, answer.validator],
        )?;
        tx.execute(
            &format!(
                "INSERT INTO answers (id, {COLUMNS}, current)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1)
                 ON CONFLICT (id) DO UPDATE SET current = 1"
            ),
            params![
                id,
                clip,
                answer.batch.as_ref().map(|b| b.as_str()),
                answer.validator,
                answer.verdict.code(),
                answer.text,
                answer.draft_digest,
                serde_json::to_string(&answer.tags)?,
                answer.active_seconds,
                answer.answered_at,
            ],
        )?;
        tx.execute("DELETE FROM consensus WHERE clip = ?1", [clip])?;
        if let Some(c) = consensus {
            tx.execute(
                "INSERT INTO consensus (clip, verdict, text, support, answers)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![clip, c.verdict.code(), c.text, c.support, c.answers],
            )?;
        }
        tx.commit()?;
        Ok(())
    }
}
