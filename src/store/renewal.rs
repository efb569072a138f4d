//! What a withdrawal leaves to the next run. In: the note that somebody was removed. Out: whether there is one. Left to
//! others: removing (`forget`), settling and deciding anew (pipeline).
//!
//! What is settled and decided about others' clips may rest on somebody who is gone: on a score that was fitted to their
//! answers, on thresholds that their audits proved, on a draft that their voice taught. So the next run settles again
//! and decides on all drafts that are routed, those that were handed out too.

use anyhow::Result;
use rusqlite::{Connection, params};

use super::Store;

const NOTE: &str = "decide anew";

/// Leaves the note; in the transaction that removes.
pub(super) fn note(db: &Connection) -> Result<()> {
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, '')", params![NOTE])?;
    Ok(())
}

impl Store {
    /// Whether everything is to be decided anew.
    pub fn decides_anew(&self) -> Result<bool> {
        Ok(self.meta(NOTE)?.is_some())
    }

    /// Everything was decided anew.
    pub fn has_decided(&mut self) -> Result<()> {
        let tx = self.write()?;
        tx.execute("DELETE FROM meta WHERE key = ?1", params![NOTE])?;
        tx.commit()?;
        Ok(())
    }
}
