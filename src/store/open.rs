//! Opens or makes the database: write-ahead log, immediate transactions, one schema.
//! In: a path. Out: a [`Store`]. Left to others: one file per kind of row.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

/// The number of `schema.sql` (`PRAGMA user_version`); numbers below were never released.
const SCHEMA: u32 = 8;

/// An open workspace database.
pub struct Store {
    pub(super) db: Connection,
    path: PathBuf,
}

impl Store {
    /// Makes a new database; the file must not exist.
    pub fn create(path: &Path, workspace: &str) -> Result<Self> {
        if path.exists() {
            bail!("{} exists already", path.display());
        }
        let mut store = Self::connect(path)?;
        let tx = store.write()?;
        tx.execute_batch(include_str!("schema.sql"))?;
        tx.pragma_update(None, "user_version", SCHEMA)?;
        tx.commit()?;
        store.set_meta("workspace", workspace)?;
        Ok(store)
    }

    /// Opens a database of this program's schema.
    ///
    /// # Errors
    /// There is none, or it has another schema: what to do is said.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            bail!(
                "{} does not exist: create the workspace first with `second-ear init`",
                path.display()
            );
        }
        let store = Self::connect(path)?;
        let (path, schema) = (path.display(), store.schema()?);
        match schema.cmp(&SCHEMA) {
            Ordering::Equal => Ok(store),
            Ordering::Greater => bail!(
                "{path} was written by a newer second-ear (schema {schema}, this program knows {SCHEMA}): update \
                 second-ear"
            ),
            Ordering::Less => bail!(
                "{path} was made by an earlier version of second-ear (schema {schema}, this program reads {SCHEMA}): \
                 finish the workspace with that version, or make a new one with `second-ear init` and ingest its \
                 recordings there"
            ),
        }
    }

    fn schema(&self) -> Result<u32> {
        Ok(self.db.pragma_query_value(None, "user_version", |row| row.get(0))?)
    }

    fn connect(path: &Path) -> Result<Self> {
        let db = Connection::open(path).with_context(|| format!("open {}", path.display()))?;
        db.busy_timeout(Duration::from_secs(30))?;
        db.pragma_update(None, "journal_mode", "WAL")
            .with_context(|| format!("{} is not a second-ear database", path.display()))?;
        // NORMAL is safe against process death; FULL also keeps the last commit through power loss.
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "foreign_keys", true)?;
        Ok(Self { db, path: path.to_path_buf() })
    }

    /// A writing transaction that takes the write lock at once: a read that turns into a write
    /// would fail with SQLITE_BUSY however long the time-out.
    pub(super) fn write(&mut self) -> Result<Transaction<'_>> {
        let what = format!("write {}", self.path.display());
        self.db.transaction_with_behavior(TransactionBehavior::Immediate).context(what)
    }

    /// A note about the workspace as a whole.
    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        let found = self
            .db
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |r| r.get(0))
            .optional()?;
        Ok(found)
    }

    /// The notes whose key starts with `prefix`: the rest of the key, and the value.
    pub fn metas(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let sql = "SELECT substr(key, length(?1) + 1), value FROM meta WHERE substr(key, 1, length(?1)) = ?1";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([prefix], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sets a note about the workspace as a whole.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<()> {
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![key, value],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The workspace's id, drawn when it was made.
    pub fn workspace(&self) -> Result<String> {
        self.meta("workspace")?
            .with_context(|| format!("{} has no workspace id: damaged?", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_another_schema_is_refused_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        drop(Store::create(&path, "w").unwrap());
        for (schema, said) in
            [(99, "update second-ear"), (6, "earlier version"), (0, "`second-ear init`")]
        {
            Connection::open(&path).unwrap().pragma_update(None, "user_version", schema).unwrap();
            let error = Store::open(&path).err().unwrap().to_string();
            assert!(error.contains(said) && error.contains(&format!("schema {schema}")), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_named_in_the_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        std::fs::write(&path, "not a database at all, but long enough to be looked at").unwrap();
        let error = format!("{:#}", Store::open(&path).err().unwrap());
        assert!(error.contains("state.db"), "{error}");
    }

    #[test]
    fn what_was_made_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        drop(Store::create(&path, "w").unwrap());
        assert_eq!(Store::open(&path).unwrap().workspace().unwrap(), "w");
    }
}
