//! The threads of a worker. In: clips with what to hear them with. Out: what came of each. Left to others:
//! where clips come from, what is answered.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::serve::{MOST_ATTEMPTS, Shared};
use super::streams::Run;
use crate::audio::{flac, level};
use crate::domain::{ClipId, DecodePolicy, Hypothesis, LanguageChoice};
use crate::hypotheses::transcriber::{Request, Transcriber};

/// How the clips of a run are heard.
pub struct Hands {
    /// The decode policy.
    pub policy: DecodePolicy,
    /// Makes a transcriber for one thread.
    pub transcriber: Box<dyn Fn() -> Result<Transcriber> + Send + Sync>,
}

/// A clip to be heard.
pub struct Task {
    /// As held.
    pub id: u64,
    /// Whose.
    pub run: Run,
    /// How.
    pub hands: Arc<Hands>,
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
    pub heard: Result<Hypothesis>,
}

/// Starts the threads; they end when no more tasks come.
pub fn start(
    tasks: UnboundedReceiver<Task>,
    shared: &Arc<Shared>,
    finished: UnboundedSender<Finished>,
) {
    let tasks = Arc::new(Mutex::new(tasks));
    for _ in 0..shared.terms.threads {
        let (tasks, shared, finished) = (tasks.clone(), shared.clone(), finished.clone());
        tokio::task::spawn_blocking(move || work(&tasks, &shared, &finished));
    }
}

fn work(
    tasks: &Mutex<UnboundedReceiver<Task>>,
    shared: &Shared,
    finished: &UnboundedSender<Finished>,
) {
    let mut own: Option<(Run, Transcriber)> = None;
    loop {
        let next = match tasks.lock() {
            Ok(mut tasks) => tasks.blocking_recv(),
            Err(_) => None,
        };
        let Some(task) = next else { break };
        // Given back meanwhile: the worker ends.
        if !shared.held.begin(task.id) {
            continue;
        }
        let heard = match task.attempts > MOST_ATTEMPTS {
            false => hear(&mut own, &task),
            true => Err(GivenUp.into()),
        };
        shared.held.end(task.id);
        let Task { id, run, clip, attempts, .. } = task;
        if finished.send(Finished { id, run, clip, attempts, heard }).is_err() {
            break;
        }
    }
}

/// A clip was handed out too often.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no worker ever answered for it: each that had it died, hung or lost its connection")]
pub struct GivenUp;

fn hear(own: &mut Option<(Run, Transcriber)>, task: &Task) -> Result<Hypothesis> {
    if own.as_ref().is_none_or(|(run, _)| *run != task.run) {
        *own = None; // its memory first
        *own = Some((task.run.clone(), (task.hands.transcriber)()?));
    }
    let (_, transcriber) = own.as_mut().context("no transcriber")?;
    let samples = flac::decode(task.flac.clone())?;
    let level = level::measure(&samples);
    let Task { clip, language, hands, stop, .. } = task;
    let request = Request { clip, samples: &samples, level, language };
    transcriber.transcribe(request, &hands.policy, stop)
}
