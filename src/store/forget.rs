//! A withdrawal in the database: the intent, which holds everything that is to go; how much that is; the rows. In: an
//! [`Erasure`]. Out: rows that are gone, in one transaction. Left to others: what is to go (`pipeline::forget`), files,
//! the bytes of deleted rows (`erase`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};

use super::Store;
use super::tombstones;
use crate::domain::{
    ClipId, Facts, LeftBecause, RecordingId, Samples, Withdrawal, WithdrawnKind, WithdrawnWork,
};

mod audits;
mod mentions;
mod rows;

/// Everything that is to go, resolved when it is asked for: whatever was done of it already, the rest can be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Erasure {
    /// What was asked for.
    pub kind: WithdrawnKind,
    /// When, RFC 3339.
    pub created: String,
    /// Recordings that go as a whole.
    pub recordings: Vec<RecordingId>,
    /// Clips of others that go.
    pub clips: Vec<ClipId>,
    /// What is said of recordings from now on.
    pub facts: BTreeMap<RecordingId, Facts>,
    /// Clips that stay, and whose drafts were decoded together with what goes.
    pub redraft: Vec<ClipId>,
    /// Clips that stay beside one that goes: task files show what is said next to them.
    #[serde(default)]
    pub beside: Vec<ClipId>,
    /// Validators' names, as they are stored.
    pub validators: Vec<String>,
    /// What others did for it.
    #[serde(default)]
    pub work: BTreeMap<String, WithdrawnWork>,
    /// Rounds that rest on what goes.
    pub rounds: Vec<u32>,
    /// Digests of their models.
    pub models: Vec<String>,
    /// The round in use from now on, where that changes; 0: the settings' model.
    pub round_in_use: Option<u32>,
    /// Hashes that stay (`domain::Tombstones`).
    pub tombstones: Vec<String>,
    /// Names and paths that the log must not tell.
    pub mentions: Vec<String>,
    /// Numbers of the outputs that hold what goes.
    pub outputs: Vec<i64>,
    /// Files of the workspace that go.
    pub files: Vec<PathBuf>,
    /// Calibrations of the workspace that rest on what goes.
    pub calibrations: Vec<PathBuf>,
}

/// How far a withdrawal has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Forgetting {
    /// Its rows are there.
    Rows(Erasure),
    /// Its rows are gone; files are not.
    Files(Erasure),
    /// All is gone but the bytes of deleted rows.
    Scrub,
}

/// What is kept while a withdrawal is unfinished and its answers are not settled: see `Store::is_unsettled`.
const UNSETTLED: &str = "unsettled";

impl Store {
    /// A withdrawal that has begun and not ended.
    pub fn forgetting(&self) -> Result<Option<Forgetting>> {
        let found = self
            .db
            .query_row("SELECT stage, body FROM forgetting", [], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        let Some((stage, body)) = found else { return Ok(None) };
        let erasure = || serde_json::from_str(&body).context("the note on a withdrawal");
        Ok(Some(match stage.as_str() {
            "rows" => Forgetting::Rows(erasure()?),
            "files" => Forgetting::Files(erasure()?),
            _ => Forgetting::Scrub,
        }))
    }

    /// Notes what is to go: from now on it will, whatever happens to this process.
    pub fn begin_forgetting(&mut self, erasure: &Erasure) -> Result<()> {
        self.overwrite_deleted()?;
        let tx = self.write()?;
        let body = serde_json::to_string(erasure)?;
        tx.execute("INSERT INTO forgetting (one, stage, body) VALUES (1, 'rows', ?1)", [body])?;
        tx.commit()?;
        Ok(())
    }

    /// All rows go, and what stays of them comes: one transaction.
    pub fn forget_rows(&mut self, erasure: &Erasure) -> Result<BTreeMap<String, u64>> {
        self.overwrite_deleted()?;
        self.mark_gone(erasure)?;
        let counts = self.count_gone(erasure)?;
        let tx = self.write()?;
        super::renewal::note(&tx)?;
        audits::withdraw(&tx)?;
        rows::outputs(&tx, erasure)?;
        rows::rounds(&tx, erasure)?;
        rows::batches(&tx)?;
        rows::engine_texts(&tx, erasure)?;
        rows::clips(&tx)?;
        rows::recordings(&tx, erasure)?;
        rows::validators(&tx, erasure)?;
        rows::tidy(&tx)?;
        mentions::redact_log(&tx, &erasure.mentions)?;
        let Erasure { created, kind, .. } = erasure;
        let withdrawal = Withdrawal {
            created: created.clone(),
            kind: kind.code().to_string(),
            counts: counts.clone(),
        };
        tombstones::keep(&tx, &withdrawal, &erasure.tombstones)?;
        tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, '')", [UNSETTLED])?;
        tx.execute("UPDATE forgetting SET stage = 'files'", [])?;
        tx.commit()?;
        Ok(counts)
    }

