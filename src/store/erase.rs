//! What was deleted leaves no bytes behind. In: an open database. Out: one without free pages, its log empty. Left to
//! others: what is deleted.

use anyhow::{Context, Result, ensure};

use super::Store;

impl Store {
    /// From now on this connection overwrites what it deletes with zeros.
    pub(super) fn overwrite_deleted(&self) -> Result<()> {
        let set = |row: &rusqlite::Row| row.get::<_, i64>(0);
        self.db.query_row("PRAGMA secure_delete = ON", [], set)?;
        self.db.execute_batch("PRAGMA temp_store = MEMORY")?;
        Ok(())
    }

    /// Writes the database anew without what was deleted, and empties its log. It needs as much free space again as the
    /// database has; repeated, it does no harm.
    ///
    /// # Errors
    /// Another program reads the database, or the disk is full: nothing is lost, and it can be done again.
    pub fn scrub(&mut self) -> Result<()> {
        self.overwrite_deleted()?;
        self.empty_log()?;
        self.db.execute_batch("VACUUM").context("write the database anew")?;
        self.empty_log()
    }

    fn empty_log(&self) -> Result<()> {
        let busy = |row: &rusqlite::Row| row.get::<_, bool>(0);
        let busy = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], busy)?;
        ensure!(
            !busy,
            "another program reads the database, so its log cannot be emptied: close it (a second-ear, a database \
             browser?), then run the same command again"
        );
        Ok(())
    }
}
