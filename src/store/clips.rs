//! Everything known about a clip in one row, and the seconds of each state.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use rusqlite::{Row, params};

use super::{RecordingState, Store};
use crate::domain::{
    Account, Clip, ClipId, Consensus, Hypothesis, Probability, RecordingId, Region, Routed,
    Samples, Span, State, Verdict,
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

const SELECT: &str = "
    SELECT p.recording, p.start, p.stop, p.clip, h.body,
           d.body, d.score, d.inclusion, d.region,
           c.verdict, c.text, c.support, c.answers, f.frozen
    FROM pieces p
    JOIN recordings r ON r.id = p.recording
    LEFT JOIN decisions d ON d.clip = p.clip
    LEFT JOIN consensus c ON c.clip = p.clip
    JOIN (SELECT clip, EXISTS (SELECT 1 FROM batch_clips b WHERE b.clip = q.clip) AS frozen
          FROM pieces q) f ON f.clip = p.clip
    LEFT JOIN hypotheses h ON h.clip = p.clip
         AND h.model = CASE WHEN ?1 IS NULL OR f.frozen THEN d.model ELSE ?1 END
         AND h.policy = CASE WHEN ?2 IS NULL OR f.frozen THEN d.policy ELSE ?2 END
    ORDER BY r.position, p.start";

fn read(row: &Row) -> Result<ClipRow> {
    let recording = RecordingId::from_stored(row.get::<_, String>(0)?);
    let id = ClipId::from_stored(row.get::<_, String>(3)?);
    let span = Span::new(Samples(row.get(1)?), Samples(row.get(2)?));
    let json = |column: usize| row.get::<_, Option<String>>(column);
    let hypothesis = json(4)?.map(|b| serde_json::from_str(&b)).transpose();
    let decision = json(5)?.map(|b| serde_json::from_str(&b)).transpose();
    let routed = match decision.with_context(|| format!("decision on {id}"))? {
        None => None,
        Some(decision) => Some(Routed {
            clip: id.clone(),
            decision,
            score: row.get::<_, Option<f64>>(6)?.map(Probability::clamped),
            inclusion: Probability::clamped(row.get(7)?),
            region: json(8)?
                .map(|r| r.parse::<Region>().map_err(anyhow::Error::msg))
                .transpose()?,
        }),
    };
    let consensus = match json(9)? {
        None => None,
        Some(verdict) => Some(Consensus {
            clip: id.clone(),
            verdict: verdict.parse::<Verdict>().map_err(anyhow::Error::msg)?,
            text: row.get(10)?,
            support: row.get(11)?,
            answers: row.get(12)?,
        }),
    };
    Ok(ClipRow {
        hypothesis: hypothesis.with_context(|| format!("hypothesis of {id}"))?,
        clip: Clip { id, recording, span },
        routed,
        consensus,
        frozen: row.get(13)?,
    })
}

impl Store {
    /// Hands every clip to `each`, in order of ingestion and time, one at a time.
    pub fn each_clip(
        &self,
        draft: Draft<'_>,
        mut each: impl FnMut(ClipRow) -> Result<()>,
    ) -> Result<()> {
        let (model, policy) = match draft {
            Draft::Decided => (None, None),
            Draft::Current { model, policy } => (Some(model), Some(policy)),
        };
        let mut statement = self.db.prepare(SELECT)?;
        let mut rows = statement.query(params![model, policy])?;
        while let Some(row) = rows.next()? {
            each(read(row)?)?;
        }
        Ok(())
    }

    /// Samples in each state, recording by recording; each adds up to the recording's length.
    pub fn accounts(&self) -> Result<BTreeMap<RecordingId, Account>> {
        let mut accounts: BTreeMap<RecordingId, Account> = BTreeMap::new();
        let mut statement = self.db.prepare(
            "SELECT recording, SUM(CASE kind WHEN 'silence' THEN stop - start ELSE 0 END),
                    SUM(CASE kind WHEN 'reject' THEN stop - start ELSE 0 END)
             FROM pieces GROUP BY recording",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let account = accounts.entry(RecordingId::from_stored(row.get::<_, String>(0)?));
            let account = account.or_default();
            account.add(State::NotSpeech, Samples(row.get(1)?));
            account.add(State::Dropped, Samples(row.get(2)?));
        }
        self.each_clip(Draft::Decided, |row| {
            let account = accounts.entry(row.clip.recording.clone()).or_default();
            account.add(row.state(), row.clip.span.len());
            Ok(())
        })?;
        for row in self.recordings()? {
            let length = row.recording.length.unwrap_or_default();
            let account = accounts.entry(row.recording.id).or_default();
            match row.state {
                RecordingState::Sliced => {}
                RecordingState::Ingested => account.add(State::Pending, length),
                RecordingState::Failed(_) => account.add(State::Failed, length),
            }
        }
        Ok(accounts)
    }
}