    /// Notes that its files are gone; what it was about is forgotten with this.
    pub fn forgot_files(&mut self, erasure: &Erasure) -> Result<()> {
        self.overwrite_deleted()?;
        let tx = self.write()?;
        mentions::redact_outputs(&tx, &erasure.mentions)?;
        tx.execute("UPDATE forgetting SET stage = 'scrub', body = ''", [])?;
        tx.commit()?;
        Ok(())
    }

    /// Notes that nothing is left to do.
    pub fn forgot(&mut self) -> Result<()> {
        let tx = self.write()?;
        tx.execute("DELETE FROM forgetting", [])?;
        tx.commit()?;
        Ok(())
    }

    /// Makes the passing tables that the others read: `gone`, the clips that go; `answered`, those whose answers do.
    fn mark_gone(&self, erasure: &Erasure) -> Result<()> {
        self.db.execute_batch(
            "PRAGMA temp_store = MEMORY;
             DROP TABLE IF EXISTS temp.gone; DROP TABLE IF EXISTS temp.answered;
             DROP TABLE IF EXISTS temp.withdrawn_rounds; DROP TABLE IF EXISTS temp.withdrawn_names;
             CREATE TEMP TABLE gone (clip TEXT PRIMARY KEY);
             CREATE TEMP TABLE answered (clip TEXT PRIMARY KEY);
             CREATE TEMP TABLE withdrawn_rounds (number INTEGER PRIMARY KEY, model TEXT);
             CREATE TEMP TABLE withdrawn_names (validator TEXT PRIMARY KEY);",
        )?;
        let whole = "INSERT OR IGNORE INTO temp.gone
                     SELECT clip FROM pieces WHERE recording = ?1 AND clip IS NOT NULL";
        let mut whole = self.db.prepare(whole)?;
        for id in &erasure.recordings {
            whole.execute([id.as_str()])?;
        }
        let mut one = self.db.prepare("INSERT OR IGNORE INTO temp.gone VALUES (?1)")?;
        for clip in &erasure.clips {
            one.execute([clip.as_str()])?;
        }
        let mut name = self.db.prepare("INSERT OR IGNORE INTO temp.withdrawn_names VALUES (?1)")?;
        for validator in &erasure.validators {
            name.execute([validator])?;
        }
        self.db.execute(
            "INSERT OR IGNORE INTO temp.answered SELECT clip FROM answers
             WHERE validator IN (SELECT validator FROM temp.withdrawn_names)",
            [],
        )?;
        let mut round = self.db.prepare(
            "INSERT INTO temp.withdrawn_rounds SELECT number, model FROM rounds WHERE number = ?1",
        )?;
        for number in &erasure.rounds {
            round.execute([number])?;
        }
        Ok(())
    }

    /// How much goes, by what it is; nothing is changed.
    pub fn count_erasure(&self, erasure: &Erasure) -> Result<BTreeMap<String, u64>> {
        self.mark_gone(erasure)?;
        self.count_gone(erasure)
    }

    fn count_gone(&self, erasure: &Erasure) -> Result<BTreeMap<String, u64>> {
        let gone = "clip IN (SELECT clip FROM temp.gone)";
        let theirs = "validator IN (SELECT validator FROM temp.withdrawn_names)";
        let again = "clip IN (SELECT clip FROM temp.answered)";
        let models = "model IN (SELECT model FROM temp.withdrawn_rounds)";
        let mut counts = BTreeMap::new();
        for (name, table, which) in [
            ("clips", "temp.gone", "true".to_string()),
            ("drafts", "hypotheses", format!("{gone} OR {models}")),
            ("decisions", "decisions", format!("{gone} OR {models}")),
            ("task_rows", "batch_clips", gone.to_string()),
            ("answers", "answers", format!("{gone} OR {theirs}")),
            ("engine_texts", "engine_texts", rows::OF_GONE_CLIPS.to_string()),
            ("settled", "consensus", format!("{gone} OR {again}")),
            ("gold", "gold", gone.to_string()),
            ("audits", "audits", format!("{gone} OR {again}")),
            ("rounds", "temp.withdrawn_rounds", "true".to_string()),
            ("names", "credits", theirs.to_string()),
        ] {
            let sql = format!("SELECT count(*) FROM {table} WHERE {which}");
            counts.insert(name.to_string(), self.db.query_row(&sql, [], |row| row.get(0))?);
        }
        counts.insert("recordings".into(), erasure.recordings.len() as u64);
        counts.retain(|_, n| *n > 0);
        Ok(counts)
    }

    /// Seconds of audio in the clips that [`Self::count_erasure`] has just counted.
    pub fn seconds_gone(&self) -> Result<f64> {
        let sql = "SELECT coalesce(sum(stop - start), 0) FROM pieces WHERE clip IN (SELECT clip FROM temp.gone)";
        let samples: u64 = self.db.query_row(sql, [], |row| row.get(0))?;
        Ok(Samples(samples).seconds())
    }

