//! Which recording is being read, and what was found in those that were. In: ids. Out: findings, and the recordings
//! during whose reading the program died. Left to others: what follows from that.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::Store;
use crate::domain::{Findings, RecordingId};

/// A recording in hand when the program died this often is suspected of it.
const SUSPICIOUS: u32 = 2;

impl Store {
    /// Notes that a recording is about to be read.
    pub fn reading_begins(&mut self, id: &RecordingId) -> Result<()> {
        self.note("UPDATE recordings SET begun = begun + 1 WHERE id = ?1", Some(id))
    }

    /// Notes that it can be read.
    pub fn reading_goes_well(&mut self, id: &RecordingId) -> Result<()> {
        self.note("UPDATE recordings SET begun = 0 WHERE id = ?1 AND begun > 0", Some(id))
    }

    /// Notes that the program ends in good order.
    pub fn nothing_is_read(&mut self) -> Result<()> {
        self.note("UPDATE recordings SET begun = 0 WHERE begun > 0", None)
    }

    fn note(&mut self, sql: &str, id: Option<&RecordingId>) -> Result<()> {
        let tx = self.write()?;
        tx.execute(sql, rusqlite::params_from_iter(id.map(RecordingId::as_str)))?;
        tx.commit()?;
        Ok(())
    }

    /// The recordings during whose reading the program died, time after time.
    pub fn suspicious(&self) -> Result<Vec<RecordingId>> {
        let sql = "SELECT id FROM recordings WHERE begun >= ?1 ORDER BY position";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([SUSPICIOUS], |r| r.get::<_, String>(0))?;
        rows.map(|id| Ok(RecordingId::from_stored(id?))).collect()
    }

    /// What was found in each recording that was sliced.
    pub fn findings(&self) -> Result<BTreeMap<RecordingId, Findings>> {
        let sql = "SELECT id, findings FROM recordings WHERE findings IS NOT NULL";
        let mut statement = self.db.prepare(sql)?;
        let rows =
            statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (id, findings) = row?;
            let findings = serde_json::from_str(&findings).context("column recordings.findings")?;
            Ok((RecordingId::from_stored(id), findings))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::store::totals::tests::store;

    #[test]
    fn a_recording_is_suspected_after_two_deaths_in_a_row_and_not_after_one() {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = store(dir.path(), 1);
        let id = store.recordings().unwrap()[0].recording.id.clone();
        store.reading_begins(&id).unwrap();
        assert!(store.suspicious().unwrap().is_empty());
        store.reading_goes_well(&id).unwrap();
        store.reading_begins(&id).unwrap();
        assert!(store.suspicious().unwrap().is_empty());
        store.reading_begins(&id).unwrap();
        assert_eq!(store.suspicious().unwrap(), std::slice::from_ref(&id));
        store.keep_failure(&id, "set aside").unwrap();
        assert!(store.suspicious().unwrap().is_empty());
        store.reading_begins(&id).unwrap();
        store.nothing_is_read().unwrap();
        store.reading_begins(&id).unwrap();
        assert!(store.suspicious().unwrap().is_empty());
        assert_eq!(store.findings().unwrap().len(), 1);
    }
}
