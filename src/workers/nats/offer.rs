//! Clips go out. In: sounds. Out: messages, as many as may be in flight. Left to others: what comes back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::FutureExt;
use tokio::sync::mpsc::Receiver;
use whisper::Stopped;

use super::accept::Due;
use super::coordinate::{Desk, Waiting};
use super::message::headers;
use super::publish::publish;
use crate::audio::flac;
use crate::domain::{Clip, ClipId, LanguageChoice};
use crate::workers::event::{Receipt, WorkerEvent};
use crate::workers::read::Sound;

/// A worker acknowledges a clip this soon after its result.
const GIVEN_BACK: Duration = Duration::from_secs(1);

impl Desk {
    /// Offers every clip that comes, until the end or `stop`.
    pub(super) async fn offer_all(self: &Arc<Self>, mut sounds: Receiver<Sound>) {
        while let Some(sound) = sounds.recv().await {
            let clip = sound.clip.clone();
            // Its result was on the server already.
            if self.due.lock().is_ok_and(|due| due.get(&clip.id).is_some_and(|due| due.taken)) {
                continue;
            }
            match self.offer(sound).await {
                Ok(()) => {}
                Err(error) if error.is::<Stopped>() => break,
                Err(error) => {
                    self.take_back(&clip.id);
                    let event =
                        WorkerEvent::ClipFailed { clip, error, receipt: Receipt::default() };
                    if self.events.send(event).await.is_err() {
                        break;
                    }
                }
            }
            if self.stopped() {
                break;
            }
        }
    }

    async fn offer(self: &Arc<Self>, Sound { clip, samples, language }: Sound) -> Result<()> {
        let place = self.places.clone().acquire_owned().await.context("no places")?;
        let sound = tokio::task::spawn_blocking(move || flac::encode(&samples)).await??;
        let sound = Arc::new(sound);
        let row = Waiting {
            clip: clip.clone(),
            language: language.clone(),
            sound: sound.clone(),
            _place: place,
        };
        if let Ok(mut due) = self.due.lock() {
            let fresh = || Due::new(clip.span.len(), language.clone());
            due.entry(clip.id.clone()).or_insert_with(fresh);
        }
        if let Ok(mut waiting) = self.waiting.lock() {
            waiting.insert(clip.id.clone(), row);
        }
        self.send(&clip, &language, &sound).await
    }

    /// Puts one clip on the server, unless it waits there.
    async fn send(
        self: &Arc<Self>,
        clip: &Clip,
        language: &LanguageChoice,
        sound: &[u8],
    ) -> Result<()> {
        let subject = self.order.run.work(&clip.id);
        let headers = headers(&self.order.wanted, language);
        let renew = || {
            let desk = self.clone();
            async move { desk.make().await }.boxed()
        };
        publish(&self.link, subject, headers, sound, &self.stop, &self.tell, &renew).await?;
        Ok(())
    }

    /// Offers again what has not come back: a server that lost its disk does not have it any more. What
    /// still waits there is not put there twice.
    pub(super) async fn offer_again(self: &Arc<Self>) {
        let rows: Vec<(Clip, LanguageChoice, Arc<Vec<u8>>)> = match self.waiting.lock() {
            Ok(waiting) => waiting
                .values()
                .map(|w| (w.clip.clone(), w.language.clone(), w.sound.clone()))
                .collect(),
            Err(_) => return,
        };
        for (clip, language, sound) in rows {
            let still = self.waiting.lock().is_ok_and(|waiting| waiting.contains_key(&clip.id));
            if self.stopped() || (still && self.send(&clip, &language, &sound).await.is_err()) {
                return;
            }
        }
    }

    /// Offers one again, once whoever answered for it has had time to give it back.
    pub(super) async fn offer_one_again(self: Arc<Self>, clip: ClipId) {
        tokio::time::sleep(GIVEN_BACK).await;
        let row = self.waiting.lock().ok().and_then(|waiting| {
            let w = waiting.get(&clip)?;
            Some((w.clip.clone(), w.language.clone(), w.sound.clone()))
        });
        if let Some((clip, language, sound)) = row {
            let _ = self.send(&clip, &language, &sound).await; // else it is offered with all that are missing
        }
    }

    /// A clip is no longer waited for.
    pub(super) fn take_back(&self, clip: &ClipId) -> Option<Waiting> {
        self.waiting.lock().ok()?.remove(clip)
    }
}
