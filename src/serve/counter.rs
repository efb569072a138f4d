//! The one thread that has the desk. In: jobs, from any request. Out: their results. What waits together is kept together: uploads that
//! queue up become one transaction.

use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::keeper::Watcher;
use crate::domain::Link;
use crate::pipeline::serve::{Desk, Received, Refusal, Upload};

/// Jobs that may queue; more are refused at once, so that nobody waits for minutes.
const QUEUE: usize = 4096;

/// Uploads that become one transaction.
const TOGETHER: usize = 64;

type Work = Box<dyn FnOnce(&mut Desk) + Send>;
type UploadAnswer = Result<Result<Received, Refusal>>;

/// Something to do at the desk.
enum Job {
    /// Anything.
    Work(Work),
    /// Answers came.
    Upload(Upload, oneshot::Sender<UploadAnswer>),
}

/// Where requests hand in what they want.
#[derive(Clone)]
pub struct Counter {
    jobs: mpsc::Sender<Job>,
    /// How the shelf stands.
    pub shelf: Watcher,
}

/// Too much is queued, or the server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Starts the thread; it ends when nobody holds a counter any more.
pub fn start(desk: Desk, shelf: Watcher) -> (Counter, JoinHandle<Result<()>>) {
    let (jobs, queue) = mpsc::channel(QUEUE);
    let thread = std::thread::spawn(move || work(desk, queue));
    (Counter { jobs, shelf }, thread)
}

fn work(mut desk: Desk, mut queue: mpsc::Receiver<Job>) -> Result<()> {
    while let Some(first) = queue.blocking_recv() {
        let (mut uploads, mut next) = (Vec::new(), Some(first));
        while let Some(job) = next {
            match job {
                Job::Upload(upload, answer) => uploads.push((upload, answer)),
                Job::Work(work) => {
                    // In order: what somebody sent before they asked is there when they ask.
                    keep(&mut desk, std::mem::take(&mut uploads));
                    work(&mut desk);
                }
            }
            next = if uploads.len() < TOGETHER { queue.try_recv().ok() } else { None };
        }
        keep(&mut desk, uploads);
    }
    desk.close()
}

fn keep(desk: &mut Desk, uploads: Vec<(Upload, oneshot::Sender<UploadAnswer>)>) {
    if uploads.is_empty() {
        return;
    }
    let (uploads, answers): (Vec<_>, Vec<_>) = uploads.into_iter().unzip();
    let received = desk.receive(&uploads, Timestamp::now());
    match received {
        Ok(received) => {
            for (answer, received) in answers.into_iter().zip(received) {
                let _ = answer.send(Ok(received)); // who has gone away sends again
            }
        }
        Err(error) => {
            let why = Arc::new(error);
            for answer in answers {
                let _ = answer.send(Err(anyhow!("{why:#}")));
            }
        }
    }
}

impl Counter {
    /// Does something at the desk.
    pub async fn at_desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (send, answer) = oneshot::channel();
        let job: Work = Box::new(move |desk| drop(send.send(work(desk))));
        self.jobs.try_send(Job::Work(job)).map_err(|_| Busy)?;
        answer.await.map_err(|_| Busy)
    }

    /// Hands answers in: it returns once they are on the disk.
    pub async fn hand_in(&self, link: &Link, upload: Upload) -> Result<UploadAnswer, Busy> {
        debug_assert_eq!(link.validator.as_deref(), Some(&*upload.validator));
        let (send, answer) = oneshot::channel();
        self.jobs.try_send(Job::Upload(upload, send)).map_err(|_| Busy)?;
        answer.await.map_err(|_| Busy)
    }
}
