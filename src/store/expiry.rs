//! What is kept for a time: how old it is, and what is left of it afterwards. In: ids, a day. Out: things with their
//! days. Left to others: how long things are kept (domain), which of them go (pipeline).

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use rusqlite::{Transaction, params};
use serde::Serialize;

use super::Store;
use crate::domain::{ClipId, Day, Kept, RecordingId};

/// The file of a recording.
#[derive(Clone, Debug)]
pub struct AudioFile {
    /// Of which recording.
    pub recording: RecordingId,
    /// As ingested.
    pub path: String,
    /// Where it is, or was.
    pub file: PathBuf,
    /// Its size, bytes.
    pub bytes: u64,
    /// When it was ingested; `None`: the store does not say it in a way that is understood.
    pub ingested: Option<Day>,
    /// Whether it was to be removed already.
    pub removed: bool,
}

/// A settled clip and the answers behind it.
#[derive(Clone, Debug)]
pub struct AnsweredClip {
    /// Which.
    pub clip: ClipId,
    /// Answers whose text is there.
    pub answers: usize,
    /// The day of the latest; `None`: of one of them no day is known.
    pub latest: Option<Day>,
}

/// What was removed at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Removal {
    /// When, RFC 3339.
    pub removed: String,
    /// What: a [`Kept`] code.
    pub kind: String,
    /// How many.
    pub things: u64,
    /// Bytes of files.
    pub bytes: u64,
    /// The setting that said so.
    pub rule: String,
}

/// The note that something was removed whose bytes may still be in the file.
const UNSCRUBBED: &str = "unscrubbed";

/// The day that an RFC 3339 time begins with.
fn day(text: &str) -> Option<Day> {
    text.get(..10)?.parse().ok()
}

fn keep_removal(tx: &Transaction, removal: &Removal) -> Result<()> {
    let Removal { removed, kind, things, bytes, rule } = removal;
    tx.execute(
        "INSERT INTO removals (removed, kind, things, bytes, rule) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![removed, kind, things, bytes, rule],
    )?;
    // Only rows are overwritten in the database.
    if kind == Kept::Answers.code() || kind == Kept::People.code() {
        tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, '')", [UNSCRUBBED])?;
    }
    Ok(())
}

