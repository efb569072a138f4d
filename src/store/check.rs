//! What SQLite and the counts say of the database's health, and a snapshot of it. In: an open database. Out: what is
//! wrong, in words; a file. Left to others: what to do about it.

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::Store;

/// What SQLite lists of damaged pages, at most.
const TOLD: usize = 100;

impl Store {
    /// What SQLite finds wrong with the file, page by page; of many findings the first ones, and that there are more.
    pub fn integrity(&self) -> Result<Vec<String>> {
        let mut statement = self.db.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        if rows.len() == TOLD {
            rows.push(format!("more than {TOLD} damaged places: SQLite stopped looking"));
        }
        Ok(rows.into_iter().filter(|row| row != "ok").collect())
    }

    /// Rows that refer to one that is not there.
    pub fn orphans(&self) -> Result<Vec<String>> {
        let mut statement = self.db.prepare("PRAGMA foreign_key_check")?;
        let orphan = |row: &rusqlite::Row| {
            let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
            let parent: String = row.get(2)?;
            Ok(format!(
                "row {} of {table} refers to a row of {parent} that is gone",
                id.unwrap_or(0)
            ))
        };
        let rows = statement.query_map([], orphan)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where the kept totals differ from the rows that they count.
    pub fn miscounted(&self) -> Result<Vec<String>> {
        let mut statement = self.db.prepare(
            "SELECT t.kind, t.decision, t.pieces, coalesce(p.n, 0), t.samples, coalesce(p.samples, 0)
             FROM totals t LEFT JOIN (
                 SELECT kind, decision, settled, handed_out, count(*) n, sum(stop - start) samples
                 FROM pieces GROUP BY 1, 2, 3, 4) p
               ON p.kind = t.kind AND p.decision = t.decision
              AND p.settled = t.settled AND p.handed_out = t.handed_out
             WHERE t.pieces <> coalesce(p.n, 0) OR t.samples <> coalesce(p.samples, 0)",
        )?;
        let said = |row: &rusqlite::Row| {
            let (kind, decision): (String, String) = (row.get(0)?, row.get(1)?);
            let [counted, there]: [i64; 2] = [row.get(2)?, row.get(3)?];
            let [samples, of_rows]: [i64; 2] = [row.get(4)?, row.get(5)?];
            Ok(format!(
                "{kind}, decision {decision}: {counted} counted, {there} there; {samples} samples counted, {of_rows} there"
            ))
        };
        let rows = statement.query_map([], said)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Recordings, by path, whose pieces do not add up to their length.
    pub fn untiled(&self) -> Result<Vec<String>> {
        let mut statement = self.db.prepare(
            "SELECT r.path, r.length, coalesce(sum(p.stop - p.start), 0) FROM recordings r
             LEFT JOIN pieces p ON p.recording = r.id WHERE r.state = 'sliced'
             GROUP BY r.id HAVING r.length IS NOT coalesce(sum(p.stop - p.start), 0) ORDER BY r.position",
        )?;
        let said = |row: &rusqlite::Row| {
            let (path, length, sum): (String, Option<i64>, i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(format!("{path}: {} samples, its pieces have {sum}", length.unwrap_or(0)))
        };
        let rows = statement.query_map([], said)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes the database as it is at this moment to a new file; others may write meanwhile.
    pub fn snapshot(&self, to: &Path) -> Result<()> {
        let context = || format!("write {}", to.display());
        let mut copy = Connection::open(to).with_context(context)?;
        // All pages at once, in one reading transaction: a writer does not make it begin again.
        Backup::new(&self.db, &mut copy)
            .and_then(|backup| backup.step(-1))
            .with_context(context)?;
        copy.pragma_update(None, "journal_mode", "DELETE").with_context(context)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_add_up_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(&dir.path().join("state.db"), "w").unwrap();
        let recording = "INSERT INTO recordings VALUES ('r', 0, '', 'a.wav', '', 1, 0, '', '{}', 100, 'sliced', NULL, NULL, 0, '', NULL);
                         INSERT INTO pieces (recording, start, stop, kind) VALUES ('r', 0, 100, 'silence');";
        store.db.execute_batch(recording).unwrap();
        assert!(store.integrity().unwrap().is_empty() && store.orphans().unwrap().is_empty());
        assert!(store.miscounted().unwrap().is_empty() && store.untiled().unwrap().is_empty());
        store
            .db
            .execute_batch("PRAGMA foreign_keys = 0; UPDATE recordings SET id = 'other'")
            .unwrap();
        assert_eq!(store.orphans().unwrap().len(), 1);
        assert_eq!(store.untiled().unwrap(), ["a.wav: 100 samples, its pieces have 0"]);
        store.db.execute_batch("UPDATE totals SET pieces = 7 WHERE kind = 'reject'").unwrap();
        assert!(store.miscounted().unwrap()[0].contains("7 counted, 0 there"));
    }
}
