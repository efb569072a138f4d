//! What other engines wrote: kept recording by recording, looked up for runs and for people. In: texts. Out: texts. Left to
//! others: reading files, which clip a word is of.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use rusqlite::{Transaction, params};

use super::Store;
use crate::domain::{EngineName, EngineText, RecordingId, RejectReason, Samples, Span};

/// What there is of an engine, by recording.
pub type EngineHeld = BTreeMap<EngineName, BTreeMap<RecordingId, Vec<EngineText>>>;

impl Store {
    /// Keeps an engine's texts of some recordings, in place of those that it had of them; one transaction. Drafts that were
    /// made of the earlier ones go, but for clips that were handed out: the next run makes them anew.
    pub fn keep_engine_texts(
        &mut self,
        engine: &EngineName,
        texts: &BTreeMap<RecordingId, Vec<EngineText>>,
    ) -> Result<()> {
        let tx = self.write()?;
        for (recording, texts) in texts {
            delete(&tx, engine, recording)?;
            let mut insert = tx.prepare_cached(
                "INSERT INTO engine_texts (engine, recording, number, body) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (number, text) in texts.iter().enumerate() {
                let body = serde_json::to_string(text)?;
                insert.execute(params![engine.as_str(), recording.as_str(), number, body])?;
            }
        }
        tx.commit()?;
        Ok(())
    }

    /// Takes out all that an engine wrote; how many texts.
    pub fn remove_engine(&mut self, engine: &EngineName) -> Result<usize> {
        let tx = self.write()?;
        let recordings = {
            let sql = "SELECT DISTINCT recording FROM engine_texts WHERE engine = ?1";
            let mut statement = tx.prepare(sql)?;
            let rows = statement.query_map([engine.as_str()], |row| row.get::<_, String>(0))?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        let mut removed = 0;
        for recording in recordings {
            removed += delete(&tx, engine, &RecordingId::from_stored(recording))?;
        }
        tx.commit()?;
        Ok(removed)
    }

    /// Whether there is anything of an engine.
    pub fn has_engine(&self, engine: &EngineName) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM engine_texts WHERE engine = ?1)";
        Ok(self.db.query_row(sql, [engine.as_str()], |row| row.get(0))?)
    }

    /// What an engine wrote of a recording, in the order in which it was read.
    pub fn engine_texts(
        &self,
        engine: &EngineName,
        recording: &RecordingId,
    ) -> Result<Vec<EngineText>> {
        let sql =
            "SELECT body FROM engine_texts WHERE engine = ?1 AND recording = ?2 ORDER BY number";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([engine.as_str(), recording.as_str()])?;
        let mut texts = Vec::new();
        while let Some(row) = rows.next()? {
            texts.push(text(row.get(0)?)?);
        }
        Ok(texts)
    }

    /// The engines that wrote something of each recording.
    pub fn engines_by_recording(&self) -> Result<BTreeMap<RecordingId, BTreeSet<EngineName>>> {
        let sql = "SELECT DISTINCT recording, engine FROM engine_texts";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut engines: BTreeMap<RecordingId, BTreeSet<EngineName>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let engine = row.get::<_, String>(1)?.parse().map_err(anyhow::Error::msg)?;
            let recording = RecordingId::from_stored(row.get::<_, String>(0)?);
            engines.entry(recording).or_default().insert(engine);
        }
        Ok(engines)
    }

    /// Everything that engines wrote; `None`: of all recordings.
    pub fn engines(&self, recording: Option<&RecordingId>) -> Result<EngineHeld> {
        let sql = "SELECT engine, recording, body FROM engine_texts
                   WHERE ?1 IS NULL OR recording = ?1 ORDER BY engine, recording, number";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([recording.map(RecordingId::as_str)])?;
        let mut held = EngineHeld::new();
        while let Some(row) = rows.next()? {
            let engine: EngineName =
                row.get::<_, String>(0)?.parse().map_err(anyhow::Error::msg)?;
            let recording = RecordingId::from_stored(row.get::<_, String>(1)?);
            let texts = held.entry(engine).or_default().entry(recording).or_default();
            texts.push(text(row.get(2)?)?);
        }
        Ok(held)
    }

    /// The parts of recordings that somebody withdrew.
    pub fn withdrawn_spans(&self) -> Result<BTreeMap<RecordingId, Vec<Span>>> {
        let sql =
            "SELECT recording, start, stop FROM pieces WHERE why = ?1 ORDER BY recording, start";
        let mut statement = self.db.prepare(sql)?;
        let mut rows = statement.query([serde_json::to_string(&RejectReason::Withdrawn)?])?;
        let mut spans: BTreeMap<RecordingId, Vec<Span>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let span = Span::new(Samples(row.get(1)?), Samples(row.get(2)?));
            spans.entry(RecordingId::from_stored(row.get::<_, String>(0)?)).or_default().push(span);
        }
        Ok(spans)
    }
}

fn text(body: String) -> Result<EngineText> {
    serde_json::from_str(&body).context("column engine_texts.body")
}

/// An engine's texts of a recording go, and what rests on them and nobody was given.
fn delete(tx: &Transaction, engine: &EngineName, recording: &RecordingId) -> Result<usize> {
    let key = params![engine.as_str(), recording.as_str()];
    let went = tx.execute("DELETE FROM engine_texts WHERE engine = ?1 AND recording = ?2", key)?;
    // A policy that takes an engine's texts begins with its name.
    let theirs = "substr(policy, 1, length(?1) + 1) = ?1 || '@'";
    let open = "SELECT clip FROM pieces
                WHERE recording = ?2 AND clip IS NOT NULL AND NOT handed_out";
    for sql in [
        format!(
            "UPDATE pieces SET decision = 'none', priority = NULL WHERE clip IN
                (SELECT clip FROM decisions WHERE {theirs} AND clip IN ({open}))"
        ),
        format!("DELETE FROM decisions WHERE {theirs} AND clip IN ({open})"),
        format!("DELETE FROM hypotheses WHERE {theirs} AND clip IN ({open})"),
    ] {
        tx.execute(&sql, key)?;
    }
    Ok(went)
}
