//! Batches, answers and consensus: what went out, what came back, what it settles.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use rusqlite::{Row, params};

use super::Store;
use crate::domain::{Answer, BatchId, Blind, ClipId, Consensus, HandedOut, Purpose, Verdict};

pub(super) fn read_answer(row: &Row) -> Result<Answer> {
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
        purpose: text(9)?.parse::<Purpose>().map_err(anyhow::Error::msg)?,
        marks: serde_json::from_str(&text(10)?).context("column answers.marks")?,
        listened: row.get(11)?,
    })
}

/// A row of batch, clip, draft, blind, purpose, truth, marked.
pub(super) fn handed_out(r: &Row) -> Result<HandedOut> {
    Ok(HandedOut {
        batch: Some(BatchId::from_stored(r.get::<_, String>(0)?)),
        clip: ClipId::from_stored(r.get::<_, String>(1)?),
        draft: r.get(2)?,
        blind: Blind::of_number(r.get(3)?),
        purpose: r.get::<_, String>(4)?.parse::<Purpose>().map_err(anyhow::Error::msg)?,
        truth: r.get(5)?,
        marked: r.get(6)?,
    })
}

pub(super) const COLUMNS: &str = "clip, batch, validator, verdict, text, draft_digest, tags, active_seconds, \
                       answered_at, purpose, marks, listened";

/// The note that answers were kept and not yet settled.
const UNSETTLED: &str = "unsettled";

/// Whether somebody's current answer is later than one that is about to be kept, and its time can be.
const LATER: &str = "SELECT EXISTS (SELECT 1 FROM answers
    WHERE clip = ?1 AND validator = ?2 AND purpose = ?3 AND current AND id <> ?4 AND marks = '[]'
      AND answered_at <> '' AND ?5 <> '' AND julianday(answered_at) > julianday(?5))";

/// A batch as it goes out.
#[derive(Clone, Debug)]
pub struct BatchRow {
    /// Its id.
    pub id: BatchId,
    /// RFC 3339.
    pub created: String,
    /// Since when it is out, RFC 3339: later than `created`, where it was written again.
    pub handed: String,
    /// When it was taken back, RFC 3339; `None`: it is out.
    pub reclaimed: Option<String>,
    /// Answers wanted for each of its clips.
    pub validators: u32,
    /// Active seconds that it is expected to take one person.
    pub estimate: Option<f64>,
    /// What one person is paid for all of it, where pay is set.
    pub pay: Option<f64>,
    /// To whom it was handed, where that was said; nobody: it is open to all, or lies ready.
    pub people: Vec<String>,
    /// Whether the server made it, for one person.
    pub served: bool,
}

impl Store {
    /// Keeps what is handed out; a batch written again is the same batch.
    pub fn keep_batch(&mut self, batch: &BatchRow, clips: &[HandedOut]) -> Result<()> {
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO batches (id, created, validators, estimate, pay, handed, served)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET validators = MAX(validators, excluded.validators),
                estimate = excluded.estimate, pay = excluded.pay, handed = excluded.handed, reclaimed = NULL",
            params![
                batch.id.as_str(),
                batch.created,
                batch.validators,
                batch.estimate,
                batch.pay,
                batch.handed,
                batch.served
            ],
        )?;
        for name in &batch.people {
            tx.execute(
                "INSERT OR IGNORE INTO batch_people (batch, validator) VALUES (?1, ?2)",
                params![batch.id.as_str(), name],
            )?;
        }
        {
            let mut insert = tx.prepare(
                "INSERT OR IGNORE INTO batch_clips
                    (batch, clip, position, draft, draft_digest, blind, purpose, truth, marked)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            for (position, c) in clips.iter().enumerate() {
                insert.execute(params![
                    batch.id.as_str(),
                    c.clip.as_str(),
                    position,
                    c.draft,
                    c.digest(),
                    c.blind.number(),
                    c.purpose.code(),
                    c.truth,
                    c.marked,
                ])?;
            }
        }
        tx.commit()?;
        Ok(())
    }

