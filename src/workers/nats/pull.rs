//! Finds runs, prepares for them, and pulls their clips, no more than may be held. In: a connection, what
//! prepares a run. Out: tasks for the threads. Left to others: the threads, what is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail, ensure};
use async_nats::jetstream::consumer::{Consumer, pull};
use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt;
use tokio::sync::mpsc::UnboundedSender;

use super::shared::{Prepared, Shared, TranscriberSetup};
use super::streams::{self, Run};
use super::threads::Task;
use super::{files, message};

/// Runs are looked for this often, and ...
const LOOK: Duration = Duration::from_secs(2);
/// ... this often where none is known: a run shall not wait for its workers.
const SEEK: Duration = Duration::from_millis(400);
/// A run that was refused is looked at again after this.
const AGAIN: Duration = Duration::from_secs(10);
/// One pull waits this long.
const PULL: Duration = Duration::from_secs(1);
/// Clips that a worker holds at most.
const MOST_HELD: usize = 1024;

/// Clips of a run are transcribed, or not.
enum State {
    Ready(Arc<TranscriberSetup>, Box<Consumer<pull::Config>>),
    /// Since when: the model may come.
    Refused(Instant),
}

/// Pulls clips and hands them to the threads.
pub(super) struct Puller {
    shared: Arc<Shared>,
    give: UnboundedSender<Task>,
    runs: BTreeMap<Run, State>,
    next: u64,
    /// Clips that may be held now. Doubles with each pull, and falls to one where a clip comes back from a worker: whoever had
    /// it may have died of it, and each that is held then counts as handed out once more.
    most: usize,
}

impl Puller {
    /// One that knows of no run yet; tasks go to `give`.
    pub(super) fn new(shared: Arc<Shared>, give: UnboundedSender<Task>) -> Self {
        Self { shared, give, runs: BTreeMap::new(), next: 0, most: 1 }
    }

    /// Pulls until the worker is to end, or was idle for long enough.
    pub(super) async fn pull_all(&mut self) {
        let (mut looked, mut worked) = (None::<Instant>, Instant::now());
        while !self.shared.stopped() {
            let every = if self.runs.is_empty() { SEEK } else { LOOK };
            if looked.is_none_or(|looked| looked.elapsed() > every) {
                looked = Some(Instant::now());
                if let Err(error) = self.look().await {
                    (self.shared.terms.tell)(format!("look for work: {error:#}; trying again"));
                    tokio::time::sleep(PULL).await;
                    continue;
                }
            }
            let (mut ready, mut at_once): (Vec<Run>, usize) = (Vec::new(), 1);
            for (run, state) in &self.runs {
                if let State::Ready(decoder, _) = state {
                    ready.push(run.clone());
                    at_once = at_once.max(decoder.at_once);
                }
            }
            // In work and ready for each thread, what it takes at once; the same for all runs, or one would wait for the other.
            let most = 2 * self.shared.terms.threads * at_once;
            let alone = ready.len() == 1;
            let mut got = 0;
            for run in ready {
                match self.pull(&run, most, alone).await {
                    Ok(n) => got += n,
                    // The run is over, or the server is gone: the next look tells.
                    Err(_) => drop(self.runs.remove(&run)),
                }
            }
            if got > 0 || self.shared.held.count() > 0 {
                worked = Instant::now();
            } else if self.shared.terms.idle_exit.is_some_and(|most| worked.elapsed() > most) {
                break;
            }
            if got == 0 && !alone {
                tokio::time::sleep(PULL / 4).await;
            }
        }
    }

    /// Looks which runs there are, and prepares for new ones.
    async fn look(&mut self) -> Result<()> {
        let link = self.shared.link.clone();
        let Ok(stream) = streams::stream(&link, streams::WORK).await else {
            return Ok(()); // no coordinator has ever been here
        };
        // Names only: the server cannot list more of a consumer that is being removed.
        let mut found = BTreeSet::new();
        let mut names = std::pin::pin!(stream.consumer_names());
        while let Some(name) = names.next().await {
            found.extend(Run::of_consumer(&name?));
        }
        self.runs.retain(|run, state| {
            let over = matches!(state, State::Refused(since) if since.elapsed() > AGAIN);
            found.contains(run) && !over
        });
        for run in found {
            if self.runs.contains_key(&run) {
                continue;
            }
            let state = match self.prepare(&run).await {
                Ok(decoder) => {
                    if let Ok(mut served) = self.shared.served.lock() {
                        served.refused.remove(&run.consumer());
                    }
                    let consumer = stream.get_consumer(&run.consumer()).await;
                    let consumer: Consumer<pull::Config> =
                        consumer.map_err(|e| anyhow!("the run's consumer: {e}"))?;
                    let ack_timeout = consumer.cached_info().config.ack_wait.as_millis() as u64;
                    self.shared.ack_timeout.store(ack_timeout.max(500), Ordering::Relaxed);
                    State::Ready(Arc::new(decoder), Box::new(consumer))
                }
                Err(error) => {
                    self.refuse(&run, format!("{error:#}"));
                    State::Refused(Instant::now())
                }
            };
            self.runs.insert(run, state);
        }
        Ok(())
    }