impl Store {
    /// The files of all recordings, in order of ingestion.
    pub fn audio_files(&self) -> Result<Vec<AudioFile>> {
        let mut statement = self.db.prepare(
            "SELECT id, path, file, bytes, ingested, audio_removed IS NOT NULL FROM recordings ORDER BY position",
        )?;
        let rows = statement.query_map([], |r| {
            Ok(AudioFile {
                recording: RecordingId::from_stored(r.get::<_, String>(0)?),
                path: r.get(1)?,
                file: PathBuf::from(r.get::<_, String>(2)?),
                bytes: r.get(3)?,
                ingested: day(&r.get::<_, String>(4)?),
                removed: r.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Recordings whose audio was removed because its time was over.
    pub fn audio_removed(&self) -> Result<BTreeSet<RecordingId>> {
        let sql = "SELECT id FROM recordings WHERE audio_removed IS NOT NULL";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| r.get::<_, String>(0))?;
        rows.map(|id| Ok(RecordingId::from_stored(id?))).collect()
    }

    /// Notes that the files of recordings are removed: first this, then the files.
    pub fn keep_audio_removed(
        &mut self,
        recordings: &[RecordingId],
        today: Day,
        removal: &Removal,
    ) -> Result<()> {
        let tx = self.write()?;
        for id in recordings {
            let sql = "UPDATE recordings SET audio_removed = ?2 WHERE id = ?1";
            tx.execute(sql, params![id.as_str(), today.to_string()])?;
            // Nothing can be read of them any more; drafts that were made of them stay.
            tx.execute("DELETE FROM engine_texts WHERE recording = ?1", [id.as_str()])?;
        }
        keep_removal(&tx, removal)?;
        tx.commit()?;
        Ok(())
    }

    /// Settled clips with answers whose texts are there.
    pub fn answered_clips(&self) -> Result<Vec<AnsweredClip>> {
        let mut statement = self.db.prepare(
            "SELECT a.clip, count(*), min(coalesce(nullif(a.answered_at, ''), b.created, '')),
                    max(coalesce(nullif(a.answered_at, ''), b.created, ''))
             FROM answers a JOIN consensus c ON c.clip = a.clip LEFT JOIN batches b ON b.id = a.batch
             WHERE a.emptied IS NULL GROUP BY a.clip ORDER BY a.clip",
        )?;
        let rows = statement.query_map([], |r| {
            let (first, last): (String, String) = (r.get(2)?, r.get(3)?);
            Ok(AnsweredClip {
                clip: ClipId::from_stored(r.get::<_, String>(0)?),
                answers: r.get(1)?,
                latest: day(&first).and_then(|_| day(&last)),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Removes texts and tags of the answers about settled clips; what they settled stands as it is from now on.
    pub fn empty_answers(&mut self, clips: &[ClipId], today: Day, removal: &Removal) -> Result<()> {
        let tx = self.write()?;
        for clip in clips {
            tx.execute(
                "UPDATE answers SET text = '', tags = '[]', emptied = ?2 WHERE clip = ?1 AND emptied IS NULL",
                params![clip.as_str(), today.to_string()],
            )?;
            tx.execute("UPDATE consensus SET kept = 1 WHERE clip = ?1", [clip.as_str()])?;
        }
        keep_removal(&tx, removal)?;
        tx.commit()?;
        Ok(())
    }

    /// Everybody's name, and the day of their latest answer, batch or wish; `None`: no day is known.
    pub fn validator_days(&self) -> Result<Vec<(String, Option<Day>)>> {
        let mut statement = self.db.prepare(
            "SELECT validator, max(day) FROM (
                SELECT a.validator, coalesce(nullif(a.answered_at, ''), b.created, '') AS day
                    FROM answers a LEFT JOIN batches b ON b.id = a.batch
                UNION ALL SELECT p.validator, b.created FROM batch_people p JOIN batches b ON b.id = p.batch
                UNION ALL SELECT validator, paid_on FROM payments
                UNION ALL SELECT validator, opened FROM appeals
                UNION ALL SELECT validator, created FROM links WHERE validator IS NOT NULL
                UNION ALL SELECT validator, wished FROM credits)
             WHERE validator <> '' GROUP BY validator ORDER BY validator",
        )?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, day(&r.get::<_, String>(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calls validators by other names everywhere, and takes back their wish to be named.
    pub fn rename_validators(
        &mut self,
        names: &[(String, String)],
        removal: &Removal,
    ) -> Result<()> {
        let tx = self.write()?;
        for (old, new) in names {
            tx.execute(
                "UPDATE answers SET validator = ?2 WHERE validator = ?1",
                params![old, new],
            )?;
            let handed = "UPDATE OR REPLACE batch_people SET validator = ?2 WHERE validator = ?1";
            tx.execute(handed, params![old, new])?;
            for table in ["payments", "appeals"] {
                let sql = format!("UPDATE {table} SET validator = ?2 WHERE validator = ?1");
                tx.execute(&sql, params![old, new])?;
            }
            let session = "UPDATE batches SET session = NULL
                           WHERE id IN (SELECT batch FROM batch_people WHERE validator = ?1)";
            tx.execute(session, [new])?;
            for table in ["credits", "links"] {
                tx.execute(&format!("DELETE FROM {table} WHERE validator = ?1"), [old])?;
            }
        }
        keep_removal(&tx, removal)?;
        tx.commit()?;
        Ok(())
    }

    /// Notes files that are about to be removed; the note's number.
    pub fn keep_files_removed(&mut self, removal: &Removal) -> Result<i64> {
        let tx = self.write()?;
        keep_removal(&tx, removal)?;
        let number = tx.last_insert_rowid();
        tx.commit()?;
        Ok(number)
    }

    /// Corrects such a note to what was removed in the end; nothing of it stays where that is nothing.
    pub fn correct_removal(&mut self, number: i64, things: u64, bytes: u64) -> Result<()> {
        let tx = self.write()?;
        let right = "UPDATE removals SET things = ?2, bytes = ?3 WHERE number = ?1";
        tx.execute(right, params![number, things, bytes])?;
        tx.execute("DELETE FROM removals WHERE number = ?1 AND things = 0", [number])?;
        tx.commit()?;
        Ok(())
    }

    /// Everything that was removed, the oldest first.
    pub fn removals(&self) -> Result<Vec<Removal>> {
        let sql = "SELECT removed, kind, things, bytes, rule FROM removals ORDER BY number";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| {
            Ok(Removal {
                removed: r.get(0)?,
                kind: r.get(1)?,
                things: r.get(2)?,
                bytes: r.get(3)?,
                rule: r.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether something was removed whose bytes may still be in the file: a command was killed before it overwrote them.
    pub fn is_unscrubbed(&self) -> Result<bool> {
        Ok(self.meta(UNSCRUBBED)?.is_some())
    }

    /// Overwrites what was removed, and notes that nothing of it is left.
    pub fn scrub_removed(&mut self) -> Result<()> {
        self.scrub()?;
        let tx = self.write()?;
        tx.execute("DELETE FROM meta WHERE key = ?1", [UNSCRUBBED])?;
        tx.commit()?;
        Ok(())
    }
}
