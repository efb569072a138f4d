//! Recordings and their pieces.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use crate::domain::{Clip, Facts, Findings, Piece, Recording, RecordingId, Samples, Span};

/// How far a recording has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingState {
    /// Registered; not yet cut.
    Ingested,
    /// Cut into pieces.
    Sliced,
    /// Could not be decoded, with the reason; tried again by the next run.
    Failed(String),
}

/// A recording and how far it has come.
#[derive(Clone, Debug)]
pub struct RecordingRow {
    /// The recording.
    pub recording: Recording,
    /// How far it has come.
    pub state: RecordingState,
}

impl RecordingRow {
    /// Whether it has clips, as far as there is speech in it.
    pub fn is_cut(&self) -> bool {
        self.state == RecordingState::Sliced
    }
}

/// What the store knew of a recording that is being registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Nothing: it was added.
    New,
    /// The same content at the same place, nothing new said about it.
    Same,
    /// The same content; what is said about it was updated.
    Updated,
    /// The same content, whose old file is gone: found again at the new place.
    Moved,
}

const COLUMNS: &str =
    "id, sha256, path, file, bytes, modified, channel, facts, length, state, error";

fn read(row: &Row) -> rusqlite::Result<(RecordingRow, String, String)> {
    let state: String = row.get(9)?;
    let recording = Recording {
        id: RecordingId::from_stored(row.get::<_, String>(0)?),
        sha256: row.get(1)?,
        path: row.get(2)?,
        file: PathBuf::from(row.get::<_, String>(3)?),
        bytes: row.get(4)?,
        modified: row.get(5)?,
        channel: crate::domain::Channel::Mix,
        length: row.get::<_, Option<u64>>(8)?.map(Samples),
        facts: Facts::default(),
    };
    let state = match state.as_str() {
        "sliced" => RecordingState::Sliced,
        "failed" => RecordingState::Failed(row.get::<_, Option<String>>(10)?.unwrap_or_default()),
        _ => RecordingState::Ingested,
    };
    Ok((RecordingRow { recording, state }, row.get(6)?, row.get(7)?))
}

fn complete((mut row, channel, facts): (RecordingRow, String, String)) -> Result<RecordingRow> {
    row.recording.channel = serde_json::from_str(&channel).context("column recordings.channel")?;
    row.recording.facts = serde_json::from_str(&facts).context("column recordings.facts")?;
    Ok(row)
}

/// The text of a path. No other form of a name is stored for one that is no UTF-8.
fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("the path {} is no UTF-8 text", path.display()))
}

impl Store {
    /// Registers a recording, or finds it again by its id.
    pub fn register(&mut self, recording: &Recording) -> Result<Registration> {
        let old = self.recording(&recording.id)?;
        let tx = self.write()?;
        let known = match old {
            None => {
                tx.execute(
                    &format!(
                        "INSERT INTO recordings ({COLUMNS}, position) VALUES
                         (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'ingested', NULL,
                          (SELECT COALESCE(MAX(position), 0) + 1 FROM recordings))"
                    ),
                    params![
                        recording.id.as_str(),
                        recording.sha256,
                        recording.path,
                        text(&recording.file)?,
                        recording.bytes,
                        recording.modified,
                        serde_json::to_string(&recording.channel)?,
                        serde_json::to_string(&recording.facts)?,
                        recording.length.map(|l| l.0),
                    ],
                )?;
                Registration::New
            }
            Some(RecordingRow { recording: old, .. }) => {
                let gone = old.file != recording.file && !old.file.exists();
                // What is newly said wins over what was said before; silence keeps the old.
                let facts = recording.facts.clone().or(old.facts.clone());
                let known = match (gone, facts == old.facts) {
                    (true, _) => Registration::Moved,
                    (false, true) => Registration::Same,
                    (false, false) => Registration::Updated,
                };
                let there = gone || old.file == recording.file;
                let at = if there { recording } else { &old };
                tx.execute(
                    "UPDATE recordings SET facts = ?2, path = ?3, file = ?4, bytes = ?5, modified = ?6,
                        ingested = CASE WHEN ?7 AND audio_removed IS NOT NULL
                            THEN strftime('%Y-%m-%dT%H:%M:%SZ', 'now') ELSE ingested END,
                        audio_removed = CASE WHEN ?7 THEN NULL ELSE audio_removed END
                     WHERE id = ?1",
                    params![
                        old.id.as_str(),
                        serde_json::to_string(&facts)?,
                        at.path,
                        text(&at.file)?,
                        at.bytes,
                        at.modified,
                        there,
                    ],
                )?;
                if facts != old.facts {
                    // The score may depend on the region: what it expected is worked out anew.
                    tx.execute(
                        "UPDATE decisions SET scoring = NULL WHERE clip IN
                            (SELECT clip FROM pieces WHERE recording = ?1 AND clip IS NOT NULL)",
                        [old.id.as_str()],
                    )?;
                }
                known
            }
        };
        tx.commit()?;
        Ok(known)
    }

