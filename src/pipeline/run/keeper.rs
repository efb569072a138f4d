//! Keeps what a run's workers finish, batch by batch. In: events. Out: rows of the store, counts, progress. Left to others:
//! who makes the events.

use std::collections::BTreeMap;

use anyhow::Result;

use super::RunOutcome;
use crate::domain::{Clip, ClipId, Piece, RecordingId, Samples, Span};
use crate::store::Store;
use crate::views::progress::Progress;
use crate::workers::event::{Receipt, WorkerEvent};
use crate::workers::refusal::Refusal;

/// Writes finished units to the store and counts them.
pub(super) struct Keeper<'a> {
    pub store: &'a mut Store,
    pub outcome: &'a mut RunOutcome,
    pub progress: Progress,
    /// Names the model in hypotheses.
    pub model: String,
}

impl Keeper<'_> {
    pub fn keep(
        &mut self,
        events: impl Iterator<Item = WorkerEvent>,
        paths: &BTreeMap<RecordingId, String>,
    ) -> Result<()> {
        let (mut transcribed, mut receipts) = (Vec::new(), Vec::new());
        for event in events {
            match event {
                WorkerEvent::Transcribed { drafts, worker, receipt } => {
                    transcribed.push((drafts, worker));
                    receipts.push(receipt);
                }
                // A worker that hung handed in what another one has transcribed meanwhile.
                WorkerEvent::Refused(refused)
                    if refused.why == Refusal::NotHandedOut
                        && self.store.has_hypothesis(
                            &ClipId::from_stored(refused.clip.clone()),
                            &self.model,
                            &self.outcome.policy,
                        )? => {}
                WorkerEvent::Refused(refused) => {
                    self.outcome.refused.add(refused).iter().for_each(|l| self.progress.say(l));
                }
                WorkerEvent::Remark(line) => self.progress.say(line),
                WorkerEvent::Reading { recording, receipt } => {
                    self.store.reading_begins(&recording)?;
                    receipts.push(receipt);
                }
                WorkerEvent::Readable(recording) => self.store.reading_goes_well(&recording)?,
                WorkerEvent::Sliced { recording, length, pieces, findings } => {
                    self.store.keep_pieces(&recording, length, &pieces, &findings)?;
                    self.outcome.sliced += 1;
                    let path = paths.get(&recording).map_or("", String::as_str);
                    self.outcome.remarks.add(path, length, &findings);
                    let silence = pieces.iter().filter(|p| !matches!(p, Piece::Clip { .. }));
                    self.progress.advance(silence.map(|p| p.span().len().0).sum());
                }
                WorkerEvent::Through(recording) => self.store.keep_success(&recording)?,
                WorkerEvent::Failed { recording, error } => {
                    let path = paths.get(&recording).map_or("", String::as_str);
                    self.outcome.failed.push(format!("{path}: {error:#}"));
                    self.store.keep_failure(&recording, &format!("{error:#}"))?;
                }
                WorkerEvent::ClipFailed { clip: Clip { id, recording, span }, error, receipt } => {
                    let path = paths.get(&recording).map_or("", String::as_str);
                    let Span { start, end } = span;
                    self.outcome.failed.push(format!(
                        "{path} {:.3}-{:.3} s (clip {id}): {error:#}",
                        start.seconds(),
                        end.seconds()
                    ));
                    self.store.keep_failed_clip(&id, &format!("{error:#}"))?;
                    receipts.push(receipt);
                }
            }
        }
        let made = transcribed.iter().flat_map(|(drafts, worker)| {
            drafts.iter().map(|hypothesis| (hypothesis, worker.as_deref()))
        });
        let mut new = self.store.keep_hypotheses(made)?.into_iter();
        receipts.into_iter().for_each(Receipt::give);
        // What comes a second time is there already.
        for (drafts, _) in &transcribed {
            let news = new.by_ref().take(drafts.len()).filter(|new| *new).count();
            let Some(first) = drafts.first().filter(|_| news > 0) else { continue };
            self.outcome.transcribed += 1;
            self.outcome.transcribed_seconds += first.seconds;
            self.progress.advance(Samples::from_seconds(first.seconds).0);
        }
        Ok(())
    }
}
