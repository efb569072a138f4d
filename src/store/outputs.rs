//! Files that commands wrote for others: where, when, and what they hold. In: what is about to be written. Out: which of
//! them hold some clips. Left to others: writing and removing them.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use rusqlite::{Row, Transaction, params};

use super::Store;
use crate::domain::{BatchId, ClipId, Fate, LeftBecause, OutputKind, RecordingId};

/// A file, or a dataset's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Number in the store.
    pub id: i64,
    /// What it is.
    pub kind: OutputKind,
    /// The folder that it was written to, absolute.
    pub folder: PathBuf,
    /// Its name there.
    pub name: String,
    /// When, RFC 3339.
    pub created: String,
    /// The batch of a task file.
    pub batch: Option<BatchId>,
    /// The version of a dataset, from 1.
    pub version: Option<u32>,
    /// SHA-256 of a file that no record beside it knows; `None`: there is a record, or it was never finished.
    pub sha256: Option<String>,
    /// Clips or recordings in it that were withdrawn since.
    pub withdrawn: u64,
    /// What became of it then.
    pub fate: Option<Fate>,
}

impl Output {
    /// Where it was written.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }
}

/// A file that is about to be written.
#[derive(Clone, Debug)]
pub struct NewOutput<'a> {
    /// What it is.
    pub kind: OutputKind,
    /// Where.
    pub place: PathBuf,
    /// The batch of a task file.
    pub batch: Option<BatchId>,
    /// What it holds.
    pub holds: Holds<'a>,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub enum Holds<'a> {
    /// All that the workspace has, what validators did too.
    Everything,
    /// All of some recordings.
    Recordings(Vec<RecordingId>),
    /// Some clips, each with the SHA-256 of its WAV there, where that is known.
    Clips(&'a [(ClipId, Option<String>)]),
}

const COLUMNS: &str = "id, kind, folder, name, created, batch, version, sha256, withdrawn, fate";

fn read(row: &Row) -> Result<Output> {
    let parsed = |text: String| text.parse::<OutputKind>().map_err(anyhow::Error::msg);
    let fate = row.get::<_, Option<String>>(9)?;
    Ok(Output {
        id: row.get(0)?,
        kind: parsed(row.get(1)?)?,
        folder: PathBuf::from(row.get::<_, String>(2)?),
        name: row.get(3)?,
        created: row.get(4)?,
        batch: row.get::<_, Option<String>>(5)?.map(BatchId::from_stored),
        version: row.get(6)?,
        sha256: row.get(7)?,
        withdrawn: row.get(8)?,
        fate: fate.map(|f| f.parse()).transpose().map_err(anyhow::Error::msg)?,
    })
}

impl Store {
    /// Notes files that are about to be written, all or none. What was noted of the same place before is replaced, but
    /// the versions of a dataset.
    ///
    /// # Errors
    /// A withdrawal was cut short: what it is about must not go out.
    pub fn note_outputs(&mut self, new: &[NewOutput<'_>]) -> Result<Vec<Output>> {
        ensure!(
            self.forgetting()?.is_none(),
            "a withdrawal was cut short: run `second-ear forget DIR --resume` on the workspace first"
        );
        let created = jiff::Timestamp::now().to_string();
        let tx = self.write()?;
        let noted = new.iter().map(|one| note(&tx, one, &created)).collect::<Result<_>>()?;
        tx.commit()?;
        Ok(noted)
    }

    /// Notes the content of a file that was written.
    pub fn output_written(&mut self, output: &Output, sha256: &str) -> Result<()> {
        let tx = self.write()?;
        tx.execute("UPDATE outputs SET sha256 = ?2 WHERE id = ?1", params![output.id, sha256])?;
        tx.commit()?;
        Ok(())
    }

    /// Takes the note of a file back: it could not be written.
    pub fn output_failed(&mut self, output: &Output) -> Result<()> {
        let tx = self.write()?;
        for table in ["output_clips", "output_recordings"] {
            tx.execute(&format!("DELETE FROM {table} WHERE output = ?1"), [output.id])?;
        }
        tx.execute("DELETE FROM outputs WHERE id = ?1", [output.id])?;
        tx.commit()?;
        Ok(())
    }

    /// All outputs, in order of writing.
    pub fn outputs(&self) -> Result<Vec<Output>> {
        let mut statement =
            self.db.prepare(&format!("SELECT {COLUMNS} FROM outputs ORDER BY id"))?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// Notes what became of an output that held what was withdrawn.
    pub fn keep_fate(&mut self, output: i64, fate: Fate) -> Result<()> {
        let tx = self.write()?;
        tx.execute("UPDATE outputs SET fate = ?2 WHERE id = ?1", params![output, fate.code()])?;
        tx.commit()?;
        Ok(())
    }

    /// What left datasets since they were written, by dataset, version and clip: what was withdrawn, and what the latest
    /// version does not have for another reason.
    pub fn left_datasets(&self) -> Result<Vec<LeftClip>> {
        let mut statement = self.db.prepare(
            "WITH latest AS (
                SELECT folder, name, id, created, max(version) version FROM outputs
                WHERE kind = 'dataset' GROUP BY folder, name)
             SELECT o.folder, o.name, o.version, o.created, c.clip, c.sha256,
                    coalesce(c.gone, l.created), coalesce(c.why, ?1)
             FROM output_clips c JOIN outputs o ON o.id = c.output
             JOIN latest l ON l.folder = o.folder AND l.name = o.name
             WHERE o.kind = 'dataset' AND (c.gone IS NOT NULL OR o.id <> l.id AND NOT EXISTS
                (SELECT 1 FROM output_clips n WHERE n.output = l.id AND n.clip = c.clip))
             ORDER BY o.folder, o.name, o.version, c.clip",
        )?;
        let rows = statement.query_map([LeftBecause::NotInLaterVersion.code()], |r| {
            Ok(LeftClip {
                dataset: Path::new(&r.get::<_, String>(0)?).join(r.get::<_, String>(1)?),
                version: r.get(2)?,
                written: r.get(3)?,
                clip: r.get(4)?,
                sha256: r.get(5)?,
                left: r.get(6)?,
                why: r.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes which recordings' answers a file of the workspace rests on: those of all that is settled now.
    pub fn keep_lineage(&mut self, file: &str) -> Result<()> {
        let tx = self.write()?;
        tx.execute("DELETE FROM lineage WHERE file = ?1", [file])?;
        tx.execute(
            "INSERT INTO lineage (file, recording)
             SELECT DISTINCT ?1, p.recording FROM consensus c JOIN pieces p ON p.clip = c.clip",
            [file],
        )?;
        tx.commit()?;
        Ok(())
    }
}

/// Notes one file.
fn note(tx: &Transaction, new: &NewOutput<'_>, created: &str) -> Result<Output> {
    let NewOutput { kind, place, batch, holds } = new;
    let place = std::path::absolute(place)?;
    let folder = place.parent().unwrap_or(Path::new("/")).to_string_lossy().into_owned();
    let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let before = params![kind.code(), folder, name];
    let version: Option<u32> = match kind {
        OutputKind::Dataset => {
            let last = "SELECT coalesce(max(version), 0) + 1 FROM outputs
                        WHERE kind = ?1 AND folder = ?2 AND name = ?3";
            Some(tx.query_row(last, before, |row| row.get(0))?)
        }
        _ => {
            // What was withdrawn from it may be in copies.
            let same = "(SELECT id FROM outputs
                         WHERE kind = ?1 AND folder = ?2 AND name = ?3 AND fate IS NULL)";
            for table in ["output_clips", "output_recordings"] {
                tx.execute(&format!("DELETE FROM {table} WHERE output IN {same}"), before)?;
            }
            tx.execute(&format!("DELETE FROM outputs WHERE id IN {same}"), before)?;
            None
        }
    };
    let people = matches!(holds, Holds::Everything);
    let batch = batch.as_ref().map(BatchId::as_str);
    tx.execute(
        "INSERT INTO outputs (kind, folder, name, created, batch, version, people)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![kind.code(), folder, name, created, batch, version, people],
    )?;
    let id = tx.last_insert_rowid();
    match holds {
        Holds::Everything => {
            let all =
                "INSERT INTO output_recordings (output, recording) SELECT ?1, id FROM recordings";
            tx.execute(all, [id])?;
        }
        Holds::Recordings(recordings) => {
            let one = "INSERT OR IGNORE INTO output_recordings (output, recording) VALUES (?1, ?2)";
            let mut insert = tx.prepare_cached(one)?;
            for recording in recordings {
                insert.execute(params![id, recording.as_str()])?;
            }
        }
        Holds::Clips(clips) => {
            let one =
                "INSERT OR IGNORE INTO output_clips (output, clip, sha256) VALUES (?1, ?2, ?3)";
            let mut insert = tx.prepare_cached(one)?;
            for (clip, sha256) in clips.iter() {
                insert.execute(params![id, clip.as_str(), sha256])?;
            }
        }
    }
    let sql = format!("SELECT {COLUMNS} FROM outputs WHERE id = ?1");
    tx.query_row(&sql, [id], |row| Ok(read(row)))?
}

/// A clip that is no longer in a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftClip {
    /// The dataset's folder.
    pub dataset: PathBuf,
    /// Its version.
    pub version: u32,
    /// When that was written, RFC 3339.
    pub written: String,
    /// The clip.
    pub clip: String,
    /// SHA-256 of its WAV there.
    pub sha256: Option<String>,
    /// When it left, RFC 3339.
    pub left: String,
    /// `domain::LeftBecause`.
    pub why: String,
}
