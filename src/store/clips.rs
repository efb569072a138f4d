//! Which clips are read with everything known about them: all, one at a time, or some.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::{OptionalExtension, params};

use super::Store;
use super::clip_row::ClipRow;
use super::unread::{EVERY_CLIP, ONE_CLIP, Unread, select};
use crate::domain::{Clip, ClipId, RecordingId, Samples, Span};

/// Which hypothesis goes with a clip that has several.
#[derive(Clone, Copy, Debug)]
pub enum Draft<'a> {
    /// The one that its decision is about: what people and outputs see.
    Decided,
    /// The one of this model and policy, unless the clip was handed out: what routing looks at. By clip id, so that nothing
    /// depends on the order of ingestion.
    Current {
        /// Model digest.
        model: &'a str,
        /// Decode policy id.
        policy: &'a str,
    },
}

impl<'a> Draft<'a> {
    /// Model and policy that are asked for, and the order of recordings.
    fn columns(self) -> (Option<&'a str>, Option<&'a str>, &'static str) {
        match self {
            Draft::Decided => (None, None, "r.position"),
            Draft::Current { model, policy } => (Some(model), Some(policy), "r.id"),
        }
    }
}

impl Store {
    /// Hands every clip to `each`, in order of ingestion (of current drafts: of ids) and time, one at a time.
    pub fn each_clip(
        &self,
        draft: Draft<'_>,
        mut each: impl FnMut(ClipRow) -> Result<()>,
    ) -> Result<()> {
        self.each_unread(draft, |clip| each(clip.read()?))
    }

    /// Like [`Store::each_clip`], for whoever reads them elsewhere.
    pub fn each_unread(
        &self,
        draft: Draft<'_>,
        mut each: impl FnMut(Unread) -> Result<()>,
    ) -> Result<()> {
        let (model, policy, order) = draft.columns();
        let mut statement =
            self.db.prepare(&format!("{} ORDER BY {order}, p.start", select(EVERY_CLIP)))?;
        let mut rows = statement.query(params![model, policy])?;
        while let Some(row) = rows.next()? {
            each(Unread::of(row)?)?;
        }
        Ok(())
    }

    /// Hands those of some clips that there are to `each`, with the drafts decided on.
    pub fn each_of<C: Borrow<ClipId>>(
        &self,
        clips: impl IntoIterator<Item = C>,
        each: impl FnMut(ClipRow) -> Result<()>,
    ) -> Result<()> {
        self.each_of_with(Draft::Decided, clips, each)
    }

    /// The same with these drafts.
    pub fn each_of_with<C: Borrow<ClipId>>(
        &self,
        draft: Draft<'_>,
        clips: impl IntoIterator<Item = C>,
        mut each: impl FnMut(ClipRow) -> Result<()>,
    ) -> Result<()> {
        let (model, policy, _) = draft.columns();
        let mut statement =
            self.db.prepare_cached(&format!("{} AND p.clip = ?3", select(ONE_CLIP)))?;
        for clip in clips {
            let mut rows = statement.query(params![model, policy, clip.borrow().as_str()])?;
            while let Some(row) = rows.next()? {
                each(Unread::of(row)?.read()?)?;
            }
        }
        Ok(())
    }

    /// The clips of a recording, in order of time.
    pub fn clips_of(&self, recording: &RecordingId) -> Result<Vec<Clip>> {
        let mut statement = self.db.prepare_cached(
            "SELECT start, stop FROM pieces WHERE recording = ?1 AND clip IS NOT NULL ORDER BY start",
        )?;
        let rows = statement.query_map([recording.as_str()], |r| {
            Ok(Clip::new(recording, Span::new(Samples(r.get(0)?), Samples(r.get(1)?))))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The clips before and after one in its recording.
    pub fn neighbours(&self, clip: &Clip) -> Result<[Option<ClipId>; 2]> {
        let beside = |condition: &str, from: Samples| {
            let sql = format!(
                "SELECT clip FROM pieces WHERE recording = ?1 AND clip IS NOT NULL AND {condition} LIMIT 1"
            );
            let mut statement = self.db.prepare_cached(&sql)?;
            let found = statement
                .query_row(params![clip.recording.as_str(), from.0], |r| r.get::<_, String>(0))
                .optional()?;
            anyhow::Ok(found.map(ClipId::from_stored))
        };
        Ok([
            beside("start < ?2 ORDER BY start DESC", clip.span.start)?,
            beside("start > ?2 ORDER BY start", clip.span.start)?,
        ])
    }

    /// The lengths of those of some clips that there are.
    pub fn lengths<'c>(
        &self,
        clips: impl IntoIterator<Item = &'c ClipId>,
    ) -> Result<BTreeMap<ClipId, Samples>> {
        let mut statement = self.db.prepare("SELECT stop - start FROM pieces WHERE clip = ?1")?;
        let mut lengths = BTreeMap::new();
        for clip in clips {
            let found = statement.query_row([clip.as_str()], |r| r.get(0)).optional()?;
            if let Some(length) = found {
                lengths.insert(clip.clone(), Samples(length));
            }
        }
        Ok(lengths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_clip_is_found_without_a_walk_through_all_recordings() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(&dir.path().join("state.db"), "w").unwrap();
        let plan = format!("EXPLAIN QUERY PLAN {} AND p.clip = ?3", select(ONE_CLIP));
        let mut statement = store.db.prepare(&plan).unwrap();
        let steps = statement
            .query_map(params![None::<&str>, None::<&str>, "clip"], |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.unwrap().collect::<Result<_, _>>().unwrap();
        assert!(steps.iter().any(|step| step.starts_with("SEARCH p ")), "{steps:?}");
        assert!(steps.iter().all(|step| !step.starts_with("SCAN")), "{steps:?}");
    }
}
