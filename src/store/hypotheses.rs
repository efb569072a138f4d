//! Hypotheses: kept as they come, looked up by what is still missing.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::params;

use super::{Store, compact};
use crate::domain::{Clip, ClipId, Hypothesis, JobClip, RecordingId, RejectReason, Samples, Span};

impl Store {
    /// Keeps hypotheses, one transaction; one that is there already stays as it is, one of a clip that is not
    /// in this workspace is left out. Each with the worker that made it, `None` for this machine. For each, whether it
    /// is new.
    pub fn keep_hypotheses<'a>(
        &mut self,
        hypotheses: impl IntoIterator<Item = (&'a Hypothesis, Option<&'a str>)>,
    ) -> Result<Vec<bool>> {
        let tx = self.write()?;
        let mut new = Vec::new();
        {
            let mut insert = tx.prepare_cached(
                "INSERT OR IGNORE INTO hypotheses (clip, model, policy, body, worker)
                 SELECT clip, ?2, ?3, ?4, ?5 FROM pieces WHERE clip = ?1",
            )?;
            let mut well = tx.prepare_cached("DELETE FROM failed_clips WHERE clip = ?1")?;
            for (h, worker) in hypotheses {
                let body = compact::pack(h);
                let row = params![h.clip.as_str(), h.model, h.policy, body, worker];
                new.push(insert.execute(row)? > 0);
                well.execute([h.clip.as_str()])?;
            }
        }
        tx.commit()?;
        Ok(new)
    }

    /// Whether a clip has a hypothesis of this model and policy.
    pub fn has_hypothesis(&self, clip: &ClipId, model: &str, policy: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM hypotheses WHERE clip = ?1 AND model = ?2 AND policy = ?3)";
        Ok(self.db.query_row(sql, params![clip.as_str(), model, policy], |row| row.get(0))?)
    }

    /// The hypothesis of a clip by this model under this policy.
    pub fn hypothesis(
        &self,
        clip: &ClipId,
        model: &str,
        policy: &str,
    ) -> Result<Option<Hypothesis>> {
        let sql = "SELECT body FROM hypotheses WHERE clip = ?1 AND model = ?2 AND policy = ?3";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params![clip.as_str(), model, policy])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (model, policy) = (model.to_string(), policy.to_string());
        compact::unpack(row.get_ref(0)?.as_blob()?, clip.as_str(), model, policy).map(Some)
    }

    /// Notes why a clip could not be transcribed.
    pub fn keep_failed_clip(&mut self, clip: &ClipId, error: &str) -> Result<()> {
        let tx = self.write()?;
        let note = "INSERT INTO failed_clips (clip, error) VALUES (?1, ?2)
                    ON CONFLICT (clip) DO UPDATE SET error = ?2";
        tx.execute(note, params![clip.as_str(), error])?;
        tx.commit()?;
        Ok(())
    }

    /// Clips that could not be transcribed, with path and reason, by recording and in order of time.
    pub fn failed_clips(&self) -> Result<Vec<(Clip, String, String)>> {
        let mut statement = self.db.prepare(
            "SELECT p.recording, p.start, p.stop, r.path, f.error
             FROM failed_clips f JOIN pieces p ON p.clip = f.clip JOIN recordings r ON r.id = p.recording
             ORDER BY r.position, p.start",
        )?;
        let rows = statement.query_map([], |row| {
            let recording = RecordingId::from_stored(row.get::<_, String>(0)?);
            let span = Span::new(Samples(row.get(1)?), Samples(row.get(2)?));
            Ok((Clip::new(&recording, span), row.get(3)?, row.get(4)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All clips of each recording of which some still have to be transcribed by this model and policy, in order of time. A
    /// clip that was handed out keeps its draft, unless a withdrawal took that with its decision.
    pub fn untranscribed(
        &self,
        model: &str,
        policy: &str,
    ) -> Result<BTreeMap<RecordingId, Vec<JobClip>>> {
        let mut statement = self.db.prepare(
            "SELECT p.recording, p.start, p.stop,
                    NOT (p.handed_out AND EXISTS (SELECT 1 FROM decisions d WHERE d.clip = p.clip))
                    AND NOT EXISTS
                    (SELECT 1 FROM hypotheses h WHERE h.clip = p.clip AND h.model = ?1 AND h.policy = ?2),
                    p.clip IS NULL
             FROM pieces p WHERE p.clip IS NOT NULL OR p.why = ?3 ORDER BY p.recording, p.start",
        )?;
        let mut clips: BTreeMap<RecordingId, Vec<JobClip>> = BTreeMap::new();
        let mut of_one: Option<(RecordingId, Vec<JobClip>)> = None;
        let mut keep = |done: Option<(RecordingId, Vec<JobClip>)>| {
            clips.extend(done.filter(|(_, clips)| clips.iter().any(|clip| clip.pending)));
        };
        let why = serde_json::to_string(&RejectReason::Withdrawn)?;
        let mut apart = false;
        let mut rows = statement.query(params![model, policy, why])?;
        while let Some(row) = rows.next()? {
            if row.get(4)? {
                apart = true;
                continue;
            }
            let recording = RecordingId::from_stored(row.get::<_, String>(0)?);
            let span = Span::new(Samples(row.get(1)?), Samples(row.get(2)?));
            let clip = Clip::new(&recording, span);
            let clip = JobClip { clip, pending: row.get(3)?, apart: std::mem::take(&mut apart) };
            match &mut of_one {
                Some((id, clips)) if *id == recording => clips.push(clip),
                _ => keep(of_one.replace((recording, vec![clip]))),
            }
        }
        keep(of_one);
        Ok(clips)
    }
}
