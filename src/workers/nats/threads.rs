//! The threads of a worker. In: clips with what to transcribe them with. Out: what came of each. Left to others:
//! where clips come from, what is answered.
//!
//! A model that decodes clips in step gets several at once. A clip that comes back from a worker is transcribed alone: that one may have
//! died of it, and the next one shall take nobody with it.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, anyhow};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::shared::{MOST_ATTEMPTS, Shared, TranscriberSetup};
use super::streams::Run;
use crate::audio::{flac, level};
use crate::domain::{ClipId, Hypothesis, LanguageChoice};
use crate::hypotheses::transcriber::{Request, Transcriber};

/// A clip to be transcribed.
pub struct Task {
    /// As held.
    pub id: u64,
    /// Whose.
    pub run: Run,
    /// How.
    pub decoder: Arc<TranscriberSetup>,
    /// Which.
    pub clip: ClipId,
    /// In which language.
    pub language: LanguageChoice,
    /// Its sound.
    pub flac: Vec<u8>,
    /// How often it was handed out, this time included.
    pub attempts: u64,
    /// Set when it takes too long, or the worker ends.
    pub stop: Arc<AtomicBool>,
}

/// What came of a clip.
pub struct Finished {
    /// As held.
    pub id: u64,
    /// Whose.
    pub run: Run,
    /// Which.
    pub clip: ClipId,
    /// As handed out.
    pub attempts: u64,
    /// The hypothesis, or why there is none.
    pub transcribed: Result<Hypothesis>,
}

/// Clips that wait for a thread.
struct Waiting {
    tasks: UnboundedReceiver<Task>,
    /// Came before them, and did not go with those before it.
    next: Option<Task>,
}

/// Starts the threads; they end when no more tasks come.
pub fn start(
    tasks: UnboundedReceiver<Task>,
    shared: &Arc<Shared>,
    finished: UnboundedSender<Finished>,
) {
    let waiting = Arc::new(Mutex::new(Waiting { tasks, next: None }));
    for _ in 0..shared.terms.threads {
        let (waiting, shared, finished) = (waiting.clone(), shared.clone(), finished.clone());
        tokio::task::spawn_blocking(move || work(&waiting, &shared, &finished));
    }
}

/// Waits for a clip, and takes what may be transcribed with it, up to this thread's share; none at the end.
fn take(waiting: &Mutex<Waiting>, threads: usize) -> Vec<Task> {
    let Ok(mut waiting) = waiting.lock() else { return Vec::new() };
    let Some(first) = waiting.next.take().or_else(|| waiting.tasks.blocking_recv()) else {
        return Vec::new();
    };
    let share = 1 + waiting.tasks.len() / threads;
    let most = if first.attempts > 1 { 1 } else { first.decoder.at_once.min(share) };
    let mut taken = vec![first];
    while taken.len() < most {
        let Ok(task) = waiting.tasks.try_recv() else { break };
        if task.run != taken[0].run || task.attempts > 1 {
            waiting.next = Some(task);
            break;
        }
        taken.push(task);
    }
    taken
}

fn work(waiting: &Mutex<Waiting>, shared: &Shared, finished: &UnboundedSender<Finished>) {
    let mut own: Option<(Run, Transcriber)> = None;
    loop {
        let mut taken = take(waiting, shared.terms.threads);
        let Some(others) = taken.len().checked_sub(1) else { return };
        // Those that were given back meanwhile: the worker ends.
        taken.retain(|task| shared.held.begin(task.id, others));
        let transcribed = match &mut taken[..] {
            [] => continue,
            [task] if task.attempts > MOST_ATTEMPTS => vec![Err(GivenUp.into())],
            tasks => transcribe(&mut own, tasks),
        };
        for (task, transcribed) in taken.into_iter().zip(transcribed) {
            shared.held.end(task.id);
            let Task { id, run, clip, attempts, .. } = task;
            if finished.send(Finished { id, run, clip, attempts, transcribed }).is_err() {
                return;
            }
        }
    }
}

/// A clip was handed out too often.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no worker ever answered for it: each that had it died, hung or lost its connection")]
pub struct GivenUp;

/// What came of clips of one run, in their order; takes their sounds.
fn transcribe(own: &mut Option<(Run, Transcriber)>, tasks: &mut [Task]) -> Vec<Result<Hypothesis>> {
    let sounds = tasks.iter_mut().map(|task| flac::decode(std::mem::take(&mut task.flac)));
    let sounds: Vec<Result<Vec<f32>>> = sounds.collect();
    let Some(Task { run, decoder, stop, .. }) = tasks.first() else { return Vec::new() };
    let transcriber = match ready(own, run, decoder) {
        Ok(transcriber) => transcriber,
        Err(error) => return tasks.iter().map(|_| Err(anyhow!("{error:#}"))).collect(),
    };
    let requests = tasks.iter().zip(&sounds).filter_map(|(task, sound)| {
        let samples = sound.as_ref().ok()?;
        let level = level::measure(samples);
        Some(Request { clip: &task.clip, samples, level, language: &task.language })
    });
    let requests: Vec<Request> = requests.collect();
    // All of them began together and are told to stop together.
    let mut transcribed = transcriber.transcribe_all(&requests, &decoder.policy, stop).into_iter();
    let of = |sound: Result<_>| sound.and_then(|_| transcribed.next().context("no hypothesis")?);
    sounds.into_iter().map(of).collect()
}

/// The thread's transcriber, made for the run.
fn ready<'a>(
    own: &'a mut Option<(Run, Transcriber)>,
    run: &Run,
    decoder: &TranscriberSetup,
) -> Result<&'a mut Transcriber> {
    if own.as_ref().is_none_or(|(made, _)| made != run) {
        *own = None; // its memory first
        *own = Some((run.clone(), (decoder.transcriber)()?));
    }
    own.as_mut().map(|(_, transcriber)| transcriber).context("no transcriber")
}
