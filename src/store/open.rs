//! Opens or makes the database: write-ahead log, immediate transactions, one schema.
//! In: a path. Out: a [`Store`]. Left to others: one file per kind of row.

use std::cmp::Ordering;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::{read_only, trouble};

/// The number of `schema.sql` (`PRAGMA user_version`); numbers below were never released.
const SCHEMA: u32 = 14;

/// How long another program's lock on the database is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// An open workspace database.
pub struct Store {
    pub(super) db: Connection,
    path: PathBuf,
    /// Keep writers away from one that is read where nobody can write.
    _quiet: Vec<File>,
}

impl Store {
    /// Makes a new database; the file must not exist.
    pub fn create(path: &Path, workspace: &str) -> Result<Self> {
        if path.exists() {
            bail!("{} exists already", path.display());
        }
        let mut store = Self::connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        let tx = store.write()?;
        tx.execute_batch(include_str!("schema.sql"))?;
        tx.pragma_update(None, "user_version", SCHEMA)?;
        tx.commit()?;
        store.set_meta("workspace", workspace)?;
        Ok(store)
    }

    /// Opens a database of this program's schema for writing.
    ///
    /// # Errors
    /// There is none, or it has another schema: what to do is said.
    pub fn open(path: &Path) -> Result<Self> {
        look_at(path)?;
        Self::connect(path, OpenFlags::empty())?.checked()
    }

    /// Opens a database of this program's schema for reading; others may write meanwhile.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_to_read(path: &Path) -> Result<Self> {
        look_at(path)?;
        let (db, quiet) = read_only::open(path)?;
        Self { db, path: path.to_path_buf(), _quiet: quiet }.checked()
    }

    fn checked(self) -> Result<Self> {
        let (path, schema) = (self.path.display(), self.schema()?);
        match schema.cmp(&SCHEMA) {
            Ordering::Equal => Ok(self),
            Ordering::Greater => bail!(
                "{path} was written by a newer second-ear (schema {schema}, this program knows {SCHEMA}): update \
                 second-ear"
            ),
            Ordering::Less if !self.is_ours()? => {
                bail!("{path} is a database of another program, not of a second-ear workspace")
            }
            Ordering::Less => bail!(
                "{path} was made by an earlier version of second-ear (schema {schema}, this program reads {SCHEMA}): \
                 finish the workspace with that version, or make a new one with `second-ear init` and ingest its \
                 recordings there"
            ),
        }
    }

    fn is_ours(&self) -> Result<bool> {
        let sql = "SELECT count(*) = 2 FROM sqlite_schema WHERE name IN ('meta', 'recordings')";
        Ok(self.db.query_row(sql, [], |row| row.get(0))?)
    }

    fn schema(&self) -> Result<u32> {
        Ok(self.db.pragma_query_value(None, "user_version", |row| row.get(0))?)
    }

    fn connect(path: &Path, how: OpenFlags) -> Result<Self> {
        let context = || format!("open {}", path.display());
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | how;
        let db = Connection::open_with_flags(path, flags).with_context(context)?;
        db.busy_timeout(PATIENCE)?;
        db.pragma_update(None, "journal_mode", "WAL").with_context(context)?;
        // NORMAL is safe against process death; FULL also keeps the last commit through power loss.
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "foreign_keys", true)?;
        Ok(Self { db, path: path.to_path_buf(), _quiet: Vec::new() })
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

/// Names what is wrong with the file itself.
fn look_at(path: &Path) -> Result<()> {
    match trouble::of_file(path) {
        Some(wrong) => bail!(wrong),
        None => Ok(()),
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
            [(99, "update second-ear"), (7, "earlier version"), (0, "`second-ear init`")]
        {
            Connection::open(&path).unwrap().pragma_update(None, "user_version", schema).unwrap();
            let error = Store::open(&path).err().unwrap().to_string();
            assert!(error.contains(said) && error.contains(&format!("schema {schema}")), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(
            at("text"),
            "not a database at all, but long enough to be looked at ".repeat(99),
        )
        .unwrap();
        std::fs::write(at("empty"), "").unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        Connection::open(at("other")).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        for (name, said) in [
            ("text", "no SQLite database"),
            ("empty", "is empty"),
            ("folder", "is a folder"),
            ("other", "another program"),
            ("none", "does not exist"),
        ] {
            for open in [Store::open, Store::open_to_read] {
                let error = open(&at(name)).err().unwrap();
                let advice = trouble::advice(&error).unwrap_or_default();
                let error = format!("{error:#}: {advice}");
                assert!(error.contains(said) && error.contains(name), "{name}: {error}");
            }
        }
    }

    #[test]
    fn a_damaged_database_and_one_that_another_program_holds_say_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        let store = Store::create(&path, "w").unwrap();
        let held = Connection::open(&path).unwrap();
        held.execute_batch("BEGIN IMMEDIATE").unwrap();
        store.db.busy_timeout(Duration::ZERO).unwrap();
        let mut store = store;
        let busy = store.set_meta("a", "b").unwrap_err();
        assert!(trouble::advice(&busy).unwrap().contains("another program holds"), "{busy:#}");
        drop((held, store));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4096..].fill(0x5a);
        std::fs::write(&path, bytes).unwrap();
        let damaged = Store::open(&path).and_then(|store| store.workspace()).unwrap_err();
        assert!(trouble::advice(&damaged).unwrap().contains("doctor"), "{damaged:#}");
    }

    #[test]
    fn what_was_made_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        drop(Store::create(&path, "w").unwrap());
        assert_eq!(Store::open(&path).unwrap().workspace().unwrap(), "w");
    }
}
