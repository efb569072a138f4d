//! Guarantees are tested anew after a withdrawal, on the audits that are left. In: a transaction, the passing tables of
//! `Store::mark_gone`. Out: no certificate is left, and as a rule no audit has a place and no test has begun: what a workspace
//! has that never had the person, before it looks. Left to others: testing (`pipeline::route`, at the next run).
//!
//! All of it goes, whoever was audited: the start of a test and the bets on it follow from everybody's scores, and the
//! order of audits from when each was settled. But an alarm that names no withdrawn clip stays, with the order of audits and
//! the starts of tests: who leaves must not make a broken guarantee look whole, tested on the audits from before the change.

use anyhow::{Context, Result};
use rusqlite::Transaction;

use crate::domain::{ClipId, Entry, GuaranteeEvent};
use crate::store::Store;

/// The note that tests have to open anew.
const RETEST: &str = "test guarantees anew";

/// Takes audits away, and what rests on them.
pub fn withdraw(tx: &Transaction) -> Result<()> {
    let mut log = Vec::new();
    for (id, event) in events(tx)? {
        let stays = match &event {
            GuaranteeEvent::Opened { .. } => true,
            GuaranteeEvent::Certified { .. } => false,
            GuaranteeEvent::Alarm { at, since, .. } => !went(tx, at)? && !went(tx, since)?,
        };
        log.push((id, stays, matches!(event, GuaranteeEvent::Alarm { .. })));
    }
    let alarmed = log.iter().any(|(_, stays, alarm)| *stays && *alarm);
    let lost = match alarmed {
        true => "clip IN (SELECT clip FROM temp.gone UNION SELECT clip FROM temp.answered)",
        false => "TRUE",
    };
    let audits = tx.execute(&format!("DELETE FROM audits WHERE {lost}"), [])?;
    for (id, ..) in log.iter().filter(|(_, stays, _)| !alarmed || !stays) {
        tx.execute("DELETE FROM certificates WHERE id = ?1", [id])?;
    }
    if audits + log.len() > 0 {
        tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, '')", [RETEST])?;
    }
    Ok(())
}

fn events(tx: &Transaction) -> Result<Vec<(i64, GuaranteeEvent)>> {
    let mut statement = tx.prepare("SELECT id, body FROM certificates ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let mut events = Vec::new();
    for row in rows {
        let (id, body): (i64, String) = row?;
        let entry: Entry =
            serde_json::from_str(&body).with_context(|| format!("certificate {id}"))?;
        events.push((id, entry.event));
    }
    Ok(events)
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
