//! Tombstones and the account of withdrawals. In: hashes. Out: what was withdrawn, when, how much. Left to others: what
//! is hashed (`domain::Tombstones`).

use anyhow::{Context, Result};
use rusqlite::params;

use super::Store;
use crate::domain::{Tombstones, Withdrawal};

/// The note on the key of tombstones.
const KEY: &str = "tombstone key";

impl Store {
    /// What is known of earlier withdrawals.
    pub fn tombstones(&self) -> Result<Tombstones> {
        let mut statement = self.db.prepare(
            "SELECT hash, created FROM tombstones JOIN withdrawals ON number = withdrawal",
        )?;
        let dates = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let key = self.meta(KEY)?.map_or(Ok(Vec::new()), |key| bytes(&key))?;
        Ok(Tombstones::new(key, dates.collect::<Result<_, _>>()?))
    }

    /// Gives them a key, in hexadecimal digits, where they have none yet.
    pub fn key_tombstones(&mut self, drawn: &str) -> Result<()> {
        match self.meta(KEY)? {
            None => self.set_meta(KEY, drawn),
            Some(_) => Ok(()),
        }
    }

    /// Takes tombstones away: they consented anew.
    pub fn lift(&mut self, hashes: &[String]) -> Result<()> {
        let tx = self.write()?;
        for hash in hashes {
            tx.execute("DELETE FROM tombstones WHERE hash = ?1", [hash])?;
        }
        tx.commit()?;
        Ok(())
    }

    /// All withdrawals, oldest first.
    pub fn withdrawals(&self) -> Result<Vec<Withdrawal>> {
        let sql = "SELECT created, kind, counts FROM withdrawals ORDER BY number";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let counts: String = row.get(2)?;
            all.push(Withdrawal {
                created: row.get(0)?,
                kind: row.get(1)?,
                counts: serde_json::from_str(&counts).context("column withdrawals.counts")?,
            });
        }
        Ok(all)
    }
}

/// Keeps a withdrawal and its hashes.
pub(super) fn keep(
    tx: &rusqlite::Transaction,
    withdrawal: &Withdrawal,
    hashes: &[String],
) -> Result<()> {
    let Withdrawal { created, kind, counts } = withdrawal;
    tx.execute(
        "INSERT INTO withdrawals (created, kind, counts) VALUES (?1, ?2, ?3)",
        params![created, kind, serde_json::to_string(counts)?],
    )?;
    let number = tx.last_insert_rowid();
    for hash in hashes {
        tx.execute(
            "INSERT OR REPLACE INTO tombstones (hash, withdrawal) VALUES (?1, ?2)",
            params![hash, number],
        )?;
    }
    Ok(())
}

/// The bytes of hexadecimal digits.
fn bytes(hex: &str) -> Result<Vec<u8>> {
    let pair = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len())
        .step_by(2)
        .map(pair)
        .collect::<Option<_>>()
        .context("the note on the tombstone key")
}
