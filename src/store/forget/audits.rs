//! Guarantees are tested anew after a withdrawal, on the audits that are left. In: a transaction. Out: no audit has a place and
//! no test, certificate or alarm is left: what a workspace has that never had the person, before it looks. Left to
//! others: testing (`pipeline::route`, at the next run).
//!
//! All of it goes, whoever was audited: the start of a test and the bets on it follow from everybody's scores, and the
//! order of audits from when each was settled.

use anyhow::Result;
use rusqlite::Transaction;

use crate::store::Store;

/// The note that tests have to open anew.
const RETEST: &str = "test guarantees anew";

/// Takes audits away, and what rests on them.
pub fn withdraw(tx: &Transaction) -> Result<()> {
    let audits = tx.execute("DELETE FROM audits", [])?;
    let log = tx.execute("DELETE FROM certificates", [])?;
    if audits + log > 0 {
        tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, '')", [RETEST])?;
    }
    Ok(())
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
