//! Everything known about a clip in one row: of all clips, one at a time, or of some.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use rusqlite::types::{FromSql, Value};
use rusqlite::{OptionalExtension, Row, params};

use super::decisions::Stored;
use super::{Store, compact};
use crate::domain::{
    Clip, ClipId, Consensus, Hypothesis, Probability, RecordingId, Region, Routed, Samples, Span,
    State, Verdict,
};

/// Which hypothesis goes with a clip that has several.
#[derive(Clone, Copy, Debug)]
pub enum Draft<'a> {
    /// The one that its decision is about: what people and outputs see.
    Decided,
    /// The one of this model and policy, unless the clip was handed out: what routing looks at.
    Current {
        /// Model digest.
        model: &'a str,
        /// Decode policy id.
        policy: &'a str,
    },
}

/// A clip with everything known about it.
#[derive(Clone, Debug)]
pub struct ClipRow {
    /// The clip.
    pub clip: Clip,
    /// Its draft.
    pub hypothesis: Option<Hypothesis>,
    /// What was decided.
    pub routed: Option<Routed>,
    /// What people settled.
    pub consensus: Option<Consensus>,
    /// Whether it was handed out or answered: its decision stands.
    pub frozen: bool,
    /// The word error rate that was expected of the draft decided on, and by which scoring
    /// ([`Store::scoring`]); `None` where that is not known any more.
    pub expected: Option<(i64, Option<f64>)>,
}

impl ClipRow {
    /// Where the clip stands.
    pub fn state(&self) -> State {
        State::of_clip(self.routed.as_ref().map(|r| &r.decision), self.consensus.as_ref())
    }

    /// The draft's text, empty when there is none.
    pub fn draft(&self) -> &str {
        self.hypothesis.as_ref().map_or("", |h| h.text.as_str())
    }
}

/// Recordings first, in order of ingestion, then the pieces of each: so nothing is sorted but the pieces
/// of one recording.
const SELECT: &str = "
    SELECT p.recording, p.start, p.stop, p.clip, h.body,
           d.body, d.score, d.inclusion, d.region,
           c.verdict, c.text, c.support, c.answers, c.agreement, p.handed_out,
           h.model, h.policy, e.body, d.scoring, d.expected_wer
    FROM recordings r
    CROSS JOIN pieces p ON p.recording = r.id
    LEFT JOIN decisions d ON d.clip = p.clip
    LEFT JOIN evidence e ON e.id = d.evidence
    LEFT JOIN consensus c ON c.clip = p.clip AND p.settled
    LEFT JOIN hypotheses h ON h.clip = p.clip
         AND h.model = CASE WHEN ?1 IS NULL OR p.handed_out THEN d.model ELSE ?1 END
         AND h.policy = CASE WHEN ?2 IS NULL OR p.handed_out THEN d.policy ELSE ?2 END
    WHERE p.clip IS NOT NULL";
const COLUMNS: usize = 20;

/// A decision alone, or one with what spoke for the region, as versions before the sixth wrote it.
fn stored(body: &str) -> serde_json::Result<Stored> {
    match body.contains("\"evidence\"") {
        true => serde_json::from_str(body),
        false => Ok(Stored { decision: serde_json::from_str(body)?, evidence: Vec::new() }),
    }
}

/// A clip as it lies in the store. Reading it is most of the work, and may be another thread's.
pub struct Unread(Vec<Value>);

impl Unread {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self((0..COLUMNS).map(|n| row.get(n)).collect::<rusqlite::Result<_>>()?))
    }

    fn get<T: FromSql>(&self, column: usize) -> Result<T> {
        T::column_result((&self.0[column]).into()).with_context(|| format!("column {column}"))
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        match &self.0[column] {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            other => bail!("column {column} is no text, but {:?}", other.data_type()),
        }
    }

    fn hypothesis(&self, id: &ClipId) -> Result<Option<Hypothesis>> {
        if self.0[4] == Value::Null {
            return Ok(None);
        }
        let (model, policy) = (self.get(15)?, self.get(16)?);
        Ok(Some(match &self.0[4] {
            Value::Blob(bytes) => compact::unpack(bytes, id.as_str(), model, policy)?,
            // written by a version before the sixth
            _ => {
                let text = self.text(4)?.unwrap_or_default();
                Hypothesis { model, policy, ..serde_json::from_str(text)? }
            }
        }))
    }

    /// Everything known about it.
    ///
    /// # Errors
    /// A column that holds what cannot be.
    pub fn read(&self) -> Result<ClipRow> {
        let recording = RecordingId::from_stored(self.get::<String>(0)?);
        let id = ClipId::from_stored(self.get::<String>(3)?);
        let span = Span::new(Samples(self.get(1)?), Samples(self.get(2)?));
        let stored = self.text(5)?.map(stored).transpose();
        let routed = match stored.with_context(|| format!("decision on {id}"))? {
            None => None,
            Some(Stored { decision, evidence }) => Some(Routed {
                clip: id.clone(),
                decision,
                evidence: match self.text(17)? {
                    Some(shared) => serde_json::from_str(shared).context("column evidence.body")?,
                    None => evidence,
                },
                score: self.get::<Option<f64>>(6)?.map(Probability::clamped),
                inclusion: Probability::clamped(self.get(7)?),
                region: self
                    .text(8)?
                    .map(|r| r.parse::<Region>().map_err(anyhow::Error::msg))
                    .transpose()?,
            }),
        };
        let consensus = match self.text(9)? {
            None => None,
            Some(verdict) => Some(Consensus {
                clip: id.clone(),
                verdict: verdict.parse::<Verdict>().map_err(anyhow::Error::msg)?,
                text: self.get(10)?,
                support: self.get(11)?,
                answers: self.get(12)?,
                agreement: self.get(13)?,
            }),
        };
        let scoring: Option<i64> = self.get(18)?;
        let expected = scoring.map(|by| anyhow::Ok((by, self.get(19)?))).transpose()?;
        Ok(ClipRow {
            hypothesis: self.hypothesis(&id).with_context(|| format!("hypothesis of {id}"))?,
            clip: Clip { id, recording, span },
            routed,
            consensus,
            frozen: self.get(14)?,
            expected,
        })
    }
}

impl Store {
    /// Hands every clip to `each`, in order of ingestion and time, one at a time.
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
        let (model, policy) = match draft {
            Draft::Decided => (None, None),
            Draft::Current { model, policy } => (Some(model), Some(policy)),
        };
        let mut statement = self.db.prepare(&format!("{SELECT} ORDER BY r.position, p.start"))?;
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
        mut each: impl FnMut(ClipRow) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.db.prepare_cached(&format!("{SELECT} AND p.clip = ?3"))?;
        for clip in clips {
            let mut rows =
                statement.query(params![None::<&str>, None::<&str>, clip.borrow().as_str()])?;
            while let Some(row) = rows.next()? {
                each(Unread::of(row)?.read()?)?;
            }
        }
        Ok(())
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
