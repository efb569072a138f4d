//! Windows of clips go out. In: sounds. Out: messages, as many as may be in flight. Left to others: what comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use futures_util::FutureExt;
use tokio::sync::mpsc::Receiver;
use whisper::Stopped;

use super::accept::Due;
use super::coordinate::{Desk, Offered, Waiting};
use super::message::{SentClip, headers};
use super::publish::publish;
use crate::audio::flac;
use crate::domain::{Clip, ClipId};
use crate::workers::event::{Receipt, WorkerEvent};
use crate::workers::read::Sound;

/// A worker acknowledges a clip this soon after its result.
const GIVEN_BACK: Duration = Duration::from_secs(1);

impl Desk {
    /// Offers every window that comes, until the end or `stop`.
    pub(super) async fn offer_all(self: &Arc<Self>, mut sounds: Receiver<Sound>) {
        while let Some(sound) = sounds.recv().await {
            let clips: Vec<Clip> = sound
                .clips
                .iter()
                .filter(|job| job.pending && !self.is_taken(&job.clip.id))
                .map(|job| job.clip.clone())
                .collect();
            if clips.is_empty() {
                continue; // all results were on the server already
            }
            match self.offer(sound, &clips).await {
                Ok(()) => {}
                Err(error) if error.is::<Stopped>() => break,
                Err(error) => {
                    for clip in clips {
                        self.take_back(&clip.id);
                        let (error, receipt) = (anyhow!("{error:#}"), Receipt::default());
                        let event = WorkerEvent::ClipFailed { clip, error, receipt };
                        if self.events.send(event).await.is_err() {
                            return;
                        }
                    }
                }
            }
            if self.stopped() {
                break;
            }
        }
    }

    fn is_taken(&self, clip: &ClipId) -> bool {
        self.due.lock().is_ok_and(|due| due.get(clip).is_some_and(|due| due.taken))
    }

    async fn offer(self: &Arc<Self>, sound: Sound, pending: &[Clip]) -> Result<()> {
        let place = self.places.clone().acquire_owned().await.context("no places")?;
        let places = sound.places();
        // Runs that take another engine's drafts have no workers elsewhere.
        let Sound { clips, samples, language, given: _ } = sound;
        let sound = tokio::task::spawn_blocking(move || flac::encode(&samples)).await??;
        let window = Arc::new(Offered { clips, places, language, sound, _place: place });
        if let Ok(mut due) = self.due.lock() {
            for clip in pending {
                let fresh = || Due::new(clip.span.len(), window.language.clone());
                due.entry(clip.id.clone()).or_insert_with(fresh);
            }
        }
        if let Ok(mut waiting) = self.waiting.lock() {
            let row = |clip: &Clip| Waiting { clip: clip.clone(), window: window.clone() };
            waiting.extend(pending.iter().map(|clip| (clip.id.clone(), row(clip))));
        }
        self.send(&window).await
    }

    /// Puts a window on the server, unless it waits there; asks for those of its clips that have not come back.
    async fn send(self: &Arc<Self>, window: &Offered) -> Result<()> {
        let Some(first) = window.clips.first() else { return Ok(()) };
        let clips: Vec<SentClip> = {
            let waiting = self.waiting.lock().map_err(|_| anyhow!("a thread died"))?;
            let clips = window.clips.iter().zip(&window.places).map(|(job, place)| SentClip {
                clip: job.clip.id.clone(),
                start: place.start,
                end: place.end,
                pending: waiting.contains_key(&job.clip.id),
            });
            clips.collect()
        };
        let subject = self.order.run.work(&first.clip.id);
        let headers = headers(&self.order.wanted, &window.language, &clips);
        let renew = || {
            let desk = self.clone();
            async move { desk.make().await }.boxed()
        };
        publish(&self.link, subject, headers, &window.sound, &self.stop, &self.tell, &renew)
            .await?;
        Ok(())
    }

    /// Offers again what has not come back: a server that lost its disk does not have it any more. What
    /// still waits there is not put there twice.
    pub(super) async fn offer_again(self: &Arc<Self>) {
        let windows: BTreeMap<ClipId, Arc<Offered>> = match self.waiting.lock() {
            Ok(waiting) => {
                let first = |w: &Waiting| w.window.clips.first().map(|job| job.clip.id.clone());
                let named = waiting.values().filter_map(|w| Some((first(w)?, w.window.clone())));
                named.collect()
            }
            Err(_) => return,
        };
        for window in windows.into_values() {
            let still = self.waiting.lock().is_ok_and(|waiting| {
                window.clips.iter().any(|job| waiting.contains_key(&job.clip.id))
            });
            if self.stopped() || (still && self.send(&window).await.is_err()) {
                return;
            }
        }
    }

    /// Offers one again with its window, once whoever answered for it has had time to give it back.
    pub(super) async fn offer_one_again(self: Arc<Self>, clip: ClipId) {
        tokio::time::sleep(GIVEN_BACK).await;
        let waiting = self.waiting.lock().ok();
        let window = waiting.and_then(|waiting| Some(waiting.get(&clip)?.window.clone()));
        if let Some(window) = window {
            let _ = self.send(&window).await; // else it is offered with all that are missing
        }
    }

    /// A clip is no longer waited for.
    pub(super) fn take_back(&self, clip: &ClipId) -> Option<Waiting> {
        self.waiting.lock().ok()?.remove(clip)
    }
}
