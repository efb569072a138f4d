//! The threads of a worker. In: clips with what to transcribe them with. Out: what came of each. Left to others:
//! where clips come from, what is answered.
//!
//! A model that decodes clips in step gets several at once. A clip that comes back from a worker is transcribed alone: that one may have
//! died of it, and the next one shall take nobody with it.

use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, anyhow, ensure};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::message::SentClip;
use super::shared::{MOST_ATTEMPTS, Shared, TranscriberSetup};
use super::streams::Run;
use crate::audio::{flac, level};
use crate::domain::{ClipId, Hypothesis, LanguageChoice};
use crate::hypotheses::transcriber::{self, Request, Transcriber};

/// A window of clips to be transcribed.
pub struct Task {
    /// As held.
    pub id: u64,
    /// Whose.
    pub run: Run,
    /// How.
    pub decoder: Arc<TranscriberSetup>,
    /// Its clips.
    pub clips: Vec<SentClip>,
    /// In which language.
    pub language: LanguageChoice,
    /// Its sound.
    pub flac: Vec<u8>,
    /// How often it was handed out, this time included.
    pub attempts: u64,
    /// Set when it takes too long, or the worker ends.
    pub stop: Arc<AtomicBool>,
}

/// What came of a window.
pub struct Finished {
    /// As held.
    pub id: u64,
    /// Whose.
    pub run: Run,
    /// As handed out.
    pub attempts: u64,
    /// For each clip that was asked for its hypothesis, or why there is none.
    pub transcribed: Vec<(ClipId, Result<Hypothesis>)>,
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
    let most = if first.attempts > 1 { 1 } else { first.decoder.at_once };
    let mut taken = vec![first];
    let clips = |taken: &[Task]| taken.iter().map(|task| task.clips.len()).sum::<usize>();
    while taken.len() < share && clips(&taken) < most {
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
        let clips = taken.iter().map(|task| task.clips.len()).sum::<usize>();
        let Some(others) = clips.checked_sub(1) else { return };
        // Those that were given back meanwhile: the worker ends.
        taken.retain(|task| shared.held.begin(task.id, others));
        let transcribed = match &mut taken[..] {
            [] => continue,
            [task] if task.attempts > MOST_ATTEMPTS => {
                let pending = task.clips.iter().filter(|clip| clip.pending);
                vec![pending.map(|clip| (clip.clip.clone(), Err(GivenUp.into()))).collect()]
            }
            tasks => transcribe(&mut own, tasks),
        };
        let remarks = own.as_mut().map(|(_, transcriber)| transcriber.take_remarks());
        remarks.into_iter().flatten().for_each(|remark| (shared.terms.tell)(remark));
        for (task, transcribed) in taken.into_iter().zip(transcribed) {
            shared.held.end(task.id);
            let Task { id, run, attempts, .. } = task;
            if finished.send(Finished { id, run, attempts, transcribed }).is_err() {
                return;
            }
        }
    }
}

/// A clip was handed out too often.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no worker ever answered for it: each that had it died, hung or lost its connection")]
pub struct GivenUp;

/// What came of each clip that was asked for.
type Outcomes = Vec<(ClipId, Result<Hypothesis>)>;

/// What came of windows of one run, in their order; takes their sounds.
fn transcribe(own: &mut Option<(Run, Transcriber)>, tasks: &mut [Task]) -> Vec<Outcomes> {
    let sounds = tasks.iter_mut().map(Window::unpacked);
    let sounds: Vec<Result<Window>> = sounds.collect();
    let Some(Task { run, decoder, stop, .. }) = tasks.first() else { return Vec::new() };
    let failed = |task: &Task, error: &anyhow::Error| -> Outcomes {
        let pending = task.clips.iter().filter(|clip| clip.pending);
        pending.map(|clip| (clip.clip.clone(), Err(anyhow!("{error:#}")))).collect()
    };
    let transcriber = match ready(own, run, decoder) {
        Ok(transcriber) => transcriber,
        Err(error) => return tasks.iter().map(|task| failed(task, &error)).collect(),
    };
    let good = tasks.iter().zip(&sounds);
    let windows: Vec<transcriber::Window> =
        good.filter_map(|(task, sound)| Some(sound.as_ref().ok()?.of(task))).collect();
    // All of them began together and are told to stop together.
    let made = transcriber.transcribe_windows(&windows, &decoder.policy, stop);
    let mut made = made.into_iter();
    let of = |(task, sound): (&Task, &Result<Window>)| match sound {
        Err(error) => failed(task, error),
        Ok(_) => {
            let pending = task.clips.iter().filter(|clip| clip.pending);
            let outcome = |clip: &SentClip| {
                let made = made.next().context("no hypothesis").flatten();
                (clip.clip.clone(), made)
            };
            pending.map(outcome).collect()
        }
    };
    tasks.iter().zip(&sounds).map(of).collect()
}

/// The sound of a window and where its clips lie in it.
struct Window {
    samples: Vec<f32>,
    places: Vec<Range<usize>>,
}

impl Window {
    fn unpacked(task: &mut Task) -> Result<Self> {
        let samples = flac::decode(std::mem::take(&mut task.flac))?;
        let place = |clip: &SentClip| match task.clips.len() {
            1 => 0..samples.len(),
            _ => clip.start..clip.end,
        };
        let places: Vec<Range<usize>> = task.clips.iter().map(place).collect();
        let inside = places.iter().all(|place| place.end <= samples.len());
        ensure!(inside, "a clip ends after the sound of its window");
        Ok(Self { samples, places })
    }

    /// As it is transcribed.
    fn of<'a>(&'a self, task: &'a Task) -> transcriber::Window<'a> {
        let asked = task.clips.iter().zip(&self.places).enumerate();
        let clips = asked.filter(|(_, (clip, _))| clip.pending).map(|(n, (clip, place))| {
            let samples = &self.samples[place.clone()];
            let level = level::measure(samples);
            (n, Request { clip: &clip.clip, samples, level, language: &task.language, given: &[] })
        });
        transcriber::Window { samples: &self.samples, places: &self.places, clips: clips.collect() }
    }
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
