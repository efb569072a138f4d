//! What came of clips comes back. In: messages of the results stream. Out: events; a message is acknowledged
//! when its event is in the store. Left to others: offering clips.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use async_nats::jetstream::{AckKind, Message};
use tokio::task::JoinSet;

use super::coordinate::Desk;
use super::message::{self, ClipOutcome};
use super::streams::ResultSubject;
use super::{accept, files, streams};
use crate::domain::ClipId;
use crate::workers::event::{Receipt, WorkerEvent};
use crate::workers::refusal::{Refusal, RefusedResult};

/// One pull waits this long.
const PULL: Duration = Duration::from_secs(1);
/// Messages of one pull.
const BATCH: usize = 64;
/// After this long without a result, a person is told who seems to be missing ...
const QUIET: Duration = Duration::from_secs(30);
/// ... and after this long what has not come back is offered again.
const LOST: Duration = Duration::from_secs(60);
/// What an error was met at.
const COLLECT: &str = "collect results";
/// After so many results that were not taken, a clip is given up for this run.
const REFUSED: u32 = 3;
/// After an error.
const REST: Duration = Duration::from_secs(1);

impl Desk {
    /// Collects until all is done, or `stop`; then tidies up.
    pub(super) async fn collect(self: Arc<Self>) {
        let mut receipts = JoinSet::new();
        while !self.done() && !self.stopped() {
            if let Err(error) = self.pull(&mut receipts).await {
                (self.tell)(format!("{error:#}; trying again"));
                tokio::time::sleep(REST).await;
                if self.make().await.is_ok() {
                    self.offer_again().await;
                }
            }
        }
        if self.done() {
            while receipts.join_next().await.is_some() {}
            if let Err(error) = self.tidy().await {
                (self.tell)(format!("the rest of this run on the server: {error:#}"));
            }
        }
    }

    /// Collects what is there already. An error is left to [`Desk::collect`], which tries again.
    pub(super) async fn collect_what_waits(self: &Arc<Self>) {
        let mut receipts = JoinSet::new();
        while !self.stopped() && self.fetch(&mut receipts).await.is_ok_and(|got| got > 0) {}
        receipts.detach_all();
    }

    async fn fetch(self: &Arc<Self>, receipts: &mut JoinSet<()>) -> Result<usize> {
        let consumer = streams::returns(&self.link, &self.order.run.workspace).await?;
        let mut there = consumer.fetch().max_messages(BATCH).messages().await?;
        let mut got = 0;
        while let Some(message) =
            streams::next(&mut there, Duration::ZERO).await.context(COLLECT)?
        {
            self.take(message, receipts).await;
            got += 1;
        }
        Ok(got)
    }

    async fn pull(self: &Arc<Self>, receipts: &mut JoinSet<()>) -> Result<()> {
        let mut consumer = streams::returns(&self.link, &self.order.run.workspace).await?;
        let (mut last, mut told, mut again) = (Instant::now(), Instant::now(), Instant::now());
        while !self.done() && !self.stopped() {
            let batch = consumer.batch().max_messages(BATCH).expires(PULL).messages().await?;
            let mut batch = std::pin::pin!(batch);
            while let Some(message) = streams::next(&mut batch, PULL).await.context(COLLECT)? {
                self.take(message, receipts).await;
                last = Instant::now();
                if self.done() {
                    return Ok(());
                }
            }
            while receipts.try_join_next().is_some() {}
            if self.count() == 0 {
                last = Instant::now(); // nobody owes anything
            }
            if last.elapsed().min(told.elapsed()) > QUIET {
                told = Instant::now();
                consumer.info().await?; // an error here makes everything anew
                self.say_who_is_missing().await?;
            }
            if last.elapsed().min(again.elapsed()) > LOST {
                again = Instant::now();
                self.make().await?;
                self.offer_again().await;
            }
        }
        Ok(())
    }

