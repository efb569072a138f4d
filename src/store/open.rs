//! Opens or makes the database: write-ahead log, immediate transactions, versioned migrations.
//! In: a path. Out: a [`Store`]. Left to others: one file per kind of row.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

/// One step a version: `MIGRATIONS[n]` takes a database from version n to n + 1.
pub(super) const MIGRATIONS: [&str; 6] = [
    include_str!("migrations/1_first.sql"),
    include_str!("migrations/2_people.sql"),
    include_str!("migrations/3_guarantee.sql"),
    include_str!("migrations/4_rounds.sql"),
    include_str!("migrations/5_failed_clips.sql"),
    include_str!("migrations/6_scale.sql"),
];

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
        store.set_meta("workspace", workspace)?;
        Ok(store)
    }

    /// Opens a database and brings it to this program's version.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            bail!(
                "{} does not exist: create the workspace first with `second-ear init`",
                path.display()
            );
        }
        Self::connect(path)
    }

    fn connect(path: &Path) -> Result<Self> {
        let db = Connection::open(path).with_context(|| format!("open {}", path.display()))?;
        db.busy_timeout(Duration::from_secs(30))?;
        db.pragma_update(None, "journal_mode", "WAL")
            .with_context(|| format!("{} is not a second-ear database", path.display()))?;
        // NORMAL is safe against process death; FULL also keeps the last commit through power loss.
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "foreign_keys", true)?;
        let mut store = Self { db, path: path.to_path_buf() };
        store.migrate()?;
        Ok(store)
    }

    fn migrate(&mut self) -> Result<()> {
        let known = MIGRATIONS.len();
        let version: usize = self.db.pragma_query_value(None, "user_version", |r| r.get(0))?;
        if version > known {
            bail!(
                "{} was written by a newer second-ear (database version {version}, this program \
                 knows {known}): update second-ear",
                self.path.display()
            );
        }
        if version == known {
            return Ok(());
        }
        // Another process may have migrated while this one waited: the version is read again inside.
        let tx = self.write()?;
        let version: usize = tx.pragma_query_value(None, "user_version", |r| r.get(0))?;
        for step in &MIGRATIONS[version.min(known)..] {
            tx.execute_batch(step)?;
        }
        tx.pragma_update(None, "user_version", known)?;
        tx.commit()?;
        Ok(())
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
    fn a_database_of_a_newer_program_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        drop(Store::create(&path, "w").unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = Store::open(&path).err().unwrap().to_string();
        assert!(error.contains("newer second-ear"), "{error}");
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
    fn a_database_of_version_1_is_brought_to_this_version() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        let db = Connection::open(&path).unwrap();
        db.execute_batch(MIGRATIONS[0]).unwrap();
        db.execute("INSERT INTO meta VALUES ('workspace', 'old')", []).unwrap();
        db.execute("INSERT INTO consensus VALUES ('c', 'corrected', 'oui', 1, 1)", []).unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        drop(db);
        let store = Store::open(&path).unwrap();
        assert_eq!(store.workspace().unwrap(), "old");
        let agreement: f64 =
            store.db.query_row("SELECT agreement FROM consensus", [], |r| r.get(0)).unwrap();
        assert_eq!(agreement, 1.0);
        assert!(store.gold().unwrap().is_empty());
    }

    #[test]
    fn opening_twice_migrates_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.db");
        drop(Store::create(&path, "w").unwrap());
        assert_eq!(Store::open(&path).unwrap().workspace().unwrap(), "w");
    }
}
