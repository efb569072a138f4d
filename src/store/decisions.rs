//! Decisions: the latest on each clip, replaced as a whole, and which clips wait because of them.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use rusqlite::{OptionalExtension, Transaction, params};

use super::Store;
use super::ledger::IS_OUT;
use crate::domain::{ClipId, Decision, RecordingId, Routed, Scoring};

/// What decisions rest on.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// Model of the drafts.
    pub model: &'a str,
    /// What scored them.
    pub scoring: &'a Scoring,
}

/// A clip that waits for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Which.
    pub clip: ClipId,
    /// Of which recording.
    pub recording: Arc<RecordingId>,
    /// Larger goes first.
    pub priority: f64,
}

fn columns(decision: &Decision) -> (&'static str, Option<f64>) {
    match decision {
        Decision::Auto { .. } => ("auto", None),
        Decision::Human { priority, .. } => ("human", Some(*priority)),
        Decision::Dropped { .. } => ("dropped", None),
    }
}

/// The id of a piece of evidence, which many rows share.
fn evidence(tx: &Transaction, text: &str) -> Result<i64> {
    let find = "SELECT id FROM evidence WHERE body = ?1";
    if let Some(id) = tx.query_row(find, [text], |r| r.get(0)).optional()? {
        return Ok(id);
    }
    tx.execute("INSERT INTO evidence (body) VALUES (?1)", [text])?;
    Ok(tx.last_insert_rowid())
}

/// The id of a scoring, which many rows share.
fn scoring_id(tx: &Transaction, scoring: &Scoring) -> Result<i64> {
    let Scoring { digest, program, calibration, lexicon } = scoring;
    tx.execute(
        "INSERT OR IGNORE INTO scorings (digest, program, calibration, lexicon) VALUES (?1, ?2, ?3, ?4)",
        params![digest, program, calibration, lexicon],
    )?;
    let find = "SELECT id FROM scorings WHERE digest = ?1";
    Ok(tx.query_row(find, [digest], |r| r.get(0))?)
}

impl Store {
    /// Keeps the outcome of a routing pass, one transaction; with each decision the decode policy of the draft, and the word
    /// error rate that is expected of it.
    pub fn keep_decisions(
        &mut self,
        routed: &[(Routed, &str, Option<f64>)],
        grounds: Grounds<'_>,
    ) -> Result<()> {
        let Grounds { model, scoring } = grounds;
        let tx = self.write()?;
        {
            let scoring = scoring_id(&tx, scoring)?;
            let mut insert = tx.prepare(
                "INSERT INTO decisions (clip, body, score, inclusion, region, model, policy,
                                        evidence, scoring, expected_wer, threshold, rule)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (clip) DO UPDATE SET body = excluded.body, score = excluded.score,
                    inclusion = excluded.inclusion, region = excluded.region,
                    model = excluded.model, policy = excluded.policy, evidence = excluded.evidence,
                    scoring = excluded.scoring, expected_wer = excluded.expected_wer,
                    threshold = excluded.threshold, rule = excluded.rule",
            )?;
            let mut place =
                tx.prepare("UPDATE pieces SET decision = ?2, priority = ?3 WHERE clip = ?1")?;
            let mut known: HashMap<String, i64> = HashMap::new();
            for (r, policy, expected_wer) in routed {
                let of_speaker = match r.evidence.is_empty() {
                    true => None,
                    false => {
                        let text = serde_json::to_string(&r.evidence)?;
                        Some(match known.get(&text) {
                            Some(id) => *id,
                            None => {
                                let id = evidence(&tx, &text)?;
                                known.insert(text, id);
                                id
                            }
                        })
                    }
                };
                insert.execute(params![
                    r.clip.as_str(),
                    serde_json::to_string(&r.decision)?,
                    r.score.map(|s| s.get()),
                    r.inclusion.get(),
                    r.region.as_ref().map(|c| c.as_str()),
                    model,
                    policy,
                    of_speaker,
                    scoring,
                    expected_wer,
                    r.bar.map(|bar| bar.least.get()),
                    r.bar.map(|bar| bar.rule.code()),
                ])?;
                let (decision, priority) = columns(&r.decision);
                place.execute(params![r.clip.as_str(), decision, priority])?;
            }
        }
        tx.execute(
            "DELETE FROM evidence WHERE id NOT IN
                (SELECT evidence FROM decisions WHERE evidence IS NOT NULL)",
            [],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The number of a scoring in [`super::ClipRow::expected`]; `None`: nothing was decided with it.
    pub fn scoring(&self, digest: &str) -> Result<Option<i64>> {
        let find = "SELECT id FROM scorings WHERE digest = ?1";
        Ok(self.db.query_row(find, [digest], |r| r.get(0)).optional()?)
    }

    /// Clips that wait for a person and that nobody has settled, in order of ingestion and time; without
    /// those that are in a task file already, if `only_new`.
    pub fn waiting(&self, only_new: bool) -> Result<Vec<Waiting>> {
        let mut statement = self.db.prepare(&format!(
            "SELECT p.recording, p.clip, p.priority
             FROM recordings r CROSS JOIN pieces p ON p.recording = r.id
             WHERE p.decision = 'human' AND NOT p.settled
               AND NOT (?1 AND p.handed_out AND EXISTS ({IS_OUT}))
             ORDER BY r.position, p.start",
        ))?;
        let mut rows = statement.query([only_new])?;
        let mut waiting: Vec<Waiting> = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_str()?;
            let recording = match waiting.last().filter(|w| w.recording.as_str() == id) {
                Some(before) => Arc::clone(&before.recording),
                None => Arc::new(RecordingId::from_stored(id)),
            };
            waiting.push(Waiting {
                clip: ClipId::from_stored(row.get::<_, String>(1)?),
                recording,
                priority: row.get::<_, Option<f64>>(2)?.unwrap_or(0.0),
            });
        }
        Ok(waiting)
    }

    /// Clips that are settled, in order of ingestion and time.
    pub fn settled(&self) -> Result<Vec<ClipId>> {
        let mut statement = self.db.prepare(
            "SELECT p.clip FROM recordings r CROSS JOIN pieces p ON p.recording = r.id
             WHERE p.settled ORDER BY r.position, p.start",
        )?;
        let rows = statement.query_map([], |r| r.get::<_, String>(0).map(ClipId::from_stored))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
