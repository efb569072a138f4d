//! A clip as it lies in the store. In: a row. Out: everything known about the clip, on whichever thread reads it.
//! Left to others: which clips.

use std::ops::Range;

use anyhow::{Context, Result};
use rusqlite::Row;
use rusqlite::types::{FromSql, ValueRef};

use super::clip_row::ClipRow;
use super::compact;
use crate::domain::{
    Bar, Clip, ClipId, Consensus, Hypothesis, Probability, RecordingId, Region, Routed, Samples,
    Span, Verdict,
};

/// Recordings first, then the pieces of each: so nothing is sorted but the pieces of one recording.
pub(super) const EVERY_CLIP: &str = "recordings r CROSS JOIN pieces p ON p.recording = r.id";

/// The piece first: with recordings first, each of them would be looked at for one clip.
pub(super) const ONE_CLIP: &str = "pieces p CROSS JOIN recordings r ON r.id = p.recording";

/// The columns of [`Column`], in its order. A clip that was handed out keeps its draft, unless a withdrawal took that with
/// its decision.
pub(super) fn select(from: &str) -> String {
    format!(
        "SELECT p.recording, p.start, p.stop, p.clip, h.body,
           d.body, d.score, d.inclusion, d.region,
           c.verdict, c.text, c.support, c.answers, c.agreement, p.handed_out,
           h.model, h.policy, e.body, d.scoring, d.expected_wer, d.threshold, d.rule
    FROM {from}
    LEFT JOIN decisions d ON d.clip = p.clip
    LEFT JOIN evidence e ON e.id = d.evidence
    LEFT JOIN consensus c ON c.clip = p.clip AND p.settled
    LEFT JOIN hypotheses h ON h.clip = p.clip
         AND h.model = CASE WHEN ?1 IS NULL OR p.handed_out AND d.clip IS NOT NULL THEN d.model ELSE ?1 END
         AND h.policy = CASE WHEN ?2 IS NULL OR p.handed_out AND d.clip IS NOT NULL THEN d.policy ELSE ?2 END
    WHERE p.clip IS NOT NULL"
    )
}

/// What a row holds.
#[derive(Clone, Copy, Debug)]
enum Column {
    Recording,
    Start,
    Stop,
    Clip,
    Hypothesis,
    Decision,
    Score,
    Inclusion,
    Region,
    Verdict,
    Text,
    Support,
    Answers,
    Agreement,
    HandedOut,
    Model,
    Policy,
    Evidence,
    Scoring,
    ExpectedWer,
    Threshold,
    Rule,
}

impl Column {
    const COUNT: usize = Self::Rule as usize + 1;
}

/// What one column holds; texts and blobs as their place among the row's bytes.
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

/// A clip as it lies in the store. Reading it is most of the work, and may be another thread's: so all that it holds lies in one piece,
/// because what one thread allocates and another one frees makes both wait.
pub struct Unread {
    cells: [Cell; Column::COUNT],
    bytes: Vec<u8>,
}

impl Unread {
    pub(super) fn of(row: &Row) -> Result<Self> {
        let value = |n| row.get_ref(n).with_context(|| format!("column {n} of a clip"));
        let mut size = 0;
        for n in 0..Column::COUNT {
            if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = value(n)? {
                size += bytes.len();
            }
        }
        let mut bytes = Vec::with_capacity(size);
        let mut keep = |more: &[u8]| {
            let from = bytes.len();
            bytes.extend_from_slice(more);
            from..bytes.len()
        };
        let mut cells = [const { Cell::Null }; Column::COUNT];
        for (n, cell) in cells.iter_mut().enumerate() {
            *cell = match value(n)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(number) => Cell::Integer(number),
                ValueRef::Real(number) => Cell::Real(number),
                ValueRef::Text(text) => Cell::Text(keep(text)),
                ValueRef::Blob(blob) => Cell::Blob(keep(blob)),
            };
        }
        Ok(Self { cells, bytes })
    }

    fn value(&self, column: Column) -> ValueRef<'_> {
        match &self.cells[column as usize] {
            Cell::Null => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(*number),
            Cell::Real(number) => ValueRef::Real(*number),
            Cell::Text(place) => ValueRef::Text(&self.bytes[place.clone()]),
            Cell::Blob(place) => ValueRef::Blob(&self.bytes[place.clone()]),
        }
    }

    fn get<T: FromSql>(&self, column: Column) -> Result<T> {
        T::column_result(self.value(column)).with_context(|| format!("column {column:?}"))
    }

    fn text(&self, column: Column) -> Result<Option<&str>> {
        self.value(column).as_str_or_null().with_context(|| format!("column {column:?}"))
    }

    fn hypothesis(&self, id: &ClipId) -> Result<Option<Hypothesis>> {
        let Some(body) = self.value(Column::Hypothesis).as_blob_or_null()? else { return Ok(None) };
        let (model, policy) = (self.get(Column::Model)?, self.get(Column::Policy)?);
        compact::unpack(body, id.as_str(), model, policy).map(Some)
    }

    fn bar(&self) -> Result<Option<Bar>> {
        let Some(least) = self.get::<Option<f64>>(Column::Threshold)? else { return Ok(None) };
        let rule: String = self.get(Column::Rule)?;
        let rule = rule.parse().map_err(anyhow::Error::msg)?;
        Ok(Some(Bar { least: Probability::clamped(least), rule }))
    }

    /// Everything known about it.
    ///
    /// # Errors
    /// A column that holds what cannot be.
    pub fn read(&self) -> Result<ClipRow> {
        let recording = RecordingId::from_stored(self.get::<String>(Column::Recording)?);
        let id = ClipId::from_stored(self.get::<String>(Column::Clip)?);
        let span = Span::new(Samples(self.get(Column::Start)?), Samples(self.get(Column::Stop)?));
        let decision = self.text(Column::Decision)?.map(serde_json::from_str).transpose();
        let routed = match decision.with_context(|| format!("decision on {id}"))? {
            None => None,
            Some(decision) => Some(Routed {
                clip: id.clone(),
                decision,
                evidence: match self.text(Column::Evidence)? {
                    Some(shared) => serde_json::from_str(shared).context("column evidence.body")?,
                    None => Vec::new(),
                },
                score: self.get::<Option<f64>>(Column::Score)?.map(Probability::clamped),
                inclusion: Probability::clamped(self.get(Column::Inclusion)?),
                region: self
                    .text(Column::Region)?
                    .map(|r| r.parse::<Region>().map_err(anyhow::Error::msg))
                    .transpose()?,
                bar: self.bar()?,
            }),
        };
        let consensus = match self.text(Column::Verdict)? {
            None => None,
            Some(verdict) => Some(Consensus {
                clip: id.clone(),
                verdict: verdict.parse::<Verdict>().map_err(anyhow::Error::msg)?,
                text: self.get(Column::Text)?,
                support: self.get(Column::Support)?,
                answers: self.get(Column::Answers)?,
                agreement: self.get(Column::Agreement)?,
            }),
        };
        let scoring: Option<i64> = self.get(Column::Scoring)?;
        let expected =
            scoring.map(|by| anyhow::Ok((by, self.get(Column::ExpectedWer)?))).transpose()?;
        Ok(ClipRow {
            hypothesis: self.hypothesis(&id).with_context(|| format!("hypothesis of {id}"))?,
            clip: Clip { id, recording, span },
            routed,
            consensus,
            frozen: self.get(Column::HandedOut)?,
            expected,
        })
    }
}