    async fn take(self: &Arc<Self>, message: Message, receipts: &mut JoinSet<()>) {
        let (from, outcome) = match self.accept(&message) {
            Ok(accepted) => accepted,
            Err(refused) => return self.refuse(message, refused).await,
        };
        let waiting = self.take_back(&from.clip);
        let (receipt, kept) = Receipt::awaited();
        let event = match (outcome, waiting) {
            (ClipOutcome::Transcribed(hypothesis), _) => {
                let worker = Some(from.worker.to_string());
                let drafts = vec![*hypothesis];
                WorkerEvent::Transcribed { drafts, worker, receipt }
            }
            (ClipOutcome::Failed { error, attempts }, Some(waiting)) => WorkerEvent::ClipFailed {
                clip: waiting.clip.clone(),
                error: anyhow!("{error} (handed out {attempts} times)"),
                receipt,
            },
            // Of an earlier run that did not wait for it: this run offers the clip anew.
            (ClipOutcome::Failed { .. }, None) => {
                let _ = message.ack().await;
                return;
            }
        };
        if self.events.send(event).await.is_err() {
            return; // the run has ended: the result stays on the server
        }
        receipts.spawn(async move {
            if kept.await.is_ok() {
                let _ = message.double_ack().await; // or it comes again, and is known
            }
        });
    }

    /// What a result says, if it answers what this run asked.
    fn accept(&self, message: &Message) -> Result<(ResultSubject, ClipOutcome), RefusedResult> {
        let run = &self.order.run;
        let (from, outcome) = message::result(run, &message.subject, &message.payload)?;
        let judged = (|| {
            let mut due = self.due.lock().map_err(|_| Refusal::NotHandedOut)?;
            let due = due.get_mut(&from.clip).ok_or(Refusal::NotHandedOut)?;
            if let ClipOutcome::Transcribed(hypothesis) = &outcome {
                accept::check(hypothesis, &self.order.wanted, due)?;
                due.taken = true;
            }
            Ok(())
        })();
        judged.map_err(|why| from.refused(why))?;
        Ok((from, outcome))
    }

    /// A result is told of and dropped; its clip goes to another worker, or fails where that happened too often.
    async fn refuse(self: &Arc<Self>, message: Message, refused: RefusedResult) {
        let clip = ClipId::from_stored(refused.clip.clone());
        let of_this_run = refused.why != Refusal::OtherSetup;
        let waits = self.waiting.lock().is_ok_and(|waiting| waiting.contains_key(&clip));
        let error = anyhow!(
            "{REFUSED} results of workers for it were not taken, the last one because {}",
            refused.why
        );
        if self.events.send(WorkerEvent::Refused(refused)).await.is_err() {
            return; // the run has ended: the next one looks at it
        }
        let _ = message.ack_with(AckKind::Term).await;
        if !(waits && of_this_run) {
            return;
        }
        let count = self.due.lock().ok().and_then(|mut due| {
            let due = due.get_mut(&clip)?;
            due.refused += 1;
            Some(due.refused)
        });
        if count.is_some_and(|n| n < REFUSED) {
            tokio::spawn(self.clone().offer_one_again(clip));
        } else if let Some(waiting) = self.take_back(&clip) {
            let (clip, receipt) = (waiting.clip.clone(), Receipt::default());
            let _ = self.events.send(WorkerEvent::ClipFailed { clip, error, receipt }).await;
        }
    }

    async fn say_who_is_missing(&self) -> Result<()> {
        let name = self.order.run.consumer();
        let info = streams::stream(&self.link, streams::WORK).await?.consumer_info(name).await?;
        let (count, model) = (self.count(), &self.order.wanted.model);
        (self.tell)(match (info.num_ack_pending, info.num_waiting) {
            (0, 0) => format!(
                "{count} clips wait, and no worker asks for them: start `second-ear worker --nats {}` on a \
                 machine that has the model {model}",
                self.link.shown
            ),
            (n, _) => format!("{count} clips have not come back, {n} of them are with workers"),
        });
        Ok(())
    }

    /// Nothing is left to do: workers need not look here any more.
    async fn tidy(&self) -> Result<()> {
        let run = &self.order.run;
        let work = streams::stream(&self.link, streams::WORK).await?;
        // A clip whose acknowledgement is late, or that was offered twice, would wait for nobody.
        work.purge().filter(run.all_work()).await?;
        work.delete_consumer(&run.consumer()).await?;
        files::forget_setup(&self.link, run).await?;
        self.link.client.flush().await?;
        Ok(())
    }
}