    /// Says why there is no work for a run, once.
    fn refuse(&self, run: &Run, why: String) {
        let Ok(mut served) = self.shared.served.lock() else { return };
        let line = format!("no work for the run {}: {why}", run.consumer());
        if served.refused.insert(run.consumer(), why.clone()).is_none_or(|before| before != why) {
            (self.shared.terms.tell)(line);
        }
    }

    async fn prepare(&self, run: &Run) -> Result<TranscriberSetup> {
        let Shared { link, terms, .. } = &*self.shared;
        let setup = Arc::new(files::setup(link, run).await?);
        for fetched in [false, true] {
            let (prepare, setup) = (terms.prepare.clone(), setup.clone());
            match tokio::task::spawn_blocking(move || prepare(&setup)).await?? {
                Prepared::Ready(decoder) => return Ok(decoder),
                Prepared::Lacks { sha256, name } if !fetched => {
                    ensure!(
                        (terms.fetch)(link.clone(), sha256.clone()).await?,
                        "the model {name} ({sha256}) is neither here nor on the server: fetch it \
                         (`second-ear model pull`), name its file (--model), or run with --share-model"
                    );
                }
                Prepared::Lacks { name, .. } => {
                    bail!("the model {name} was fetched and is not found")
                }
            }
        }
        bail!("the run cannot be prepared")
    }

    /// Pulls clips until as many are held as may be now, `most` at most; waits for one where the run is `alone`. How many came.
    async fn pull(&mut self, run: &Run, most: usize, alone: bool) -> Result<usize> {
        let Some(State::Ready(decoder, consumer)) = self.runs.get(run) else { return Ok(0) };
        let (decoder, consumer) = (decoder.clone(), consumer.clone());
        let most = self.most.min(most);
        let room = tokio::time::timeout(PULL, self.shared.held.room(most)).await;
        let Ok(room) = room else { return Ok(0) };
        let (mut got, mut back) = (0, false);
        let mut there = consumer.fetch().max_messages(room).messages().await?;
        while let Some(message) = streams::next(&mut there, Duration::ZERO).await? {
            back |= self.take(run, &decoder, message).await;
            got += 1;
        }
        if got == 0 && alone {
            let mut one = consumer.batch().max_messages(1).expires(PULL).messages().await?;
            while let Some(message) = streams::next(&mut one, PULL).await? {
                back |= self.take(run, &decoder, message).await;
                got += 1;
            }
        }
        self.most = match got {
            _ if back => 1,
            0 => self.most,
            _ => (2 * most).min(MOST_HELD),
        };
        Ok(got)
    }

    /// TranscriberSetup a clip to the threads. Whether it was handed out before.
    async fn take(&mut self, run: &Run, decoder: &Arc<TranscriberSetup>, message: Message) -> bool {
        let attempts = message.info().map_or(1, |info| info.delivered.max(1) as u64);
        let (message, acker) = message.split();
        self.next += 1;
        let id = self.next;
        let stop = self.shared.held.take(id, acker);
        match message::window(&message.subject, message.headers.as_ref()) {
            Ok((clips, language)) => {
                let (run, decoder) = (run.clone(), decoder.clone());
                let flac = message.payload.to_vec();
                let task = Task { id, run, decoder, clips, language, flac, attempts, stop };
                if self.give.send(task).is_err() {
                    self.shared.held.release(id);
                }
            }
            Err(error) => {
                (self.shared.terms.tell)(format!(
                    "a message that is no clip was dropped: {error:#}"
                ));
                if let Some(acker) = self.shared.held.release(id) {
                    let _ = acker.ack_with(AckKind::Term).await;
                }
            }
        }
        attempts > 1
    }
}
