//! Hypotheses: kept as they come, looked up by what is still missing.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::params;

use super::Store;
use crate::domain::{Clip, Hypothesis, RecordingId, Samples, Span};

impl Store {
    /// Keeps hypotheses, one transaction; one that is there already stays as it is.
    pub fn keep_hypotheses(&mut self, hypotheses: &[Hypothesis]) -> Result<()> {
        let tx = self.write()?;
        {
            let mut insert = tx.prepare_cached(
                "INSERT OR IGNORE INTO hypotheses (clip, model, policy, body) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for h in hypotheses {
                let body = serde_json::to_string(h)?;
                insert.execute(params![h.clip.as_str(), h.model, h.policy, body])?;
            }
        }
        tx.commit()?;
        Ok(())
    }

    /// Clips without a hypothesis of this model and policy, by recording and in order of time.
    /// Clips that were handed out or answered stay with the hypothesis they were handed out with.
    pub fn untranscribed(
        &self,
        model: &str,
        policy: &str,
    ) -> Result<BTreeMap<RecordingId, Vec<Clip>>> {
        let mut statement = self.db.prepare(
            "SELECT p.recording, p.start, p.stop FROM pieces p
             WHERE p.clip IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM hypotheses h
                               WHERE h.clip = p.clip AND h.model = ?1 AND h.policy = ?2)
               AND NOT EXISTS (SELECT 1 FROM batch_clips b WHERE b.clip = p.clip
                               AND b.purpose IN ('task', 'adjudication'))
             ORDER BY p.recording, p.start",
        )?;
        let mut clips: BTreeMap<RecordingId, Vec<Clip>> = BTreeMap::new();
        let mut rows = statement.query(params![model, policy])?;
        while let Some(row) = rows.next()? {
            let recording = RecordingId::from_stored(row.get::<_, String>(0)?);
            let span = Span::new(Samples(row.get(1)?), Samples(row.get(2)?));
            clips.entry(recording.clone()).or_default().push(Clip::new(&recording, span));
        }
        Ok(clips)
    }
}
