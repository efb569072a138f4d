//! Which command changed the workspace, when, with which files, and what came of it. In: entries. Out: entries, and
//! counts of what there is. Left to others: when one begins and ends (pipeline).

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::Store;

/// One command.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LogEntry {
    /// When it began, RFC 3339.
    pub started: String,
    /// When it ended; null: it was killed, or has not ended yet.
    pub ended: Option<String>,
    /// Version of the program.
    pub version: String,
    /// As it was typed, without the program's name.
    pub arguments: Vec<String>,
    /// Files that were imported, and settings, lexicon and calibration as they were.
    pub files: Vec<LoggedFile>,
    /// By how much each count changed; null before it ended.
    pub changed: Option<BTreeMap<String, i64>>,
    /// `done`, `stopped`, or `failed: ` and why; null before it ended.
    pub outcome: Option<String>,
}

/// A file that a command read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedFile {
    /// As it was named.
    pub path: String,
    /// Of its content.
    pub sha256: String,
}

impl Store {
    /// Begins an entry; its number.
    pub fn begin_entry(&mut self, entry: &LogEntry) -> Result<i64> {
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO log (started, version, arguments, files) VALUES (?1, ?2, ?3, ?4)",
            params![
                entry.started,
                entry.version,
                serde_json::to_string(&entry.arguments)?,
                serde_json::to_string(&entry.files)?
            ],
        )?;
        let number = tx.last_insert_rowid();
        tx.commit()?;
        Ok(number)
    }

    /// Ends an entry.
    pub fn end_entry(&mut self, number: i64, entry: &LogEntry) -> Result<()> {
        let tx = self.write()?;
        tx.execute(
            "UPDATE log SET ended = ?2, files = ?3, changed = ?4, outcome = ?5 WHERE number = ?1",
            params![
                number,
                entry.ended,
                serde_json::to_string(&entry.files)?,
                serde_json::to_string(&entry.changed)?,
                entry.outcome
            ],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The last entries, at most so many, the newest last.
    pub fn log(&self, last: usize) -> Result<Vec<LogEntry>> {
        let mut statement = self.db.prepare(
            "SELECT started, ended, version, arguments, files, changed, outcome FROM log
             ORDER BY number DESC LIMIT ?1",
        )?;
        let mut rows = statement.query([last])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let (arguments, files): (String, String) = (row.get(3)?, row.get(4)?);
            let changed: Option<String> = row.get(5)?;
            entries.push(LogEntry {
                started: row.get(0)?,
                ended: row.get(1)?,
                version: row.get(2)?,
                arguments: serde_json::from_str(&arguments)?,
                files: serde_json::from_str(&files)?,
                changed: changed.map(|text| serde_json::from_str(&text)).transpose()?.flatten(),
                outcome: row.get(6)?,
            });
        }
        entries.reverse();
        Ok(entries)
    }

    /// How many there are of what commands make: recordings, clips by state, batches, answers, rounds.
    pub fn counts(&self) -> Result<BTreeMap<String, i64>> {
        let mut counts = BTreeMap::new();
        for table in ["recordings", "batches", "answers", "gold", "rounds"] {
            let count = |row: &rusqlite::Row| row.get::<_, i64>(0);
            let n = self.db.query_row(&format!("SELECT count(*) FROM {table}"), [], count)?;
            counts.insert(table.to_string(), n);
        }
        for (state, n) in self.totals()?.clips {
            counts.insert(format!("clips_{}", state.code()), i64::try_from(n).unwrap_or(i64::MAX));
        }
        Ok(counts)
    }
}
