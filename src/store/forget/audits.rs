//! Guarantees that lose audits are tested anew: what rests on them goes. In: a transaction, the passing tables of
//! `Store::mark_gone`. Out: no certificate, and no alarm that names a clip that went; tests that opened stay, because
//! they say from which audit on one counts. Left to others: testing (`pipeline::route`, at the next run).

use anyhow::{Context, Result};
use rusqlite::Transaction;

use crate::domain::{ClipId, Entry, GuaranteeEvent};
use crate::store::Store;

/// The note that tests have to open anew.
const RETEST: &str = "test guarantees anew";

/// Takes audits away, and what rests on them.
pub fn withdraw(tx: &Transaction) -> Result<()> {
    let lost = "clip IN (SELECT clip FROM temp.gone UNION SELECT clip FROM temp.answered)";
    if tx.execute(&format!("DELETE FROM audits WHERE {lost}"), [])? == 0 {
        return Ok(());
    }
    for (id, body) in certificates(tx)? {
        let entry: Entry =
            serde_json::from_str(&body).with_context(|| format!("certificate {id}"))?;
        let goes = match &entry.event {
            GuaranteeEvent::Opened { .. } => false,
            GuaranteeEvent::Certified { .. } => true,
            GuaranteeEvent::Alarm { at, since, .. } => went(tx, at)? || went(tx, since)?,
        };
        if goes {
            tx.execute("DELETE FROM certificates WHERE id = ?1", [id])?;
        }
    }
    tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, '')", [RETEST])?;
    Ok(())
}

fn certificates(tx: &Transaction) -> Result<Vec<(i64, String)>> {
    let mut statement = tx.prepare("SELECT id, body FROM certificates")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn went(tx: &Transaction, clip: &ClipId) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM temp.gone WHERE clip = ?1)";
    Ok(tx.query_row(sql, [clip.as_str()], |row| row.get(0))?)
}

impl Store {
    /// Whether guarantees have lost audits since they were tested.
    pub fn must_retest(&self) -> Result<bool> {
        Ok(self.meta(RETEST)?.is_some())
    }

    /// Notes that they were tested anew.
    pub fn retested(&mut self) -> Result<()> {
        let tx = self.write()?;
        tx.execute("DELETE FROM meta WHERE key = ?1", [RETEST])?;
        tx.commit()?;
        Ok(())
    }
}