    /// All batches, oldest first.
    pub fn batches(&self) -> Result<Vec<BatchRow>> {
        let mut statement = self.db.prepare(
            "SELECT id, created, validators, estimate, pay, handed, reclaimed, served FROM batches
             ORDER BY created, id",
        )?;
        let mut people = self
            .db
            .prepare("SELECT validator FROM batch_people WHERE batch = ?1 ORDER BY validator")?;
        let mut rows = statement.query([])?;
        let mut batches = Vec::new();
        while let Some(r) = rows.next()? {
            let id: String = r.get(0)?;
            let names = people.query_map([&id], |r| r.get(0))?;
            batches.push(BatchRow {
                people: names.collect::<Result<_, _>>()?,
                id: BatchId::from_stored(id),
                created: r.get(1)?,
                validators: r.get(2)?,
                estimate: r.get(3)?,
                pay: r.get(4)?,
                handed: r.get(5)?,
                reclaimed: r.get(6)?,
                served: r.get(7)?,
            });
        }
        Ok(batches)
    }

    /// Hands every draft that was ever handed out to `each`.
    pub fn each_handed_out(&self, mut each: impl FnMut(HandedOut)) -> Result<()> {
        let mut statement = self.db.prepare(
            "SELECT batch, clip, draft, blind, purpose, truth, marked FROM batch_clips
             ORDER BY clip, batch",
        )?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            each(handed_out(r)?);
        }
        Ok(())
    }

    /// Whether nobody whose text counts for a clip saw a draft of it, by chance: their tasks were drawn to be blind. A task
    /// that was blind because its draft is poor was not drawn.
    pub fn answered_blind(&self, clip: &ClipId) -> Result<bool> {
        let handed_out =
            "SELECT 1 FROM batch_clips b WHERE b.clip = a.clip AND b.draft_digest = a.draft_digest
                          AND (a.batch IS NULL OR b.batch = a.batch)";
        let sql = format!(
            "SELECT COUNT(*), SUM(EXISTS ({handed_out} AND b.blind = 1) AND NOT EXISTS ({handed_out} AND b.blind <> 1))
             FROM answers a WHERE a.clip = ?1 AND a.current AND a.purpose IN ('task', 'adjudication')
             AND a.verdict IN ('as_is', 'corrected')"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let (all, blind): (u64, Option<u64>) =
            statement.query_row([clip.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(all > 0 && blind == Some(all))
    }

    /// Clips in people's hands: in a batch, and not settled.
    pub fn handed_out(&self) -> Result<BTreeSet<ClipId>> {
        let sql = "SELECT clip FROM pieces WHERE handed_out AND NOT settled AND clip IS NOT NULL";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| r.get::<_, String>(0).map(ClipId::from_stored))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many answers each clip needs: the most that any of its batches asked for.
    pub fn answers_wanted(&self) -> Result<BTreeMap<ClipId, u32>> {
        let mut statement = self.db.prepare(
            "SELECT clip, MAX(validators) FROM batch_clips JOIN batches ON id = batch GROUP BY clip",
        )?;
        let rows = statement
            .query_map([], |r| Ok((ClipId::from_stored(r.get::<_, String>(0)?), r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Hands every current answer to `each`, by clip and validator; but for those whose text was removed.
    pub fn each_current_answer(&self, each: impl FnMut(Answer)) -> Result<()> {
        self.answers("current AND emptied IS NULL", each)
    }

    /// The same with those whose text was removed: what people did, without what they wrote.
    pub fn each_worked_answer(&self, each: impl FnMut(Answer)) -> Result<()> {
        self.answers("current", each)
    }

    fn answers(&self, which: &str, mut each: impl FnMut(Answer)) -> Result<()> {
        let sql = format!(
            "SELECT {COLUMNS} FROM answers WHERE {which} ORDER BY clip, validator, purpose"
        );
        let mut statement = self.db.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(read_answer(row)?);
        }
        Ok(())
    }

    /// The ids of answers that later ones replaced or whose text was removed, and everybody's name: in order of import.
    pub fn earlier_answers(&self) -> Result<(BTreeSet<String>, Vec<String>)> {
        // Of people who have a pseudonym by now the content gives another id than the one that it came with.
        let ids = "SELECT id FROM answers WHERE NOT current OR emptied IS NOT NULL
                       OR (validator GLOB 'validator-[0-9a-f]*' AND length(validator) = 26)";
        let names = "SELECT validator FROM answers GROUP BY validator ORDER BY MIN(rowid)";
        let (mut ids, mut names) = (self.db.prepare(ids)?, self.db.prepare(names)?);
        let ids = ids.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?;
        Ok((ids, names.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?))
    }

    /// Clips that somebody's current answer withholds, with its verdict; an adjudicator who gave a
    /// text has overruled it.
    pub fn withheld(&self) -> Result<BTreeMap<ClipId, Verdict>> {
        let mut statement = self.db.prepare(
            "SELECT a.clip, MIN(a.verdict) FROM answers a LEFT JOIN consensus c ON c.clip = a.clip
             WHERE a.current AND a.verdict IN (?1, ?2)
               AND (c.clip IS NULL OR c.verdict IN (?1, ?2) OR a.clip IN (SELECT clip FROM gold))
             GROUP BY a.clip",
        )?;
        let codes = [Verdict::PersonalData.code(), Verdict::Offensive.code()];
        let mut rows = statement.query(codes)?;
        let mut withheld = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let verdict =
                row.get::<_, String>(1)?.parse::<Verdict>().map_err(anyhow::Error::msg)?;
            withheld.insert(ClipId::from_stored(row.get::<_, String>(0)?), verdict);
        }
        Ok(withheld)
    }

    /// Keeps answers, each as its validator's latest on its clip for its purpose, in one transaction.
    /// Until [`Store::keep_consensus`], the workspace counts as unsettled. An answer with a later time stays, whoever wrote it in
    /// between: the server and an import may write at the same time.
    pub fn keep_answers(&mut self, answers: &[(String, Answer)]) -> Result<()> {
        let tx = self.write()?;
        let note = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, hex(randomblob(8)))";
        tx.execute(note, [UNSETTLED])?;
        for (id, answer) in answers {
            let clip = answer.clip.as_str();
            let purpose = answer.purpose.code();
            let slot = params![clip, answer.validator, purpose, id, answer.answered_at];
            let is_current = !tx.query_row(LATER, slot, |row| row.get::<_, bool>(0))?;
            tx.execute(
                "UPDATE answers SET current = 0 WHERE ?4 AND clip = ?1 AND validator = ?2 AND purpose = ?3",
                params![clip, answer.validator, purpose, is_current],
            )?;
            tx.execute(
                &format!(
                    "INSERT INTO answers (id, {COLUMNS}, current)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                     ON CONFLICT (id) DO UPDATE SET current = excluded.current"
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
                    purpose,
                    serde_json::to_string(&answer.marks)?,
                    answer.listened,
                    is_current,
                ],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// The note that answers were kept and not settled: another one each time.
    pub fn unsettled(&self) -> Result<Option<String>> {
        self.meta(UNSETTLED)
    }

    /// What is settled of clips the answers to which were emptied.
    pub fn kept_consensus(&self) -> Result<Vec<Consensus>> {
        let mut statement = self.db.prepare(
            "SELECT clip, verdict, text, support, answers, agreement FROM consensus WHERE kept ORDER BY clip",
        )?;
        let mut rows = statement.query([])?;
        let mut kept = Vec::new();
        while let Some(row) = rows.next()? {
            let verdict = row.get::<_, String>(1)?.parse::<Verdict>();
            kept.push(Consensus {
                clip: ClipId::from_stored(row.get::<_, String>(0)?),
                verdict: verdict.map_err(anyhow::Error::msg)?,
                text: row.get(2)?,
                support: row.get(3)?,
                answers: row.get(4)?,
                agreement: row.get(5)?,
            });
        }
        Ok(kept)
    }

    /// Replaces what is settled, all at once; what stands without its answers stays, unless its text is gold by now. `note`: what
    /// [`Store::unsettled`] said before the answers were read; where others were kept since, the workspace stays unsettled.
    pub fn keep_consensus(&mut self, settled: &[Consensus], note: Option<&str>) -> Result<()> {
        let tx = self.write()?;
        let gone = "DELETE FROM consensus WHERE NOT kept OR clip IN (SELECT clip FROM gold)";
        tx.execute(gone, [])?;
        tx.execute("DELETE FROM meta WHERE key = ?1 AND value = ?2", params![UNSETTLED, note])?;
        {
            let mut insert = tx.prepare(
                "INSERT INTO consensus (clip, verdict, text, support, answers, agreement)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (clip) DO NOTHING",
            )?;
            for c in settled {
                insert.execute(params![
                    c.clip.as_str(),
                    c.verdict.code(),
                    c.text,
                    c.support,
                    c.answers,
                    c.agreement
                ])?;
            }
        }
        tx.commit()?;
        Ok(())
    }
}