    /// One recording.
    pub fn recording(&self, id: &RecordingId) -> Result<Option<RecordingRow>> {
        let sql = format!("SELECT {COLUMNS} FROM recordings WHERE id = ?1");
        self.db.query_row(&sql, [id.as_str()], read).optional()?.map(complete).transpose()
    }

    /// All recordings, in order of ingestion.
    pub fn recordings(&self) -> Result<Vec<RecordingRow>> {
        let sql = format!("SELECT {COLUMNS} FROM recordings ORDER BY position");
        let mut statement = self.db.prepare(&sql)?;
        let rows = statement.query_map([], read)?;
        rows.map(|row| complete(row?)).collect()
    }

    /// All recordings, by id.
    pub fn recordings_by_id(&self) -> Result<BTreeMap<RecordingId, Recording>> {
        let rows = self.recordings()?.into_iter();
        Ok(rows.map(|row| (row.recording.id.clone(), row.recording)).collect())
    }

    /// The month of each recording, as `2026-03`: of the day on which it was recorded, else of that on which it was ingested.
    pub fn months(&self) -> Result<BTreeMap<RecordingId, String>> {
        let sql = "SELECT id, substr(coalesce(json_extract(facts, '$.recorded'), ingested), 1, 7) FROM recordings";
        let mut statement = self.db.prepare(sql)?;
        let rows = statement
            .query_map([], |r| Ok((RecordingId::from_stored(r.get::<_, String>(0)?), r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Replaces what a team says of recordings, all at once.
    pub fn keep_facts(&mut self, facts: &BTreeMap<RecordingId, Facts>) -> Result<()> {
        let tx = self.write()?;
        for (id, facts) in facts {
            tx.execute(
                "UPDATE recordings SET facts = ?2 WHERE id = ?1",
                params![id.as_str(), serde_json::to_string(facts)?],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Another content that was registered from the same file before: the file has changed.
    pub fn earlier_content(&self, recording: &Recording) -> Result<Option<RecordingId>> {
        let found = self
            .db
            .query_row(
                "SELECT id FROM recordings WHERE file = ?1 AND sha256 <> ?2",
                params![text(&recording.file)?, recording.sha256],
                |r| r.get::<_, String>(0),
            )
            .optional()?;
        Ok(found.map(RecordingId::from_stored))
    }

    /// Keeps the pieces of a recording: all of them, or none.
    pub fn keep_pieces(
        &mut self,
        id: &RecordingId,
        length: Samples,
        pieces: &[Piece],
        findings: &Findings,
    ) -> Result<()> {
        let tx = self.write()?;
        {
            let mut insert = tx.prepare(
                "INSERT INTO pieces (recording, start, stop, kind, why, clip)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for piece in pieces {
                let Span { start, end } = piece.span();
                let (kind, why, clip) = match *piece {
                    Piece::Clip { span } => ("clip", None, Some(Clip::new(id, span).id)),
                    Piece::Silence { .. } => ("silence", None, None),
                    Piece::Reject { why, .. } => {
                        ("reject", Some(serde_json::to_string(&why)?), None)
                    }
                };
                let clip = clip.as_ref().map(|c| c.as_str());
                insert.execute(params![id.as_str(), start.0, end.0, kind, why, clip])?;
            }
        }
        tx.execute(
            "UPDATE recordings SET state = 'sliced', error = NULL, length = ?2, findings = ?3, begun = 0
             WHERE id = ?1",
            params![id.as_str(), length.0, serde_json::to_string(findings)?],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Marks a recording whose clips could all be read.
    pub fn keep_success(&mut self, id: &RecordingId) -> Result<()> {
        let tx = self.write()?;
        let changed = "UPDATE recordings SET error = NULL WHERE id = ?1 AND error IS NOT NULL";
        tx.execute(changed, [id.as_str()])?;
        tx.commit()?;
        Ok(())
    }

    /// Marks a recording that could not be decoded; its pieces, if any, stay.
    pub fn keep_failure(&mut self, id: &RecordingId, error: &str) -> Result<()> {
        let tx = self.write()?;
        tx.execute(
            "UPDATE recordings SET error = ?2, begun = 0,
                    state = CASE WHEN state = 'sliced' THEN 'sliced' ELSE 'failed' END
             WHERE id = ?1",
            params![id.as_str(), error],
        )?;
        tx.commit()?;
        Ok(())
    }
}