    /// The rounds that some of the clips that go were used in, and the outputs that hold any of it with how many clips
    /// or recordings of it.
    pub fn rests_on(&self, erasure: &Erasure) -> Result<RestsOn> {
        self.mark_gone(erasure)?;
        let either = "SELECT clip FROM temp.gone UNION SELECT clip FROM temp.answered";
        let sql = format!("SELECT DISTINCT round FROM round_clips WHERE clip IN ({either})");
        let mut rounds = self.db.prepare(&sql)?;
        let rounds = rounds.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut outputs: BTreeMap<i64, u64> = BTreeMap::new();
        let sql = format!(
            "SELECT output, count(*) FROM output_clips WHERE gone IS NULL AND clip IN ({either}) GROUP BY output"
        );
        let mut add = |sql: &str, key: &[&str]| -> Result<()> {
            let mut statement = self.db.prepare_cached(sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(key))?;
            while let Some(row) = rows.next()? {
                *outputs.entry(row.get(0)?).or_default() += row.get::<_, u64>(1)?;
            }
            Ok(())
        };
        add(&sql, &[])?;
        let of_recording = "SELECT output, 1 FROM output_recordings WHERE recording = ?1";
        for id in self.touched(erasure)? {
            add(of_recording, &[&id])?;
        }
        let of_neighbour = "SELECT output, 1 FROM output_clips JOIN outputs ON id = output
                            WHERE kind = 'tasks' AND clip = ?1";
        for clip in &erasure.beside {
            add(of_neighbour, &[clip.as_str()])?;
        }
        if !erasure.validators.is_empty() {
            add("SELECT id, 1 FROM outputs WHERE people", &[])?;
            let credited = "SELECT id, 1 FROM outputs WHERE kind = 'dataset' AND EXISTS (SELECT 1 FROM credits
                            WHERE name <> '' AND validator IN (SELECT validator FROM temp.withdrawn_names))";
            add(credited, &[])?;
        }
        Ok(RestsOn { rounds, outputs, recordings: self.touched(erasure)? })
    }

    /// The recordings that something goes of.
    fn touched(&self, erasure: &Erasure) -> Result<Vec<String>> {
        let mut statement = self.db.prepare(
            "SELECT DISTINCT recording FROM pieces
             WHERE clip IN (SELECT clip FROM temp.gone UNION SELECT clip FROM temp.answered)",
        )?;
        let found = statement.query_map([], |row| row.get(0))?;
        let mut all = found.collect::<Result<Vec<String>, _>>()?;
        all.extend(erasure.recordings.iter().map(|id| id.to_string()));
        all.extend(erasure.facts.keys().map(|id| id.to_string()));
        all.sort();
        all.dedup();
        Ok(all)
    }

    /// Whether a file of the workspace rests on any of these recordings; where nobody noted what it rests on, it does.
    pub fn file_rests_on(&self, file: &str, recordings: &[String]) -> Result<bool> {
        let mut statement = self.db.prepare("SELECT recording FROM lineage WHERE file = ?1")?;
        let rows = statement.query_map([file], |row| row.get(0))?;
        let noted = rows.collect::<Result<Vec<String>, _>>()?;
        Ok(noted.is_empty() || noted.iter().any(|id| recordings.contains(id)))
    }

    /// What people did for what was withdrawn since.
    pub fn withdrawn_work(&self) -> Result<BTreeMap<String, WithdrawnWork>> {
        let sql = "SELECT validator, answers, active_seconds, pay FROM withdrawn_work";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement.query_map([], |r| {
            let work =
                WithdrawnWork { answers: r.get(1)?, active_seconds: r.get(2)?, pay: r.get(3)? };
            Ok((r.get(0)?, work))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everybody who answered, was handed a batch or wants to be named: as their names are stored.
    pub fn validators(&self) -> Result<Vec<String>> {
        let mut statement = self.db.prepare(
            "SELECT validator FROM answers UNION SELECT validator FROM batch_people
             UNION SELECT validator FROM credits UNION SELECT validator FROM withdrawn_work
             UNION SELECT validator FROM payments UNION SELECT validator FROM appeals
             UNION SELECT validator FROM links WHERE validator IS NOT NULL",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// What rests on what is to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestsOn {
    /// Rounds that used it.
    pub rounds: Vec<u32>,
    /// Outputs that hold it, with how much of it.
    pub outputs: BTreeMap<i64, u64>,
    /// The recordings that it is of.
    pub recordings: Vec<String>,
}

/// One row of a piece, or an error that names it.
fn piece(tx: &Transaction, clip: &ClipId) -> Result<Option<(String, i64, i64)>> {
    let sql = "SELECT recording, start, stop FROM pieces WHERE clip = ?1";
    let row = tx.query_row(sql, [clip.as_str()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)));
    Ok(row.optional()?)
}

/// The reasons that a dataset's readers are told.
fn because(erasure: &Erasure) -> LeftBecause {
    match erasure.validators.is_empty() {
        true => LeftBecause::Withdrawn,
        false => LeftBecause::AnswerWithdrawn,
    }
}

/// Rows of a table whose clip goes.
fn delete_clips(tx: &Transaction, table: &'static str) -> Result<usize> {
    let sql = format!("DELETE FROM {table} WHERE clip IN (SELECT clip FROM temp.gone)");
    Ok(tx.execute(&sql, [])?)
}
