//! Everything known about a clip in one row, and the seconds of each state.

use anyhow::{Context, Result};
use rusqlite::{Row, params};

use super::decisions::Stored;
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
           c.verdict, c.text, c.support, c.answers, c.agreement, f.frozen
    FROM pieces p
    JOIN recordings r ON r.id = p.recording
    LEFT JOIN decisions d ON d.clip = p.clip
    LEFT JOIN consensus c ON c.clip = p.clip
    JOIN (SELECT clip, EXISTS (SELECT 1 FROM batch_clips b WHERE b.clip = q.clip
                                 AND b.purpose IN ('task', 'adjudication')) AS frozen
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
        Some(Stored { decision, evidence }) => Some(Routed {
            clip: id.clone(),
            decision,
            evidence,
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
            agreement: row.get(13)?,
        }),
    };
    Ok(ClipRow {
        hypothesis: hypothesis.with_context(|| format!("hypothesis of {id}"))?,
        clip: Clip { id, recording, span },
        routed,
        consensus,
        frozen: row.get(14)?,
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

    /// Samples in each state; they add up to the input.
    pub fn total(&self) -> Result<Account> {
        let mut total = Account::default();
        let (silence, rejects): (u64, u64) = self.db.query_row(
            "SELECT COALESCE(SUM(CASE kind WHEN 'silence' THEN stop - start END), 0),
                    COALESCE(SUM(CASE kind WHEN 'reject' THEN stop - start END), 0)
             FROM pieces",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        total.add(State::NotSpeech, Samples(silence));
        total.add(State::Dropped, Samples(rejects));
        self.each_clip(Draft::Decided, |row| {
            total.add(row.state(), row.clip.span.len());
            Ok(())
        })?;
        for row in self.recordings()? {
            let length = row.recording.length.unwrap_or_default();
            match row.state {
                RecordingState::Sliced => {}
                RecordingState::Ingested => total.add(State::Pending, length),
                RecordingState::Failed(_) => total.add(State::Failed, length),
            }
        }
        Ok(total)
    }
}
